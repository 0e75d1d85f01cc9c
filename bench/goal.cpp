// SPDX-License-Identifier: Apache-2.0
#include "bench/goal.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bitline::bench {

double own_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {

double elapsed(double (*clock)(), const Work& work) {
  const double start = clock();
  work();
  return clock() - start;
}

}  // namespace

double ratio(int turns, const Work& a, const Work& b, double (*clock)()) {
  b(), a();  // caches and the processor's clock
  std::vector<double> ratios;
  for (int i = 0; i < turns; ++i) {
    const double time_a = elapsed(clock, a);
    ratios.push_back(time_a / elapsed(clock, b));
  }
  std::sort(ratios.begin(), ratios.end());
  return ratios[ratios.size() / 2];
}

void judge(const std::string& what, double ratio, Bound bound, double goal) {
  const bool holds = bound == Bound::at_least ? ratio >= goal : ratio <= goal;
  std::printf("%s: %.2f, goal %s %.2f: %s\n", what.c_str(), ratio, bound == Bound::at_least ? "at least" : "at most",
              goal, holds ? "pass" : "miss");
  std::fflush(stdout);
}

void wrong_answer(const std::string& what) {
  std::fprintf(stderr, "goals: wrong answer of %s\n", what.c_str());
  std::exit(1);
}

}  // namespace bitline::bench
