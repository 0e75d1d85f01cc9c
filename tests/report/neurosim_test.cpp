// SPDX-License-Identifier: Apache-2.0
// A result under the names of DNN+NeuroSim: which part goes where, in which unit, and the lines that scripts look for.
#include "report/neurosim.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cost/part.h"

namespace bitline::neurosim_test {
using namespace report;
using cost::Part;

namespace {

// One layer, figures in round numbers.
run::Result sample() {
  run::Result r;
  cost::LayerCosts l;
  l.name = "layer1", l.arrays = 3, l.latency_s = 10e-9;
  l.energy_breakdown_J = {{Part::array, 1e-12},     {Part::adc, 2e-12},         {Part::sample_hold, 3e-12},
                          {Part::shift_add, 4e-12}, {Part::accumulate, 5e-12},  {Part::driver, 6e-12},
                          {Part::buffer, 7e-12},    {Part::interconnect, 8e-12}};
  l.latency_breakdown_s = {{Part::array, 1e-9}, {Part::adc, 2e-9}, {Part::digital, 3e-9}, {Part::transfer, 4e-9}};
  r.costs.layers = {l};
  r.costs.energy_J = l.energy_breakdown_J;
  r.costs.energy_J.add(Part::clock, 9e-12), r.costs.energy_J.add(Part::leakage, 20e-12);
  r.costs.energy_per_inference_J = 65e-12;
  r.costs.latency_s = l.latency_breakdown_s;
  r.costs.latency_per_inference_s = 10e-9;
  r.costs.throughput_per_s = 1e8;
  r.costs.area_breakdown_m2 = {{Part::array, 1e-12},
                               {Part::adc, 2e-12},
                               {Part::shift_add, 3e-12},
                               {Part::buffer, 4e-12},
                               {Part::interconnect, 5e-12}};
  r.costs.area_m2 = 15e-12;
  r.costs.tops_per_w = 4, r.costs.tops_per_mm2 = 2;
  r.mapping.arrays_total = 4, r.mapping.arrays_used = 3, r.mapping.array_rows = r.mapping.array_columns = 128;
  r.mapping.cell_utilisation = 0.5;
  r.mapping.layers.resize(1);
  return r;
}

double value(const NeurosimFigures& all, std::string_view name) {
  for (const NeurosimFigure& f : all)
    if (f.name == name) return f.value;
  FAIL("no figure ", std::string(name));
  return 0;
}

doctest::Approx near(double x) { return doctest::Approx(x).epsilon(1e-12); }

}  // namespace

TEST_CASE("neurosim: parts of a layer under its names") {
  const NeurosimFigures all = neurosim_layer(sample(), 0);
  CHECK(value(all, "readLatency") == near(10));
  CHECK(value(all, "readDynamicEnergy") == near(36));
  CHECK(value(all, "ADC readDynamicEnergy") == near(5));
  CHECK(value(all, "Accumulation readDynamicEnergy") == near(9));
  CHECK(value(all, "Other readDynamicEnergy") == near(21));  // drivers, buffers and wires
  CHECK(value(all, "array readDynamicEnergy") == near(1));
  CHECK(value(all, "buffer readDynamicEnergy") == near(7));
  CHECK(value(all, "ic readDynamicEnergy") == near(8));
  CHECK(value(all, "ADC readLatency") == near(3));
  CHECK(value(all, "Accumulation readLatency") == near(3));
  CHECK(value(all, "Other readLatency") == near(4));
  CHECK(value(all, "ic latency") == near(4));
  // 20 pJ in 10 ns are 2 mW, three quarters of them in the layer's arrays; all of them leak for its time.
  CHECK(value(all, "leakagePower") == near(1500));
  CHECK(value(all, "leakageEnergy") == near(20));
}

TEST_CASE("neurosim: the chip, layer by layer and in a pipeline") {
  run::Result r = sample();
  r.costs.throughput_per_s = 2e8;  // from one image to the next 5 ns
  const NeurosimFigures one = neurosim_chip(r, 1e9, false), flow = neurosim_chip(r, 1e9, true);
  CHECK(value(one, "readLatency") == near(10));
  CHECK(value(flow, "readLatency") == near(5));
  CHECK(value(one, "readDynamicEnergy") == near(45));  // all but leakage
  CHECK(value(one, "Other readDynamicEnergy") == near(30));
  CHECK(value(one, "Chip clock period") == near(1));
  CHECK(value(one, "ChipArea") == near(15));
  CHECK(value(one, "Total IC Area") == near(5));
  CHECK(value(one, "Other Area") == near(4));
  CHECK(value(one, "Throughput TOPS") == near(2 * 15e-6));
}

TEST_CASE("neurosim: lines that scripts look for") {
  const run::Result r = sample();
  const std::string text = neurosim_text(r, 1e9, false), flow = neurosim_text(r, 1e9, true);
  for (const char* line :
       {"layer1's readLatency is: 10ns\n", "layer1's readDynamicEnergy is: 36pJ\n",
        "layer1's leakagePower is: 1500uW\n", "layer1's buffer readDynamicEnergy is: 7pJ\n",
        "layer1's ic latency is: 4ns\n", "ChipArea : 15um^2\n", "Chip total CIM array : 1um^2\n",
        "Total IC Area on chip (Global and Tile/PE local): 5um^2\n",
        "Total ADC (or S/As and precharger for SRAM) Area on chip : 2um^2\n", "Chip clock period is: 1ns\n",
        "Chip layer-by-layer readLatency (per image) is: 10ns\n", "Chip total readDynamicEnergy is: 45pJ\n",
        "Chip total leakage Energy is: 20pJ\n", "Chip total leakage Power is: 2000uW\n",
        "----------- ADC (or S/As and precharger for SRAM) readDynamicEnergy is : 5pJ\n",
        "Energy Efficiency TOPS/W (Layer-by-Layer Process): 4\n", "Throughput FPS (Layer-by-Layer Process): 1e+08\n",
        "Memory Utilization of Whole Chip: 50 %\n"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
  for (const char* line : {"Chip pipeline-system-clock-cycle (per image) is: 10ns\n",
                           "Chip pipeline-system readDynamicEnergy (per image) is: 45pJ\n",
                           "Chip pipeline-system leakage Power (per image) is: 2000uW\n",
                           "Throughput TOPS (Pipelined Process): 3e-05\n"}) {
    CAPTURE(line);
    CHECK(flow.find(line) != std::string::npos);
  }
  const auto json = nlohmann::json::parse(neurosim_json(r, 1e9, false));
  CHECK(json["layers"][0]["name"] == "layer1");
  CHECK(json["layers"][0]["readDynamicEnergy_pJ"].get<double>() == near(36));
  CHECK(json["chip"]["Total_IC_Area_um^2"].get<double>() == near(5));
}

}  // namespace bitline::neurosim_test
