# SPDX-License-Identifier: MIT
# Raspberry Pi 5 and 500: Cortex-A76.
set(KATAGO_CROSS_BASELINE "-march=armv8.2-a -mtune=cortex-a76")
set(KATAGO_CROSS_RELEASE bookworm)
set(KATAGO_ARM_CPU cortex-a76 CACHE STRING "The core that qemu plays when tests run")
include(${CMAKE_CURRENT_LIST_DIR}/aarch64.cmake)
