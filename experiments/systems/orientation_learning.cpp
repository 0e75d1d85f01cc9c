// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/orientation_learning.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace bitline::experiments {

using arch::Orientation;
using arch::RateProductRule;
using arch::SlidingThresholdRule;

namespace {

constexpr std::size_t synapses = static_cast<std::size_t>(outputs) * pixels;

// Counts of Poisson pulses by inversion (Devroye 1986, section X.3.3): exact for means of at most a few hundred.
int poisson(double mean, double uniform) {
  double p = std::exp(-mean), sum = p;
  int k = 0;
  while (uniform > sum && p > 0) sum += p *= mean / ++k;
  return k;
}

class Learner {
 public:
  Learner(const Orientation& o, const Random& random) : o_(o), random_(random), w_(synapses), size_(synapses) {
    for (std::size_t i = 0; i < synapses; ++i) {
      const auto u = random.uniform4({Purpose::start_state, 0, static_cast<std::uint32_t>(i)});
      w_[i] = (o.start_low_S + u[0] * (o.start_high_S - o.start_low_S)) / o.g_full_S;
      size_[i] =
          std::exp(o.device_spread * random.normal4({Purpose::pulse_device, 0, static_cast<std::uint32_t>(i)})[0]);
    }
  }

  void show(int epoch) {
    const auto e = static_cast<std::uint32_t>(epoch);
    const auto pattern = static_cast<int>(random_.uniform4({Purpose::stimulus, 0, 0, e})[0] * orientations);
    for (int m = 0; m < pixels; m += 4) {
      const auto u = random_.uniform4({Purpose::stimulus, 1, static_cast<std::uint32_t>(m / 4), e});
      for (int i = 0; i < 4 && m + i < pixels; ++i)
        x_[static_cast<std::size_t>(m + i)] =
            poisson((on_bar(pattern, m + i) ? o_.bar_Hz : o_.field_Hz) * o_.observation_s,
                    u[static_cast<std::size_t>(i)]) /
            o_.observation_s;
    }
    const std::array<double, outputs> y = sums(x_);
    const auto winner = static_cast<std::size_t>(std::ranges::max_element(y) - y.begin());
    std::visit([&](const auto& rule) { step(rule, winner, y[winner], e); }, o_.rule);
  }

  RateSnapshot snapshot() const {
    RateSnapshot s;
    for (int n = 0; n < outputs; ++n) {
      const auto at = static_cast<std::size_t>(n);
      double total = 0, threshold = 0;
      for (int m = 0; m < pixels; ++m) {
        const double w = weight(n, m);
        total += w, threshold += w * threshold_of(w, at);
        for (int k = 0; k < orientations; ++k)
          s.rate_Hz[at][static_cast<std::size_t>(k)] += w * (on_bar(k, m) ? o_.bar_Hz : o_.field_Hz);
      }
      if (total <= 0) continue;
      for (double& r : s.rate_Hz[at]) r /= total;
      s.threshold_Hz[at] = threshold / total;
    }
    return s;
  }

  std::vector<float> weights() const { return {w_.begin(), w_.end()}; }

 private:
  double weight(int n, int m) const { return w_[static_cast<std::size_t>(n * pixels + m)]; }

  std::array<double, outputs> sums(const std::array<double, pixels>& x) const {
    std::array<double, outputs> y{};
    for (int n = 0; n < outputs; ++n)
      for (int m = 0; m < pixels; ++m) y[static_cast<std::size_t>(n)] += weight(n, m) * x[static_cast<std::size_t>(m)];
    return y;
  }

  double threshold_of(double w, std::size_t output) const {
    const auto* rule = std::get_if<SlidingThresholdRule>(&o_.rule);
    return rule ? rule->threshold_Hz + rule->slide_Hz * w : mean_square_[output];
  }

  void step(const SlidingThresholdRule& rule, std::size_t winner, double, std::uint32_t epoch) {
    change(winner, epoch,
           [&](double x, double w) { return rule.rate_s2 * x * (x - rule.threshold_Hz - rule.slide_Hz * w); });
  }

  void step(const RateProductRule& rule, std::size_t winner, double y, std::uint32_t epoch) {
    double& theta = mean_square_[winner];
    theta += (y * y - theta) / rule.memory;
    change(winner, epoch, [&](double x, double) { return rule.rate_s3 * x * y * (y - theta); });
  }

  // Each step is as large as its device and this once make it.
  template <class Step>
  void change(std::size_t winner, std::uint32_t epoch, Step&& step) {
    std::array<float, (pixels + 3) / 4 * 4> z;
    random_.normals({Purpose::pulse_cycle, 0, 0, epoch}, z);
    for (std::size_t m = 0; m < static_cast<std::size_t>(pixels); ++m) {
      const std::size_t i = winner * pixels + m;
      const double spread = size_[i] * (1 + o_.cycle_spread * z[m]);
      w_[i] = std::clamp(w_[i] + step(x_[m], w_[i]) * spread, 0.0, 1.0);
    }
  }

  const Orientation& o_;
  const Random& random_;
  std::vector<double> w_, size_;  // (outputs, pixels)
  std::array<double, pixels> x_{};
  std::array<double, outputs> mean_square_{};
};

std::array<int, outputs> preferred(const RateSnapshot& s) {
  std::array<int, outputs> best{};
  for (std::size_t n = 0; n < best.size(); ++n)
    best[n] = static_cast<int>(std::ranges::max_element(s.rate_Hz[n]) - s.rate_Hz[n].begin());
  return best;
}

int different(const std::array<int, outputs>& of) { return static_cast<int>(std::set(of.begin(), of.end()).size()); }

}  // namespace

ThresholdRange threshold_range(const Orientation& o) {
  const auto square = [&](double r) { return r * r + r / o.observation_s; };
  const double sum = o.bar_Hz + 3 * o.field_Hz;
  return {(square(o.bar_Hz) + 3 * square(o.field_Hz)) / sum, square(o.bar_Hz) / o.bar_Hz};
}

int Learned::orientations() const { return different(orientation); }

Learned learn_orientations(const Orientation& o, const Random& random) {
  Learner learner(o, random);
  Learned learned;
  const int between = std::max(1, o.epochs / 100), between_maps = std::max(1, o.epochs / 4);
  for (int epoch = 0; epoch <= o.epochs; ++epoch) {
    if (epoch % between == 0 || epoch == o.epochs) {
      learned.epochs.push_back(epoch);
      learned.rates.push_back(learner.snapshot());
      learned.orientation = preferred(learned.rates.back());
      if (learned.orientations() < outputs)
        learned.first_distinct.reset();
      else if (!learned.first_distinct)
        learned.first_distinct = epoch;
    }
    if (epoch % between_maps == 0 || epoch == o.epochs) {
      learned.map_epochs.push_back(epoch);
      learned.weights.push_back(learner.weights());
    }
    if (epoch < o.epochs) learner.show(epoch);
  }
  return learned;
}

}  // namespace bitline::experiments
