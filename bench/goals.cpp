// SPDX-License-Identifier: Apache-2.0
// Goals of speed, one line each, ending in its verdict. Most goals are ratios of two times taken in turns inside this
// process, the median of several turns, so that neither the machine nor its other users decide. Where a goal is a time,
// it is the shortest of several turns, because others can only lengthen it, and how fast the machine multiplies in
// double stands beside it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/converted_columns.h"
#include "bench/effective_matrix.h"
#include "bench/gated_rows.h"
#include "bench/ladder_product.h"
#include "bench/main_job.h"
#include "bench/plane_product.h"
#include "bench/verified_write.h"
#include "bench/wired_layer.h"

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

// Shortest of `turns`.
double shortest_s(int turns, const std::function<void()>& work) {
  work();
  double best_s = seconds(work);
  for (int i = 1; i < turns; ++i) best_s = std::min(best_s, seconds(work));
  return best_s;
}

enum class Bound { at_least, at_most };

void judge(const std::string& what, double ratio, Bound bound, double goal) {
  const bool holds = bound == Bound::at_least ? ratio >= goal : ratio <= goal;
  std::printf("%s: %.2f, goal %s %.2f: %s\n", what.c_str(), ratio, bound == Bound::at_least ? "at least" : "at most",
              goal, holds ? "pass" : "miss");
  std::fflush(stdout);
}

void judge_time(const std::string& what, double time_s, double goal_s, double product_per_s) {
  const auto [unit, name] = goal_s < 1e-6   ? std::pair{1e9, "ns"}
                            : goal_s < 1e-3 ? std::pair{1e6, "us"}
                                            : std::pair{1e3, "ms"};
  std::printf("%s: %.4g %s at %.1f GF/s (OpenBLAS dgemm, %d^3, one thread), goal at most %.4g %s: %s\n", what.c_str(),
              time_s * unit, name, product_per_s / 1e9, DoubleProduct::side, goal_s * unit, name,
              time_s <= goal_s ? "pass" : "miss");
  std::fflush(stdout);
}

struct EffectiveMatrixGoal {
  EffectiveMatrixCase array;
  double goal_s;
  EffectiveMatrixGoal(int rows, int columns, double goal) : array(rows, columns), goal_s(goal) {}
};

// Times of the wires.
void judge_wires(std::deque<EffectiveMatrixGoal>& arrays, LadderProduct& ladder, GatedReads& gated,
                 DoubleProduct& machine) {
  const auto flops = [&] { return DoubleProduct::operations / shortest_s(5, [&] { machine.multiply(); }); };
  for (auto& [array, goal_s] : arrays) {
    const double per_s = flops();
    const array::EffectiveMatrix& e = array.reduce();
    const std::string size = std::to_string(e.rows) + " x " + std::to_string(e.columns);
    judge_time("effective matrix of " + size + " devices", shortest_s(goal_s < 0.1 ? 21 : 5, [&] { array.reduce(); }),
               goal_s, per_s);
  }
  double per_s = flops();
  constexpr int reads = 64;
  const double ladder_s = shortest_s(101, [&] {
    for (int i = 0; i < reads; ++i) ladder.read();
  });
  judge_time("read of a gated ladder of 576 x 128 devices", ladder_s / reads, 17e-6, per_s);
  per_s = flops();
  judge_time("read of 128 x 128 devices in gated rows, single precision, to a residual of 1e-6",
             shortest_s(51, [&] { gated.solve(); }) / GatedReads::vectors, 60e-6, per_s);
}

void judge_writing(VerifiedWrite& write, DoubleProduct& machine) {
  const double per_s = DoubleProduct::operations / shortest_s(5, [&] { machine.multiply(); });
  const double turn_s = shortest_s(401, [&] { write.write(); });
  judge_time("writing a device with write-verify statistics, of " + std::to_string(write.devices()) + ", one thread",
             turn_s / static_cast<double>(write.devices()), 4e-9, per_s);
}

int wrong_goal(const char* what) {
  std::fprintf(stderr, "goals: wrong_goal answer of %s; nothing was timed\n", what);
  return 1;
}

int main() {
  PlaneProduct product;
  ConvertedColumns columns(ConvertedColumns::Kind::plain);
  DoubleProduct machine;
  std::deque<EffectiveMatrixGoal> arrays;
  arrays.emplace_back(128, 128, 6e-3);
  arrays.emplace_back(576, 128, 40e-3);
  arrays.emplace_back(1152, 128, 150e-3);
  arrays.emplace_back(1024, 1024, 2.0);
  LadderProduct ladder(576, 128, LadderProduct::Cell::one);
  GatedReads gated;
  VerifiedWrite verified;
  WiredLayer ideal(false), wired(true);
  const auto job = MainJob::sized(2, 10000);
  if (!product.answers_agree()) return wrong_goal("the product");
  if (!columns.answers_agree()) return wrong_goal("noise and conversion");
  if (!machine.answers_agree()) return wrong_goal("dgemm");
  for (auto& goal : arrays)
    if (!goal.array.answers_agree()) return wrong_goal("the effective matrix");
  if (!ladder.answers_agree()) return wrong_goal("the gated ladder");
  if (!gated.answers_agree()) return wrong_goal("gated rows");
  if (!verified.answers_agree()) return wrong_goal("write-verify");
  if (!ideal.answers_agree() || !wired.answers_agree() || ideal.codes() == wired.codes())
    return wrong_goal("the layer with wires");
  if (job && !job->answers_agree()) return wrong_goal("the main job");

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

  judge_wires(arrays, ladder, gated, machine);
  judge_writing(verified, machine);
  judge("products of a 576 x 128 layer with wires of 1 ohm, times those with ideal wires",
        ratio(
            51, [&] { wired.product(); }, [&] { ideal.product(); }),
        Bound::at_most, 1.05);

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
