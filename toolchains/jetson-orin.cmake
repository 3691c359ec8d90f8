# SPDX-License-Identifier: MIT
# Jetson Orin: Cortex-A78AE, with JetPack 6 (Ubuntu 22.04).
set(KATAGO_CROSS_BASELINE "-march=armv8.2-a -mtune=cortex-a78ae")
set(KATAGO_CROSS_RELEASE jammy)
set(KATAGO_ARM_CPU cortex-a76 CACHE STRING "The core that qemu plays when tests run")
include(${CMAKE_CURRENT_LIST_DIR}/aarch64.cmake)
