// SPDX-License-Identifier: Apache-2.0
// What must hold of costs whatever the technology: sums, boundaries, intervals, order, timelines.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/cost/cost_chips.h"
#include "tests/periphery/technology.h"

namespace bitline::cost_technology_test {
using namespace periphery;
using namespace workloads;
using namespace arch;
using namespace cost;
using namespace bitline::test;

namespace {

// The tiny chip, larger and with everything modelled from a technology.
Config modelled_config(const Technology& technology, const Changes& changes = {}) {
  Changes all = {{"adc", "ideal"},
                 {"adc", "{type: sar, bits: 6, shared_by: 2, range: full-scale}"},
                 {"array", "{rows: 32, columns: 16, active_rows: 32}"},
                 {"arrays", "8"}};
  all.insert(all.end(), changes.begin(), changes.end());
  Config config = tiny(all);
  config.technology = technology;
  return config;
}

workloads::IntegerWeights wide_layer(int weight_bits = 3) {
  std::vector<std::int16_t> weights;
  const int highest = (1 << (weight_bits - 1)) - 1;
  for (int i = 0; i < 48 * 24; ++i) weights.push_back(static_cast<std::int16_t>(i * 7 % (2 * highest + 1) - highest));
  return layer_of("wide", 0, 48, 24, weights, {1, 2, false}, weight_bits);
}
CodeImages wide_images() {
  std::vector<std::int16_t> image;
  for (int i = 0; i < 48; ++i) image.push_back(static_cast<std::int16_t>(i * 5 % 4));
  return {image};
}
Costs wide_costs(const Config& config, int weight_bits = 3) {
  return costs(config, wide_layer(weight_bits), wide_images());
}

void check_sound(const Costs& r) {
  for (const Breakdown* parts : {&r.energy_J, &r.latency_s, &r.area_breakdown_m2})
    for (const auto& [part, value] : *parts) {
      CAPTURE(name_of(part));
      CHECK(std::isfinite(value));
      CHECK(value >= 0);
    }
  CHECK(r.energy_per_inference_J == relative(r.energy_J.total()));
  CHECK(r.latency_per_inference_s == relative(r.latency_s.total()));
  CHECK(r.area_m2 == relative(r.area_breakdown_m2.total()));
  CHECK(r.energy_low_J > 0);
  CHECK(r.energy_low_J < r.energy_per_inference_J * (1 - 1e-9));
  CHECK(r.energy_high_J > r.energy_per_inference_J * (1 + 1e-9));
  CHECK(r.area_low_m2 > 0);
  CHECK(r.area_low_m2 < r.area_m2 * (1 - 1e-9));
  CHECK(r.area_high_m2 > r.area_m2 * (1 + 1e-9));
  CHECK(!r.energy_deviations_J.deciding().empty());
  CHECK(!r.area_deviations_m2.deciding().empty());
  REQUIRE(r.boundaries.size() >= 3);
  CHECK(r.boundaries[0].name == "array");
  CHECK(r.boundaries[1].name == "macro");
  CHECK(r.boundaries[2].name == "chip");
  for (std::size_t i = 0; i + 1 < r.boundaries.size(); ++i) {
    CHECK(r.boundaries[i].tops_per_w >= r.boundaries[i + 1].tops_per_w);
    CHECK(r.boundaries[i].tops_per_mm2 >= r.boundaries[i + 1].tops_per_mm2);
  }
  CHECK(r.boundaries.back().tops_per_w == r.tops_per_w);
  CHECK(r.boundaries.back().tops_per_mm2 == r.tops_per_mm2);
  for (const CostLine& line : r.unit_costs) {
    CAPTURE(info(line.component).name);
    for (const double x : {line.unit.energy_J, line.unit.time_s, line.unit.area_m2, line.unit.leakage_W}) {
      CHECK(std::isfinite(x));
      CHECK(x >= 0);
    }
    CHECK(line.unit.energy_spread > 1);
    CHECK(line.unit.area_spread > 1);
  }
}

// No array works for two layers at once, and all are done when the inference is.
void check_timeline(const Costs& r) {
  CHECK(!r.timeline.empty());
  for (std::size_t i = 0; i < r.timeline.size(); ++i) {
    const Busy& a = r.timeline[i];
    CHECK(a.start_s >= 0);
    CHECK(a.end_s > a.start_s);
    CHECK(a.end_s <= r.latency_per_inference_s * (1 + 1e-12));
    for (std::size_t k = 0; k < i; ++k)
      if (r.timeline[k].array == a.array)
        CHECK((r.timeline[k].end_s <= a.start_s * (1 + 1e-12) || a.end_s <= r.timeline[k].start_s * (1 + 1e-12)));
  }
}

}  // namespace

TEST_CASE("cost: at every shipped node parts add up, boundaries nest, and analog and digital machines are finite") {
  const auto all = shipped_technologies();
  REQUIRE(!all.empty());
  for (const auto& [name, technology] : all) {
    CAPTURE(name);
    for (const char* model : {"survey", "circuit"})
      for (const char* cell : {"2t2r", "1t1r-offset", "1t1r-differential"})
        for (const char* topology : {"voltage-rows", "gated-rows"}) {
          CAPTURE(model);
          CAPTURE(cell);
          CAPTURE(topology);
          const Costs r =
              wide_costs(modelled_config(technology, {{"adc.cost.model", model},
                                                      {"cell", std::string("{type: ") + cell + "}"},
                                                      {"array.topology", topology},
                                                      {"programming", "{voltage: 2 V, pulse: 50 ns, verify: true}"}}));
          check_sound(r);
          check_timeline(r);
          CHECK(r.energy_write_J);
          CHECK(part(r.energy_J, "leakage") > 0);
          if (!technology.sram_cell_m2) continue;
          REQUIRE(r.baselines.size() == 2);
          for (const Baseline& b : r.baselines) {
            CAPTURE(b.name);
            for (const double x : {b.energy_J, b.latency_s, b.area_m2, b.tops_per_w, b.tops_per_mm2}) {
              CHECK(std::isfinite(x));
              CHECK(x > 0);
            }
            CHECK(b.tops_per_w == relative(2.0 * 48 * 24 / b.energy_J * 1e-12));
          }
        }
  }
}

TEST_CASE("cost: totals by either model of converters lie in the interval of the other") {
  for (const auto& [name, technology] : shipped_technologies()) {
    CAPTURE(name);
    for (const char* type : {"sar", "flash", "ramp"})
      for (int bits = 3; bits <= 8; ++bits) {
        CAPTURE(type);
        CAPTURE(bits);
        const auto with = [&](const char* model) {
          return wide_costs(
              modelled_config(technology, {{"adc", "ideal"},
                                           {"adc", fmt::format("{{type: {}, bits: {}, shared_by: 2, range: full-scale, "
                                                               "cost: {{model: {}}}}}",
                                                               type, bits, model)}}));
        };
        const Costs a = with("survey"), b = with("circuit");
        const auto inside = [](double x, double low, double high) {
          CHECK(x >= low);
          CHECK(x <= high);
        };
        inside(b.area_m2, a.area_low_m2, a.area_high_m2);
        inside(a.area_m2, b.area_low_m2, b.area_high_m2);
        inside(b.energy_per_inference_J, a.energy_low_J, a.energy_high_J);
        inside(a.energy_per_inference_J, b.energy_low_J, b.energy_high_J);
        REQUIRE(a.converter_prices.size() == (bits < 4 ? 2 : 3));
        CHECK(a.converter_prices[1].model == "circuit");
        CHECK(a.converter_prices[1].energy_J == relative(b.converter_prices[0].energy_J));
      }
  }
}

TEST_CASE("cost: energy and area rise with bits of converters, arrays and nodes") {
  for (const auto& [name, technology] : shipped_technologies()) {
    CAPTURE(name);
    const auto rises = [&](const char* model, const char* key, std::vector<const char*> values, bool whole_chip) {
      double energy_J = 0, area_m2 = 0;
      for (const char* value : values) {
        CAPTURE(model);
        CAPTURE(key);
        CAPTURE(value);
        // The converter's time is given: a finer one leaks for longer, and the regression would be asked at its rate.
        const Costs r = wide_costs(modelled_config(
            technology, {{"adc.cost", std::string("{time: 90 ns, model: ") + model + "}"}, {key, value}}));
        const double now_J = whole_chip ? r.energy_per_inference_J : part(r.energy_J, "adc");
        const double now_m2 = whole_chip ? r.area_m2 : part(r.area_breakdown_m2, "adc");
        CHECK(now_J > energy_J);
        CHECK(now_m2 > area_m2);
        energy_J = now_J, area_m2 = now_m2;
      }
    };
    for (const char* model : {"survey", "circuit"}) {
      rises(model, "adc.bits", {"2", "3", "4", "5", "6", "7", "8", "10", "12"}, true);
      rises(model, "adc.bits", {"2", "3", "4", "5", "6", "7", "8", "10", "12"}, false);
    }
    // Idle cells of a larger array: they hang on the lines, leak through their registers and take their place.
    rises("circuit", "array.columns", {"24", "32", "64", "128"}, true);
    rises("circuit", "array.rows", {"48", "64", "128", "256"}, true);
  }
  // A smaller node, all else modelled, takes less.
  const auto all = shipped_technologies();
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    CAPTURE(all[i].name);
    if (!(all[i].technology.node_m < all[i + 1].technology.node_m)) continue;
    for (const char* name : {"shift_add", "accumulate", "buffer", "activation"}) {
      CAPTURE(name);
      const Costs small = wide_costs(modelled_config(all[i].technology)),
                  large = wide_costs(modelled_config(all[i + 1].technology));
      CHECK(part(small.energy_J, name) < part(large.energy_J, name));
      CHECK(part(small.area_breakdown_m2, name) < part(large.area_breakdown_m2, name));
    }
  }
}

TEST_CASE("cost: half of the wires' capacitance takes half of the lines' and the tree's energy") {
  const auto with = [](const char* capacitance) {
    return costs(tiny({{"technology.wire_capacitance", capacitance},
                       {"technology.costs.driver.energy", "0 fJ"},
                       {"technology.costs.register.energy", "0 fJ"}}));
  };
  for (const char* name : {"driver", "interconnect"})
    CHECK(part(with("0.1 fF/um").energy_J, name) == relative(0.5 * part(with("0.2 fF/um").energy_J, name)));
}

TEST_CASE("cost: digital machines are there when asked for, and cost more with every bit of weights") {
  for (const auto& [name, technology] : shipped_technologies()) {
    CAPTURE(name);
    if (!technology.sram_cell_m2) continue;
    Technology no_cell = technology;
    no_cell.sram_cell_m2.reset();
    no_cell.costs.buffer = {.energy_J = 1e-15, .time_s = {}, .area_m2 = 1e-12, .leakage_W = 0};
    CHECK(wide_costs(modelled_config(technology, {{"periphery.baselines", "false"}})).baselines.empty());
    CHECK(wide_costs(modelled_config(no_cell)).baselines.empty());
    std::vector<Baseline> last;
    for (int bits = 2; bits <= 8; ++bits) {
      CAPTURE(bits);
      const std::vector<Baseline> now =
          wide_costs(modelled_config(technology, {{"quantization.weight_bits", std::to_string(bits)}}), bits).baselines;
      for (std::size_t i = 0; i < last.size(); ++i) {
        CHECK(now[i].energy_J > last[i].energy_J);
        CHECK(now[i].area_m2 > last[i].area_m2);
        CHECK(now[i].latency_s >= last[i].latency_s);
      }
      last = now;
    }
  }
}

TEST_CASE("cost: nothing works twice at a time: layers in turn, copies, shared arrays and reloaded ones") {
  const std::vector<workloads::IntegerWeights> layers = {
      small_layer(), layer_of("next", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false})};
  const std::vector<CodeImages> images = {small_images, {{1, 2}, {3, 0}}};
  for (const Changes& changes :
       std::vector<Changes>{{},
                            {{"layers", "{small: {duplicate: 2}}"}, {"arrays", "3"}, {"mapping.prefer", "latency"}},
                            {{"array.rows", "8"}, {"chips", "1"}, {"arrays", "1"}},
                            {{"array.rows", "8"}, {"mapping.schedule", "pipelined"}},
                            {{"chips", "1"}, {"arrays", "1"}, {"reload", "true"}},
                            {{"layers", "{next: {digital: true}}"}, {"periphery.transfers", "overlapped"}},
                            {{"periphery", "{bus_bits: 1, transfers: overlapped}"}}}) {
    const Costs r = network_costs(tiny(changes), layers, images);
    check_timeline(r);
    // A pipeline is never slower than one image after the other, and an array is never busy longer than the period.
    CHECK(r.throughput_per_s >= 1 / r.latency_per_inference_s * (1 - 1e-12));
    std::map<int, double> busy_s;
    for (const Busy& b : r.timeline) busy_s[b.array] += b.end_s - b.start_s;
    for (const auto& [array, seconds] : busy_s) CHECK(seconds <= 1 / r.throughput_per_s * (1 + 1e-12));
  }
}

}  // namespace bitline::cost_technology_test
