# Scripts that use the command as a user would. They need Python without any package; 77 = skipped (no data set).
find_program(BITLINE_TEST_PYTHON NAMES python3 REQUIRED)
foreach(test wrong_configs usage run_folder sweep docs examples solve reference_circuits shapes validate device experiments fit tutorial two_designs pages training neurosim imports foreign_pages)
  add_test(NAME cli_${test} COMMAND ${BITLINE_TEST_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/${test}.py $<TARGET_FILE:bitline>
           ${PROJECT_SOURCE_DIR})
  set_tests_properties(cli_${test} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900
                       ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;NO_COLOR=;BITLINE_CONFIGS=")
endforeach()
add_test(NAME cli_neurosim_figures COMMAND ${BITLINE_TEST_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/neurosim --check $<TARGET_FILE:bitline>)
set_tests_properties(cli_neurosim_figures PROPERTIES ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;NO_COLOR=;BITLINE_CONFIGS=")
# Coefficients of published converters are what the shipped survey gives, and hold for papers that were left out.
add_test(NAME converters COMMAND ${BITLINE_TEST_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/converters --check)
set_tests_properties(converters PROPERTIES LABELS short TIMEOUT 600)

# Runs of six networks: docs/model/ideal.md is what they give.
add_test(NAME ideal COMMAND ${BITLINE_TEST_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/ideal --check $<TARGET_FILE:bitline>)
set_tests_properties(ideal PROPERTIES LABELS long SKIP_RETURN_CODE 77 TIMEOUT 1800 ENVIRONMENT BITLINE_CONFIGS=)
