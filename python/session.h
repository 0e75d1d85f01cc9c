// SPDX-License-Identifier: Apache-2.0
// bitline.Session and its chips: one network or matrix on one design, to write, age and read as often as one likes.
#pragma once

#include <tbb/task_arena.h>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "chip/state.h"
#include "chip/view.h"
#include "python/arrays.h"
#include "python/bindings.h"
#include "python/calls.h"
#include "run/session.h"

namespace bitline::python {

// One chip instance: the truth of its cells, and what reads see of it. Safe for threads.
class ChipState {
 public:
  ChipState(chip::State cells, chip::WriteReport report) : cells_(std::move(cells)), report(report) {}

  // What reads see now. Looks again where something changed since.
  std::shared_ptr<const chip::View> look(const run::Session& session);
  // f(cells), after which reads look again.
  template <class F>
  void change(F&& f) {
    const std::lock_guard hold(mutex_);
    alone([&] { f(cells_); });
    stale_ = true;
  }
  template <class F>
  auto see(F&& f) const {
    const std::lock_guard hold(mutex_);
    return alone([&] { return f(cells_); });
  }

 private:
  // While it waits for its own parallel loops a thread that holds the lock must not take up a read that wants it too.
  template <class F>
  static auto alone(F&& f) {
    return tbb::this_task_arena::isolate(std::forward<F>(f));
  }

  mutable std::mutex mutex_;
  chip::State cells_;
  std::shared_ptr<chip::View> view_;
  bool stale_ = true;

 public:
  const chip::WriteReport report;
};

class Session {
 public:
  Session(const Config& config, const Places& places, int threads, const py::object& progress);
  // One real matrix.
  Session(const Config& config, const py::object& weights, const py::object& calibration, int threads);

  std::shared_ptr<ChipState> write(std::uint32_t instance, std::optional<std::uint32_t> seed) const;
  void age(ChipState& state, double seconds) const;
  py::object read(ChipState& state, const py::object& layer, const py::object& codes,
                  std::pair<std::uint32_t, std::uint32_t> reads, bool real, const py::object& out) const;
  // (vectors, rows) codes; vector v is of sample `sample` + v / positions, there at `position` + v % positions.
  py::object multiply(ChipState& state, const py::object& layer, const py::object& codes, std::size_t sample,
                      std::size_t position, std::size_t positions) const;
  // What reads see of a layer's cells, and the variances of their errors, in units of weight codes.
  py::dict seen(ChipState& state, const py::object& layer) const;
  py::object quantize(const py::object& layer, const py::object& values) const;
  py::object evaluate(ChipState& state, const py::object& inputs, std::pair<std::uint32_t, std::uint32_t> reads,
                      const py::object& progress) const;
  std::string costs(ChipState& state, const py::object& inputs) const;
  py::object conductance(const ChipState& state, int array, const std::string& moment) const;
  // How many devices are missing (NaN).
  std::size_t set_conductance(ChipState& state, int array, const py::object& g_S) const;
  py::list layers() const;
  py::object layer_weights(const py::object& layer) const;
  const run::Session& session() const { return *session_; }

 private:
  std::size_t index_of(const py::object& layer) const;
  workloads::Samples samples_of(const py::object& inputs) const;
  // On the threads of this session; without the GIL.
  void in_arena(const std::function<void()>& work) const;
  void work(const py::object& progress, const std::function<void()>& body) const;

  int threads_;
  run::Shelf shelf_{0};
  std::unique_ptr<tbb::task_arena> arena_;
  std::optional<run::Session> session_;
  std::vector<std::int16_t> calibration_;  // of one matrix
};

}  // namespace bitline::python
