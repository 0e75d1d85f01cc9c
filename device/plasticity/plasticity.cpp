// SPDX-License-Identifier: Apache-2.0
// The keys of the plasticity record, and what no single key can know.
#include "device/plasticity/plasticity.h"

#include <fmt/format.h>

#include <cmath>

namespace bitline::device {
namespace {

constexpr const char* bcm = "form: Bienenstock, Cooper, Munro 1982, doi:10.1523/JNEUROSCI.02-01-00032.1982";

void time_constant(Visitor& v, double& tau_s, const char* key, const char* meaning) {
  v(tau_s, {.key = key, .meaning = meaning, .unit = Unit::second, .positive = true});
}

void activation(Visitor& v, double& eV, const char* key) {
  v(eV, {.key = key,
         .meaning = "activation energy of that time constant in eV; 0: the same at any temperature",
         .min = 0,
         .max = 10});
}

}  // namespace

void fields(Visitor& v, Consolidation& c) {
  v(c.threshold, {.key = "threshold",
                  .meaning = "transient above which memory turns long-term, a share of the window",
                  .unit = Unit::fraction,
                  .min = 0});
  v(c.rate, {.key = "rate", .meaning = "unit pulses of potentiation per share of the window above it", .min = 0});
}

void fields(Visitor& v, ShortTerm& s) {
  v(s.response, {.key = "response",
                 .meaning = "current over the long-term level at the end of one reference pulse, a share of the window",
                 .unit = Unit::fraction,
                 .positive = true});
  v(s.share1,
    {.key = "share1", .meaning = "share of it that decays with tau1: c1 of paired-pulse facilitation", .min = 0});
  time_constant(v, s.tau1_s, "tau1", "of the faster decay");
  v(s.share2, {.key = "share2", .meaning = "share of it that decays with tau2: c2", .min = 0});
  time_constant(v, s.tau2_s, "tau2", "of the slower decay");
  v(s.ceiling, {.key = "ceiling",
                .meaning = "transient that no pulse adds to, a share of the window",
                .unit = Unit::fraction,
                .positive = true});
  activation(v, s.activation1_eV, "activation1");
  activation(v, s.activation2_eV, "activation2");
  v(s.temperature_K,
    {.key = "temperature", .meaning = "at which the time constants hold", .unit = Unit::kelvin, .positive = true});
  v(s.consolidation, {.key = "consolidation", .meaning = "transition from short-term to long-term memory"});
}

void fields(Visitor& v, PulseResponse& p) {
  v(p.drive, {.key = "drive", .meaning = "the reference pulse, and how others compare with it"});
  v(p.update, {.key = "update", .meaning = "long-term state over the number of pulses; unset: nothing lasts"});
  v(p.short_term, {.key = "short_term", .meaning = "what passes: facilitation and relaxation"});
}

void fields(Visitor& v, LightResponse& l) {
  v(l.drive, {.key = "drive", .meaning = "the reference pulse, and how others compare with it"});
  v(l.step, {.key = "step", .meaning = "unit pulses of potentiation that one reference pulse writes", .min = 0});
  v(l.short_term, {.key = "short_term", .meaning = "what passes: facilitation and relaxation"});
}

void fields(Visitor& v, History& h) {
  v(h.rest, {.key = "rest", .meaning = "what a pulse counts after silence", .source = bcm});
  v(h.gain, {.key = "gain", .meaning = "added per pulse of recent over usual activity", .min = 0, .source = bcm});
  time_constant(v, h.recent_tau_s, "recent_tau", "memory of recent pulses");
  time_constant(v, h.usual_tau_s, "usual_tau", "forgetting of what is usual");
  v(h.adaptation, {.key = "adaptation",
                   .meaning = "share of the way from usual to recent activity that each pulse makes",
                   .unit = Unit::fraction,
                   .min = 0,
                   .max = 1});
}

void fields(Visitor& v, PulseSpread& s) {
  v(s.cycle_to_cycle, {.key = "cycle_to_cycle",
                       .meaning = "sigma that one unit pulse adds to the state, a share of the window",
                       .unit = Unit::fraction,
                       .min = 0,
                       .max = 1,
                       .source = "NeuroSim's definition; Chen, Peng, Yu, IEDM 2017, doi:10.1109/IEDM.2017.8268337"});
  v(s.device_to_device, {.key = "device_to_device",
                         .meaning = "sigma of the factor exp(sigma z) on a device's steps and transients",
                         .unit = Unit::fraction,
                         .min = 0,
                         .max = 1});
}

void fields(Visitor& v, ReportedFacts& r) {
  v(r.window_V, {.key = "window", .meaning = "memory window", .unit = Unit::volt, .positive = true});
  v(r.on_off,
    {.key = "on_off", .meaning = "g_max over g_min; what curves use where the device has no conductances", .min = 1});
  v(r.endurance, {.key = "endurance", .meaning = "cycles shown", .positive = true});
  v(r.retention_s, {.key = "retention", .meaning = "time shown", .unit = Unit::second, .positive = true});
  v(r.width_s, {.key = "width", .meaning = "of a writing pulse", .unit = Unit::second, .positive = true});
  v(r.ltp_pulses, {.key = "ltp_pulses", .meaning = "pulses of a potentiation sweep", .positive = true});
  v(r.energy_J, {.key = "energy", .meaning = "of one pulse", .unit = Unit::joule, .positive = true});
  v(r.also, {.key = "also", .meaning = "what else is shown"});
}

void fields(Visitor& v, Plasticity& p) {
  v(p.device, {.key = "device", .meaning = "what it is made of", .label = true});
  v(p.doi, {.key = "doi", .meaning = "of the publication", .label = true});
  v(p.reported, {.key = "reported", .meaning = "what the publication says beside its curves"});
  v(p.potentiation, {.key = "potentiation", .meaning = "response to positive pulses"});
  v(p.depression, {.key = "depression", .meaning = "response to negative pulses"});
  v(p.light, {.key = "light", .meaning = "response to light"});
  v(p.history, {.key = "history", .meaning = "adaptation of potentiation to earlier pulses"});
  v(p.stdp, {.key = "stdp", .meaning = "spike-timing dependence"});
  v(p.spread, {.key = "spread", .meaning = "differences between pulses and between devices"});
  v(p.v_read_V, {.key = "v_read", .meaning = "voltage the state is read at", .unit = Unit::volt, .positive = true});
  v(p.figures, {.key = "figures", .meaning = "published figures and how ours are measured", .label = true});
}

std::vector<Diagnostic> check(const Plasticity& p) {
  std::vector<Diagnostic> found;
  const auto report = [&](std::string path, std::string message, std::string remedy) {
    Diagnostic& d = found.emplace_back();
    d.path = std::move(path), d.message = std::move(message), d.remedy = std::move(remedy);
  };
  const auto response = [&](const std::string& at, const std::optional<PulseResponse>& r) {
    if (!r) return;
    if (r->drive.threshold_V >= r->drive.amplitude_V)
      report(at + ".drive.threshold",
             fmt::format("is {} V, the reference pulse has {} V: it does nothing", r->drive.threshold_V,
                         r->drive.amplitude_V),
             "make it lower than the reference amplitude");
    const auto* table = r->update ? std::get_if<TableUpdate>(&*r->update) : nullptr;
    if (!table) return;
    if (!table->file.empty() && !table->points.empty()) return;  // read from it
    if (table->file.empty())
      if (const auto problem = problem_of(*table); !problem.empty())
        report(at + ".update.points", problem, "list the state after each pulse, rising or falling");
  };
  response("potentiation", p.potentiation);
  response("depression", p.depression);
  if (p.light) {
    const auto& list = p.light->drive.responsivity;
    for (std::size_t i = 1; i < list.size(); ++i)
      if (list[i].wavelength_m <= list[i - 1].wavelength_m) {
        report("light.drive.responsivity", fmt::format("wavelength {} is not above the one before", i),
               "list them by rising wavelength");
        break;
      }
    const bool writes = p.light->step > 0 || (p.light->short_term && p.light->short_term->consolidation);
    if (writes && !(p.potentiation && p.potentiation->update))
      report("light", "light that writes needs a curve to write along", "describe potentiation.update too");
  }
  return found;
}

Plasticity at_temperature(Plasticity p, double temperature_K) {
  constexpr double boltzmann_eV_K = 8.617333262e-5;  // CODATA 2018
  const auto warm = [&](std::optional<ShortTerm>& s) {
    if (!s) return;
    const double steps = (1 / temperature_K - 1 / s->temperature_K) / boltzmann_eV_K;
    s->tau1_s *= std::exp(s->activation1_eV * steps);
    s->tau2_s *= std::exp(s->activation2_eV * steps);
    s->temperature_K = temperature_K;
  };
  if (p.potentiation) warm(p.potentiation->short_term);
  if (p.depression) warm(p.depression->short_term);
  if (p.light) warm(p.light->short_term);
  return p;
}

}  // namespace bitline::device
