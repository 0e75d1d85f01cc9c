# cpack -G DEB --config build/release/CPackConfig.cmake: a Debian package of the command with its configs, models, man page,
# completion and docs, to be made on the release of Debian that it is for. Libraries and headers are not in it.
set(CPACK_PACKAGE_NAME bitline)
set(CPACK_PACKAGE_CONTACT "The Bitline project")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "simulator of crossbar compute-in-memory accelerators")
set(CPACK_PACKAGE_DESCRIPTION "A network is quantized, mapped onto arrays of cells, written with the errors of
real devices, aged and run; out come accuracy, energy, latency and area.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};bitline;command;/")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS dataset-fashion-mnist)
include(CPack)

file(STRINGS ${PROJECT_SOURCE_DIR}/CITATION.cff cited REGEX "^version: ")
if(NOT cited STREQUAL "version: ${PROJECT_VERSION}")
  message(FATAL_ERROR "CITATION.cff has \"${cited}\", CMakeLists.txt version ${PROJECT_VERSION}: write the same in both")
endif()
