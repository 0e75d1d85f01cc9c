// SPDX-License-Identifier: Apache-2.0
// Goals of speed, one line each, ending in its verdict. A goal is a ratio of two times taken in turns inside this
// process, the median of several turns, so that neither the machine nor its other users decide.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "bench/converted_columns.h"
#include "bench/main_job.h"
#include "bench/plane_product.h"

namespace bitline::bench {
namespace {

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Median over `turns` of time(a) / time(b).
double ratio(int turns, const std::function<void()>& a, const std::function<void()>& b) {
  b(), a();  // caches and the processor's clock
  std::vector<double> ratios;
  for (int i = 0; i < turns; ++i) {
    const double time_a = seconds(a);
    ratios.push_back(time_a / seconds(b));
  }
  std::sort(ratios.begin(), ratios.end());
  return ratios[ratios.size() / 2];
}

enum class Bound { at_least, at_most };

void judge(const std::string& what, double ratio, Bound bound, double goal) {
  const bool holds = bound == Bound::at_least ? ratio >= goal : ratio <= goal;
  std::printf("%s: %.2f, goal %s %.2f: %s\n", what.c_str(), ratio, bound == Bound::at_least ? "at least" : "at most",
              goal, holds ? "pass" : "miss");
  std::fflush(stdout);
}

int wrong(const char* what) {
  std::fprintf(stderr, "goals: wrong answer of %s; nothing was timed\n", what);
  return 1;
}

int main() {
  PlaneProduct product;
  ConvertedColumns columns(ConvertedColumns::Kind::plain);
  const auto job = MainJob::sized(2, 10000);
  if (!product.answers_agree()) return wrong("the product");
  if (!columns.answers_agree()) return wrong("noise and conversion");
  if (job && !job->answers_agree()) return wrong("the main job");

  const auto by_tables = [&] { product.by_tables(); };
  judge("product of 576 x 128 codes with 2048 binary planes, times faster than OpenBLAS sgemm on one thread",
        ratio(
            51, [&] { product.by_sgemm(); }, by_tables),
        Bound::at_least, 1.5);

  const auto noise_and_conversion = [&] {
    for (std::uint32_t read = 0; read < PlaneProduct::planes; ++read) columns.draw(read), columns.convert();
  };
  judge("read noise and conversion of a column, share of the time of its product over 576 rows",
        ratio(51, noise_and_conversion, by_tables), Bound::at_most, 0.5);

  if (!job)
    std::fprintf(stderr, "goals: Fashion-MNIST is not installed; two threads are not compared with one\n");
  else
    judge("main job on 10000 images and two chips, loading included, times faster with two threads than with one",
          ratio(
              5, [&] { job->run(1); }, [&] { job->run(2); }),
          Bound::at_least, 1.5);
  return 0;
}

}  // namespace
}  // namespace bitline::bench

int main() { return bitline::bench::main(); }
