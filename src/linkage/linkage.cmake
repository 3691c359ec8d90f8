# What of its libraries the engine holds: nothing, the C++ library and zlib, or the C library as well.
option(KATAGO_STATIC_RUNTIME "Link libstdc++, libgcc and zlib into the engine" OFF)
option(KATAGO_STATIC "Link the C library into the engine as well. Such a program opens no library where it runs: no Vulkan, and \
XNNPACK from its source or not at all" OFF)

if(KATAGO_STATIC_RUNTIME OR KATAGO_STATIC)
  # CMake 3.24 has ZLIB_USE_STATIC_LIBS; Ubuntu 22.04 has 3.22.
  find_library(KATAGO_STATIC_ZLIB libz.a REQUIRED)
  set_target_properties(ZLIB::ZLIB PROPERTIES IMPORTED_LOCATION ${KATAGO_STATIC_ZLIB} IMPORTED_LOCATION_RELEASE ${KATAGO_STATIC_ZLIB})
endif()

# katago_link_statically(PROGRAM): as the options say. The list of parts of a release is made from the linker's map.
function(katago_link_statically program)
  target_sources(${program} PRIVATE ${CMAKE_SOURCE_DIR}/src/linkage/old_c_library.cpp)
  target_link_options(${program} PRIVATE -Wl,-Map,${CMAKE_BINARY_DIR}/${program}.map)
  if(NOT KATAGO_STATIC)
    target_link_options(${program} PRIVATE -static-libstdc++ -static-libgcc)
    return()
  endif()
  target_link_options(${program} PRIVATE -static)
  # Before glibc 2.34, what nothing names in libpthread.a would be left out, and calls through weak symbols lead nowhere.
  target_link_libraries(${program} PRIVATE -Wl,--whole-archive,-lpthread,--no-whole-archive)
  if(KATAGO_PROCESSOR MATCHES "^(x86_64|aarch64|armv7)$")
    target_sources(${program} PRIVATE ${CMAKE_SOURCE_DIR}/src/linkage/static_start.cpp)
    target_link_options(${program} PRIVATE -Wl,-e,katago_start -Wl,--wrap=__clone -Wl,--wrap=__clone3)
  endif()
endfunction()
