# The revision that `katago version` names, for example v1.2 or v1.2-5-ge1c057e; looked up again after each commit.
set(KATAGO_REVISION "AUTO" CACHE STRING "Revision that the engine says it is: a text, or AUTO (what git calls the last commit)")

# katago_git(VARIABLE ARGUMENTS...): what git answers about this tree, nothing where it cannot.
function(katago_git variable)
  set(${variable} "" PARENT_SCOPE)
  find_program(GIT git)
  # A folder below another project's tree is not that project.
  if(GIT AND EXISTS ${CMAKE_SOURCE_DIR}/.git)
    execute_process(COMMAND ${GIT} -C ${CMAKE_SOURCE_DIR} ${ARGN} OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    set(${variable} "${answer}" PARENT_SCOPE)
  endif()
endfunction()

set(KATAGO_REVISION_TEXT "${KATAGO_REVISION}")
if(KATAGO_REVISION STREQUAL "AUTO")
  katago_git(KATAGO_REVISION_TEXT describe --tags --match "v[0-9]*" --always)
  # Git writes a line there with each commit.
  katago_git(commits rev-parse --path-format=absolute --git-path logs/HEAD)
  if(commits AND EXISTS ${commits})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${commits})
  endif()
endif()
if(NOT KATAGO_REVISION_TEXT)
  set(KATAGO_REVISION_TEXT unknown)
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/revision.cpp.in ${CMAKE_BINARY_DIR}/generated/revision.cpp @ONLY)
target_sources(katago_command PRIVATE ${CMAKE_BINARY_DIR}/generated/revision.cpp)
