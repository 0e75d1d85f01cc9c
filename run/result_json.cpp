// SPDX-License-Identifier: Apache-2.0
#include "run/result_json.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <tbb/version.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

#include "base/error.h"
#include "base/statistics.h"
#include "base/version.h"
#include "run/result_document.h"

namespace bitline::run {
namespace {

// What only a run gives.
Json unless_shapes(const Result& r, double x) { return r.shapes ? Json(nullptr) : Json(x); }

// A score may have no value.
Json number_of(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }
Json interval_of(const Interval& i) { return Json::array({number_of(i.lower), number_of(i.upper)}); }
Json timing_of(const Result& r) {
  Json seconds = Json::object();
  for (const auto& [stage, value] : r.timing) seconds[stage] = seconds.value(stage, 0.0) + value;
  return seconds;
}

Json quality_of(const Quality& q) {
  Json chips = Json::array();
  for (const ChipQuality& chip : q.chips)
    chips.push_back({{"value", number_of(chip.value)}, {"ci95", interval_of(chip.ci95)}});
  return {{"metric", q.metric},
          {"value", number_of(q.value)},
          {"ci95", interval_of(q.ci95)},
          {"ci95_images", interval_of(q.ci95_images)},
          {"chips", chips},
          {"reference", {{"float", number_of(q.reference_float)}, {"quantized", number_of(q.reference_quantized)}}},
          {"loss", number_of(q.loss)},
          {"loss_ci95", interval_of(q.loss_ci95)},
          {"inputs", q.inputs}};
}

Json scores_json(const Result& r) {
  Json scores = Json::array();
  for (const Quality& q : r.scores) scores.push_back(quality_of(q));
  return scores;
}

Json layers_of(const Result& r) {
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
                      {"energy_breakdown_J", object_of(l.energy_breakdown_J)}});
  }
  return layers;
}

Json nodes_of(const Result& r) {
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
  const chip::WireResult& w = *r.wires;
  return {{"mode", "exact"},
          {"method", w.method},
          {"status", w.status},
          {"residual", or_null(w.residual)},
          {"row_ohm", w.row_ohm},
          {"column_ohm", w.column_ohm},
          {"arrays_studied", w.arrays},
          {"reads", w.reads},
          {"current_error_rms", w.current_error_rms},
          {"voltage_left_mean", w.drop_mean},
          {"voltage_left_min", w.drop_min},
          {"noise_factor_mean", w.noise_factor_mean},
          {"noise_sigma_error", w.noise_sigma_error}};
}

Json boundaries_of(const Result& r) {
  Json all = Json::array();
  for (const cost::Efficiency& b : r.costs.boundaries)
    all.push_back(
        {{"name", b.name}, {"inside", b.inside}, {"tops_per_w", b.tops_per_w}, {"tops_per_mm2", b.tops_per_mm2}});
  return all;
}

Json baselines_of(const Result& r) {
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

Json unit_costs_of(const Result& r) {
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
                   {"spread", c.unit.spread}});
  return all;
}

Json budget_of(const Result& r) {
  Json all = Json::array();
  for (const cost::BudgetSum& b : r.budget)
    all.push_back({{"name", b.name}, {"power_W", b.power_W}, {"area_m2", b.area_m2}});
  return all;
}

Json assumed_of(const Result& r) {
  Json all = Json::array();
  for (const Assumption& a : r.assumed) all.push_back({{"path", a.path}, {"value", a.value}, {"reason", a.reason}});
  return all;
}

Json simplifications_of(const Result& r) {
  Json all = Json::array();
  for (const Simplification& s : r.simplifications) {
    Json claims = Json::array();
    for (const Claim& c : s.claims) claims.push_back({{"text", c.text}, {"off", c.off}, {"on", c.on}});
    all.push_back({{"what", s.what}, {"claims", std::move(claims)}});
  }
  return all;
}

Json published_of(const Result& r) {
  Json all = Json::array();
  for (const Published& p : r.published)
    all.push_back({{"what", p.what},
                   {"published", p.published},
                   {"ours", or_null(p.ours)},
                   {"unit", p.unit},
                   {"source", p.source},
                   {"kind", p.kind},
                   {"within", or_null(p.within)}});
  return all;
}

Json write_of(const Result& r) {
  return {{"level_accuracy", unless_shapes(r, r.write.level_accuracy)},
          {"rms_error_S", unless_shapes(r, r.write.rms_error_S)},
          {"fault_frac", unless_shapes(r, r.write.fault_frac)},
          {"pulses_per_cell", or_null(r.write.pulses_per_cell)},
          {"failed_frac", or_null(r.write.failed_frac)},
          {"unpulsed_frac", or_null(r.write.unpulsed_frac)},
          {"read_after_s", unless_shapes(r, r.write.read_after_s)},
          {"refresh_in_s", or_null(r.write.refresh_in_s)}};
}

Json energy_of(const Result& r) {
  return {{"per_inference_J", r.costs.energy_per_inference_J},
          {"at_least", r.costs.energy_is_bound},
          {"interval_J", {r.costs.energy_low_J, r.costs.energy_high_J}},
          {"write_J", or_null(r.costs.energy_write_J)},
          {"write_s", or_null(r.costs.write_time_s)},
          {"refresh_W", or_null(r.costs.refresh_W)},
          {"breakdown_J", object_of(r.costs.energy_J)},
          {"images", images_of(r)}};
}

Json latency_of(const Result& r) {
  return {{"per_inference_s", r.costs.latency_per_inference_s},
          {"at_least", r.costs.time_is_bound},
          {"throughput_per_s", r.costs.throughput_per_s},
          {"breakdown_s", object_of(r.costs.latency_s)}};
}

Json area_of(const Result& r) {
  return {{"total_m2", r.costs.area_m2},
          {"unused_arrays_m2", r.costs.unused_arrays_m2},
          {"breakdown_m2", object_of(r.costs.area_breakdown_m2)}};
}

Json efficiency_of(const Result& r) {
  return {{"tops_per_w", r.costs.tops_per_w},
          {"tops_per_mm2", r.costs.tops_per_mm2},
          {"one_bit_tops_per_w", r.costs.one_bit_tops_per_w},
          {"definition", r.costs.efficiency_definition},
          {"boundaries", boundaries_of(r)}};
}

Json experiment_of(const Result& r) { return r.experiment ? experiment_json(*r.experiment) : Json(nullptr); }

// The document, key by key. `measured`: null where there is only a budget, as nothing was written, run or costed.
struct Section {
  const char* key;
  Json (*of)(const Result&);
  bool measured = false;
};
constexpr Section sections[] = {
    {"schema_version", [](const Result&) { return Json(result_schema_version); }},
    {"bitline_version", [](const Result&) { return Json(version()); }},
    {"config_hash", [](const Result& r) { return Json(r.config_hash); }},
    {"seed", [](const Result& r) { return Json(r.seed); }},
    {"status", [](const Result& r) { return Json(r.status); }},
    {"warnings", [](const Result& r) { return Json(r.warnings); }},
    {"assumed", assumed_of},
    {"simplifications", simplifications_of},
    {"shapes", shapes_of},
    {"experiment", experiment_of},
    {"quality", [](const Result& r) { return r.shapes ? Json(nullptr) : quality_of(r.quality); }, true},
    {"scores", [](const Result& r) { return r.shapes ? Json(nullptr) : scores_json(r); }, true},
    {"write", write_of, true},
    {"wires", wires_of, true},
    {"energy", energy_of, true},
    {"latency", latency_of, true},
    {"area", area_of, true},
    {"efficiency", efficiency_of, true},
    {"baselines", baselines_of},
    {"unit_costs", unit_costs_of},
    {"budget", budget_of},
    {"mapping", [](const Result& r) { return mapping_of(r.mapping, false); }, true},
    {"layers", layers_of},
    {"nodes", nodes_of},
    {"published", published_of},
    {"timing", timing_of},
    {"provenance", provenance_of},
};

Json made(const Section& section, const Result& r, std::vector<std::string>& lost) {
  if (section.measured && r.only_budget) return nullptr;
  Json json = section.of(r);
  null_unfinite(json, section.key, lost);
  return json;
}

}  // namespace

Json result_document(const Result& result) {
  Json whole = Json::object();
  std::vector<std::string> lost;
  for (const Section& section : sections) whole[section.key] = made(section, result, lost);
  for (const std::string& warning : lost) whole["warnings"].push_back(warning);
  return whole;
}

const Json* ResultFigures::find(std::string_view path) {
  const std::string_view key = path.substr(0, path.find('.'));
  const auto section =
      std::find_if(std::begin(sections), std::end(sections), [&](const Section& s) { return s.key == key; });
  if (section == std::end(sections)) return nullptr;
  auto known = made_.find(key);
  std::vector<std::string> lost;
  if (known == made_.end()) known = made_.emplace(key, made(*section, result_, lost)).first;
  return node_at(known->second, path.size() == key.size() ? "" : path.substr(key.size() + 1));
}

std::optional<double> ResultFigures::number(std::string_view path) {
  const Json* node = find(path);
  return node && node->is_number() ? std::optional(node->get<double>()) : std::nullopt;
}

std::string result_json(const Result& result) { return dump(result_document(result)); }

std::optional<double> lookup(const Result& result, const std::string& path) {
  return ResultFigures(result).number(path);
}

}  // namespace bitline::run
