// SPDX-License-Identifier: Apache-2.0
// Published figures of a device beside the protocol that measures ours: the rows of docs/devices.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/schema.h"

namespace bitline::device {

enum class Stimulus { potentiation, depression, light };
inline constexpr std::string_view stimulus_names[] = {"potentiation", "depression", "light"};
constexpr std::span<const std::string_view> names_of(Stimulus) { return stimulus_names; }

enum class PairDefinition { ratio, gain };
inline constexpr std::string_view pair_definition_names[] = {"P2/P1", "(P2-P1)/P1"};
constexpr std::span<const std::string_view> names_of(PairDefinition) { return pair_definition_names; }

enum class FigureKind { predicted, imposed, not_modelled };
inline constexpr std::string_view figure_kind_names[] = {"predicted", "imposed", "not modelled"};
constexpr std::span<const std::string_view> names_of(FigureKind) { return figure_kind_names; }

enum class Relation { equal, above, below };
inline constexpr std::string_view relation_names[] = {"equal", "above", "below"};
constexpr std::span<const std::string_view> names_of(Relation) { return relation_names; }

enum class Decay { first, second };
inline constexpr std::string_view decay_names[] = {"first", "second"};
constexpr std::span<const std::string_view> names_of(Decay) { return decay_names; }

enum class Quantity { amplitude, width, number, frequency };
inline constexpr std::string_view quantity_names[] = {"amplitude", "width", "number", "frequency"};
constexpr std::span<const std::string_view> names_of(Quantity) { return quantity_names; }

enum class SpreadOf { cycles, devices };
inline constexpr std::string_view spread_of_names[] = {"cycles", "devices"};
constexpr std::span<const std::string_view> names_of(SpreadOf) { return spread_of_names; }

struct NoProtocol {
  static constexpr const char* type = "none";
  static constexpr const char* about = "nothing to measure";
};
// Two reference pulses.
struct PairedPulses {
  static constexpr const char* type = "paired-pulses";
  static constexpr const char* about = "response to the second of two reference pulses";
  Stimulus stimulus = Stimulus::potentiation;
  PairDefinition definition = PairDefinition::ratio;
  double interval_s = 0.01;
};
// Time constants of (P2 - P1) / P1 at four evenly spaced intervals (Prony's method; exact for two exponentials).
struct PairDecay {
  static constexpr const char* type = "pair-decay";
  static constexpr const char* about = "time constant of (P2-P1)/P1 over the interval, in s";
  Stimulus stimulus = Stimulus::potentiation;
  Decay which = Decay::first;
  double spacing_s = 0.01;
};
// The Arrhenius slope of that between 300 K and 303 K, so close that the two keep their order.
struct ActivationEnergy {
  static constexpr const char* type = "activation";
  static constexpr const char* about = "activation energy of that time constant, in eV";
  Stimulus stimulus = Stimulus::potentiation;
  Decay which = Decay::first;
  double spacing_s = 0.01;
};
// The conductance long after a train.
struct StateAfter {
  static constexpr const char* type = "state";
  static constexpr const char* about = "long-term conductance after a train from a given state, in S";
  double from = 0, amplitude_V = 1, width_s = 1e-4, frequency_Hz = 1;
  int pulses = 10;
};
struct OnOff {
  static constexpr const char* type = "on-off";
  static constexpr const char* about = "largest over smallest long-term conductance of an LTP/LTD sweep";
  int pulses = 50;
};
struct Nonlinearity {
  static constexpr const char* type = "nonlinearity";
  static constexpr const char* about = "NeuroSim label fitted to the LTP or LTD curve";
  Stimulus stimulus = Stimulus::potentiation;
  int pulses = 100;
};
struct Asymmetry {
  static constexpr const char* type = "asymmetry";
  static constexpr const char* about = "difference of the labels of LTP and LTD";
  int pulses = 100;
};
struct SpikeTiming {
  static constexpr const char* type = "stdp-tau";
  static constexpr const char* about = "time constant of STDP between two dt of one sign, in s";
  double dt1_s = 0.005, dt2_s = 0.01;
};
// 2^slots trains of pulse or no pulse in each slot.
struct PulseCodes {
  static constexpr const char* type = "codes";
  static constexpr const char* about = "codes of pulse or no pulse whose currents differ by 3 % of the largest or more";
  int slots = 4;
  double period_s = 0.1, width_s = 0.01;
};
// Different long-term states on the way up.
struct LevelCount {
  static constexpr const char* type = "levels";
  static constexpr const char* about = "different long-term levels over a train of reference pulses, from g_min";
  Stimulus stimulus = Stimulus::potentiation;
  int pulses = 100;
};
// Final current over the level before, at `high` over that at `low`, everything else at the reference.
struct Trend {
  static constexpr const char* type = "trend";
  static constexpr const char* about = "rise of the current by a train at `high` over that at `low`";
  Stimulus stimulus = Stimulus::potentiation;
  Quantity of = Quantity::number;
  double low = 1, high = 10;  // V or W/m2, s, pulses, Hz
  int pulses = 10;
  double interval_s = 0.1;  // end to start; with a frequency the duty follows instead
  double duty = 0.5;        // share of a period that the pulse takes, when `of` is frequency
  bool long_term = false;   // the level long after instead of the current at the last pulse's end
};
struct SpreadAfter {
  static constexpr const char* type = "spread";
  static constexpr const char* about = "sigma over mean of the conductance after a train, 10,000 draws";
  SpreadOf of = SpreadOf::cycles;
  int pulses = 10;
};
// Trains one after another; the change of the level by the last.
struct TrainSequence {
  static constexpr const char* type = "sequence";
  static constexpr const char* about = "change of the level by the last of several trains, a share of the window";
  double from = 0.5, amplitude_V = 1, width_s = 1e-4, gap_s = 1;
  double last_amplitude_V = 0;  // 0: the same
  int pulses = 10, last_pulses = 10;
  bool relative = false;
  std::vector<double> frequencies_Hz = {};
};
// Where a test train after a prior train neither potentiates nor depresses.
struct SlidingThreshold {
  static constexpr const char* type = "threshold";
  static constexpr const char* about = "frequency of a test train that changes nothing after a prior train, in Hz";
  double from = 0.5, amplitude_V = 1, width_s = 1e-4, gap_s = 1, prior_Hz = 2;
  double against_Hz = 0;  // 0: none
  int pulses = 10, test_pulses = 5;
};
using Protocol =
    std::variant<NoProtocol, PairedPulses, PairDecay, ActivationEnergy, StateAfter, OnOff, Nonlinearity, Asymmetry,
                 LevelCount, SpikeTiming, PulseCodes, Trend, SpreadAfter, TrainSequence, SlidingThreshold>;

struct PublishedDeviceFigure {
  std::string what, published, unit, source;  // `published` as printed: its last digit is the tolerance
  Relation relation = Relation::equal;
  FigureKind kind = FigureKind::predicted;
  Protocol protocol = NoProtocol{};
};

void fields(Visitor&, NoProtocol&);
void fields(Visitor&, PairedPulses&);
void fields(Visitor&, PairDecay&);
void fields(Visitor&, ActivationEnergy&);
void fields(Visitor&, StateAfter&);
void fields(Visitor&, OnOff&);
void fields(Visitor&, Nonlinearity&);
void fields(Visitor&, Asymmetry&);
void fields(Visitor&, LevelCount&);
void fields(Visitor&, SpikeTiming&);
void fields(Visitor&, PulseCodes&);
void fields(Visitor&, Trend&);
void fields(Visitor&, SpreadAfter&);
void fields(Visitor&, TrainSequence&);
void fields(Visitor&, SlidingThreshold&);
void fields(Visitor&, PublishedDeviceFigure&);

}  // namespace bitline::device
