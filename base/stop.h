// SPDX-License-Identifier: Apache-2.0
// Stopping one piece of work while others go on: interrupt() (base/parallel.h) stops all that a process does, which
// suits a command; who calls the library from many threads has a Stop for each call.
//
//     Stop stop;                        // set() from any thread
//     const StopScope scope(stop);      // this thread's work, and that of threads which help it
//     parallel_for(...);                // throws Interrupted once it is set
#pragma once

#include <atomic>

namespace bitline {

class Stop {
 public:
  void set() noexcept { set_.store(true, std::memory_order_relaxed); }
  bool is_set() const noexcept { return set_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> set_{false};
};

// The one that this thread's work obeys beside interrupt(); null: none.
const Stop* current_stop() noexcept;

// Work of this thread obeys `stop` as long as this lives; null: none. Threads that are started by hand take over
// current_stop() of the one that starts them.
class StopScope {
 public:
  explicit StopScope(const Stop& stop) noexcept : StopScope(&stop) {}
  explicit StopScope(const Stop* stop) noexcept;
  ~StopScope();
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

 private:
  const Stop* before_;
};

}  // namespace bitline
