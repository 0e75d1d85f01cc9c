// SPDX-License-Identifier: Apache-2.0
#include "characterise/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/statistics.h"
#include "characterise/curve_parts.h"
#include "device/plasticity/pulse_code.h"
#include "device/plasticity/trains.h"

namespace bitline::characterise {

using device::Decay;
using device::FigureKind;
using device::fitted_label;
using device::NoProtocol;
using device::Plasticity;
using device::Pulse;
using device::PulsedDevice;
using device::Quantity;
using device::RegularTrain;
using device::Relation;
using device::ShortTerm;
using device::SlidingThreshold;
using device::SpreadOf;
using device::Stimulus;
using device::SynapseState;
using device::Trend;

namespace {

const std::optional<ShortTerm>& short_term(const Plasticity& p, Stimulus s) {
  static const std::optional<ShortTerm> none;
  if (s == Stimulus::light) return p.light ? p.light->short_term : none;
  const auto& r = s == Stimulus::potentiation ? p.potentiation : p.depression;
  return r ? r->short_term : none;
}

double pair_ratio(const Plasticity& p, Stimulus stimulus, double interval_s) {
  if (!short_term(p, stimulus)) throw InputError("the device describes no short_term of this stimulus");
  SynapseState s;
  const Pulse first = reference_pulse(p, stimulus);
  const double p1 = apply(p, s, first).transient;
  Pulse second = first;
  second.time_s = first.width_s + interval_s;
  return apply(p, s, second).transient / p1;
}

// The time constants of y = c1 r1^k + c2 r2^k from four values; of one exponential, both are the same.
double decay_time(const Plasticity& p, Stimulus stimulus, Decay which, double h) {
  double y[4];
  for (int k = 0; k < 4; ++k) y[k] = pair_ratio(p, stimulus, (k + 1) * h) - 1;
  const double determinant = y[0] * y[2] - y[1] * y[1];
  if (std::abs(determinant) < 1e-10 * y[1] * y[1]) return -h / std::log(y[1] / y[0]);
  const double sum = (y[0] * y[3] - y[1] * y[2]) / determinant, product = (y[1] * y[3] - y[2] * y[2]) / determinant;
  const double root = std::sqrt(std::max(0.0, sum * sum / 4 - product));
  return -h / std::log(which == Decay::first ? sum / 2 - root : sum / 2 + root);
}

Pulse electrical(double amplitude_V, double width_s) { return {0, width_s, amplitude_V, 0, 0}; }

double last_change(const Plasticity& p, double from, const std::vector<RegularTrain>& trains, double gap_s) {
  return run_trains(p, from, trains, gap_s).back().change();
}

std::vector<double> sweep(const Plasticity& p, Stimulus stimulus, int pulses) {
  SynapseState s;
  s.level = stimulus == Stimulus::depression ? 1 : 0;
  std::vector<double> levels{s.level};
  for (const Pulse& pulse : pulse_train(reference_pulse(p, stimulus), pulses, 1)) {
    apply(p, s, pulse);
    levels.push_back(s.level);
  }
  return levels;
}

struct Measure {
  const PulsedDevice& d;
  const Plasticity& p = d.plasticity();

  double operator()(const NoProtocol&) const { throw InputError("a figure without protocol cannot be measured"); }
  double operator()(const device::PairedPulses& q) const {
    return pair_ratio(p, q.stimulus, q.interval_s) - (q.definition == device::PairDefinition::gain ? 1 : 0);
  }
  double operator()(const device::PairDecay& q) const { return decay_time(p, q.stimulus, q.which, q.spacing_s); }
  double operator()(const device::ActivationEnergy& q) const {
    constexpr double boltzmann_eV_K = 8.617333262e-5, cold_K = 300, warm_K = 303;
    const double cold = decay_time(at_temperature(p, cold_K), q.stimulus, q.which, q.spacing_s);
    const double warm = decay_time(at_temperature(p, warm_K), q.stimulus, q.which, q.spacing_s);
    return boltzmann_eV_K * std::log(cold / warm) / (1 / cold_K - 1 / warm_K);
  }
  double operator()(const device::StateAfter& q) const {
    const RegularTrain train{electrical(q.amplitude_V, q.width_s), q.frequency_Hz, q.pulses};
    return d.conductance(q.from + last_change(p, q.from, {train}, 0));
  }
  double operator()(const device::OnOff& q) const {
    const auto up = sweep(p, Stimulus::potentiation, q.pulses);
    const double low = d.conductance(up.front());
    if (!(low > 0)) throw InputError("the ratio needs plasticity.reported.on_off or conductances");
    return d.conductance(up.back()) / low;
  }
  double operator()(const device::Nonlinearity& q) const { return fitted_label(sweep(p, q.stimulus, q.pulses)); }
  double operator()(const device::Asymmetry& q) const {
    return std::abs(fitted_label(sweep(p, Stimulus::potentiation, q.pulses)) -
                    fitted_label(sweep(p, Stimulus::depression, q.pulses)));
  }
  double operator()(const device::LevelCount& q) const {
    auto levels = sweep(p, q.stimulus, q.pulses);
    std::sort(levels.begin(), levels.end());
    return static_cast<double>(std::unique(levels.begin(), levels.end()) - levels.begin());
  }
  double operator()(const device::SpikeTiming& q) const {
    return std::abs(q.dt2_s - q.dt1_s) /
           std::abs(std::log(pair_change(p.stdp, q.dt1_s) / pair_change(p.stdp, q.dt2_s)));
  }
  double operator()(const device::PulseCodes& q) const {
    std::vector<double> currents;
    Pulse pulse = reference_pulse(p, Stimulus::potentiation);
    pulse.width_s = q.width_s;
    for (unsigned code = 0; code < 1u << q.slots; ++code) {
      SynapseState s;
      std::vector<bool> bits;
      for (int slot = 0; slot < q.slots; ++slot) bits.push_back(code >> (q.slots - 1 - slot) & 1u);
      currents.push_back(code_readings(p, s, bits, {pulse, q.period_s}).back().total());
    }
    std::sort(currents.begin(), currents.end());
    int distinct = 1;
    for (std::size_t i = 1; i < currents.size(); ++i)
      distinct += currents[i] - currents[i - 1] >= 0.03 * currents.back();
    return distinct;
  }
  double operator()(const Trend& q) const { return rise(q, q.high) / rise(q, q.low); }
  double rise(const Trend& q, double value) const {
    Pulse pulse = reference_pulse(p, q.stimulus);
    int count = q.pulses;
    double gap_s = q.interval_s;
    switch (q.of) {
      case Quantity::amplitude:
        (q.stimulus == Stimulus::light ? pulse.power_W_m2 : pulse.amplitude_V) =
            q.stimulus == Stimulus::depression ? -value : value;
        break;
      case Quantity::width:
        pulse.width_s = value;
        break;
      case Quantity::number:
        count = static_cast<int>(std::lround(value));
        break;
      case Quantity::frequency:
        pulse.width_s = q.duty / value, gap_s = (1 - q.duty) / value;
        break;
    }
    SynapseState s;
    device::SynapseReading last;
    for (const Pulse& one : pulse_train(pulse, count, gap_s)) last = apply(p, s, one);
    return q.long_term ? s.level : last.total();
  }
  double operator()(const device::SpreadAfter& q) const {
    Plasticity own = p;
    (q.of == SpreadOf::cycles ? own.spread.device_to_device : own.spread.cycle_to_cycle) = 0;
    const Random random(1, 0);
    std::vector<double> g;
    for (std::uint32_t draw = 0; draw < 10000; ++draw) {
      SynapseState s;
      const bool cycles = q.of == SpreadOf::cycles;
      s.pulses = cycles ? draw * static_cast<std::uint32_t>(q.pulses) : 0;
      for (const Pulse& pulse : pulse_train(reference_pulse(own, Stimulus::potentiation), q.pulses, 0.3))
        apply(own, s, pulse, {&random, cycles ? 0 : draw});
      g.push_back(d.conductance(s.level));
    }
    return standard_deviation(g) / mean(g);
  }
  double operator()(const device::TrainSequence& q) const {
    if (q.frequencies_Hz.empty()) throw InputError("a sequence needs frequencies");
    std::vector<RegularTrain> list;
    for (const double f : q.frequencies_Hz) list.push_back({electrical(q.amplitude_V, q.width_s), f, q.pulses});
    list.back().count = q.last_pulses;
    if (q.last_amplitude_V != 0) list.back().pulse.amplitude_V = q.last_amplitude_V;
    const double change = last_change(p, q.from, list, q.gap_s);
    return q.relative ? change / last_change(p, q.from, {list.back()}, q.gap_s) : change;
  }
  double operator()(const SlidingThreshold& q) const {
    return q.against_Hz > 0 ? threshold(q, q.prior_Hz) / threshold(q, q.against_Hz) : threshold(q, q.prior_Hz);
  }
  double threshold(const SlidingThreshold& q, double prior_Hz) const {
    const Pulse pulse = electrical(q.amplitude_V, q.width_s);
    const auto found =
        threshold_frequency_Hz(p, q.from, {pulse, prior_Hz, q.pulses}, {pulse, 1, q.test_pulses}, q.gap_s, 0.05, 50);
    if (!found) throw InputError("no frequency between 0.05 and 50 Hz separates depression from potentiation");
    return *found;
  }
};

}  // namespace

double measure(const PulsedDevice& d, const device::Protocol& protocol) { return std::visit(Measure{d}, protocol); }

PrintedNumber printed_number(const std::string& text) {
  PrintedNumber n;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n.value);
  if (error != std::errc() || end != text.data() + text.size())
    throw InputError(fmt::format("the published figure '{}' is not a number", text));
  const auto e = text.find_first_of("eE"), point = text.find('.');
  int exponent = 0;
  if (e != std::string::npos) {
    const auto from = e + 1 + (text[e + 1] == '+' ? 1 : 0);
    std::from_chars(text.data() + from, text.data() + text.size(), exponent);
  }
  if (point != std::string::npos) n.decimals = static_cast<int>(std::min(e, text.size()) - point) - 1;
  n.half_digit = 0.5 * std::pow(10, exponent - n.decimals);
  return n;
}

double unit_factor(const std::string& unit) {
  if (unit.empty()) return 1;
  for (const Unit u : {Unit::fraction, Unit::second, Unit::siemens, Unit::hertz, Unit::volt, Unit::joule, Unit::watt}) {
    const auto q = parse_quantity("1 " + unit, u);
    if (q.value) return *q.value;
  }
  return 1;
}

namespace {

// Mean energy of the pulses of a potentiation sweep; nothing where conductances are not known.
std::optional<double> sweep_pulse_J(const PulsedDevice& d) {
  const auto& up = d.plasticity().potentiation;
  if (d.relative || !up || !up->update) return std::nullopt;
  const int pulses = static_cast<int>(std::ceil(pulses_of(*up->update)));
  SynapseState s;
  double sum_J = 0;
  for (const Pulse& pulse : pulse_train(reference_pulse(d.plasticity(), Stimulus::potentiation), pulses, 1)) {
    rest(d.plasticity(), s, pulse.time_s);
    const device::SynapseReading before = reading(s);
    sum_J += curve_parts::pulse_energy_J(d, pulse, before, apply(d.plasticity(), s, pulse));
  }
  return sum_J / pulses;
}

// What a paper reports beside its curves: the length of a sweep, which the model takes, the energy of its pulses, which
// the model gives where conductances are known, and what no model here gives.
void add_reported(const PulsedDevice& d, std::vector<MeasuredFigure>& out) {
  const device::ReportedFacts& r = d.plasticity().reported;
  const auto add = [&](const char* what, const std::optional<double>& x, Unit unit, std::optional<double> ours,
                       FigureKind kind = FigureKind::imposed) {
    if (!x) return;
    const std::string text = format_quantity(*x, unit);
    const auto space = text.find(' ');
    MeasuredFigure m{{what, text.substr(0, space), space == std::string::npos ? "" : text.substr(space + 1), "reported",
                      Relation::equal, FigureKind::not_modelled, NoProtocol{}},
                     ours,
                     ours && *ours == *x};
    if (ours) m.figure.kind = kind;
    if (ours && kind == FigureKind::predicted) {
      const PrintedNumber published = printed_number(m.figure.published);
      m.ours = *ours / unit_factor(m.figure.unit);
      m.agrees = std::abs(*m.ours - published.value) <= published.half_digit * (1 + 1e-9);
    }
    out.push_back(std::move(m));
  };
  std::optional<double> sweep_pulses;
  const auto& up = d.plasticity().potentiation;
  if (r.ltp_pulses && up && up->update && !d.plasticity().history) {
    SynapseState s;
    Pulse pulse = reference_pulse(d.plasticity(), Stimulus::potentiation);
    double n = 0;
    for (; s.level < 1 - 1e-9 && n < 1e6; ++n) pulse.time_s = s.time_s, apply(d.plasticity(), s, pulse);
    sweep_pulses = n;
  }
  add("pulses of a potentiation sweep", r.ltp_pulses, Unit::none, sweep_pulses);
  add("memory window", r.window_V, Unit::volt, std::nullopt);
  add("endurance, cycles", r.endurance, Unit::none, std::nullopt);
  add("retention", r.retention_s, Unit::second, std::nullopt);
  add("energy per pulse", r.energy_J, Unit::joule, sweep_pulse_J(d), FigureKind::predicted);
}

}  // namespace

std::vector<MeasuredFigure> measured_figures(const PulsedDevice& d) {
  std::vector<MeasuredFigure> out;
  for (const auto& f : d.plasticity().figures) {
    MeasuredFigure m{f, std::nullopt, false};
    if (!std::holds_alternative<NoProtocol>(f.protocol)) {
      const PrintedNumber published = printed_number(f.published);
      try {
        m.ours = measure(d, f.protocol) / unit_factor(f.unit);
      } catch (const InputError& e) {
        throw InputError(fmt::format("{}: {}: {}", d.name, f.what, e.what()));
      }
      const double over = *m.ours - published.value;
      m.agrees = f.relation == Relation::above   ? over > 0
                 : f.relation == Relation::below ? over < 0
                                                 : std::abs(over) <= published.half_digit * (1 + 1e-9);
    }
    out.push_back(std::move(m));
  }
  add_reported(d, out);
  return out;
}

}  // namespace bitline::characterise
