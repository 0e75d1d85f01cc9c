// SPDX-License-Identifier: Apache-2.0
// Curves that jump between potentiation and depression: readings of another range or much later, a state that fell
// back.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/statistics.h"
#include "characterise/fit/trains.h"

namespace bitline::characterise {
namespace {

// The largest step of one direction's trains at their beginning, and what one pulse does just after it.
struct Jump {
  double step = 0, usual = 0;
  std::size_t found = 0, trains = 0;
  bool most() const { return 2 * found > trains; }
};

// Standard deviation of reading, by second differences within trains: a normal law's middle one.
double noise_of(const LtpReadings& r) {
  std::vector<double> bends;
  for (const Train& train : r.trains.all)
    for (std::size_t i = train.first + 2; i < train.first + train.count; ++i)
      bends.push_back(std::abs(r.y[i] - 2 * r.y[i - 1] + r.y[i - 2]));
  std::sort(bends.begin(), bends.end());
  return bends.empty() ? 0 : quantile(bends, 0.5) / (normal_quantile(0.75) * std::sqrt(6.0));
}

Jump jump_into(const LtpReadings& r, bool up) {
  const Trains& t = r.trains;
  const auto [low, high] = std::minmax_element(r.y.begin(), r.y.end());
  constexpr double times = 3, share = 0.1, sure = 5;  // of the steps after, of the range, of the noise
  const double least = std::max(share * (*high - *low), sure * noise_of(r));
  Jump jump;
  for (std::size_t k = 1; k < t.all.size(); ++k) {
    const Train &train = t.all[k], &before = t.all[k - 1];
    if (train.up != up || train.count < 4 || before.count < 2) continue;
    ++jump.trains;
    const std::size_t i = train.first;
    double usual = 0;  // what a pulse does, of the next few
    for (std::size_t j = i + 1; j < i + 4; ++j)
      if (t.since(train, j) > 0) usual = std::max(usual, std::abs(r.y[j] - r.y[j - 1]) / t.since(train, j));
    const double rest = before.pulses - t.at[i - 1];
    double step = std::abs(r.y[i] - r.y[i - 1]) - usual * (t.at[i] + rest - 1);
    // Or where the same state was read once more before the first pulse.
    if (t.at[i - 1] == t.at[i - 2]) step = std::max(step, std::abs(r.y[i - 1] - r.y[i - 2]));
    if (!(step > least && step > times * usual)) continue;
    jump.step = std::max(jump.step, step), jump.usual = std::max(jump.usual, usual);
    ++jump.found;
  }
  return jump;
}

}  // namespace

void leave_out_jumps(const MeasuredTable& table, LtpReadings& r) {
  const Jump jumps[] = {jump_into(r, false), jump_into(r, true)};  // [up]
  if (!jumps[0].most() && !jumps[1].most()) return;
  if (jumps[0].most() && jumps[1].most())
    table.refuse(
        "readings jump between potentiation and depression, both ways: fit positive and negative pulses by files of "
        "their "
        "own");
  const bool up = jumps[1].most();
  const Jump& jump = jumps[up];
  LtpReadings kept = r;
  kept.y.clear(), kept.row_of.clear(), kept.trains = {};
  kept.trains.longest[!up] = r.trains.longest[!up];
  if (r.trains.starts && r.trains.all.front().up != up) {
    kept.trains.starts = true;
    kept.y.push_back(r.y[0]), kept.row_of.push_back(r.row_of[0]), kept.trains.at.push_back(0);
  }
  for (const Train& train : r.trains.all) {
    if (train.up == up) continue;
    Train& one = kept.trains.all.emplace_back(train);
    one.first = kept.y.size(), one.count = 0;
    one.anew = kept.trains.all.size() > 1;
    for (std::size_t i = train.first; i < train.first + train.count; ++i) {
      // A state read again after its last pulse may be on the other side of the jump.
      if (i > train.first + 1 && r.trains.at[i] == r.trains.at[i - 1]) continue;
      kept.y.push_back(r.y[i]), kept.row_of.push_back(r.row_of[i]), kept.trains.at.push_back(r.trains.at[i]);
      ++one.count;
    }
  }
  std::erase_if(kept.drive, [&](const FitPart::Key& k) { return k.path.starts_with(side(up)); });
  kept.notes.push_back(
      fmt::format("there is a {} of {} before {}, whose pulses move {} or less: one window cannot hold both, so {} is "
                  "left out; fit "
                  "it by a file of its own",
                  up ? "jump" : "drop", pretty(jump.step, r.y_unit), up ? "potentiation" : "depression",
                  pretty(jump.usual, r.y_unit), up ? "potentiation" : "depression"));
  r = std::move(kept);
}

}  // namespace bitline::characterise
