// SPDX-License-Identifier: Apache-2.0
#include "device/simplifications.h"

namespace bitline::device {
namespace {

bool has_slow_noise(const Device& d) { return !std::holds_alternative<NoSlowNoise>(d.slow_noise); }
bool has_relaxation(const Device& d) { return !std::holds_alternative<NoRelaxation>(d.relaxation); }
bool has_drift(const Device& d) { return !std::holds_alternative<NoDrift>(d.drift); }

Simplification read_noise_claims(const Device& d) {
  Simplification s{"Read noise", {}};
  std::vector<std::string> white;
  if (d.read_noise.sigma_S > 0) white.push_back("device.read_noise.sigma");
  if (d.read_noise.relative > 0) white.push_back("device.read_noise.relative");
  if (!d.read_noise.by_conductance.empty()) white.push_back("device.read_noise.by_conductance");
  if (white.empty())
    s.claims.push_back({"Reads have no white noise.",
                        {"device.read_noise.sigma", "device.read_noise.relative", "device.read_noise.by_conductance"}});
  else
    s.claims.push_back(
        {"White and independent at each read, drawn once for a column with the summed variance of its cells.",
         {},
         white});
  if (has_slow_noise(d))
    s.claims.push_back(
        {"1/f or telegraph noise is part of the state that all reads of one moment see, its fast components, "
         "which would change between images, included.",
         {},
         {"device.slow_noise"}});
  else
    s.claims.push_back({"No 1/f or telegraph noise.", {"device.slow_noise"}});
  return s;
}

Simplification ageing_claims(const Device& d, const ReadTime& read) {
  Simplification s{"Ageing", {}};
  if (!ages(d)) {
    s.claims.push_back({is_disturbed(d) && read.in_time
                            ? "But for reads, devices keep the conductance they were written to."
                            : "Devices keep the conductance they were written to.",
                        {"device.relaxation", "device.drift", "device.slow_noise"}});
    return s;
  }
  if (read.in_time)
    s.claims.push_back(
        {"Devices age, and are refreshed where that is due, between moments of reading only: all images of a moment "
         "are "
         "read at once, and a device's mean state, not its history, decides how it relaxes.",
         {},
         {"use.type=in-time"}});
  else if (read.since_write_s > 0)
    s.claims.push_back(
        {"All devices are written at one moment and read at one age: nothing ages while a run reads, and "
         "a device's mean state, not its history, decides how it relaxes.",
         {},
         {"age", "use.type=at-once"}});
  else if (read.refreshed)
    s.claims.push_back(
        {"Devices are read right after a refresh: no time has passed since everything was written again.",
         {},
         {"age", "programming.refresh"}});
  else
    s.claims.push_back({"Devices are read as written: no time has passed.", {"age"}});
  return s;
}

Simplification read_disturb_claims(const Device& d, const ReadTime& read) {
  Simplification s{"Read disturb", {}};
  if (!is_disturbed(d))
    s.claims.push_back({"Reads leave devices as they are.", {"device.read_disturb"}});
  else if (!read.in_time)
    s.claims.push_back({"Reads leave devices as they are: all are made at once, and how many came before is not known.",
                        {},
                        {"device.read_disturb", "use.type=at-once"}});
  else
    s.claims.push_back(
        {"Every read at which a row is driven counts with its whole time, at the layer's read voltage whatever the "
         "level "
         "of an analog input or the drop along wires. How often a row is driven is the mean over the images of the "
         "first "
         "moment; reads that calibrate, correct or compensate are not counted, nor are those of the images that a "
         "moment "
         "reads only to be compared. All devices follow one law, and what time does goes on as if there were no reads.",
         {},
         {"device.read_disturb", "use.type=in-time"}});
  return s;
}

Simplification temperature_claims(const Device& d) {
  Simplification s{"Temperature of devices", {}};
  std::vector<std::string> active;
  if (d.thermal.relaxation_eV > 0 && has_relaxation(d)) active.push_back("device.thermal.relaxation");
  if (d.thermal.drift_eV > 0 && has_drift(d)) active.push_back("device.thermal.drift");
  if (!active.empty())
    s.claims.push_back(
        {"Changes how fast devices relax and drift (Arrhenius), not their conductances or noise.", {}, active});
  else if (d.thermal.relaxation_eV > 0 || d.thermal.drift_eV > 0)
    s.claims.push_back({"Devices depend on none: what has an activation energy is not modelled.",
                        {d.thermal.relaxation_eV > 0 ? "device.relaxation" : "device.drift"}});
  else
    s.claims.push_back({"Devices depend on none: no activation energy is given.",
                        {"device.thermal.relaxation", "device.thermal.drift"}});
  return s;
}

Simplification writing_claims(const Device& d) {
  Simplification s{"Writing devices", {}};
  if (std::holds_alternative<ExactWrite>(d.write))
    s.claims.push_back({"Exact: no write errors.", {"device.write"}});
  else
    s.claims.push_back({"A law of outcomes for each device, drawn independently of its neighbours.",
                        {"device.write.disturb"},
                        {"device.write"}});
  s.claims.push_back({"Writing one cell leaves its neighbours as they are.", {"device.write.disturb"}});
  if (d.endurance)
    s.claims.push_back({"Devices do not wear out: a run that asks for more pulses than they endure warns.",
                        {"device.wear"},
                        {"device.endurance"}});
  else
    s.claims.push_back(
        {"Devices do not wear out, and how many pulses they endure is not known.", {"device.endurance"}});
  return s;
}

Simplification fault_claims(const Device& d) {
  Simplification s{"Faults and spread", {}};
  const Faults& f = d.faults;
  const auto share = [&](double x, const char* key, const char* none, const char* some) {
    const std::string path = key;
    s.claims.push_back(x > 0 ? Claim{some, {}, {path}} : Claim{none, {path}});
  };
  if (f.stuck_on > 0 || f.stuck_off > 0)
    s.claims.push_back({"Stuck devices keep exactly their value and are drawn independently of each other.",
                        {"device.faults.clusters"},
                        {f.stuck_on > 0 ? "device.faults.stuck_on" : "device.faults.stuck_off"}});
  else
    s.claims.push_back({"No device is stuck.", {"device.faults.stuck_on", "device.faults.stuck_off"}});
  share(f.dead_row, "device.faults.dead_row", "No row is dead.", "A dead row carries no voltage at all.");
  share(f.dead_column, "device.faults.dead_column", "No column is dead.", "A dead column delivers no current at all.");
  if (d.spread.device_to_device > 0)
    s.claims.push_back({"Devices differ independently of where they lie: no gradient over an array, no wafer.",
                        {"device.spread.gradient"},
                        {"device.spread.device_to_device"}});
  else
    s.claims.push_back({"All devices have one conductance window.", {"device.spread.device_to_device"}});
  return s;
}

Simplification curve_claims(const Device& d) {
  Simplification s{"Current-voltage characteristic", {}};
  if (is_curved(d.iv))
    s.claims.push_back(
        {"The given curve is followed where the voltage at a device differs from that of its "
         "conductances: behind wires that are solved, and with analog inputs.",
         {},
         {"device.iv"}});
  else
    s.claims.push_back({"A device is a conductance, the same at every voltage.", {"device.iv"}});
  return s;
}

}  // namespace

std::vector<Simplification> simplifications(const Device& d, const ReadTime& read) {
  return {curve_claims(d),       read_noise_claims(d), ageing_claims(d, read), read_disturb_claims(d, read),
          temperature_claims(d), writing_claims(d),    fault_claims(d)};
}

}  // namespace bitline::device
