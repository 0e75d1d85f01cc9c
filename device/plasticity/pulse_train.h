// SPDX-License-Identifier: Apache-2.0
// Encoder `pulse-train`: groups of k consecutive values drive one device each, a pulse for each value, and what is read
// of the device at a stated moment is the feature of the group. By short-term plasticity the order of values counts.
//
// Value v in 0 .. 1 makes the pulse v times as bright (or high) as the full one; 0 is a pulse without light or voltage,
// and as in any pulse nothing decays while it lasts. Each device starts at rest for each group, so groups and samples
// can be encoded in any order. Devices are all alike: Plasticity::spread is not drawn.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/config_reader.h"
#include "device/plasticity/synapse.h"

namespace bitline::device {

// When a device is read. `peak`: at the end of the last pulse, its own response included, which then outweighs what is
// left of earlier ones. `residual`: one gap later, when all pulses of a group have left a part that decays.
enum class ReadMoment { peak, residual };
inline constexpr std::string_view read_moment_names[] = {"peak", "residual"};
constexpr std::span<const std::string_view> names_of(ReadMoment) { return read_moment_names; }

struct PulseTrain {
  Stimulus stimulus = Stimulus::light;
  int pulses = 4;                                 // values of a group
  std::optional<double> amplitude_V, power_W_m2;  // of the full pulse; unset: the device's reference pulse
  std::optional<double> width_s;                  // ditto
  double gap_s = 1;                               // from the end of a pulse to the start of the next
  ReadMoment read = ReadMoment::residual;
};
void fields(Visitor&, PulseTrain&);
// What the device's plasticity has no answer to; paths are relative to the train's keys.
std::vector<Diagnostic> check(const PulseTrain&, const Plasticity&);

// Level and transient of a device that met the pulses of one group. InputError: values outside of 0 .. 1.
SynapseReading encoded(const PulseTrain&, const Plasticity&, std::span<const float> group);

// Features of all groups of `values`, whose number is a multiple of train.pulses, as shares of what a group of ones
// leaves (above 0, else InputError).
std::vector<float> encode(const PulseTrain&, const Plasticity&, std::span<const float> values);

// Every group of values 0 and 1, the first value written first, in the order of binary numbers: "0000" .. "1111".
struct TrainCode {
  std::string code;
  double peak = 0, residual = 0;  // currents above g_min, shares of the window
};
std::vector<TrainCode> train_codes(const PulseTrain&, const Plasticity&);  // InputError: more than 16 pulses

struct PulseTrainEncoder {
  static constexpr const char* type = "pulse-train";
  static constexpr const char* about = "each group of values drives one device, a pulse for each value";
  Value device;  // name or map, as of a device of the library; its conductances may be unset
  PulseTrain train;
  std::optional<double> pulse_energy_J;  // of a full pulse, for costs
  std::optional<Plasticity> plasticity;  // of the device; set by open_device()
  // The same; InputError where no device is given.
  const Plasticity& pulsed() const;
};
using Encoder = std::variant<PulseTrainEncoder>;
void fields(Visitor&, PulseTrainEncoder&);

// Reads the device, after which `device` is a map that names no file. What is said of its values goes to `notes`.
// Throws ConfigError, InputError: as load_pulsed_device(), a device without plasticity, a train that it has no answer
// to.
void open_device(PulseTrainEncoder&, const ConfigPath& where, Annotations& notes);

}  // namespace bitline::device
