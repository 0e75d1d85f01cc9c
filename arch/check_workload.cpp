// SPDX-License-Identifier: Apache-2.0
#include "arch/check_workload.h"

#include <fmt/format.h>

#include <algorithm>

#include "workloads/dataset.h"

namespace bitline::arch {

using workloads::LayerShape;

void find_file(std::string& file, const std::string& key, const ConfigPath& where, ConfigReader& r) {
  namespace fs = std::filesystem;
  if (file.empty()) return;
  const fs::path beside = folder_of(r.origin_of(key)) / file;
  std::error_code ec;
  if (fs::is_regular_file(beside, ec)) {
    file = fs::weakly_canonical(beside).string();
    return;
  }
  for (const auto& root : where.roots)
    if (fs::is_regular_file(root.parent_path() / "models" / file, ec)) return;
  r.problem(key, fmt::format("no file '{}'", file), "looked beside the config and among the shipped models");
}

namespace {

// The files and folders of data that lie beside the config are remembered by their full paths; others are sought where
// data sets are, when the run begins.
void find_data(std::string& file, const std::string& key, ConfigReader& r) {
  namespace fs = std::filesystem;
  if (file.empty()) return;
  const auto& origins = r.annotations().origins;
  const auto origin = origins.find(key);
  std::error_code ec;
  const fs::path beside = (origin == origins.end() ? fs::path() : folder_of(origin->second)) / file;
  if (fs::exists(beside, ec)) file = fs::weakly_canonical(beside).string();
}

void check_data(Workload& w, ConfigReader& r) {
  workloads::DataSource& d = w.dataset;
  const std::string at = "workload.dataset.";
  const bool named = r.annotations().origins.count(at + "name") > 0 && !d.name.empty();
  if (named && !d.inputs.empty()) r.problem(at + "name", "and inputs exclude each other", "leave one out");
  if (d.name.empty() && d.inputs.empty())
    r.problem("workload.dataset", "names no data", "give a name, or {inputs: X.npy, labels: Y.npy}");
  for (const auto& [key, file] : {std::pair{"labels", &d.labels},
                                  {"calibration_inputs", &d.calibration_inputs},
                                  {"calibration_labels", &d.calibration_labels}})
    if (d.inputs.empty() && !file->empty()) r.problem(at + key, "is given without inputs", "add inputs: FILE.npy");
  if (d.calibration_inputs.empty() && !d.calibration_labels.empty() && !d.inputs.empty())
    r.problem(at + "calibration_labels", "is given without calibration_inputs", "add calibration_inputs: FILE.npy");
  if (!d.inputs.empty()) d.name.clear();
  const auto known = workloads::datasets();
  if (std::ranges::find(known, d.name, &workloads::DatasetInfo::name) == known.end()) find_data(d.name, at + "name", r);
  find_data(d.inputs, at + "inputs", r);
  find_data(d.labels, at + "labels", r);
  find_data(d.calibration_inputs, at + "calibration_inputs", r);
  find_data(d.calibration_labels, at + "calibration_labels", r);
}

// Shapes have weights as targets: what only written devices have is refused.
void check_chip_for_shapes(const Config& c, ConfigReader& r) {
  constexpr const char* remedy = "give workload.network instead of shapes, or leave it out";
  if (r.clean("wires") && c.wires.exact())
    r.problem(c.wires.mode == array::WireMode::exact ? "wires.mode" : "wires",
              "exact wires need devices, and layers of workload.shapes have none that are written", remedy);
  if (!c.conductances.empty())
    r.problem("conductances", "replace writing, and layers of workload.shapes are not written", remedy);
  if (c.keep == Keep::conductances)
    r.problem("keep", "layers of workload.shapes have no written conductances to keep", remedy);
}

void check_codes(const Config& c, const LayerShape& shape, const std::string& at, ConfigReader& r) {
  const LayerConfig layer = layer_config(c, shape.name);
  if (shape.signed_inputs && layer.input.encoding != periphery::Encoding::ternary && layer.input.bits < 2)
    r.problem(at + ".signed_inputs", "need at least two bits, but input.bits is 1", "use input.bits: 2 or more");
  const auto* ternary = std::get_if<workloads::TernaryWeights>(&c.workload.weights);
  const auto* uniform = std::get_if<workloads::UniformWeights>(&c.workload.weights);
  const double zero = ternary ? ternary->zero : uniform ? uniform->zero.value_or(0) : 0;
  if (zero > 0 && layer.quantization.weight_bits == 1 && shape.weights.empty())
    r.problem("workload.weights.zero",
              fmt::format("is {}, but the one-bit weights of layer '{}' are never zero",
                          format_quantity(zero, Unit::fraction), shape.name),
              "use zero: 0, or quantization.weight_bits: 2 or more");
}

void check_shapes(Config& c, const ConfigPath& where, ConfigReader& r) {
  auto& shapes = c.workload.shapes;
  const auto parts_clean = [&] {
    for (const char* part : {"workload.weights", "cell", "input", "adc", "quantization", "layers"})
      if (!r.clean(part)) return false;
    return true;
  };
  const bool chip_clean = parts_clean();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const std::string at = fmt::format("workload.shapes.{}", i);
    if (!r.clean(at)) continue;
    if (shapes[i].name.empty())
      r.problem(at + ".name", "is empty", "name every layer");
    else if (std::any_of(shapes.begin(), shapes.begin() + static_cast<std::ptrdiff_t>(i),
                         [&](const LayerShape& other) { return other.name == shapes[i].name; }))
      r.problem(at + ".name", fmt::format("'{}' is the name of an earlier layer too", shapes[i].name),
                "give every layer a name of its own");
    for (const auto& d : problems(shapes[i])) r.problem(fmt::format("{}.{}", at, d.path), d.message, d.remedy);
    find_file(shapes[i].weights, at + ".weights", where, r);
    find_file(shapes[i].inputs, at + ".inputs", where, r);
    if (chip_clean && r.clean("workload.weights")) check_codes(c, shapes[i], at, r);
  }
}

}  // namespace

void find_workload_files(Workload& w, const ConfigPath& where, ConfigReader& r) {
  find_file(w.network, "workload.network", where, r);
  for (std::size_t i = 0; i < w.shapes.size(); ++i) {
    find_file(w.shapes[i].weights, fmt::format("workload.shapes.{}.weights", i), where, r);
    find_file(w.shapes[i].inputs, fmt::format("workload.shapes.{}.inputs", i), where, r);
  }
  if (r.clean("workload.dataset")) check_data(w, r);
}

void check_workload(Config& c, const ConfigPath& where, ConfigReader& r) {
  Workload& w = c.workload;
  const auto& origins = r.annotations().origins;
  const bool written = origins.count("workload") > 0, names_network = origins.count("workload.network") > 0;
  if (!w.network.empty() && !w.shapes.empty())
    r.problem("workload.shapes", "and workload.network exclude each other",
              "leave one out; where a base file gives a network, write network: \"\"");
  else if (written && !names_network && w.shapes.empty() && !is_experiment(c.experiment) && r.clean("workload"))
    r.problem("workload.network", "is missing, and there are no shapes of layers either",
              "add \"network: FILE.onnx\", or \"shapes: [{name: fc, channels: 784, outputs: 10}]\"");
  if (r.clean("workload")) find_file(w.network, "workload.network", where, r);
  if (r.clean("workload.dataset")) check_data(w, r);
  if (w.shapes.empty() || !w.network.empty()) return;
  check_chip_for_shapes(c, r);
  check_shapes(c, where, r);
}

}  // namespace bitline::arch
