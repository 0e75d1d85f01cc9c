# `cmake --install` puts the command, the libraries, the headers, the configs and models, and a package file: after
# find_package(bitline) a project links bitline::run, bitline::report and so on, and includes "run/run.h".
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
get_property(rooms GLOBAL PROPERTY BITLINE_ROOMS)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/bitline)

# Others get the language the headers need, but neither our warnings nor our code generation.
target_compile_features(bitline_flags INTERFACE cxx_std_20)
get_target_property(build_options bitline_flags INTERFACE_COMPILE_OPTIONS)
set_target_properties(bitline_flags PROPERTIES INTERFACE_COMPILE_OPTIONS "$<BUILD_INTERFACE:${build_options}>")
set_target_properties(bitline_flags PROPERTIES EXPORT_NAME flags)
set(targets bitline_flags)
foreach(room ${rooms})
  set_target_properties(bitline_${room} PROPERTIES EXPORT_NAME ${room})
  list(APPEND targets bitline_${room})
  install(DIRECTORY ${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/bitline FILES_MATCHING PATTERN "*.h")
endforeach()
install(TARGETS ${targets} EXPORT bitline ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

# The command and what it needs (component `command`, which alone is in the Debian package).
include(cmake/man.cmake)
install(TARGETS bitline RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT command)
install(DIRECTORY configs models DESTINATION ${CMAKE_INSTALL_DATADIR}/bitline COMPONENT command)
install(FILES ${PROJECT_BINARY_DIR}/bitline.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT command)
install(FILES LICENSE README.md CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT command)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT command)
function(install_completion shell folder file)
  install(CODE "execute_process(COMMAND $<TARGET_FILE:bitline> completion ${shell} COMMAND_ERROR_IS_FATAL ANY
                                OUTPUT_FILE ${PROJECT_BINARY_DIR}/completion/${file})" COMPONENT command)
  install(FILES ${PROJECT_BINARY_DIR}/completion/${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder} COMPONENT command)
endfunction()
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/completion)
install_completion(bash bash-completion/completions bitline)
install_completion(zsh zsh/vendor-completions _bitline)
install_completion(fish fish/vendor_completions.d bitline.fish)

install(EXPORT bitline NAMESPACE bitline:: FILE bitlineTargets.cmake DESTINATION ${package_folder})
set(configs_folder ${CMAKE_INSTALL_DATADIR}/bitline/configs)
set(models_folder ${CMAKE_INSTALL_DATADIR}/bitline/models)
configure_package_config_file(cmake/bitlineConfig.cmake.in ${PROJECT_BINARY_DIR}/bitlineConfig.cmake
                              INSTALL_DESTINATION ${package_folder} PATH_VARS configs_folder models_folder)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/bitlineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/bitlineConfig.cmake ${PROJECT_BINARY_DIR}/bitlineConfigVersion.cmake
              cmake/dependencies.cmake DESTINATION ${package_folder})
