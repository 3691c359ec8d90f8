# SPDX-License-Identifier: MIT
# A build for another machine, or for an older C library than this one's: compiler, baseline and sysroot. aarch64.cmake,
# armhf.cmake and x86_64.cmake include this; before, they and the files of the boards set
#   KATAGO_CROSS_TRIPLE     of the compiler
#   KATAGO_CROSS_PROCESSOR  as `uname -m` says on the board
#   KATAGO_CROSS_BASELINE   compiler options for the oldest core that is to run the binary
#   KATAGO_CROSS_RELEASE    the distribution release of the sysroot
#   KATAGO_CROSS_SYSROOT    "-ARCH", for another architecture than Debian's arm64
# and for Arm
#   KATAGO_CROSS_QEMU       the program that runs its binaries here
#   KATAGO_ARM_CPU          the core that qemu plays
# Make the sysroot first: sh scripts/sysroot.sh. KATAGO_SYSROOT (cache entry or environment) says where another one is.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${KATAGO_CROSS_PROCESSOR})
if(NOT DEFINED KATAGO_CROSS_RELEASE)
  set(KATAGO_CROSS_RELEASE bookworm)
endif()
set(sysroot_name ${KATAGO_CROSS_RELEASE}${KATAGO_CROSS_SYSROOT})
set(sysroot_options "--release ${KATAGO_CROSS_RELEASE}")
if(KATAGO_CROSS_SYSROOT)
  string(REPLACE "-" " --arch " sysroot_arch "${KATAGO_CROSS_SYSROOT}")
  string(APPEND sysroot_options "${sysroot_arch}")
endif()

set(CMAKE_CXX_COMPILER ${KATAGO_CROSS_TRIPLE}-g++)
# For XNNPACK's source alone (XNNPACK_SOURCE_DIR).
set(CMAKE_C_COMPILER ${KATAGO_CROSS_TRIPLE}-gcc)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES KATAGO_SYSROOT)
if(NOT KATAGO_SYSROOT)
  if(DEFINED ENV{KATAGO_SYSROOT})
    set(KATAGO_SYSROOT $ENV{KATAGO_SYSROOT})
  else()
    get_filename_component(KATAGO_SYSROOT ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot/${sysroot_name} ABSOLUTE)
  endif()
endif()
file(GLOB sysroot_compilers ${KATAGO_SYSROOT}/usr/lib/gcc/${KATAGO_CROSS_TRIPLE}/*)
if(NOT sysroot_compilers)
  message(FATAL_ERROR "No sysroot in ${KATAGO_SYSROOT}: run  sh scripts/sysroot.sh ${sysroot_options}")
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
        ${KATAGO_SYSROOT}/usr/include/${KATAGO_CROSS_TRIPLE}/c++/${sysroot_version})
  string(APPEND sysroot_headers_cxx " -isystem ${folder}")
endforeach()
set(sysroot_headers "")
foreach(folder ${compiler_headers} ${KATAGO_SYSROOT}/usr/include/${KATAGO_CROSS_TRIPLE} ${KATAGO_SYSROOT}/usr/include)
  string(APPEND sysroot_headers " -isystem ${folder}")
endforeach()
set(sysroot_libraries "")
foreach(folder ${sysroot_compiler} ${KATAGO_SYSROOT}/usr/lib/${KATAGO_CROSS_TRIPLE})
  string(APPEND sysroot_libraries " -B${folder} -L${folder}")
endforeach()
set(CMAKE_CXX_FLAGS_INIT "${KATAGO_CROSS_BASELINE} -nostdinc${sysroot_headers_cxx}${sysroot_headers}")
set(CMAKE_C_FLAGS_INIT "${KATAGO_CROSS_BASELINE} -nostdinc${sysroot_headers}")
set(CMAKE_ASM_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "${sysroot_libraries}")

set(CMAKE_LIBRARY_ARCHITECTURE ${KATAGO_CROSS_TRIPLE})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# ctest runs the tests through qemu, which knows the boards' cores: -DKATAGO_ARM_CPU=cortex-a72.
if(KATAGO_CROSS_QEMU)
  find_program(KATAGO_QEMU ${KATAGO_CROSS_QEMU})
  if(KATAGO_QEMU)
    set(CMAKE_CROSSCOMPILING_EMULATOR "${KATAGO_QEMU};-cpu;${KATAGO_ARM_CPU};-L;${KATAGO_SYSROOT}")
  endif()
endif()
