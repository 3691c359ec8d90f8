# SPDX-License-Identifier: MIT
# Any 64-bit Arm board. What a core can do beyond the baseline is found at run time, so one binary suits them all. The
# files of the boards set, before they include this one, what cross.cmake takes from them.
set(KATAGO_CROSS_TRIPLE aarch64-linux-gnu)
set(KATAGO_CROSS_PROCESSOR aarch64)
set(KATAGO_CROSS_QEMU qemu-aarch64)
if(NOT DEFINED KATAGO_CROSS_BASELINE)
  set(KATAGO_CROSS_BASELINE "-march=armv8-a")
endif()
set(KATAGO_ARM_CPU "cortex-a76" CACHE STRING "The core that qemu plays when tests run")
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
