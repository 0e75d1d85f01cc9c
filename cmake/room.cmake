# bitline_unity(TARGET [BATCH n]): compiles the sources of a target together, n at a time, so that common headers are
# read once. What is local to a file therefore needs a name of its own within its target.
function(bitline_unity target)
  cmake_parse_arguments(UNITY "" "BATCH" "" ${ARGN})
  if(NOT UNITY_BATCH OR UNITY_BATCH GREATER BITLINE_UNITY_LIMIT)
    set(UNITY_BATCH ${BITLINE_UNITY_LIMIT})
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${BITLINE_UNITY} UNITY_BUILD_BATCH_SIZE ${UNITY_BATCH})
endfunction()

# bitline_quick(TARGET): for what waits for people and files, not for arithmetic: a third less to compile.
function(bitline_quick target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# bitline_room(NAME [BATCH n] LINKS ... PRIVATE_LINKS ...): one static library `bitline_NAME` from every .cpp below
# NAME/. The link list is the rule of who may see whom.
function(bitline_room name)
  cmake_parse_arguments(ROOM "" "BATCH" "LINKS;PRIVATE_LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(bitline_${name} STATIC ${sources})
  target_link_libraries(bitline_${name} PUBLIC bitline_flags ${ROOM_LINKS} PRIVATE ${ROOM_PRIVATE_LINKS})
  bitline_unity(bitline_${name} BATCH ${ROOM_BATCH})
  set_property(GLOBAL APPEND PROPERTY BITLINE_ROOMS ${name})
endfunction()
