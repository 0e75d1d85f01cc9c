// SPDX-License-Identifier: Apache-2.0
// What the parts of the module `_bitline` share; each adds its classes and functions.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arch/config.h"
#include "run/run.h"

namespace bitline::python {

namespace py = pybind11;

void add_errors(py::module_& m);
void add_config(py::module_& m);
void add_crossbar(py::module_& m);
void add_device(py::module_& m);
void add_run(py::module_& m);
void add_session(py::module_& m);
void add_sweep(py::module_& m);

// Where configurations, models and data are: Python looks (bitline/_places.py).
struct Places {
  ConfigPath configs;
  std::vector<std::filesystem::path> data, photographs;
};
ConfigPath config_path(const std::vector<std::string>& roots);
run::RunOptions run_options(const Places& places, int threads, const std::string& isa);

// A config as a user builds it: a file and what is set on top. Loading is the command's own.
struct Config {
  std::filesystem::path file;
  std::vector<Override> overrides;
  ConfigPath where;
  std::shared_ptr<const arch::LoadedConfig> loaded;
};

// A text with a unit, or a number in SI. Throws InputError naming `name`.
double quantity(const py::object& given, const char* name, Unit unit);

}  // namespace bitline::python
