// SPDX-License-Identifier: Apache-2.0
// Errors of the library as exceptions of Python, which are written there (bitline/_errors.py).
#include <exception>
#include <new>
#include <system_error>

#include "base/error.h"
#include "python/bindings.h"

namespace bitline::python {
namespace {

py::object error_class(const char* name) { return py::module_::import("bitline._errors").attr(name); }

void set_error(const char* name, const std::string& message) {
  PyErr_SetString(error_class(name).ptr(), message.c_str());
}

// What was set from Python has no place in a text: its key says where it is.
py::tuple as_tuple(const Diagnostic& d) {
  const std::string& file = d.where.file.str();
  constexpr std::string_view setting = "--set ";
  if (!file.starts_with(setting))
    return py::make_tuple(file, d.where.line, d.where.column, d.path, d.message, d.remedy);
  const std::string key = file.substr(setting.size(), file.find('=') - setting.size());
  return py::make_tuple("", 0, 0, d.path.empty() ? key : d.path, d.message, d.remedy);
}

void raise_config(const ConfigError& e) {
  py::list all;
  for (const Diagnostic& d : e.diagnostics()) all.append(as_tuple(d));
  const py::object error = error_class("config_error")(all);
  PyErr_SetObject(py::type::of(error).ptr(), error.ptr());
}

void translate(std::exception_ptr p) {
  try {
    if (p) std::rethrow_exception(p);
  } catch (const ConfigError& e) {
    raise_config(e);
  } catch (const InputError& e) {
    set_error("InputError", e.what());
  } catch (const Interrupted&) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
  } catch (const RunError& e) {
    set_error("RunError", e.what());
  } catch (const std::system_error& e) {
    set_error("RunError", e.what());
  } catch (const std::bad_alloc&) {
    PyErr_SetString(PyExc_MemoryError, "not enough memory; fewer threads, fewer inputs or smaller arrays need less");
  }
}

}  // namespace

void add_errors(py::module_&) { py::register_exception_translator(&translate); }

}  // namespace bitline::python
