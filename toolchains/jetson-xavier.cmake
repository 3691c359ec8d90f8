# SPDX-License-Identifier: MIT
# Jetson Xavier: Carmel, which GCC has no model of. For Ubuntu 22.04 or later: JetPack 5 itself is 20.04, whose compiler
# and libraries are too old, so there the engine runs in a container.
set(KATAGO_ARM_BASELINE "-march=armv8.2-a")
set(KATAGO_ARM_RELEASE jammy)
set(KATAGO_ARM_CPU cortex-a76 CACHE STRING "The core that qemu plays when tests run")
include(${CMAKE_CURRENT_LIST_DIR}/aarch64.cmake)
