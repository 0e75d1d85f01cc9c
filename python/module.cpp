// SPDX-License-Identifier: Apache-2.0
// The module `_bitline`: what the package `bitline` is made of. Each part adds its own.
#include "python/bindings.h"
#include "python/calls.h"

PYBIND11_MODULE(_bitline, m) {
  using namespace bitline::python;
  m.doc() = "The library behind the package bitline.";
  add_errors(m);
  add_calls(m);
  add_config(m);
  add_crossbar(m);
  add_device(m);
  add_run(m);
  add_session(m);
  add_sweep(m);
}
