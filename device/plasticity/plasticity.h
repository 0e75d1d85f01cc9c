// SPDX-License-Identifier: Apache-2.0
// What pulses do to a device, as data: the `plasticity:` record of a device file. Times in seconds; states and
// responses are shares of the conductance window (0: g_min, 1: g_max). How it acts is in synapse.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "device/plasticity/drive.h"
#include "device/plasticity/figure.h"
#include "device/plasticity/stdp.h"
#include "device/plasticity/update.h"

namespace bitline::device {

// From short- to long-term memory: a pulse that leaves a transient of more than `threshold` adds
// rate (transient - threshold) unit pulses to the long-term state.
struct Consolidation {
  double threshold = 0.1, rate = 1;
};

// The volatile part of a response. A pulse of drive d raises the current by `response` d at its end, on top of what is
// left of earlier pulses; share1 and share2 of that then decay with tau1 and tau2, the rest is gone at once. So two
// reference pulses an interval dt apart (end to start) give P2 / P1 = 1 + share1 exp(-dt / tau1) + share2 exp(-dt /
// tau2), P being the current over the long-term level at the end of a pulse; (P2 - P1) / P1 is the same without the 1.
struct ShortTerm {
  double response = 0.1;
  double share1 = 0.5, tau1_s = 0.1, share2 = 0, tau2_s = 1;
  double ceiling = 1;  // what is left behind shrinks by 1 - transient / ceiling: long trains saturate
  double activation1_eV = 0, activation2_eV = 0, temperature_K = 300;  // tau as at this temperature; Arrhenius
  std::optional<Consolidation> consolidation;
};

// One polarity of voltage pulses.
struct PulseResponse {
  ElectricalDrive drive;
  std::optional<UpdateCurve> update;  // unset: pulses leave no long-term change
  std::optional<ShortTerm> short_term;
};

// Light. It potentiates: through consolidation, and `step` unit pulses per reference pulse.
struct LightResponse {
  OpticalDrive drive;
  double step = 0;
  std::optional<ShortTerm> short_term;
};

// History: what a positive pulse writes depends on how fast pulses came just before, against what the device is used
// to. Both are traces of positive pulses: recent r (each pulse adds 1, decays with recent_tau) and usual u (each pulse
// moves it by `adaptation` towards r; decays with usual_tau). Before its own 1 is added, a pulse counts as its drive
// times rest + gain (r - u); where that is negative the state goes back along the curve of potentiation. The rate at
// which it changes sign slides with experience (form of Bienenstock, Cooper, Munro, J. Neurosci. 2, 32 (1982),
// doi:10.1523/JNEUROSCI.02-01-00032.1982).
struct History {
  double rest = 1, gain = 0, recent_tau_s = 0.5, usual_tau_s = 5, adaptation = 0.05;
};

// Cycle to cycle: each pulse that steps the state by a whole unit pulse adds a normal number of this sigma (share of
// the window; NeuroSim's definition), in proportion to the square root of unit pulses. Device to device: the size of a
// device's steps and transients scales by exp(sigma z).
struct PulseSpread {
  double cycle_to_cycle = 0, device_to_device = 0;
};

// What a paper reports of the device beside its curves. Unset: not given.
struct ReportedFacts {
  std::optional<double> window_V, on_off, endurance, retention_s, width_s, ltp_pulses, energy_J;
  std::string also;
};

struct Plasticity {
  std::string device, doi;  // what it is; where it was published
  ReportedFacts reported;
  std::optional<PulseResponse> potentiation, depression;
  std::optional<LightResponse> light;
  std::optional<History> history;
  StdpRule stdp = NoStdp{};
  PulseSpread spread;
  double v_read_V = 0.1;
  std::vector<PublishedDeviceFigure> figures;
};

void fields(Visitor&, Consolidation&);
void fields(Visitor&, ShortTerm&);
void fields(Visitor&, PulseResponse&);
void fields(Visitor&, LightResponse&);
void fields(Visitor&, History&);
void fields(Visitor&, PulseSpread&);
void fields(Visitor&, ReportedFacts&);
void fields(Visitor&, Plasticity&);

// What no single field can know. Paths are relative to the record ("light.drive.responsivity").
std::vector<Diagnostic> check(const Plasticity&);

// The same with its time constants at another temperature: tau exp(Ea / k (1 / T - 1 / T0)). temperature_K > 0.
Plasticity at_temperature(Plasticity, double temperature_K);

}  // namespace bitline::device
