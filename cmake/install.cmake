# `cmake --install` puts the command, the libraries, the configs and a package file for find_package(bitline).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
get_property(rooms GLOBAL PROPERTY BITLINE_ROOMS)
