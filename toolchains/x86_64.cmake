# SPDX-License-Identifier: MIT
# Any 64-bit x86 system, with the libraries of a sysroot instead of those of the machine that builds: what a released
# binary holds and asks for is then the same wherever it was built. Further instruction sets are found at run time.
set(KATAGO_CROSS_TRIPLE x86_64-linux-gnu)
set(KATAGO_CROSS_PROCESSOR x86_64)
set(KATAGO_CROSS_SYSROOT -amd64)
set(KATAGO_CROSS_BASELINE "-march=x86-64")
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
