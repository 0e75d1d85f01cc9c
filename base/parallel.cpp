// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>

#include "base/error.h"
#include "base/stop.h"

namespace bitline {
namespace {
std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "interrupt() is called from a signal handler");
thread_local const Stop* stop_of_thread = nullptr;
}  // namespace

const Stop* current_stop() noexcept { return stop_of_thread; }
StopScope::StopScope(const Stop* s) noexcept : before_(stop_of_thread) { stop_of_thread = s; }
StopScope::~StopScope() { stop_of_thread = before_; }

void parallel_for(std::size_t n, const std::function<void(std::size_t)>& body) {
  const Stop* const own = current_stop();
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, n, 1),
      [&](const tbb::blocked_range<std::size_t>& range) {
        const StopScope scope(own);  // a thread that helps may have been at work for others
        for (std::size_t i = range.begin(); i != range.end(); ++i) {
          if (interrupted()) throw Interrupted();
          body(i);
        }
      },
      tbb::simple_partitioner());
}

void with_threads(int threads, const std::function<void()>& body) {
  const int count = threads > 0 ? threads : tbb::info::default_concurrency();
  // global_control lets --threads exceed the cores; the arena bounds the work of this call.
  tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count));
  tbb::task_arena arena(count);
  arena.execute([&] { body(); });
}

void interrupt() noexcept { stop.store(true, std::memory_order_relaxed); }
bool interrupted() noexcept {
  return stop.load(std::memory_order_relaxed) || (stop_of_thread && stop_of_thread->is_set());
}

}  // namespace bitline
