# SPDX-License-Identifier: MIT
# Jetson Xavier: Carmel, which GCC has no model of. For Ubuntu 22.04 or later: JetPack 5 is 20.04, whose C library is too
# old for this build; the released linux-arm64-gpu runs there.
set(KATAGO_CROSS_BASELINE "-march=armv8.2-a")
set(KATAGO_CROSS_RELEASE jammy)
set(KATAGO_ARM_CPU cortex-a76 CACHE STRING "The core that qemu plays when tests run")
include(${CMAKE_CURRENT_LIST_DIR}/aarch64.cmake)
