# What the Python package needs: pybind11 and NumPy of the interpreter that it is built for. BITLINE_PYTHON is off where they
# are missing.
option(BITLINE_PYTHON "build the Python package where pybind11 and NumPy are there" ON)
if(BITLINE_PYTHON)
  if(NOT Python_EXECUTABLE AND EXISTS /usr/bin/python3)
    set(Python_EXECUTABLE /usr/bin/python3)  # of the distribution, like the libraries
  endif()
  set(PYBIND11_FINDPYTHON ON)
  find_package(Python COMPONENTS Interpreter Development.Module NumPy QUIET)
  find_package(pybind11 QUIET)
  if(NOT pybind11_FOUND OR NOT Python_NumPy_FOUND)
    message(STATUS "no Python package: pybind11 or NumPy is missing (scripts/packages installs them)")
    set(BITLINE_PYTHON OFF)
  endif()
endif()
