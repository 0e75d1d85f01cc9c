// SPDX-License-Identifier: Apache-2.0
// How work of the library is called from Python: without the lock of the interpreter (GIL), stopped by Ctrl-C, telling
// how far it is, and ended before the interpreter is.
#pragma once

#include <pybind11/pybind11.h>

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/stop.h"

namespace bitline::python {

namespace py = pybind11;

// What a call tells of itself; from any thread.
using Report = std::function<void(double done, const std::string& stage)>;

// One call under way: leave() stops those there are and waits for them. To be made and destroyed with the GIL.
class Call {
 public:
  Call();
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  Stop& stop() { return stop_; }

 private:
  Stop stop_;
};

// For what takes long: `work` runs on a thread of its own, while this one looks for signals and calls
// `progress(done, stage)`, ten times a second at most. What these raise ends the work and is raised.
void watched(const py::object& progress, const std::function<void(const Report&)>& work);

// For what takes little: on this thread.
template <class Work>
void direct(Work&& work) {
  Call call;
  const StopScope scope(call.stop());
  const py::gil_scoped_release released;
  work();
}

// `threads` of a call: 0 = all cores; in a forked process always one, since the threads of the library are gone there.
int threads_for(int threads);
// Stops what runs as the interpreter ends, forgets it in a forked child; version and places.
void add_calls(py::module_& m);

}  // namespace bitline::python
