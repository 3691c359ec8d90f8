# XNNPACK: the target katago_xnnpack, with the definitions that choose its interface (xnn_library.h). A distribution's is
# opened at run time by the name that it has here, so that only its headers are needed to build; one whose source is there
# (XNNPACK_SOURCE_DIR) is built and linked in.
include(CheckCXXSourceCompiles)
include(${CMAKE_CURRENT_LIST_DIR}/xnnpack_source.cmake)
add_library(katago_xnnpack INTERFACE)

# xnnpack_compiles(VARIABLE CODE FOLDERS...): whether the header in these folders has such functions.
function(xnnpack_compiles variable code)
  set(CMAKE_REQUIRED_INCLUDES ${ARGN})
  set(CMAKE_REQUIRED_QUIET ON)
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  check_cxx_source_compiles("#include <xnnpack.h>\n${code}" ${variable})
endfunction()

# Ubuntu 22.04 has one of December 2020, whose first function is the same and which lacks the second.
set(xnnpack_code_2022 "auto f(xnn_operator_t o, const float* in, float* out) {
  return xnn_setup_convolution2d_nhwc_f32(o, 1, 1, 1, in, out, nullptr); }
  auto g(xnn_operator_t o, const void* in, void* out) {
  return xnn_setup_fully_connected_nc_f16(o, 1, in, out, nullptr); }")
set(xnnpack_code_2024 "auto f(xnn_operator_t* o, const float* s, const signed char* k) {
  xnn_weights_cache_provider cache{};
  return xnn_create_fully_connected_nc_qd8_f32_qc8w(1, 1, 1, 1, s, k, nullptr, 0, 0, 0, nullptr, &cache, o); }")

# xnnpack_from_distribution(MISSING): describes the installed library in katago_xnnpack, or says what is missing.
function(xnnpack_from_distribution missing)
  find_path(KATAGO_XNNPACK_INCLUDE xnnpack.h)
  find_path(KATAGO_PTHREADPOOL_INCLUDE pthreadpool.h)
  find_library(KATAGO_XNNPACK_LIBRARY XNNPACK)
  if(NOT KATAGO_XNNPACK_INCLUDE OR NOT KATAGO_PTHREADPOOL_INCLUDE OR NOT KATAGO_XNNPACK_LIBRARY)
    set(${missing} "it is not installed (libxnnpack-dev, libpthreadpool-dev)" PARENT_SCOPE)
    return()
  endif()
  set(folders ${KATAGO_XNNPACK_INCLUDE} ${KATAGO_PTHREADPOOL_INCLUDE})
  xnnpack_compiles(KATAGO_XNNPACK_IS_2022 "${xnnpack_code_2022}" ${folders})
  xnnpack_compiles(KATAGO_XNNPACK_IS_2024 "${xnnpack_code_2024}" ${folders})
  if(NOT KATAGO_XNNPACK_IS_2022 AND NOT KATAGO_XNNPACK_IS_2024)
    set(${missing} "its interface is neither that of February 2022 nor that of November 2024" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${CMAKE_READELF} -d ${KATAGO_XNNPACK_LIBRARY} OUTPUT_VARIABLE dynamic ERROR_QUIET)
  string(REGEX MATCH "SONAME[^[]*\\[([^]]+)\\]" soname "${dynamic}")
  if(NOT soname)
    set(${missing} "${KATAGO_XNNPACK_LIBRARY} is no shared library" PARENT_SCOPE)
    return()
  endif()
  set(soname ${CMAKE_MATCH_1})
  target_include_directories(katago_xnnpack SYSTEM INTERFACE ${folders})
  target_link_libraries(katago_xnnpack INTERFACE ${CMAKE_DL_LIBS})
  target_compile_definitions(katago_xnnpack INTERFACE KATAGO_XNNPACK KATAGO_XNNPACK_SONAME="${soname}")
  if(KATAGO_XNNPACK_IS_2024)
    target_compile_definitions(katago_xnnpack INTERFACE KATAGO_XNNPACK_RESHAPES)
  endif()
  message(STATUS "XNNPACK: ${soname}, opened at run time")
endfunction()

if(KATAGO_XNNPACK AND XNNPACK_SOURCE_DIR)
  # Here, because a language counts for the folders below the one that asks for it; the engine itself is C++ alone.
  enable_language(C ASM)
  xnnpack_from_source()
elseif(KATAGO_XNNPACK)
  set(xnnpack_missing "")
  if(KATAGO_STATIC)
    set(xnnpack_missing "a static engine opens no library, and XNNPACK_SOURCE_DIR says not where its source is")
  else()
    xnnpack_from_distribution(xnnpack_missing)
  endif()
  if(xnnpack_missing AND KATAGO_XNNPACK STREQUAL "AUTO")
    message(STATUS "XNNPACK: left out: ${xnnpack_missing}")
  elseif(xnnpack_missing)
    message(FATAL_ERROR "KATAGO_XNNPACK is ${KATAGO_XNNPACK}: ${xnnpack_missing}")
  endif()
endif()
