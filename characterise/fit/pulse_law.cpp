// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/statistics.h"
#include "characterise/fit/write_log.h"
#include "device/write_verify.h"

namespace bitline::characterise {

namespace {

constexpr int fitted_paths = 500;

using Function = std::function<double(const std::vector<double>&)>;

// Lowest point of f near `start`: reflection, expansion, contraction and shrinking of a simplex.
std::vector<double> lowest(const Function& f, const std::vector<double>& start, double width, int evaluations) {
  const std::size_t n = start.size();
  std::vector<std::pair<double, std::vector<double>>> corner{{f(start), start}};
  for (std::size_t j = 0; j < n; ++j) {
    std::vector<double> at = start;
    at[j] += width;
    corner.emplace_back(f(at), at);
  }
  const auto along = [&](const std::vector<double>& middle, double by) {
    std::vector<double> at(n);
    for (std::size_t j = 0; j < n; ++j) at[j] = middle[j] + by * (middle[j] - corner.back().second[j]);
    return std::pair(f(at), at);
  };
  for (int used = static_cast<int>(n) + 1; used < evaluations; ++used) {
    std::sort(corner.begin(), corner.end());
    std::vector<double> middle(n, 0);
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t j = 0; j < n; ++j) middle[j] += corner[k].second[j] / static_cast<double>(n);
    auto moved = along(middle, 1);
    if (moved.first < corner[0].first) {
      if (auto further = along(middle, 2); further.first < moved.first) moved = further;
      ++used;
    } else if (moved.first >= corner[n - 1].first) {
      moved = along(middle, -0.5), ++used;
      if (moved.first >= corner.back().first) {
        for (std::size_t k = 1; k <= n; ++k, ++used) {
          for (std::size_t j = 0; j < n; ++j) corner[k].second[j] = 0.5 * (corner[k].second[j] + corner[0].second[j]);
          corner[k].first = f(corner[k].second);
        }
        continue;
      }
    }
    corner.back() = moved;
  }
  return std::min_element(corner.begin(), corner.end())->second;
}

device::WriteVerify law_at(const std::vector<double>& at, device::WriteVerify known) {
  const double first_S = std::exp(at[0]), last_S = first_S * std::exp(std::clamp(at[1], -5.0, 5.0));
  known.set_step_S = {first_S, last_S - first_S};
  known.spread = std::min(std::exp(at[2]), 3.0);
  known.device_spread = at.size() > 3 ? std::min(std::exp(at[3]), 3.0) : 0;
  return known;
}

// Squared distance of distribution functions, summed over numbers of pulses and averaged over writes: CRPS less what
// every law has.
double distance(const std::vector<double>& seen, const std::vector<double>& predicted, int most) {
  double sum = 0;
  std::size_t a = 0, b = 0;
  for (int k = 0; k <= most; ++k) {
    while (a < seen.size() && seen[a] <= k) ++a;
    while (b < predicted.size() && predicted[b] <= k) ++b;
    const double off = static_cast<double>(a) / static_cast<double>(seen.size()) -
                       static_cast<double>(b) / static_cast<double>(predicted.size());
    sum += off * off;
  }
  return sum * static_cast<double>(seen.size());
}

}  // namespace

std::vector<std::vector<double>> predicted_pulses(const device::WriteVerify& w, const WriteLog& log, int paths) {
  const Random random(0x10f, 0);
  std::vector<std::vector<double>> out;
  for (const double target_S : log.targets_S) {
    std::vector<double>& pulses = out.emplace_back();
    for (int p = 0; p < paths; ++p) {
      const auto normals = [&](int pulse) {
        return random.normal4({.purpose = Purpose::write_pulses,
                               .place = static_cast<std::uint32_t>(p),
                               .step = static_cast<std::uint32_t>(pulse)});
      };
      // Slow and fast devices evenly: in the order of their numbers, which pulses do not know.
      const double z = normal_quantile((p + 0.5) / paths);
      const auto one = device::write_by_pulses(w, log.highest_S(), target_S, w.start_S, std::exp(w.device_spread * z),
                                               [&](int pulse) {
                                                 const auto n4 = normals(pulse);
                                                 return std::array<float, 2>{n4[0], n4[1]};
                                               });
      pulses.push_back(one.failed ? w.max_pulses + 1 : one.pulses);
    }
    std::sort(pulses.begin(), pulses.end());
  }
  return out;
}

PulseLaw fit_pulse_law(const WriteLog& log, const device::WriteVerify& known, bool devices_differ,
                       const std::vector<double>& from) {
  std::vector<std::vector<double>> seen(log.targets_S.size());
  for (const LoggedWrite& w : log.writes) seen[w.target].push_back(pulses_or_failure(w, log.max_pulses));
  for (auto& one : seen) std::sort(one.begin(), one.end());
  const Function f = [&](const std::vector<double>& at) {
    const auto predicted = predicted_pulses(law_at(at, known), log, fitted_paths);
    double sum = 0;
    for (std::size_t t = 0; t < seen.size(); ++t)
      if (!seen[t].empty()) sum += distance(seen[t], predicted[t], log.max_pulses);
    return sum / static_cast<double>(log.writes.size());
  };
  constexpr int evaluations = 240, again = 80;
  if (!from.empty()) {
    const std::vector<double> at = lowest(f, from, 0.1, again);
    return {at, law_at(at, known)};
  }
  // As if the way to the farthest target were even.
  const double way_S = std::max(log.highest_S() - known.start_S, 0.1 * log.highest_S());
  std::vector<double> start{std::log(way_S / std::max(quantile(seen.back(), 0.5), 0.5)), 0, std::log(0.3)};
  if (devices_differ) start.push_back(std::log(0.3));
  std::vector<double> at = lowest(f, start, 0.4, evaluations);
  at = lowest(f, at, 0.2, evaluations / 2);  // a simplex may shrink too early
  return {at, law_at(at, known)};
}

}  // namespace bitline::characterise
