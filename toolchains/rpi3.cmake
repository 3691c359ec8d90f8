# SPDX-License-Identifier: MIT
# Raspberry Pi 3 and Zero 2: Cortex-A53.
set(KATAGO_CROSS_BASELINE "-march=armv8-a+crc -mtune=cortex-a53")
set(KATAGO_CROSS_RELEASE bookworm)
set(KATAGO_ARM_CPU cortex-a53 CACHE STRING "The core that qemu plays when tests run")
include(${CMAKE_CURRENT_LIST_DIR}/aarch64.cmake)
