// SPDX-License-Identifier: Apache-2.0
// A network of two fully connected layers whose weights are devices that pulses train, on arrays that also do its
// forward and transposed products.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/schema.h"
#include "device/device.h"

namespace bitline::arch {

// One device beside a column of reference: w = 2 range (x - zero). Two devices on one column: w = range (x+ - x-), each
// pulse of the weight being one up and one down.
enum class WeightCell { one_device, pair };
inline constexpr std::string_view weight_cell_names[] = {"one-device", "pair"};
constexpr std::span<const std::string_view> names_of(WeightCell) { return weight_cell_names; }

// The level that is weight 0.
enum class ZeroLevel { middle, balance };
inline constexpr std::string_view zero_level_names[] = {"middle", "balance"};
constexpr std::span<const std::string_view> names_of(ZeroLevel) { return zero_level_names; }

enum class PulseRounding { nearest, stochastic };
inline constexpr std::string_view pulse_rounding_names[] = {"nearest", "stochastic"};
constexpr std::span<const std::string_view> names_of(PulseRounding) { return pulse_rounding_names; }

// Pulses at the crossings of rows and columns where two random trains meet (Gokmen, Vlasov 2016,
// doi:10.3389/fnins.2016.00333): of `slots` slots each is taken with a probability in proportion to |x| of the row and
// |delta| of the column, so that the mean number of pulses is the wanted change over a step.
struct StochasticPulses {
  static constexpr const char* type = "stochastic";
  static constexpr const char* about = "coincidences of random trains on rows and columns, all devices at once";
  int slots = 31;
};
// The number of pulses that is nearest to the wanted change, row after row.
struct CountedPulses {
  static constexpr const char* type = "counted";
  static constexpr const char* about = "the wanted change over a step, rounded; row after row";
  PulseRounding rounding = PulseRounding::nearest;
};
using UpdatePulses = std::variant<StochasticPulses, CountedPulses>;
void fields(Visitor&, StochasticPulses&);
void fields(Visitor&, CountedPulses&);

struct FloatTraining {
  static constexpr const char* type = "float";
  static constexpr const char* about = "numbers instead of devices: what the network learns without arrays";
  double rate = 0.1;
};
struct SgdTraining {
  static constexpr const char* type = "sgd";
  static constexpr const char* about = "each change of a mini-batch becomes pulses at once";
  double rate = 0.1;
  UpdatePulses pulses = StochasticPulses{};
};
// Nandakumar et al. 2020, doi:10.3389/fnins.2020.00406: a digital sum of changes beside each weight; pulses, and that
// much less of the sum, whenever it holds a whole step.
struct MixedPrecisionTraining {
  static constexpr const char* type = "mixed-precision";
  static constexpr const char* about = "changes add up digitally, pulses once they make a step";
  double rate = 0.1;
};
// Gokmen, Haensch 2020, doi:10.3389/fnins.2020.00103: changes go to a fast array whose zero is where its devices
// balance; every `transfer_every` samples one of its rows is read and added to the slow array that holds the weights.
struct TikiTakaTraining {
  static constexpr const char* type = "tiki-taka";
  static constexpr const char* about = "changes go to a second array, whose rows in turn are added to the weights";
  double rate = 0.1;
  int slots = 31;
  int transfer_every = 1;
  double transfer_rate = 0.1;
};
// Gokmen 2021, doi:10.3389/frai.2021.699148: what is read of the fast array adds up digitally; one pulse when it makes
// a step, and the sum starts again.
struct TikiTaka2Training {
  static constexpr const char* type = "tiki-taka-2";
  static constexpr const char* about = "the same through digital sums, which filter noise and offsets";
  double rate = 0.1;
  int slots = 31;
  int transfer_every = 1;
  double transfer_rate = 0.1;
};
using TrainingAlgorithm =
    std::variant<SgdTraining, MixedPrecisionTraining, TikiTakaTraining, TikiTaka2Training, FloatTraining>;
void fields(Visitor&, FloatTraining&);
void fields(Visitor&, SgdTraining&);
void fields(Visitor&, MixedPrecisionTraining&);
void fields(Visitor&, TikiTakaTraining&);
void fields(Visitor&, TikiTaka2Training&);

struct TrainOnArray {
  static constexpr const char* type = "train-on-array";
  static constexpr const char* about = "a network trained by pulses on the devices that hold its weights";
  static constexpr auto reads = std::to_array<std::string_view>(
      {"input", "adc", "technology", "device.g_min", "device.g_max", "device.read_noise",
       "device.plasticity.potentiation", "device.plasticity.depression", "device.plasticity.history",
       "device.plasticity.spread"});
  int seeds = 3;
  int epochs = 10;
  int images = 8000;  // of an epoch, drawn from the training split
  int test_images = 10000;
  std::optional<int> validation_images = std::nullopt;  // held out of the training split in place of test pictures
  std::vector<std::string> data = {"mnist", "fashion-mnist"};  // the first that is there
  int border = 0;                                              // pixels cut off on each side
  int hidden = 100;
  int batch = 1;
  WeightCell cell = WeightCell::one_device;
  ZeroLevel zero = ZeroLevel::balance;
  double weight_range = 2;
  double full_scale = 12, full_scale_back = 6;  // of converters, in sums of weights
  std::vector<TrainingAlgorithm> algorithms = {SgdTraining{}};
  std::vector<std::string> devices = {};  // each trained by all `device_algorithms`
  std::vector<TrainingAlgorithm> device_algorithms = {SgdTraining{}};
};
void fields(Visitor&, TrainOnArray&);
std::vector<Diagnostic> check(const TrainOnArray&);  // paths are relative to the experiment

// Why numbers of pulses do not train a device; "" = they do.
std::string cannot_train(const device::Device&);

}  // namespace bitline::arch
