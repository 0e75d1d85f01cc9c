// SPDX-License-Identifier: Apache-2.0
#include "run/cost_json.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/statistics.h"

namespace bitline::run {

namespace {

// Energies of the sampled images on the first chip.
Json images_of(const Result& r) {
  const std::size_t n = std::min(r.images.size(), sampled_images);
  if (n == 0) return nullptr;
  std::vector<double> joules;
  for (std::size_t i = 0; i < n; ++i) joules.push_back(r.images[i].energy_J);
  const auto [least, most] = std::minmax_element(joules.begin(), joules.end());
  return {{"count", n},
          {"mean_J", mean(joules)},
          {"sd_J", standard_deviation(joules)},
          {"min_J", *least},
          {"max_J", *most}};
}

// Null where writing has a given energy, or none that is known.
Json write_parts_of(const std::optional<cost::WriteEnergy>& e) {
  if (!e) return nullptr;
  return {{"device", e->device_J},
          {"lines", e->lines_J},
          {"level_shifter", e->level_shifter_J},
          {"verify_read", e->verify_read_J},
          {"conversion", e->conversion_J}};
}

Json boundaries_of(const Result& r) {
  Json all = Json::array();
  for (const cost::Efficiency& b : r.costs.boundaries)
    all.push_back(
        {{"name", b.name}, {"inside", b.inside}, {"tops_per_w", b.tops_per_w}, {"tops_per_mm2", b.tops_per_mm2}});
  return all;
}

}  // namespace

Json energy_json(const Result& r) {
  return {{"per_inference_J", r.costs.energy_per_inference_J},
          {"at_least", r.costs.energy_is_bound},
          {"interval_J", {r.costs.energy_low_J, r.costs.energy_high_J}},
          {"write_J", or_null(r.costs.energy_write_J)},
          {"write_breakdown_J", write_parts_of(r.costs.write_parts)},
          {"write_s", or_null(r.costs.write_time_s)},
          {"refresh_W", or_null(r.costs.refresh_W)},
          {"breakdown_J", object_of(r.costs.energy_J)},
          {"images", images_of(r)}};
}

Json latency_json(const Result& r) {
  return {{"per_inference_s", r.costs.latency_per_inference_s},
          {"at_least", r.costs.time_is_bound},
          {"throughput_per_s", r.costs.throughput_per_s},
          {"breakdown_s", object_of(r.costs.latency_s)}};
}

Json area_json(const Result& r) {
  return {{"total_m2", r.costs.area_m2},
          {"interval_m2", {r.costs.area_low_m2, r.costs.area_high_m2}},
          {"unused_arrays_m2", r.costs.unused_arrays_m2},
          {"breakdown_m2", object_of(r.costs.area_breakdown_m2)}};
}

Json efficiency_json(const Result& r) {
  return {{"tops_per_w", r.costs.tops_per_w},
          {"tops_per_mm2", r.costs.tops_per_mm2},
          {"one_bit_tops_per_w", r.costs.one_bit_tops_per_w},
          {"definition", r.costs.efficiency_definition},
          {"boundaries", boundaries_of(r)}};
}

Json layers_json(const Result& r) {
  Json layers = Json::array();
  for (std::size_t i = 0; i < r.costs.layers.size(); ++i) {
    const cost::LayerCosts& l = r.costs.layers[i];
    const LayerReads* reads = r.reads.empty() ? nullptr : &r.reads[i];
    const auto of_run = [&](double LayerReads::*figure) { return reads ? Json(reads->*figure) : Json(nullptr); };
    layers.push_back({{"name", l.name},
                      {"energy_J", l.energy_J},
                      {"latency_s", l.latency_s},
                      {"settle_s", l.settle_s},
                      {"read_s", l.read_s},
                      // Exact products have none to tell, nor do layers without signal.
                      {"snr_db", reads && std::isfinite(reads->snr_db) ? Json(reads->snr_db) : Json(nullptr)},
                      {"adc_clipped_frac", of_run(&LayerReads::adc_clipped_frac)},
                      {"adc_full_scale_A", of_run(&LayerReads::adc_full_scale_A)},
                      {"conversions", l.conversions},
                      {"macs", l.macs},
                      {"arrays", l.arrays},
                      {"energy_breakdown_J", object_of(l.energy_breakdown_J)},
                      {"latency_breakdown_s", object_of(l.latency_breakdown_s)}});
  }
  return layers;
}

Json nodes_json(const Result& r) {
  Json nodes = Json::array();
  for (const cost::NodeCosts& n : r.costs.nodes)
    if (!n.operation.empty())
      nodes.push_back({{"name", n.name},
                       {"operation", n.operation},
                       {"where", n.on_arrays ? "array" : "digital"},
                       {"paid_by", n.paid_by.empty() ? Json(nullptr) : Json(n.paid_by)},
                       {"macs", n.macs},
                       {"energy_J", n.energy_J},
                       {"latency_s", n.latency_s}});
  return nodes;
}

Json baselines_json(const Result& r) {
  Json all = Json::array();
  for (const cost::Baseline& b : r.costs.baselines)
    all.push_back({{"name", b.name},
                   {"how", b.how},
                   {"energy_J", b.energy_J},
                   {"latency_s", b.latency_s},
                   {"area_m2", b.area_m2},
                   {"tops_per_w", b.tops_per_w},
                   {"tops_per_mm2", b.tops_per_mm2}});
  return all;
}

Json unit_costs_json(const Result& r) {
  Json all = Json::array();
  for (const cost::CostLine& c : r.costs.unit_costs)
    all.push_back({{"name", info(c.component).name},
                   {"per", info(c.component).per},
                   {"energy_J", c.unit.energy_J},
                   {"time_s", c.unit.time_s},
                   {"area_m2", c.unit.area_m2},
                   {"leakage_W", c.unit.leakage_W},
                   {"instances", c.instances > 0 ? Json(c.instances) : Json(nullptr)},
                   {"from", names_of(c.unit.origin)[static_cast<std::size_t>(c.unit.origin)]},
                   {"model_because", c.because.empty() ? Json(nullptr) : Json(c.because)},
                   {"energy_spread", c.unit.energy_spread},
                   {"area_spread", c.unit.area_spread},
                   {"leakage_spread", c.unit.leakage_spread}});
  return all;
}

Json budget_json(const Result& r) {
  Json all = Json::array();
  for (const cost::BudgetSum& b : r.budget)
    all.push_back({{"name", b.name}, {"power_W", b.power_W}, {"area_m2", b.area_m2}});
  return all;
}

}  // namespace bitline::run
