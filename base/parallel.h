// SPDX-License-Identifier: Apache-2.0
// Parallel loops over oneTBB. Results must not depend on the order of iterations: each writes its own place, and sums
// are formed afterwards in index order.
#pragma once

#include <cstddef>
#include <functional>

namespace bitline {

// Calls body(i) for i in [0, n) on all threads of the current arena. The first exception is rethrown.
// Throws Interrupted when interrupt() was called (from a signal handler).
void parallel_for(std::size_t n, const std::function<void(std::size_t)>& body);

// Runs `body` with at most `threads` threads (0 = all cores).
void with_threads(int threads, const std::function<void()>& body);

void interrupt() noexcept;  // async-signal-safe
bool interrupted() noexcept;

}  // namespace bitline
