# XNNPACK of November 2024 from its source (scripts/xnnpack-source.sh fetches it): built by its own CMakeLists.txt and linked
# into the engine. Nothing is downloaded while it builds; the linker drops whatever operators the engine does not use.
set(XNNPACK_SOURCE_DIR "" CACHE PATH "Source of XNNPACK to build in; those of pthreadpool, cpuinfo and fxdiv lie beside it")

# The folders of micro-kernels that the engine's operators use: products, convolutions, and packing of weights.
set(xnnpack_kernels "^src/((f16|f16-f32acc|f32|qd8-f32-qc8w)-(gemm|igemm)|(f16|f32)-(dwconv|vmulcaddc)|[a-z0-9-]+-packw)/")

# xnnpack_part(VARIABLE FOLDER): sets the variable to where the source of a part is, this folder where it says nothing.
function(xnnpack_part variable folder)
  if(NOT ${variable})
    set(${variable} ${folder})
  endif()
  get_filename_component(place ${${variable}} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
  if(NOT EXISTS ${place}/CMakeLists.txt)
    message(FATAL_ERROR "XNNPACK from its source: there is no ${place}/CMakeLists.txt: run  sh scripts/xnnpack-source.sh, or "
                        "say with ${variable} where it is")
  endif()
  set(${variable} ${place} PARENT_SCOPE)
endfunction()

# xnnpack_from_source(): the target katago_xnnpack links it in.
function(xnnpack_from_source)
  xnnpack_part(XNNPACK_SOURCE_DIR xnnpack)
  foreach(part pthreadpool cpuinfo fxdiv)
    string(TOUPPER ${part} name)
    xnnpack_part(${name}_SOURCE_DIR ${XNNPACK_SOURCE_DIR}/../${part})
  endforeach()
  set(folders ${XNNPACK_SOURCE_DIR}/include ${PTHREADPOOL_SOURCE_DIR}/include)
  xnnpack_compiles(KATAGO_XNNPACK_SOURCE_IS_2024 "${xnnpack_code_2024}" ${folders})
  if(NOT KATAGO_XNNPACK_SOURCE_IS_2024)
    message(FATAL_ERROR "XNNPACK_SOURCE_DIR is ${XNNPACK_SOURCE_DIR}: its interface is not that of November 2024")
  endif()

  # Its options are plain variables here, so that they end with this function.
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  set(XNNPACK_BUILD_TESTS OFF)
  set(XNNPACK_BUILD_BENCHMARKS OFF)
  set(XNNPACK_BUILD_ALL_MICROKERNELS OFF)
  # Kernels that would be downloaded.
  set(XNNPACK_ENABLE_KLEIDIAI OFF)
  set(BUILD_SHARED_LIBS OFF)
  # Its files name their instruction sets themselves, and some are assembler.
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION OFF)
  set(CMAKE_C_FLAGS "${CMAKE_C_FLAGS} -ffunction-sections -fdata-sections")
  set(CMAKE_CXX_FLAGS "${CMAKE_CXX_FLAGS} -ffunction-sections -fdata-sections")
  # By its name: the file that XNNPACK would look for is the shared one, which a static engine cannot be linked with.
  set(LIBM m CACHE STRING "The library of mathematical functions, as XNNPACK links it" FORCE)
  # Left out of `all` and of what is installed.
  add_subdirectory(${XNNPACK_SOURCE_DIR} ${CMAKE_BINARY_DIR}/xnnpack EXCLUDE_FROM_ALL)

  # Micro-kernels of the operators in xnn_library.h alone. Those of the others are named only in sections that
  # the linker drops; one that is missing stops the link with its name.
  get_target_property(kernels microkernels-prod SOURCES)
  list(FILTER kernels INCLUDE REGEX "${xnnpack_kernels}")
  set_target_properties(microkernels-prod PROPERTIES SOURCES "${kernels}")

  target_include_directories(katago_xnnpack SYSTEM INTERFACE ${folders})
  target_link_libraries(katago_xnnpack INTERFACE XNNPACK)
  target_compile_definitions(katago_xnnpack INTERFACE KATAGO_XNNPACK KATAGO_XNNPACK_STATIC KATAGO_XNNPACK_RESHAPES)
  message(STATUS "XNNPACK: built in, from ${XNNPACK_SOURCE_DIR}")
endfunction()
