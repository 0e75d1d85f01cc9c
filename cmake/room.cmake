# bitline_room(NAME LINKS ... PRIVATE_LINKS ...): one static library `bitline_NAME` from every .cpp below NAME/.
# The link list is the rule of who may see whom.
function(bitline_room name)
  cmake_parse_arguments(ROOM "" "" "LINKS;PRIVATE_LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(bitline_${name} STATIC ${sources})
  target_link_libraries(bitline_${name} PUBLIC bitline_flags ${ROOM_LINKS} PRIVATE ${ROOM_PRIVATE_LINKS})
  set_property(GLOBAL APPEND PROPERTY BITLINE_ROOMS ${name})
endfunction()
