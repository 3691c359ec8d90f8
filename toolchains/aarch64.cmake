# SPDX-License-Identifier: MIT
# Any 64-bit Arm board: compiler, baseline and sysroot. What a core can do beyond the baseline is found at run time, so
# one binary suits them all. The files of the boards set, before they include this one,
#   KATAGO_ARM_BASELINE   compiler options for the oldest core that is to run the binary
#   KATAGO_ARM_RELEASE    the distribution release of the sysroot
# Make the sysroot first: sh scripts/sysroot.sh. KATAGO_SYSROOT (cache entry or environment) says where another one is.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(KATAGO_ARM_TRIPLE aarch64-linux-gnu)
if(NOT DEFINED KATAGO_ARM_BASELINE)
  set(KATAGO_ARM_BASELINE "-march=armv8-a")
endif()
if(NOT DEFINED KATAGO_ARM_RELEASE)
  set(KATAGO_ARM_RELEASE bookworm)
endif()

set(CMAKE_CXX_COMPILER ${KATAGO_ARM_TRIPLE}-g++)
# For XNNPACK's source alone (XNNPACK_SOURCE_DIR).
set(CMAKE_C_COMPILER ${KATAGO_ARM_TRIPLE}-gcc)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES KATAGO_SYSROOT)
if(NOT KATAGO_SYSROOT)
  if(DEFINED ENV{KATAGO_SYSROOT})
    set(KATAGO_SYSROOT $ENV{KATAGO_SYSROOT})
  else()
    get_filename_component(KATAGO_SYSROOT ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot/${KATAGO_ARM_RELEASE} ABSOLUTE)
  endif()
endif()
file(GLOB sysroot_compilers ${KATAGO_SYSROOT}/usr/lib/gcc/${KATAGO_ARM_TRIPLE}/*)
if(NOT sysroot_compilers)
  message(FATAL_ERROR "No sysroot in ${KATAGO_SYSROOT}: run  sh scripts/sysroot.sh --release ${KATAGO_ARM_RELEASE}")
endif()
list(GET sysroot_compilers -1 sysroot_compiler)
get_filename_component(sysroot_version ${sysroot_compiler} NAME)
set(CMAKE_SYSROOT ${KATAGO_SYSROOT})

# A distribution's cross compiler looks into its own C and C++ libraries before it looks into the sysroot; the binary
# would then ask for the C library of this machine's release instead of the board's.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=include OUTPUT_VARIABLE compiler_headers
                OUTPUT_STRIP_TRAILING_WHITESPACE)
set(sysroot_headers_cxx "")
foreach(folder ${KATAGO_SYSROOT}/usr/include/c++/${sysroot_version}
        ${KATAGO_SYSROOT}/usr/include/${KATAGO_ARM_TRIPLE}/c++/${sysroot_version})
  string(APPEND sysroot_headers_cxx " -isystem ${folder}")
endforeach()
set(sysroot_headers "")
foreach(folder ${compiler_headers} ${KATAGO_SYSROOT}/usr/include/${KATAGO_ARM_TRIPLE} ${KATAGO_SYSROOT}/usr/include)
  string(APPEND sysroot_headers " -isystem ${folder}")
endforeach()
set(sysroot_libraries "")
foreach(folder ${sysroot_compiler} ${KATAGO_SYSROOT}/usr/lib/${KATAGO_ARM_TRIPLE})
  string(APPEND sysroot_libraries " -B${folder} -L${folder}")
endforeach()
set(CMAKE_CXX_FLAGS_INIT "${KATAGO_ARM_BASELINE} -nostdinc${sysroot_headers_cxx}${sysroot_headers}")
set(CMAKE_C_FLAGS_INIT "${KATAGO_ARM_BASELINE} -nostdinc${sysroot_headers}")
set(CMAKE_ASM_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "${sysroot_libraries}")

set(CMAKE_LIBRARY_ARCHITECTURE ${KATAGO_ARM_TRIPLE})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# ctest runs the tests through qemu, which knows the boards' cores: -DKATAGO_ARM_CPU=cortex-a72.
set(KATAGO_ARM_CPU "cortex-a76" CACHE STRING "The core that qemu plays when tests run")
find_program(KATAGO_QEMU qemu-aarch64)
if(KATAGO_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${KATAGO_QEMU};-cpu;${KATAGO_ARM_CPU};-L;${KATAGO_SYSROOT}")
endif()
