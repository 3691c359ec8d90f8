# SPDX-License-Identifier: MIT
# Any 32-bit Arm system with hardware floats (Debian's armhf, 32-bit Raspberry Pi OS): ARMv7-A, from the Cortex-A7 of a
# Raspberry Pi 2 on. NEON is entered only after a check at run time, so the baseline is the one of Debian's packages.
set(KATAGO_CROSS_TRIPLE arm-linux-gnueabihf)
set(KATAGO_CROSS_PROCESSOR armv7l)
set(KATAGO_CROSS_SYSROOT -armhf)
set(KATAGO_CROSS_QEMU qemu-arm)
set(KATAGO_CROSS_BASELINE "-march=armv7-a+fp -mfloat-abi=hard -mthumb")
set(KATAGO_ARM_CPU "cortex-a7" CACHE STRING "The core that qemu plays when tests run")
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
