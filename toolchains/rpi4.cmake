# SPDX-License-Identifier: MIT
# Raspberry Pi 4 and 400: Cortex-A72.
set(KATAGO_CROSS_BASELINE "-march=armv8-a+crc -mtune=cortex-a72")
set(KATAGO_CROSS_RELEASE bookworm)
set(KATAGO_ARM_CPU cortex-a72 CACHE STRING "The core that qemu plays when tests run")
include(${CMAKE_CURRENT_LIST_DIR}/aarch64.cmake)
