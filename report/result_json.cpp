// SPDX-License-Identifier: Apache-2.0
#include "report/result_json.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <tbb/version.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "base/statistics.h"
#include "report/json_parts.h"
#include "report/version.h"

namespace bitline {
namespace {

Json pair_of(const Interval& i) { return Json::array({i.lower, i.upper}); }
Json or_null(const std::optional<double>& x) { return x ? Json(*x) : Json(nullptr); }

// What only a run gives.
Json unless_shapes(const Result& r, double x) { return r.shapes ? Json(nullptr) : Json(x); }

Json object_of(const std::vector<std::pair<std::string, double>>& parts) {
  Json object = Json::object();
  // A name that comes twice is one key, and the sum must stay the total.
  for (const auto& [name, value] : parts) object[name] = object.value(name, 0.0) + value;
  return object;
}

Json quality_of(const Quality& q) {
  Json chips = Json::array();
  for (const ChipQuality& chip : q.chips) chips.push_back({{"value", chip.value}, {"ci95", pair_of(chip.ci95)}});
  return {
      {"metric", q.metric},      {"value", q.value},
      {"ci95", pair_of(q.ci95)}, {"ci95_images", pair_of(q.ci95_images)},
      {"chips", chips},          {"reference", {{"float", q.reference_float}, {"quantized", q.reference_quantized}}},
      {"loss", q.loss},          {"loss_ci95", pair_of(q.loss_ci95)},
      {"inputs", q.inputs}};
}

Json layers_of(const Result& r) {
  Json layers = Json::array();
  for (const LayerResult& l : r.layers) {
    const bool exact = std::isinf(l.snr_db) && l.snr_db > 0;
    layers.push_back({{"name", l.name},
                      {"energy_J", l.energy_J},
                      {"latency_s", l.latency_s},
                      {"settle_s", l.settle_s},
                      {"read_s", l.read_s},
                      {"snr_db", exact || r.shapes ? Json(nullptr) : Json(l.snr_db)},
                      {"adc_clipped_frac", unless_shapes(r, l.adc_clipped_frac)},
                      {"adc_full_scale_A", unless_shapes(r, l.adc_full_scale_A)},
                      {"conversions", l.conversions},
                      {"macs", l.macs},
                      {"arrays", l.arrays},
                      {"energy_breakdown_J", object_of(l.energy_breakdown_J)}});
  }
  return layers;
}

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

Json provenance_of(const Result& r) {
  utsname machine{};
  const bool known = uname(&machine) == 0;
  Json inputs = Json::array();
  for (const InputFile& file : r.inputs) inputs.push_back({{"name", file.name}, {"checksum", file.checksum}});
  return {{"host", known ? machine.nodename : ""},
          {"threads", r.threads},
          {"isa", r.isa},
          {"libraries",
           {{"compiler", __VERSION__},
            {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
            {"nlohmann_json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                          NLOHMANN_JSON_VERSION_PATCH)},
            {"oneTBB", fmt::format("{}.{}", TBB_VERSION_MAJOR, TBB_VERSION_MINOR)}}},
          {"inputs", inputs}};
}

Json shapes_of(const Result& r) {
  if (!r.shapes) return nullptr;
  return {{"statistics", r.shapes->statistics}, {"note", std::string(nothing_was_run) + ". " + r.shapes->note}};
}

// Wires: how they were solved, that they were, and what they do.
Json wires_of(const Result& r) {
  if (!r.wires) return {{"mode", "ideal"}};
  const WireResult& w = *r.wires;
  return {{"mode", "exact"},
          {"method", w.method},
          {"status", w.status},
          {"residual", or_null(w.residual)},
          {"row_ohm", w.row_ohm},
          {"column_ohm", w.column_ohm},
          {"reads", w.reads},
          {"current_error_rms", w.current_error_rms},
          {"voltage_left_mean", w.drop_mean},
          {"voltage_left_min", w.drop_min},
          {"noise_factor_mean", w.noise_factor_mean},
          {"noise_sigma_error", w.noise_sigma_error}};
}

Json boundaries_of(const Result& r) {
  Json all = Json::array();
  for (const Boundary& b : r.boundaries)
    all.push_back(
        {{"name", b.name}, {"inside", b.inside}, {"tops_per_w", b.tops_per_w}, {"tops_per_mm2", b.tops_per_mm2}});
  return all;
}

Json baselines_of(const Result& r) {
  Json all = Json::array();
  for (const Baseline& b : r.baselines)
    all.push_back({{"name", b.name},
                   {"how", b.how},
                   {"energy_J", b.energy_J},
                   {"latency_s", b.latency_s},
                   {"area_m2", b.area_m2},
                   {"tops_per_w", b.tops_per_w},
                   {"tops_per_mm2", b.tops_per_mm2}});
  return all;
}

Json unit_costs_of(const Result& r) {
  Json all = Json::array();
  for (const CostLine& c : r.unit_costs)
    all.push_back({{"name", c.part},
                   {"per", c.per},
                   {"energy_J", c.unit.energy_J},
                   {"time_s", c.unit.time_s},
                   {"area_m2", c.unit.area_m2},
                   {"leakage_W", c.unit.leakage_W},
                   {"instances", c.instances > 0 ? Json(c.instances) : Json(nullptr)},
                   {"from", names_of(c.unit.origin)[static_cast<std::size_t>(c.unit.origin)]},
                   {"spread", c.unit.spread}});
  return all;
}

Json budget_of(const Result& r) {
  Json all = Json::array();
  for (const BudgetSum& b : r.budget) all.push_back({{"name", b.name}, {"power_W", b.power_W}, {"area_m2", b.area_m2}});
  return all;
}

Json document(const Result& r) {
  Json assumed = Json::array(), published = Json::array();
  for (const Assumption& a : r.assumed) assumed.push_back({{"path", a.path}, {"value", a.value}, {"reason", a.reason}});
  for (const Published& p : r.published)
    published.push_back({{"what", p.what},
                         {"published", p.published},
                         {"ours", or_null(p.ours)},
                         {"unit", p.unit},
                         {"source", p.source},
                         {"kind", p.kind},
                         {"within", or_null(p.within)}});
  Json whole{
      {"schema_version", result_schema_version},
      {"bitline_version", version()},
      {"config_hash", r.config_hash},
      {"seed", r.seed},
      {"status", r.status},
      {"warnings", Json(r.warnings)},
      {"assumed", assumed},
      {"shapes", shapes_of(r)},
      {"quality", r.shapes ? Json(nullptr) : quality_of(r.quality)},
      {"write",
       {{"level_accuracy", unless_shapes(r, r.write.level_accuracy)},
        {"rms_error_S", unless_shapes(r, r.write.rms_error_S)},
        {"fault_frac", unless_shapes(r, r.write.fault_frac)},
        {"pulses_per_cell", or_null(r.write.pulses_per_cell)},
        {"failed_frac", or_null(r.write.failed_frac)},
        {"unpulsed_frac", or_null(r.write.unpulsed_frac)},
        {"read_after_s", unless_shapes(r, r.write.read_after_s)},
        {"refresh_in_s", or_null(r.write.refresh_in_s)}}},
      {"wires", wires_of(r)},
      {"energy",
       {{"per_inference_J", r.energy_per_inference_J},
        {"interval_J", {r.energy_low_J, r.energy_high_J}},
        {"write_J", or_null(r.energy_write_J)},
        {"write_s", or_null(r.write_time_s)},
        {"refresh_W", or_null(r.refresh_W)},
        {"breakdown_J", object_of(r.energy_J)},
        {"images", images_of(r)}}},
      {"latency",
       {{"per_inference_s", r.latency_per_inference_s},
        {"throughput_per_s", r.throughput_per_s},
        {"breakdown_s", object_of(r.latency_s)}}},
      {"area",
       {{"total_m2", r.area_m2},
        {"unused_arrays_m2", r.unused_arrays_m2},
        {"breakdown_m2", object_of(r.area_breakdown_m2)}}},
      {"efficiency",
       {{"tops_per_w", r.tops_per_w},
        {"tops_per_mm2", r.tops_per_mm2},
        {"one_bit_tops_per_w", r.one_bit_tops_per_w},
        {"definition", r.efficiency_definition},
        {"boundaries", boundaries_of(r)}}},
      {"baselines", baselines_of(r)},
      {"unit_costs", unit_costs_of(r)},
      {"budget", budget_of(r)},
      {"mapping", mapping_of(r.mapping, false)},
      {"layers", layers_of(r)},
      {"published", published},
      {"timing", object_of(r.timing)},
      {"provenance", provenance_of(r)},
  };
  if (r.only_budget)  // nothing was written, run or costed
    for (const char* key : {"quality", "write", "wires", "energy", "latency", "area", "efficiency", "mapping"})
      whole[key] = nullptr;
  check_finite(whole, "");
  return whole;
}

// Names may contain dots, so every key that starts the path is tried.
std::optional<double> find(const Json& node, std::string_view path) {
  if (path.empty()) return node.is_number() ? std::optional(node.get<double>()) : std::nullopt;
  const auto descend = [&](const std::string& key, const Json& child) -> std::optional<double> {
    if (path == key) return find(child, "");
    if (path.size() > key.size() && path[key.size()] == '.' && path.substr(0, key.size()) == key)
      return find(child, path.substr(key.size() + 1));
    return std::nullopt;
  };
  if (node.is_object())
    for (const auto& [key, child] : node.items())
      if (const auto found = descend(key, child)) return found;
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i)
      if (const auto found = descend(element_key(node[i], i), node[i])) return found;
  return std::nullopt;
}

}  // namespace

std::string result_json(const Result& result) { return dump(document(result)); }

std::optional<double> lookup(const Result& result, const std::string& path) {
  return path.empty() ? std::nullopt : find(document(result), path);
}

}  // namespace bitline
