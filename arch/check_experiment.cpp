// SPDX-License-Identifier: Apache-2.0
#include "arch/check_experiment.h"

#include <fmt/format.h>

#include <set>

namespace bitline::arch {

namespace {

using Found = std::vector<Diagnostic>;

// What experiments need of the device, the workload and the chip.
void check_rest(const NoExperiment&, const Config&, Found&) {}
void check_rest(const SensitizedEdges&, const Config&, Found&) {}

void need_plasticity(const Config& c, const char* who, bool negative_too, Found& found) {
  const auto& p = c.device.plasticity;
  constexpr const char* remedy = "use a device that describes it, such as device: ftj";
  const auto missing = [&](const char* key, const char* pulses) {
    add_problem(found, "experiment.type",
                fmt::format("{} puts {}pulses on the device, but {} is not set, so what they do is not known", who,
                            pulses, key),
                remedy);
  };
  if (!p) return missing("device.plasticity", "");
  if (!p->potentiation) missing("device.plasticity.potentiation", "positive ");
  if (negative_too && !p->depression) missing("device.plasticity.depression", "negative ");
}

void check_rest(const Orientation&, const Config& c, Found& found) {
  need_plasticity(c, Orientation::type, false, found);
}
void check_rest(const Reservoir&, const Config& c, Found& found) { need_plasticity(c, Reservoir::type, true, found); }
void check_rest(const History&, const Config& c, Found& found) { need_plasticity(c, History::type, true, found); }

void check_rest(const Inpainting&, const Config& c, Found& found) {
  constexpr int least = 4;
  if (c.workload.images < least)
    add_problem(found, "workload.images", "is too few for a distance of distributions",
                fmt::format("give {} or more", least));
}

void check_rest(const Medical&, const Config& c, Found& found) {
  const auto* diode = std::get_if<workloads::DiodeActivation>(&c.workload.activation);
  if (!diode || !diode->slope)
    add_problem(found, "workload.activation", "has no diode with a reverse slope, which this experiment is about",
                "for example {type: diode, slope: 0.05, gain: 2}");
}

void check_rest(const SensitizedClassify&, const Config& c, Found& found) {
  if (!c.workload.neurons)
    add_problem(found, "workload.neurons", "is missing: this experiment compares kinds of neurons",
                "add their law there");
  if (c.workload.network.empty())
    add_problem(found, "workload.network", "is missing: there is no network to run", "add \"network: FILE.onnx\"");
}

void check_rest(const TrainOnArray& t, const Config& c, Found& found) {
  if (c.input.encoding != periphery::Encoding::analog)
    add_problem(found, "input.encoding", "training reads every sum once, with one analog input on each row",
                "write input.encoding: analog");
  if (c.input.bits < 2)
    add_problem(found, "input.bits", "errors have a sign and at least one bit besides", "give two bits or more");
  if (const std::string problem = t.algorithms.empty() ? "" : cannot_train(c.device); !problem.empty())
    add_problem(found, "device", problem, "take a device whose pulses potentiate and depress it");
  constexpr const char* remedy = "make arrays larger, or experiment.hidden smaller";
  if (c.array.rows <= t.hidden)
    add_problem(found, "array.rows",
                fmt::format("{} rows, but a layer with its bias has {}", c.array.rows, t.hidden + 1), remedy);
  if (c.array.columns < t.hidden)
    add_problem(found, "array.columns", fmt::format("{} columns, but a layer has {}", c.array.columns, t.hidden),
                remedy);
}

// The experiment that a file alone asks for; "" where it cannot be read any more.
std::string type_in(const std::string& file, const ConfigPath& where) {
  try {
    const Value tree = open_config(file, where);
    const Value* experiment = tree.find("experiment");
    const Value* type = experiment && experiment->is_map() ? experiment->find("type") : experiment;
    return type ? type->text : NoExperiment::type;
  } catch (const ConfigError&) {
    return "";
  }
}

void check_published(const Config& c, const ConfigPath& where, ConfigReader& r) {
  const std::string type = std::visit([](const auto& e) { return std::string(e.type); }, c.experiment);
  const std::string in = r.origin_of("experiment.type").file.str();
  std::set<std::string> seen{in};
  for (std::size_t i = 0; i < c.published.size(); ++i) {
    const std::string key = fmt::format("published.{}.ours", i), &ours = c.published[i].ours;
    const bool of_experiment =
        ours.starts_with("experiment.") || ours.starts_with("quality.") || ours.starts_with("scores.");
    const std::string file = r.origin_of(key).file.str();
    if (!of_experiment || file.starts_with("--set ") || !seen.insert(file).second) continue;
    const std::string other = type_in(file, where);
    if (other.empty() || other == type) continue;
    r.problem("experiment.type",
              fmt::format("is {}, but `published` holds figures of {} (experiment {})", type, file, other),
              "write published: [] here, or figures of this experiment");
    return;
  }
}

}  // namespace

std::vector<Diagnostic> check_experiment(const Config& c) {
  Found found;
  std::visit(
      [&](const auto& e) {
        if constexpr (requires { check(e); }) found = check(e);
        for (Diagnostic& d : found) d.path = "experiment." + d.path;
        check_rest(e, c, found);
      },
      c.experiment);
  return found;
}

void check_experiment(const Config& c, const ConfigPath& where, ConfigReader& r) {
  for (const char* part : {"experiment", "device", "workload", "input", "array"})
    if (!r.clean(part)) return;
  for (Diagnostic& d : check_experiment(c)) {
    // What is missing elsewhere is missing because of the experiment.
    const bool written = d.path.starts_with("experiment.") || r.annotations().origins.count(d.path) > 0;
    d.where = r.origin_of(written ? d.path : "experiment.type");
    r.problem(std::move(d));
  }
  if (is_experiment(c.experiment) && !r.clean("published")) return;
  check_published(c, where, r);
}

}  // namespace bitline::arch
