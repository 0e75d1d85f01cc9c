# The Python package as users have it. Where it cannot be built there is one test, which says why it is skipped.
if(TARGET bitline_python)
  file(GLOB python_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/test_*.py)
  foreach(file ${python_tests})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "python_" name ${name})
    add_test(NAME ${name} COMMAND ${Python_EXECUTABLE} ${file})
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 1200 LABELS python
                         ENVIRONMENT "PYTHONPATH=${PROJECT_BINARY_DIR}/python;BITLINE=$<TARGET_FILE:bitline>;BITLINE_SOURCE=${PROJECT_SOURCE_DIR};PYTHONDONTWRITEBYTECODE=1;BITLINE_CONFIGS=;MPLBACKEND=Agg")
  endforeach()
else()
  add_test(NAME python COMMAND ${CMAKE_COMMAND} -E echo "skipped: the Python package is not built: pybind11 or NumPy is missing")
  set_tests_properties(python PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped")
endif()
