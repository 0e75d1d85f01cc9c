// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/trained_layer.h"

#include <algorithm>
#include <variant>

namespace bitline::experiments {

namespace {

class NumberLayer final : public TrainedLayer {
 public:
  NumberLayer(int rows, int columns, std::span<const float> weights)
      : rows_(static_cast<std::size_t>(rows)),
        columns_(static_cast<std::size_t>(columns)),
        w_(weights.begin(), weights.end()) {}

  void read(std::span<const float> x, std::span<float> out) override {
    std::ranges::fill(out, 0.0f);
    for (std::size_t i = 0; i < rows_; ++i)
      for (std::size_t j = 0; j < columns_ && x[i] != 0; ++j) out[j] += x[i] * w_[i * columns_ + j];
  }
  void read_back(std::span<const float> delta, std::span<float> out) override {
    for (std::size_t i = 0; i < rows_; ++i) {
      out[i] = 0;
      for (std::size_t j = 0; j < columns_; ++j) out[i] += delta[j] * w_[i * columns_ + j];
    }
  }
  void update(const Batch& b) override {
    for (std::size_t s = 0; s < b.samples; ++s)
      for (std::size_t i = 0; i < rows_; ++i) {
        const float change = static_cast<float>(-b.rate) * b.x[s * rows_ + i];
        for (std::size_t j = 0; j < columns_ && change != 0; ++j)
          w_[i * columns_ + j] += change * b.delta[s * columns_ + j];
      }
  }
  std::span<const float> weights() const override { return w_; }

 private:
  std::size_t rows_, columns_;
  std::vector<float> w_;
};

using Rule = std::variant<StochasticTrains, CountedSteps, FastArray>;

class DeviceLayer final : public TrainedLayer {
 public:
  DeviceLayer(TrainedArray array, Rule rule, const Random& random)
      : array_(std::move(array)), rule_(std::move(rule)), random_(random) {
    use_.row_squares.resize(static_cast<std::size_t>(array_.rows()));
    use_.column_squares.resize(static_cast<std::size_t>(array_.columns()));
  }

  void read(std::span<const float> x, std::span<float> out) override {
    array_.read(x, out);
    add_squares(x, use_.row_squares);
    use_.conversions += array_.columns();
  }
  void read_back(std::span<const float> delta, std::span<float> out) override {
    array_.read_back(delta, out);
    add_squares(delta, use_.column_squares);
    use_.conversions += array_.rows();
  }
  void update(const Batch& batch) override {
    const PulseTime lasted = std::visit([&](auto& rule) { return rule.update(array_, batch, random_); }, rule_);
    use_.pulse_time.up += lasted.up, use_.pulse_time.down += lasted.down;
  }
  std::span<const float> weights() const override { return array_.weights(); }
  const TrainedArray* array() const override { return &array_; }
  const TrainedArray* fast_array() const override {
    const auto* rule = std::get_if<FastArray>(&rule_);
    return rule ? &rule->fast() : nullptr;
  }

  LayerUse use() const override {
    LayerUse use = use_;
    use.pulses = array_.counts();
    const auto* rule = std::get_if<FastArray>(&rule_);
    if (!rule) return use;
    const PulseCounts& more = rule->fast().counts();
    use.pulses.up += more.up, use.pulses.down += more.down;
    use.pulses.up_levels += more.up_levels, use.pulses.down_levels += more.down_levels;
    use.row_reads = rule->row_reads();
    use.conversions += use.row_reads * array_.columns();
    return use;
  }

 private:
  static void add_squares(std::span<const float> values, std::span<double> sums) {
    for (std::size_t i = 0; i < values.size(); ++i) sums[i] += double{values[i]} * values[i];
  }

  TrainedArray array_;
  Rule rule_;
  const Random& random_;
  LayerUse use_;
};

struct MakeRule {
  const TrainedDevice& device;
  const ArraySetup& setup;
  const Random& random;

  Rule operator()(const arch::SgdTraining& t) const {
    if (const auto* trains = std::get_if<arch::StochasticPulses>(&t.pulses))
      return StochasticTrains(trains->slots, setup.name);
    const bool drawn = std::get<arch::CountedPulses>(t.pulses).rounding == arch::PulseRounding::stochastic;
    return CountedSteps(drawn ? CountedSteps::Rest::drawn : CountedSteps::Rest::dropped, setup.name);
  }
  Rule operator()(const arch::MixedPrecisionTraining&) const {
    return CountedSteps(CountedSteps::Rest::carried, setup.name);
  }
  Rule operator()(const arch::TikiTakaTraining& t) const { return fast(t, false); }
  Rule operator()(const arch::TikiTaka2Training& t) const { return fast(t, true); }
  Rule operator()(const arch::FloatTraining&) const { return StochasticTrains(1, setup.name); }  // not used

  Rule fast(const auto& t, bool digital_sums) const {
    ArraySetup other = setup;
    other.name = static_cast<std::uint16_t>(setup.name + 1);
    other.zero = device.pulses.balance();
    return FastArray(TrainedArray(device, other, random), t.slots, {t.transfer_every, t.transfer_rate, digital_sums});
  }
};

}  // namespace

std::unique_ptr<TrainedLayer> make_layer(const arch::TrainingAlgorithm& algorithm, const TrainedDevice& device,
                                         const ArraySetup& setup, std::span<const float> weights,
                                         const Random& random) {
  if (std::holds_alternative<arch::FloatTraining>(algorithm))
    return std::make_unique<NumberLayer>(setup.rows, setup.columns, weights);
  TrainedArray array(device, setup, random);
  array.write(weights);
  return std::make_unique<DeviceLayer>(std::move(array), std::visit(MakeRule{device, setup, random}, algorithm),
                                       random);
}

}  // namespace bitline::experiments
