// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/pulse_train.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "device/plasticity/pulsed_device.h"

namespace bitline::device {
namespace {

constexpr int most_code_pulses = 16;

// The pulse of value 1.
Pulse full_pulse(const PulseTrain& t, const Plasticity& p) {
  Pulse pulse = reference_pulse(p, t.stimulus);
  if (t.power_W_m2) pulse.power_W_m2 = *t.power_W_m2;
  if (t.amplitude_V) pulse.amplitude_V = t.stimulus == Stimulus::depression ? -*t.amplitude_V : *t.amplitude_V;
  if (t.width_s) pulse.width_s = *t.width_s;
  return pulse;
}

// A device after the pulses of a group: what it showed at the end of the last one, and what it is then.
struct Driven {
  SynapseReading peak;
  SynapseState state;
};

Driven driven(const Plasticity& p, const Pulse& full, double gap_s, std::span<const float> group) {
  Driven d;
  Pulse pulse = full;
  for (const float value : group) {
    pulse.amplitude_V = full.amplitude_V * value, pulse.power_W_m2 = full.power_W_m2 * value;
    d.peak = apply(p, d.state, pulse);
    pulse.time_s += pulse.width_s + gap_s;
  }
  return d;
}

SynapseReading read_of(const PulseTrain& t, const Plasticity& p, const Pulse& full, std::span<const float> group) {
  Driven d = driven(p, full, t.gap_s, group);
  if (t.read == ReadMoment::peak) return d.peak;
  rest(p, d.state, d.state.time_s + t.gap_s);
  return reading(d.state);
}

void require_values(std::span<const float> values) {
  for (const float v : values)
    if (!(v >= 0 && v <= 1))
      throw InputError(fmt::format("pulse-train: a value of {} is no share of a full pulse (0 .. 1)", v));
}

}  // namespace

void fields(Visitor& v, PulseTrain& t) {
  v(t.stimulus, {.key = "stimulus", .meaning = "light, or voltage pulses that potentiate or depress"});
  v(t.pulses, {.key = "pulses", .meaning = "values of a group: pulses that a device meets", .min = 1, .max = 1024});
  v(t.amplitude_V, {.key = "amplitude",
                    .meaning = "magnitude of the voltage pulse of value 1",
                    .unit = Unit::volt,
                    .positive = true,
                    .absent = "reference"});
  v(t.power_W_m2, {.key = "power",
                   .meaning = "power of the light pulse of value 1",
                   .unit = Unit::watt_per_square_meter,
                   .positive = true,
                   .absent = "reference"});
  v(t.width_s,
    {.key = "width", .meaning = "of a pulse", .unit = Unit::second, .positive = true, .absent = "reference"});
  v(t.gap_s, {.key = "gap",
              .meaning = "from the end of a pulse to the start of the next, and to a residual reading",
              .unit = Unit::second,
              .positive = true});
  v(t.read, {.key = "read", .meaning = "moment: at the end of the last pulse, or one gap later"});
}

std::vector<Diagnostic> check(const PulseTrain& t, const Plasticity& p) {
  std::vector<Diagnostic> found;
  const auto report = [&](const char* path, std::string message, std::string remedy) {
    Diagnostic& d = found.emplace_back();
    d.path = path, d.message = std::move(message), d.remedy = std::move(remedy);
  };
  const bool light = t.stimulus == Stimulus::light;
  const bool described = light                                  ? p.light.has_value()
                         : t.stimulus == Stimulus::potentiation ? p.potentiation.has_value()
                                                                : p.depression.has_value();
  if (!described)
    report("stimulus",
           fmt::format("the device does not describe {}", stimulus_names[static_cast<std::size_t>(t.stimulus)]),
           "name another stimulus or another device");
  if (light && t.amplitude_V) report("amplitude", "light has a power, not a voltage", "give power instead");
  if (!light && t.power_W_m2) report("power", "voltage pulses have an amplitude", "give amplitude instead");
  return found;
}

SynapseReading encoded(const PulseTrain& t, const Plasticity& p, std::span<const float> group) {
  require_values(group);
  return read_of(t, p, full_pulse(t, p), group);
}

std::vector<float> encode(const PulseTrain& t, const Plasticity& p, std::span<const float> values) {
  const auto k = static_cast<std::size_t>(t.pulses);
  if (values.size() % k != 0)
    throw InputError(fmt::format("pulse-train: {} values are no whole groups of {}", values.size(), k));
  require_values(values);
  const Pulse full = full_pulse(t, p);
  const std::vector<float> ones(k, 1);
  const double largest = read_of(t, p, full, ones).total();
  if (!(largest > 0))
    throw InputError(
        fmt::format("pulse-train: a group of full pulses leaves {} of the window: nothing to read", largest));
  const double none = read_of(t, p, full, std::vector<float>(k, 0)).total();
  std::vector<float> features(values.size() / k);
  constexpr std::size_t part = 1024;  // groups of one task
  parallel_for((features.size() + part - 1) / part, [&](std::size_t task) {
    for (std::size_t i = task * part; i < std::min(features.size(), (task + 1) * part); ++i) {
      const std::span<const float> group = values.subspan(i * k, k);
      const bool dark = std::ranges::all_of(group, [](float v) { return v == 0; });
      features[i] = static_cast<float>((dark ? none : read_of(t, p, full, group).total()) / largest);
    }
  });
  return features;
}

std::vector<TrainCode> train_codes(const PulseTrain& t, const Plasticity& p) {
  if (t.pulses > most_code_pulses)
    throw InputError(fmt::format("pulse-train: {} pulses make 2^{} codes; a table takes at most {} pulses", t.pulses,
                                 t.pulses, most_code_pulses));
  const auto k = static_cast<std::size_t>(t.pulses);
  const Pulse full = full_pulse(t, p);
  PulseTrain later = t;
  later.read = ReadMoment::residual;
  std::vector<TrainCode> codes;
  for (std::size_t n = 0; n < std::size_t{1} << k; ++n) {
    TrainCode c{std::string(k, '0')};
    std::vector<float> group(k, 0);
    for (std::size_t i = 0; i < k; ++i)
      if (n >> (k - 1 - i) & 1) c.code[i] = '1', group[i] = 1;
    c.peak = driven(p, full, t.gap_s, group).peak.total();
    c.residual = read_of(later, p, full, group).total();
    codes.push_back(std::move(c));
  }
  return codes;
}

void fields(Visitor& v, PulseTrainEncoder& e) {
  v(e.device,
    {.key = "device",
     .meaning = "what the pulses drive: the name of a shipped device, or a map as of `device`; its plasticity "
                "counts"});
  fields(v, e.train);
  v(e.pulse_energy_J, {.key = "pulse_energy",
                       .meaning = "energy of a full pulse, for costs",
                       .unit = Unit::joule,
                       .positive = true,
                       .absent = "unknown"});
}

const Plasticity& PulseTrainEncoder::pulsed() const {
  if (!plasticity) throw InputError("pulse-train: no device is given (device: cbps)");
  return *plasticity;
}

void open_device(PulseTrainEncoder& e, const ConfigPath& where, Annotations& notes) {
  if (e.device.kind == Value::Kind::null) return;
  if (auto opened = open_named(e.device, "device", {}, where)) e.device = std::move(*opened);
  e.device = expand_dotted(e.device);
  PulsedDevice d = read_pulsed_device(e.device, "device", where);
  e.plasticity = d.plasticity();
  notes = std::move(d.notes);
  if (auto problems = check(e.train, *e.plasticity); !problems.empty()) throw ConfigError(std::move(problems));
}

}  // namespace bitline::device
