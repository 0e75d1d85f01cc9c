// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/reservoir_states.h"

#include <algorithm>
#include <cmath>

#include "device/plasticity/pulse_code.h"
#include "device/pulse_heat.h"

namespace bitline::experiments {

using arch::Reservoir;
using arch::ReservoirImages;
using arch::ReservoirVoices;
using device::Device;
using device::Plasticity;
using device::Pulse;
using device::SynapseReading;
using device::SynapseState;

namespace {

enum Layer : std::uint16_t { images, voices };  // keeps draws of devices apart

void count(DeviceStates& states, const SynapseReading& reading) {
  ++states.readings;
  states.below += below_window(reading);
}

// Joule heat while `volts` lie on a device.
double heat_J(const Device& d, double volts, double seconds, double g_S) {
  return pulse_heat_J(d.iv, g_S, d.plasticity->v_read_V, volts, seconds);
}

device::PulseSlots slots_of(const ReservoirImages& i) { return {{0, i.width_s, i.amplitude_V}, i.period_s}; }

// Of the pulses of a code: each with the conductance at its slot's start.
double pulses_J(const ReservoirImages& i, const std::vector<bool>& code, const std::vector<SynapseReading>& readings,
                const Device& d) {
  double sum = 0;
  for (std::size_t slot = 0; slot < code.size(); ++slot)
    if (code[slot])
      sum += heat_J(d, i.amplitude_V, i.width_s, slot == 0 ? d.g_min_S : conductance_S(d, readings[slot - 1]));
  return sum;
}

}  // namespace

DeviceStates image_states(const Reservoir& r, const Device& d, const Random& random) {
  const Plasticity& p = *d.plasticity;
  DeviceStates states;
  for (std::size_t digit = 0; digit < r.images.glyphs.size(); ++digit) {
    const auto rows = arch::glyph_rows(r.images.glyphs[digit]);
    states.rows.columns = static_cast<int>(rows.size());
    states.energy_J.resize(rows.size());
    for (int sample = 0; sample < r.sets.samples; ++sample) {
      const auto part = static_cast<std::uint32_t>(states.rows.count());
      std::vector<double> one;
      for (std::size_t row = 0; row < rows.size(); ++row) {
        SynapseState state;
        const auto readings = code_readings(p, state, rows[row], slots_of(r.images),
                                            {&random, static_cast<std::uint32_t>(row), images, part});
        count(states, readings.back());
        one.push_back(conductance_S(d, readings.back()));
        states.energy_J[row] += pulses_J(r.images, rows[row], readings, d) + heat_J(d, r.read_V, r.read_s, one.back());
      }
      states.rows.add(one, static_cast<int>(digit));
    }
  }
  for (double& e : states.energy_J) e /= static_cast<double>(states.rows.count());
  return states;
}

std::vector<double> masked(std::span<const float> frames, std::span<const float> mask, int channels, int columns) {
  const auto k = static_cast<std::size_t>(channels), c = static_cast<std::size_t>(columns);
  std::vector<double> numbers(frames.size() / k * c);
  for (std::size_t f = 0; f < frames.size() / k; ++f)
    for (std::size_t channel = 0; channel < k; ++channel)
      for (std::size_t j = 0; j < c; ++j) numbers[f * c + j] += frames[f * k + channel] * mask[channel * c + j];
  return numbers;
}

std::vector<double> voice_amplitudes_V(const ReservoirVoices& v, std::span<const double> numbers) {
  const auto [low, high] = std::ranges::minmax(numbers);
  std::vector<double> volts;
  for (const double x : numbers)
    volts.push_back(-(v.lowest_V + (high > low ? (x - low) / (high - low) : 0) * (v.highest_V - v.lowest_V)));
  return volts;
}

DeviceStates voice_states(const Reservoir& r, const Device& d, const Random& random, std::span<const double> numbers,
                          std::span<const int> labels) {
  const Plasticity& p = *d.plasticity;
  const ReservoirVoices& v = r.voices;
  const std::vector<double> volts = voice_amplitudes_V(v, numbers);
  const std::size_t pulses = numbers.size() / labels.size();
  DeviceStates states;
  states.rows.columns = static_cast<int>(pulses);
  states.energy_J.resize(pulses);
  for (std::size_t sample = 0; sample < labels.size(); ++sample) {
    SynapseState state;
    state.level = v.start;
    std::vector<double> one;
    for (std::size_t k = 0; k < pulses; ++k) {
      const double amplitude_V = volts[sample * pulses + k];
      const SynapseReading end = apply(p, state, {static_cast<double>(k) * v.period_s, v.width_s, amplitude_V},
                                       {&random, 0, voices, static_cast<std::uint32_t>(sample)});
      count(states, end);
      const double g_S = conductance_S(d, end);
      states.energy_J[k] += heat_J(d, amplitude_V, v.width_s, g_S) / static_cast<double>(labels.size());
      one.push_back(v.state == arch::VoiceState::current ? g_S * amplitude_V : g_S);
    }
    states.rows.add(one, labels[sample]);
  }
  return states;
}

namespace {

// What is left between two moments, in steps so short that decays look smooth.
void trace_rest(const Plasticity& p, const Device& d, SynapseState& state, double until_s, StateTrace& trace) {
  constexpr int steps = 10;
  const double from_s = state.time_s;
  for (int i = 0; i <= steps; ++i) {
    rest(p, state, i == steps ? until_s : from_s + (until_s - from_s) * i / steps);
    trace.time_s.push_back(state.time_s), trace.g_S.push_back(conductance_S(d, reading(state)));
  }
}

void trace_pulse(const Plasticity& p, const Device& d, SynapseState& state, const Pulse& pulse, StateTrace& trace) {
  const SynapseReading end = apply(p, state, pulse);
  trace.time_s.push_back(state.time_s), trace.g_S.push_back(conductance_S(d, end));
}

}  // namespace

StateTrace image_trace(const ReservoirImages& i, const std::vector<bool>& row, const Device& d) {
  const Plasticity& p = *d.plasticity;
  StateTrace trace;
  SynapseState state;
  for (std::size_t slot = 0; slot < row.size(); ++slot) {
    const double start_s = static_cast<double>(slot) * i.period_s;
    if (row[slot]) trace_pulse(p, d, state, {start_s, i.width_s, i.amplitude_V}, trace);
    trace_rest(p, d, state, static_cast<double>(slot + 1) * i.period_s, trace);
  }
  return trace;
}

StateTrace voice_trace(const ReservoirVoices& v, std::span<const double> amplitudes_V, const Device& d) {
  const Plasticity& p = *d.plasticity;
  StateTrace trace;
  SynapseState state;
  state.level = v.start;
  for (std::size_t k = 0; k < amplitudes_V.size(); ++k) {
    const double start_s = static_cast<double>(k) * v.period_s;
    trace_pulse(p, d, state, {start_s, v.width_s, amplitudes_V[k]}, trace);
    trace_rest(p, d, state, static_cast<double>(k + 1) * v.period_s, trace);
  }
  return trace;
}

}  // namespace bitline::experiments
