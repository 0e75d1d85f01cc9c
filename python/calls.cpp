// SPDX-License-Identifier: Apache-2.0
#include "python/calls.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/version.h"

namespace bitline::python {
namespace {

// Of this process. Never destroyed: threads may outlive statics.
struct Calls {
  std::mutex mutex;
  std::condition_variable ended;
  std::set<Stop*> stops;
  bool leaving = false, forked = false;
};
Calls* calls = new Calls;

// As the interpreter ends: threads that came back to it after that would end the process.
void leave() {
  const py::gil_scoped_release released;
  std::unique_lock hold(calls->mutex);
  calls->leaving = true;
  for (Stop* stop : calls->stops) stop->set();
  calls->ended.wait_for(hold, std::chrono::seconds(60), [] { return calls->stops.empty(); });
}

// In the child: the calls of other threads do not exist here, and their locks may have been held.
void after_fork() {
  calls = new Calls;
  calls->forked = true;
}

// What the thread that works and the one that watches share.
struct Watched {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::optional<std::pair<double, std::string>> news;
  std::exception_ptr failed;
};

constexpr auto at_most_every = std::chrono::milliseconds(100), look_every = std::chrono::milliseconds(50);

// Looks for signals, and passes on what is new. Throws error_already_set.
void attend(const py::object& progress, Watched& shared) {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  std::optional<std::pair<double, std::string>> news;
  {
    const std::lock_guard hold(shared.mutex);
    std::swap(news, shared.news);
  }
  if (news && !progress.is_none()) progress(news->first, news->second);
}

}  // namespace

Call::Call() {
  const std::lock_guard hold(calls->mutex);
  if (calls->leaving) throw RunError("the interpreter is ending");
  calls->stops.insert(&stop_);
}

Call::~Call() {
  const std::lock_guard hold(calls->mutex);
  calls->stops.erase(&stop_);
  calls->ended.notify_all();
}

void watched(const py::object& progress, const std::function<void(const Report&)>& work) {
  if (!progress.is_none() && !PyCallable_Check(progress.ptr()))
    throw py::type_error("progress is called as progress(done, stage); this cannot be called");
  Call call;
  Watched shared;
  std::optional<py::error_already_set> raised;
  {
    const py::gil_scoped_release released;
    std::thread worker([&] {
      const StopScope scope(call.stop());
      try {
        work([&](double done, const std::string& stage) {
          const std::lock_guard hold(shared.mutex);
          shared.news.emplace(done, stage);
        });
      } catch (...) {
        shared.failed = std::current_exception();
      }
      const std::lock_guard hold(shared.mutex);
      shared.done = true;
      shared.changed.notify_all();
    });
    auto last = std::chrono::steady_clock::now() - at_most_every;
    for (std::unique_lock hold(shared.mutex); !shared.done;) {
      if (shared.changed.wait_for(hold, look_every, [&] { return shared.done; })) break;
      if (raised || std::chrono::steady_clock::now() - last < at_most_every) continue;
      hold.unlock();
      {
        const py::gil_scoped_acquire acquired;
        try {
          attend(progress, shared);
        } catch (py::error_already_set& e) {
          raised.emplace(std::move(e));
          call.stop().set();
        }
      }
      last = std::chrono::steady_clock::now();
      hold.lock();
    }
    worker.join();
  }
  if (raised) throw std::move(*raised);
  if (shared.failed) std::rethrow_exception(shared.failed);
  attend(progress, shared);  // the last that was told
}

int threads_for(int threads) {
  if (threads < 0 || threads > 4096) throw py::value_error("threads must be 0 (all cores) to 4096");
  if (calls->forked) return 1;
  return threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

void add_calls(py::module_& m) {
  py::module_::import("atexit").attr("register")(py::cpp_function(&leave));
  py::module_::import("os").attr("register_at_fork")(py::arg("after_in_child") = py::cpp_function(&after_fork));
  m.attr("__version__") = version();
  m.attr("source_configs") = BITLINE_SOURCE_CONFIGS;
}

}  // namespace bitline::python
