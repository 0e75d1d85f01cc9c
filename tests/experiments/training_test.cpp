// SPDX-License-Identifier: Apache-2.0
// Networks that learn on arrays: reads, rules that turn errors into pulses, and that they learn.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "base/statistics.h"
#include "experiments/systems/array_training.h"
#include "experiments/systems/array_update.h"
#include "experiments/systems/trained_array.h"

namespace bitline::training_test {
using namespace experiments;
using namespace device;

namespace {

const periphery::Adc ideal = periphery::IdealAdc{};
const Random random(3, 1);

// A device of equal steps from 1 to 11 uS.
struct Straight {
  Device device;
  TrainedDevice trained;
  explicit Straight(double pulses, double relative_noise = 0, PulseSpread spread = {})
      : device(made(pulses, relative_noise, spread)), trained{"straight",     &device,
                                                              false,          device.g_min_S,
                                                              device.g_max_S, LevelPulses(*device.plasticity)} {}

  static Device made(double pulses, double relative_noise, PulseSpread spread) {
    Device d;
    d.g_min_S = 1e-6, d.g_max_S = 11e-6;
    d.read_noise.relative = relative_noise;
    Plasticity& p = d.plasticity.emplace();
    p.potentiation.emplace().update = LinearUpdate{pulses};
    p.depression.emplace().update = LinearUpdate{pulses};
    p.spread = spread;
    return d;
  }
};

ArraySetup setup_of(int rows, int columns, const periphery::Adc& adc = ideal) {
  ArraySetup s;
  s.rows = rows, s.columns = columns, s.adc = &adc;
  return s;
}

}  // namespace

TEST_CASE("an array reads the product of its weights, forward and transposed") {
  const Straight d(100);
  for (arch::WeightCell cell : {arch::WeightCell::one_device, arch::WeightCell::pair}) {
    ArraySetup s = setup_of(3, 2);
    s.cell = cell;
    TrainedArray array(d.trained, s, random);
    array.write(std::vector<float>{0.5f, -0.25f, 0, 1, -1, 0.125f});
    std::vector<float> out(2), back(3), row(2);
    array.read(std::vector<float>{1, 0.5f, 0.25f}, out);
    CHECK(out[0] == doctest::Approx(0.5 - 0.25).epsilon(1e-5));
    CHECK(out[1] == doctest::Approx(-0.25 + 0.5 + 0.03125).epsilon(1e-5));
    array.read_back(std::vector<float>{1, -0.5f}, back);
    CHECK(back[0] == doctest::Approx(0.625).epsilon(1e-5));
    CHECK(back[1] == doctest::Approx(-0.5).epsilon(1e-5));
    array.read_row(2, row);
    CHECK(row[0] == doctest::Approx(-1).epsilon(1e-5));
  }
}

TEST_CASE("converters round sums of weights by the full scale of the read") {
  const Straight d(100);
  periphery::SarAdc sar;
  sar.common.bits = 4;
  const periphery::Adc adc = sar;
  ArraySetup s = setup_of(1, 2, adc);
  s.full_scale = 7, s.full_scale_back = 1.75;  // LSB: 1 and 0.25 with 4 signed bits
  TrainedArray array(d.trained, s, random);
  array.write(std::vector<float>{0.6f, 0.4f});
  std::vector<float> out(2), back(1);
  array.read(std::vector<float>{1}, out);
  CHECK(out == std::vector<float>{1, 0});
  array.read_back(std::vector<float>{1, 0.5f}, back);  // 0.8
  CHECK(back[0] == 0.75f);
}

// Each column's own devices are apart; the reference column's noise is common to all.
TEST_CASE("read noise has the variance of every device's own, and what columns share is the reference's") {
  const double noise = 0.05;
  const Straight d(100, noise);
  TrainedArray array(d.trained, setup_of(2, 2), random);
  array.write(std::vector<float>{0.5f, -0.5f, 1, 0});
  const std::vector<float> x = {1, 0.5f};
  std::vector<double> first, second, product;
  constexpr int reads = 40000;
  for (int n = 0; n < reads; ++n) {
    std::vector<float> out(2);
    array.read(x, out);
    first.push_back(out[0]), second.push_back(out[1]);
  }
  // Levels 0.75, 0.25, 1, 0.5 of 1 .. 11 uS; weights are 2 (G - 6 uS) / 10 uS.
  const auto variance = [&](double g_uS) { return std::pow(2 * noise * g_uS / 10, 2); };
  const double reference = 1.25 * variance(6), own1 = variance(8.5) + 0.25 * variance(11),
               own2 = variance(3.5) + 0.25 * variance(6);
  for (int n = 0; n < reads; ++n) product.push_back((first[n] - mean(first)) * (second[n] - mean(second)));
  const double bound = 5 / std::sqrt(2.0 * reads);  // of a standard deviation, relative
  CHECK(mean(first) == doctest::Approx(1).epsilon(5 * std::sqrt((own1 + reference) / reads)));
  CHECK(std::abs(standard_deviation(first) / std::sqrt(own1 + reference) - 1) < bound);
  CHECK(std::abs(standard_deviation(second) / std::sqrt(own2 + reference) - 1) < bound);
  CHECK(std::abs(mean(product) - reference) < 5 * standard_deviation(product) / std::sqrt(reads));
}

TEST_CASE("a pulse of a pair moves the weight as far as one of a single device, by two half steps") {
  const Straight d(50);
  for (arch::WeightCell cell : {arch::WeightCell::one_device, arch::WeightCell::pair}) {
    ArraySetup s = setup_of(1, 3);
    s.cell = cell;
    TrainedArray array(d.trained, s, random);
    PulseList list;
    list.add(0, 3), list.add(2, -1);
    array.pulse(list);
    CHECK(array.step() == doctest::Approx(0.04));
    CHECK(array.weights()[0] == doctest::Approx(0.12));
    CHECK(array.weights()[1] == 0);
    CHECK(array.weights()[2] == doctest::Approx(-0.04));
    CHECK(array.counts().all() == (cell == arch::WeightCell::pair ? 8 : 4));
    if (cell == arch::WeightCell::pair) continue;
    // A pulse's heat is that of the middle of its step: three from 0.5 to 0.56, one from 0.5 to 0.48.
    CHECK(array.counts().up_levels == doctest::Approx(3 * 0.53));
    CHECK(array.counts().down_levels == doctest::Approx(0.49));
    CHECK(array.row_conductances()[0] == doctest::Approx(1e-6 * (6.6 + 6 + 5.8 + 6)));
    CHECK(array.column_conductances()[0] == doctest::Approx(6.6e-6));
  }
}

// Crossing (i, j) takes each of 31 slots with probability p = rate x |delta| / (31 step), apart from slot to slot.
TEST_CASE("random trains meet as often as the outer product asks, with the spread of that many coin tosses") {
  const Straight d(2000);
  TrainedArray array(d.trained, setup_of(3, 2), random);
  StochasticTrains trains(31, 0);
  const std::vector<float> x = {1, 0.5f, 0}, delta = {0.5f, -1};
  const double rate = 0.02, step = 0.001;
  constexpr int updates = 4000;
  std::vector<double> squares(6);
  std::vector<std::uint32_t> before(6);
  for (int n = 0; n < updates; ++n) {
    const PulseTime lasted = trains.update(array, {x, delta, 1, rate}, random);
    CHECK_MESSAGE((lasted.up == 31 && lasted.down == 31), "each polarity has its trains");
    for (std::size_t k = 0; k < 6; ++k) {
      const double now = array.pulses_of()[k] - before[k];
      squares[k] += now * now;
      before[k] = array.pulses_of()[k];
    }
  }
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 2; ++j) {
      const double pulses = rate * x[i] * std::abs(delta[j]) / step, p = pulses / 31, variance = 31 * p * (1 - p);
      const double seen = array.pulses_of()[2 * i + j] / double{updates};
      // Probabilities are rounded to 2^-16, a ten-thousandth of these.
      CHECK(std::abs(seen - pulses) <= 5 * std::sqrt(variance / updates) + 1e-3 * pulses);
      CHECK(squares[2 * i + j] / updates - seen * seen ==
            doctest::Approx(variance).epsilon(5 * std::sqrt(2.5 / updates)));
    }
  CHECK(array.weights()[0] == -1);  // positive errors lower weights, down to the end of the window
  CHECK(array.weights()[1] == 1);
  CHECK(array.weights()[4] == 0);
}

TEST_CASE("changes of more pulses than there are slots make slots of several pulses") {
  const Straight d(20000);
  TrainedArray array(d.trained, setup_of(2, 1), random);
  StochasticTrains trains(10, 0);
  constexpr int updates = 200;
  double slots = 0;
  // 100 and 50 pulses: ten slots of ten, all taken in the first row and half of them in the second.
  for (int n = 0; n < updates; ++n)
    slots =
        trains.update(array, {std::vector<float>{1, 0.5f}, std::vector<float>{n % 2 ? 1.0f : -1.0f}, 1, 0.01}, random)
            .up;
  CHECK(slots == 100);
  CHECK(array.pulses_of()[0] == 100 * updates);
  CHECK(std::abs(array.pulses_of()[1] - 50.0 * updates) < 5 * 10 * std::sqrt(10 * updates * 0.25));
}

TEST_CASE("counted steps round to the nearest, draw or carry what is left") {
  const Straight d(200);                                                      // a step is 0.01
  const std::vector<float> x = {1, 0.5f, 0, 0}, delta = {1, -0.5f, 0.5f, 0};  // two samples of two rows, two columns
  // Changes wanted by rate 0.03, in steps: -3 (x d): rows -3, 1.5 and -1.5, 0.75.
  const Batch batch{x, delta, 2, 0.03};
  using Rest = CountedSteps::Rest;
  TrainedArray dropped(d.trained, setup_of(2, 2), random);
  const PulseTime lasted = CountedSteps(Rest::dropped, 0).update(dropped, batch, random);
  CHECK(dropped.weights()[0] == doctest::Approx(-0.03));
  CHECK(dropped.weights()[1] == doctest::Approx(0.02));
  CHECK(dropped.weights()[2] == doctest::Approx(-0.02));
  CHECK(dropped.weights()[3] == doctest::Approx(0.01));
  CHECK(lasted.up == 3);  // the largest number of each row, row after row
  CHECK(lasted.down == 5);

  TrainedArray carried(d.trained, setup_of(2, 2), random);
  CountedSteps carry(Rest::carried, 0);
  for (int n = 0; n < 5; ++n) carry.update(carried, batch, random);
  CHECK(carried.pulses_of()[1] == 7);  // of 7.5
  CHECK(carried.pulses_of()[3] == 3);  // of 3.75

  const Straight fine(20000);
  TrainedArray drawn(fine.trained, setup_of(2, 2), random);
  CountedSteps draw(Rest::drawn, 0);
  constexpr int updates = 2000;
  for (int n = 0; n < updates; ++n) draw.update(drawn, {x, delta, 2, 0.0003}, random);
  // 0.75 of a step each time: a coin of that chance.
  CHECK(std::abs(drawn.pulses_of()[3] - 0.75 * updates) < 5 * std::sqrt(updates * 0.75 * 0.25));
  CHECK(std::abs(drawn.pulses_of()[1] - 1.5 * updates) < 5 * std::sqrt(updates * 0.25));
}

TEST_CASE("what the fast array gathers reaches the slow one row after row") {
  const Straight d(200);
  for (const bool digital_sums : {false, true}) {
    CAPTURE(digital_sums);
    TrainedArray slow(d.trained, setup_of(2, 2), random);
    ArraySetup s = setup_of(2, 2);
    s.name = 1;
    TrainedArray fast(d.trained, s, random);
    fast.write(std::vector<float>{0.5f, -0.5f, 0.25f, 0});
    FastArray rule(std::move(fast), 31, {1, 0.1, digital_sums});
    const std::vector<float> nothing(2);
    constexpr int times = 20;
    for (int n = 0; n < 2 * times; ++n) rule.update(slow, {nothing, nothing, 1, 0.1}, random);
    CHECK(rule.row_reads() == 2 * times);
    // Each transfer adds a tenth: 0.05 or 5 steps by trains; with digital sums a whole number of them makes one pulse.
    const double expected = digital_sums ? times * 0.01 : times * 0.05;
    CHECK(slow.weights()[0] == doctest::Approx(expected).epsilon(0.25));
    CHECK(slow.weights()[1] == doctest::Approx(-expected).epsilon(0.25));
    CHECK(slow.weights()[3] == 0);
  }
}

namespace {

// Four classes of 4 x 4 pictures: a bright quarter in noise.
Pictures quarters(int count, std::uint32_t set) {
  Pictures p;
  p.size = 16, p.classes = 4;
  for (std::uint32_t n = 0; n < static_cast<std::uint32_t>(count); ++n) {
    const int label = static_cast<int>(n % 4);
    p.labels.push_back(label);
    for (std::uint32_t k = 0; k < 4; ++k) {
      const auto u = random.uniform4({.purpose = Purpose::test, .place = k, .image = n, .step = set});
      for (const double v : u)
        p.values.push_back(static_cast<float>((static_cast<int>(k) == label ? 0.4 : 0) + 0.6 * v));
    }
  }
  return p;
}

}  // namespace

TEST_CASE("every algorithm learns on devices with spread and noise, the same each time") {
  const Straight d(200, 0.01, {0.005, 0.1});
  const Pictures train = quarters(400, 0), test = quarters(200, 1);
  arch::Config chip;
  chip.input.bits = 8;
  chip.adc = ideal;
  arch::TrainOnArray t;
  t.epochs = 2, t.images = 1500, t.hidden = 12, t.batch = 2;
  const arch::UpdatePulses counted = arch::CountedPulses{arch::PulseRounding::stochastic};
  for (const arch::TrainingAlgorithm& a : std::vector<arch::TrainingAlgorithm>{
           arch::FloatTraining{0.3}, arch::SgdTraining{0.3}, arch::SgdTraining{0.3, counted},
           arch::MixedPrecisionTraining{0.3}, arch::TikiTakaTraining{.rate = 0.3},
           arch::TikiTaka2Training{.rate = 0.3, .transfer_rate = 0.5}}) {
    CAPTURE(a.index());
    const TrainingSetup setup{t, a, chip, d.trained, train, test};
    const TrainingOutcome once = train_on_array(setup, random, [] {}), again = train_on_array(setup, random, [] {});
    CHECK(once.accuracy.front() < 0.6);
    CHECK(once.accuracy.back() > 0.9);
    CHECK(once.accuracy == again.accuracy);
    CHECK(once.weights == again.weights);
    if (std::holds_alternative<arch::FloatTraining>(a)) continue;
    CHECK(once.epochs.size() == 2);
    CHECK(once.epochs[0].pulses > 0);
    CHECK(once.most_pulses >= once.pulses_per_weight);
    // All devices conduct between 1 and 11 uS; reference pulses have 1 V and 1 ms.
    CHECK(once.epochs[0].pulse_J > once.epochs[0].pulses * 1e-9);
    CHECK(once.epochs[0].pulse_J < once.epochs[0].pulses * 11e-9);
    CHECK(once.inference.read_J > 0);
  }
}

}  // namespace bitline::training_test
