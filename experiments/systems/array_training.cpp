// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/array_training.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "base/error.h"
#include "base/parallel.h"
#include "device/pulse_heat.h"
#include "experiments/systems/trained_layer.h"

namespace bitline::experiments {

using arch::TrainOnArray;

namespace {

constexpr std::size_t layer_count = 2;

// Nearest of the values k / (2^bits - 1).
float rounded(float v, float highest) { return std::nearbyint(v * highest) / highest; }

class ArrayLearner {
 public:
  ArrayLearner(const TrainingSetup& setup, const Random& random)
      : setup_(setup),
        random_(random),
        experiment_(setup.experiment),
        inputs_(static_cast<std::size_t>(setup.train.size)),
        hidden_(static_cast<std::size_t>(setup.experiment.hidden)),
        outputs_(static_cast<std::size_t>(setup.train.classes)),
        rate_(std::visit([](const auto& a) { return a.rate; }, setup.algorithm)),
        input_top_(static_cast<float>((1 << setup.chip.input.bits) - 1)),
        error_top_(static_cast<float>((1 << (setup.chip.input.bits - 1)) - 1)) {
    layer_[0] = make(0, inputs_ + 1, hidden_);
    layer_[1] = make(1, hidden_ + 1, outputs_);
    const auto batch = static_cast<std::size_t>(experiment_.batch);
    x_[0].resize(batch * (inputs_ + 1)), x_[1].resize(batch * (hidden_ + 1));
    delta_[0].resize(batch * hidden_), delta_[1].resize(batch * outputs_);
    driven_.resize(std::max(hidden_, outputs_)), back_.resize(hidden_ + 1);
  }

  void train(int epoch) {
    std::vector<double> order(static_cast<std::size_t>(experiment_.images) + 3);
    for (std::size_t i = 0; i < order.size() / 4; ++i) {
      const auto u = random_.uniform4({.purpose = Purpose::training_order,
                                       .place = static_cast<std::uint32_t>(i),
                                       .image = static_cast<std::uint32_t>(epoch)});
      std::ranges::copy(u, order.begin() + static_cast<std::ptrdiff_t>(4 * i));
    }
    const auto images = static_cast<std::size_t>(experiment_.images),
               most = static_cast<std::size_t>(experiment_.batch);
    for (std::size_t first = 0; first < images; first += most) {
      const std::size_t batch = std::min(most, images - first);
      for (std::size_t s = 0; s < batch; ++s)
        errors_of(static_cast<std::size_t>(order[first + s] * static_cast<double>(setup_.train.count())), s);
      // Layers one after another: errors are of the weights before.
      for (std::size_t k = 0; k < layer_count; ++k)
        layer_[k]->update({x_[k], delta_[k], batch, rate_ / static_cast<double>(batch)});
    }
  }

  double accuracy() {
    std::size_t right = 0;
    for (std::size_t i = 0; i < setup_.test.count(); ++i) {
      forward(setup_.test, i, 0);
      const auto out = std::span(delta_[1]).first(outputs_);
      right += std::ranges::max_element(out) - out.begin() == setup_.test.labels[i];
    }
    return static_cast<double>(right) / static_cast<double>(setup_.test.count());
  }

  const TrainedLayer& layer(std::size_t k) const { return *layer_[k]; }

 private:
  std::unique_ptr<TrainedLayer> make(std::size_t k, std::size_t rows, std::size_t columns) {
    ArraySetup s;
    s.rows = static_cast<int>(rows), s.columns = static_cast<int>(columns);
    s.cell = experiment_.cell, s.range = experiment_.weight_range;
    s.zero = experiment_.zero == arch::ZeroLevel::middle ? 0.5 : setup_.device.pulses.balance();
    s.adc = &setup_.chip.adc;
    s.full_scale = experiment_.full_scale, s.full_scale_back = experiment_.full_scale_back;
    s.name = static_cast<std::uint16_t>(4 * k);
    // Uniform, with the variance of Glorot, Bengio 2010 (AISTATS 9, 249); biases 0.
    std::vector<float> weights(rows * columns);
    const double half = std::sqrt(6.0 / static_cast<double>(rows - 1 + columns));
    for (std::size_t i = 0; i + columns < weights.size(); ++i) {
      const auto u = random_.uniform4({.purpose = Purpose::training_start,
                                       .layer = static_cast<std::uint16_t>(k),
                                       .place = static_cast<std::uint32_t>(i / 4)});
      weights[i] = static_cast<float>(half * (2 * u[i % 4] - 1));
    }
    return make_layer(setup_.algorithm, setup_.device, s, weights, random_);
  }

  // Inputs of both layers and what comes out, which stands where errors will.
  void forward(const Pictures& pictures, std::size_t picture, std::size_t s) {
    const auto x = std::span(x_[0]).subspan(s * (inputs_ + 1), inputs_ + 1);
    std::copy_n(pictures.values.begin() + static_cast<std::ptrdiff_t>(picture * inputs_), inputs_, x.begin());
    x[inputs_] = 1;
    const auto sums = std::span(driven_).first(hidden_);
    layer_[0]->read(x, sums);
    const auto h = std::span(x_[1]).subspan(s * (hidden_ + 1), hidden_ + 1);
    for (std::size_t j = 0; j < hidden_; ++j) h[j] = rounded(1 / (1 + std::exp(-sums[j])), input_top_);
    h[hidden_] = 1;
    layer_[1]->read(h, std::span(delta_[1]).subspan(s * outputs_, outputs_));
  }

  void errors_of(std::size_t picture, std::size_t s) {
    forward(setup_.train, picture, s);
    const auto out = std::span(delta_[1]).subspan(s * outputs_, outputs_);
    const float top = *std::ranges::max_element(out);
    float sum = 0;
    for (float& v : out) sum += v = std::exp(v - top);
    for (float& v : out) v /= sum;
    out[static_cast<std::size_t>(setup_.train.labels[picture])] -= 1;
    // The rows take errors scaled by their largest, in as many bits as inputs, sign included.
    float most = 0;
    for (const float v : out) most = std::max(most, std::abs(v));
    const auto hidden_error = std::span(delta_[0]).subspan(s * hidden_, hidden_);
    if (most == 0) {
      std::ranges::fill(hidden_error, 0.0f);
      return;
    }
    const auto driven = std::span(driven_).first(outputs_);
    for (std::size_t j = 0; j < outputs_; ++j) driven[j] = rounded(out[j] / most, error_top_);
    layer_[1]->read_back(driven, back_);
    const auto h = std::span(x_[1]).subspan(s * (hidden_ + 1), hidden_);
    for (std::size_t j = 0; j < hidden_; ++j) hidden_error[j] = most * back_[j] * h[j] * (1 - h[j]);
  }

  const TrainingSetup& setup_;
  const Random& random_;
  const TrainOnArray& experiment_;
  std::size_t inputs_, hidden_, outputs_;
  double rate_;
  float input_top_, error_top_;
  std::array<std::unique_ptr<TrainedLayer>, layer_count> layer_;
  std::array<std::vector<float>, layer_count> x_, delta_;  // (samples, ...)
  std::vector<float> driven_, back_;
};

// Prices of the arrays' actions.
class Tariff {
 public:
  explicit Tariff(const TrainingSetup& s) : setup_(s) {
    const auto* adc = common(s.chip.adc);
    shared_by_ = adc ? adc->shared_by : 1;
    conversion_ = unit_cost(s.chip.adc, s.chip.technology, 1);
    const device::Plasticity& p = s.device.plasticity();
    up_ = p.potentiation->drive, down_ = p.depression->drive;
  }

  // Devices of every line, as they are now.
  struct Lines {
    std::array<std::vector<double>, layer_count> rows, columns;
  };
  Lines lines(const ArrayLearner& learner) const {
    Lines now;
    for (std::size_t k = 0; k < layer_count; ++k)
      if (const TrainedArray* array = learner.layer(k).array())
        now.rows[k] = array->row_conductances(), now.columns[k] = array->column_conductances();
    return now;
  }

  // Between two states of use; reads see the mean of the lines at both.
  TrainingUse between(const std::array<LayerUse, layer_count>& a, const std::array<LayerUse, layer_count>& b,
                      const Lines& before, const Lines& after, double forward_reads, double back_reads) const {
    TrainingUse use;
    const periphery::Input& in = setup_.chip.input;
    const double per_read = setup_.device.relative ? 0 : in.v_read_V * in.v_read_V * in.t_read_s;
    PulseTime longest;
    for (std::size_t k = 0; k < layer_count; ++k) {
      for (std::size_t i = 0; i < before.rows[k].size(); ++i)
        use.read_J +=
            per_read * (b[k].row_squares[i] - a[k].row_squares[i]) * (before.rows[k][i] + after.rows[k][i]) / 2;
      for (std::size_t j = 0; j < before.columns[k].size(); ++j)
        use.read_J += per_read * (b[k].column_squares[j] - a[k].column_squares[j]) *
                      (before.columns[k][j] + after.columns[k][j]) / 2;
      use.conversion_J += conversion_.energy_J * (b[k].conversions - a[k].conversions);
      use.read_s += (b[k].row_reads - a[k].row_reads) * read_time_s();
      add_pulses(a[k].pulses, b[k].pulses, use);
      longest.up = std::max(longest.up, b[k].pulse_time.up - a[k].pulse_time.up);
      longest.down = std::max(longest.down, b[k].pulse_time.down - a[k].pulse_time.down);
    }
    use.read_s += (layer_count * forward_reads + back_reads) * read_time_s();
    use.update_s = longest.up * up_.width_s + longest.down * down_.width_s;
    return use;
  }

  // Settling and the conversions of the columns that share a converter.
  double read_time_s() const { return setup_.chip.input.t_read_s + shared_by_ * conversion_.time_s; }

 private:
  void add_pulses(const PulseCounts& a, const PulseCounts& b, TrainingUse& use) const {
    use.pulses += b.all() - a.all();
    if (setup_.device.relative) return;
    const double low = setup_.device.low, window = setup_.device.high - low;
    const device::Device& d = *setup_.device.device;
    const auto heat_J = [&](const device::ElectricalDrive& pulse, double sum_S) {
      return pulse_heat_J(d.iv, sum_S, d.plasticity->v_read_V, pulse.amplitude_V, pulse.width_s);
    };
    use.pulse_J += heat_J(up_, low * (b.up - a.up) + window * (b.up_levels - a.up_levels));
    use.pulse_J += heat_J(down_, low * (b.down - a.down) + window * (b.down_levels - a.down_levels));
  }

  const TrainingSetup& setup_;
  int shared_by_ = 1;
  periphery::UnitCost conversion_;
  device::ElectricalDrive up_, down_;
};

std::array<LayerUse, layer_count> uses(const ArrayLearner& learner) {
  return {learner.layer(0).use(), learner.layer(1).use()};
}

void count_writes(const ArrayLearner& learner, TrainingOutcome& out) {
  double weights = 0;
  for (std::size_t k = 0; k < layer_count; ++k) {
    out.weights.emplace_back(learner.layer(k).weights().begin(), learner.layer(k).weights().end());
    for (const TrainedArray* array : {learner.layer(k).array(), learner.layer(k).fast_array()})
      for (const std::uint32_t n : array ? array->pulses_of() : std::span<const std::uint32_t>()) {
        out.pulses_per_weight += n;
        out.most_pulses = std::max(out.most_pulses, static_cast<double>(n));
      }
    weights += static_cast<double>(out.weights.back().size());
  }
  if (weights > 0) out.pulses_per_weight /= weights;
}

}  // namespace

TrainingOutcome train_on_array(const TrainingSetup& setup, const Random& random, const std::function<void()>& tick) {
  ArrayLearner learner(setup, random);
  const Tariff tariff(setup);
  TrainingOutcome out;
  out.accuracy.push_back(learner.accuracy());
  std::array<LayerUse, layer_count> before = uses(learner), after;
  Tariff::Lines then = tariff.lines(learner);
  for (int epoch = 0; epoch < setup.experiment.epochs; ++epoch) {
    if (interrupted()) throw Interrupted();
    learner.train(epoch);
    after = uses(learner);
    Tariff::Lines now = tariff.lines(learner);
    const double images = setup.experiment.images, test = static_cast<double>(setup.test.count());
    out.epochs.push_back(tariff.between(before, after, then, now, images, images));
    out.accuracy.push_back(learner.accuracy());
    before = uses(learner);
    out.inference = tariff.between(after, before, now, now, test, 0);
    then = std::move(now);
    tick();
  }
  for (double* figure : {&out.inference.read_J, &out.inference.conversion_J, &out.inference.read_s})
    *figure /= static_cast<double>(setup.test.count());
  count_writes(learner, out);
  return out;
}

}  // namespace bitline::experiments
