// SPDX-License-Identifier: Apache-2.0
// How a goal of speed is measured and judged: ratios of two times that are taken in turns.
#pragma once

#include <functional>
#include <string>

namespace bitline::bench {

using Work = std::function<void()>;

// Of this thread on a processor: waiting for one that others use does not count.
double own_seconds();
double wall_seconds();

// Median over `turns` of time(a) / time(b).
double ratio(int turns, const Work& a, const Work& b, double (*clock)() = own_seconds);

enum class Bound { at_least, at_most };
// Prints a line that ends in the verdict.
void judge(const std::string& what, double ratio, Bound bound, double goal);

// Ends the process: what answers wrongly is not timed.
[[noreturn]] void wrong_answer(const std::string& what);

// Goals of single arrays and layers: sums, conversion, wires, writing, pulses.
void judge_arrays();

}  // namespace bitline::bench
