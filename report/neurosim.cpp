// SPDX-License-Identifier: Apache-2.0
#include "report/neurosim.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bitline::report {

using cost::Breakdown;
using cost::Part;
using run::Result;

namespace {

constexpr double to_ns = 1e9, to_pJ = 1e12, to_uW = 1e6, to_um2 = 1e12, to_mm2 = 1e6;

// Which of our parts each of its names stands for. Cells are apart: that program charges what devices dissipate to
// nothing (a part of it to the converter).
struct Buckets {
  double adc = 0, accumulation = 0, array = 0, buffer = 0, wires = 0, other = 0;
};
Buckets buckets_of(const Breakdown& parts) {
  Buckets b;
  b.adc = parts[Part::adc] + parts[Part::sample_hold];
  b.accumulation = parts[Part::shift_add] + parts[Part::accumulate];
  b.array = parts[Part::array];
  b.buffer = parts[Part::buffer];
  b.wires = parts[Part::interconnect];
  b.other = parts.total() - parts[Part::leakage] - b.adc - b.accumulation - b.array;  // buffers and wires too, as there
  return b;
}

// Rows are driven while their columns are converted; sums are the digital unit's; the rest is moving bits.
struct Times {
  double adc = 0, accumulation = 0, wires = 0;
};
Times times_of(const Breakdown& parts) {
  return {parts[Part::array] + parts[Part::adc], parts[Part::digital], parts[Part::transfer]};
}

double period_s(const Result& r) { return r.costs.throughput_per_s > 0 ? 1 / r.costs.throughput_per_s : 0; }

// All of the chip leaks all the time.
double leakage_W(const Result& r) {
  const double period = period_s(r);
  return period > 0 ? r.costs.energy_J[Part::leakage] / period : 0;
}

constexpr std::string_view adc_name = "ADC (or S/As and precharger for SRAM)";
constexpr std::string_view accumulation_name =
    "Accumulation Circuits (subarray level: adders, shiftAdds; PE/Tile/Global level: accumulation units)";
constexpr std::string_view other_name =
    "Other Peripheries (e.g. decoders, mux, switchmatrix, buffers, IC, pooling and activation units)";
constexpr std::string_view other_area_name =
    "Other Peripheries (e.g. decoders, mux, switchmatrix, buffers, pooling and activation units)";
constexpr std::string_view array_name = "Synaptic Array (what the devices dissipate; not a figure of NeuroSim)";

const NeurosimFigure& named(const NeurosimFigures& all, std::string_view name) {
  return *std::find_if(all.begin(), all.end(), [&](const NeurosimFigure& f) { return f.name == name; });
}

std::string number(const NeurosimFigure& f) { return fmt::format("{:.6g}{}", f.value, f.unit); }

std::string breakdown(const NeurosimFigures& all) {
  constexpr std::string_view rule =
      "************************ Breakdown of Latency and Dynamic Energy *************************";
  const auto line = [&](std::string_view part, std::string_view what, std::string_view name) {
    return fmt::format("----------- {} {} is : {}\n", part, what, number(named(all, name)));
  };
  std::string out = fmt::format("\n{}\n\n", rule);
  out += line(adc_name, "readLatency", "ADC readLatency");
  out += line(accumulation_name, "readLatency", "Accumulation readLatency");
  out += line(other_name, "readLatency", "Other readLatency");
  out += line(adc_name, "readDynamicEnergy", "ADC readDynamicEnergy");
  out += line(accumulation_name, "readDynamicEnergy", "Accumulation readDynamicEnergy");
  out += line(other_name, "readDynamicEnergy", "Other readDynamicEnergy");
  out += line(array_name, "readDynamicEnergy", "array readDynamicEnergy");
  return out + fmt::format("\n{}\n\n", rule);
}

std::string floorplan(const Result& r) {
  const auto& m = r.mapping;
  std::string out =
      "------------------------------ FloorPlan --------------------------------\n\n"
      "Blocks of layers are packed into sub-arrays in two dimensions; there are no tiles of one layer each\n\n";
  out += fmt::format("User-defined SubArray Size: {}x{}\n\n", m.array_rows, m.array_columns);
  out += "----------------- # of sub-arrays used for each layer -----------------\n";
  for (std::size_t l = 0; l < r.costs.layers.size(); ++l)
    out += fmt::format("layer{}: {}\n", l + 1, r.costs.layers[l].arrays);
  out += "\n----------------- Speed-up of each layer ------------------\n";
  for (std::size_t l = 0; l < m.layers.size(); ++l) out += fmt::format("layer{}: {}\n", l + 1, m.layers[l].copies);
  out += fmt::format("\nMemory Utilization of Whole Chip: {:.6g} %\n\n", m.cell_utilisation * 100);
  return out + "---------------------------- FloorPlan Done ------------------------------\n\n";
}

std::string layer_text(const Result& r, std::size_t l) {
  const NeurosimFigures all = neurosim_layer(r, l);
  std::string out = fmt::format("-------------------- Estimation of Layer {} ----------------------\n", l + 1);
  for (const std::string_view name :
       {"readLatency", "readDynamicEnergy", "leakagePower", "leakageEnergy", "buffer latency",
        "buffer readDynamicEnergy", "ic latency", "ic readDynamicEnergy"})
    out += fmt::format("layer{}'s {} is: {}\n", l + 1, name, number(named(all, name)));
  return out + breakdown(all);
}

std::string chip_text(const NeurosimFigures& all, bool pipelined) {
  const auto value = [&](std::string_view name) { return number(named(all, name)); };
  std::string out = "------------------------------ Summary --------------------------------\n\n";
  out += fmt::format("ChipArea : {}\n", value("ChipArea"));
  out += fmt::format("Chip total CIM array : {}\n", value("Chip total CIM array"));
  out += fmt::format("Total IC Area on chip (Global and Tile/PE local): {}\n", value("Total IC Area"));
  out += fmt::format("Total {} Area on chip : {}\n", adc_name, value("Total ADC Area"));
  out += fmt::format("Total {} on chip : {}\n", accumulation_name, value("Total Accumulation Area"));
  out += fmt::format("{} : {}\n\n", other_area_name, value("Other Area"));
  out += fmt::format("Chip clock period is: {}\n", value("Chip clock period"));
  const std::string whole = pipelined ? "Chip pipeline-system" : "Chip", image = pipelined ? " (per image)" : "",
                    total = pipelined ? "" : " total";
  out += fmt::format("{}{}\n",
                     pipelined ? "Chip pipeline-system-clock-cycle (per image) is: "
                               : "Chip layer-by-layer readLatency (per image) is: ",
                     value("readLatency"));
  out += fmt::format("{}{} readDynamicEnergy{} is: {}\n", whole, total, image, value("readDynamicEnergy"));
  out += fmt::format("{}{} leakage Energy{} is: {}\n", whole, total, image, value("leakageEnergy"));
  out += fmt::format("{}{} leakage Power{} is: {}\n", whole, total, image, value("leakagePower"));
  out += fmt::format("{} buffer readLatency{} is: {}\n", whole, image, value("buffer latency"));
  out += fmt::format("{} buffer readDynamicEnergy{} is: {}\n", whole, image, value("buffer readDynamicEnergy"));
  out += fmt::format("{} ic readLatency{} is: {}\n", whole, image, value("ic latency"));
  out += fmt::format("{} ic readDynamicEnergy{} is: {}\n", whole, image, value("ic readDynamicEnergy"));
  out += breakdown(all);
  const std::string_view process = pipelined ? "(Pipelined Process)" : "(Layer-by-Layer Process)";
  out += "----------------------------- Performance -------------------------------\n";
  for (const std::string_view name :
       {"Energy Efficiency TOPS/W", "Throughput TOPS", "Throughput FPS", "Compute efficiency TOPS/mm^2"})
    out += fmt::format("{} {}: {}\n", name, process, value(name));
  return out +
         "-------------------------------------- Hardware Performance Done --------------------------------------\n";
}

nlohmann::ordered_json json_of(const NeurosimFigures& all) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const NeurosimFigure& f : all) {
    std::string key(f.name);
    if (!f.unit.empty()) key += fmt::format("_{}", f.unit);
    std::replace(key.begin(), key.end(), ' ', '_');
    out[key] = f.value;
  }
  return out;
}

// Energies and times of parts, of one layer or of the chip, whose image takes `latency_s` there. Buffers work inside
// the time of wires.
void add_parts(const Buckets& e, const Times& t, double latency_s, NeurosimFigures& figures) {
  const NeurosimFigures parts{{"buffer latency", "ns", 0},
                              {"buffer readDynamicEnergy", "pJ", e.buffer * to_pJ},
                              {"ic latency", "ns", t.wires * to_ns},
                              {"ic readDynamicEnergy", "pJ", e.wires * to_pJ},
                              {"ADC readLatency", "ns", t.adc * to_ns},
                              {"Accumulation readLatency", "ns", t.accumulation * to_ns},
                              {"Other readLatency", "ns", (latency_s - t.adc - t.accumulation) * to_ns},
                              {"ADC readDynamicEnergy", "pJ", e.adc * to_pJ},
                              {"Accumulation readDynamicEnergy", "pJ", e.accumulation * to_pJ},
                              {"Other readDynamicEnergy", "pJ", e.other * to_pJ},
                              {"array readDynamicEnergy", "pJ", e.array * to_pJ}};
  figures.insert(figures.end(), parts.begin(), parts.end());
}

}  // namespace

NeurosimFigures neurosim_layer(const Result& r, std::size_t l) {
  const cost::LayerCosts& layer = r.costs.layers.at(l);
  const Buckets e = buckets_of(layer.energy_breakdown_J);
  const Times t = times_of(layer.latency_breakdown_s);
  const double own_share = r.mapping.arrays_total > 0 ? static_cast<double>(layer.arrays) / r.mapping.arrays_total : 0;
  NeurosimFigures figures{{"readLatency", "ns", layer.latency_s * to_ns},
                          {"readDynamicEnergy", "pJ", (e.adc + e.accumulation + e.array + e.other) * to_pJ},
                          {"leakagePower", "uW", leakage_W(r) * own_share * to_uW},
                          {"leakageEnergy", "pJ", leakage_W(r) * layer.latency_s * to_pJ}};
  add_parts(e, t, layer.latency_s, figures);
  return figures;
}

NeurosimFigures neurosim_chip(const Result& r, double clock_Hz, bool pipelined) {
  const cost::Costs& c = r.costs;
  const Buckets e = buckets_of(c.energy_J), a = buckets_of(c.area_breakdown_m2);
  const Times t = times_of(c.latency_s);
  const double latency_s = pipelined ? period_s(r) : c.latency_per_inference_s;
  NeurosimFigures figures{{"ChipArea", "um^2", c.area_m2 * to_um2},
                          {"Chip total CIM array", "um^2", a.array * to_um2},
                          {"Total IC Area", "um^2", a.wires * to_um2},
                          {"Total ADC Area", "um^2", a.adc * to_um2},
                          {"Total Accumulation Area", "um^2", a.accumulation * to_um2},
                          {"Other Area", "um^2", (a.other - a.wires) * to_um2},
                          {"Chip clock period", "ns", 1 / clock_Hz * to_ns},
                          {"readLatency", "ns", latency_s * to_ns},
                          {"readDynamicEnergy", "pJ", (c.energy_per_inference_J - c.energy_J[Part::leakage]) * to_pJ},
                          {"leakageEnergy", "pJ", c.energy_J[Part::leakage] * to_pJ},
                          {"leakagePower", "uW", leakage_W(r) * to_uW}};
  add_parts(e, t, c.latency_per_inference_s, figures);
  const NeurosimFigures efficiencies{{"Energy Efficiency TOPS/W", "", c.tops_per_w},
                                     {"Throughput TOPS", "", c.tops_per_mm2 * c.area_m2 * to_mm2},
                                     {"Throughput FPS", "", c.throughput_per_s},
                                     {"Compute efficiency TOPS/mm^2", "", c.tops_per_mm2}};
  figures.insert(figures.end(), efficiencies.begin(), efficiencies.end());
  return figures;
}

std::string neurosim_text(const Result& r, double clock_Hz, bool pipelined) {
  std::string out = floorplan(r);
  out += "-------------------------------------- Hardware Performance --------------------------------------\n\n";
  for (std::size_t l = 0; l < r.costs.layers.size(); ++l) out += layer_text(r, l);
  return out + chip_text(neurosim_chip(r, clock_Hz, pipelined), pipelined);
}

std::string neurosim_json(const Result& r, double clock_Hz, bool pipelined) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (std::size_t l = 0; l < r.costs.layers.size(); ++l) {
    nlohmann::ordered_json one{{"name", r.costs.layers[l].name}};
    one.update(json_of(neurosim_layer(r, l)));
    layers.push_back(std::move(one));
  }
  return nlohmann::ordered_json{{"layers", std::move(layers)}, {"chip", json_of(neurosim_chip(r, clock_Hz, pipelined))}}
      .dump();
}

}  // namespace bitline::report
