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
#include "run/cost_json.h"
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
          {"ci95_both", interval_of(q.ci95_both)},
          {"ci95", interval_of(q.ci95)},
          {"ci95_images", interval_of(q.ci95_images)},
          {"chips", chips},
          {"reference",
           {{"float", number_of(q.reference_float)},
            {"quantized", number_of(q.reference_quantized)},
            {"chance", or_null(q.chance)}}},
          {"loss", number_of(q.loss)},
          {"loss_ci95", interval_of(q.loss_ci95)},
          {"inputs", q.inputs}};
}

Json scores_json(const Result& r) {
  Json scores = Json::array();
  for (const Quality& q : r.scores) scores.push_back(quality_of(q));
  return scores;
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

Json design_of(const Result& r) {
  Json lines = Json::object();
  for (const DesignLine& line : r.design) lines[line.what] = line.text;
  return lines;
}

Json network_of(const Result& r) {
  if (!r.input) return nullptr;
  const NetworkInput& in = *r.input;
  return {{"file", in.network}, {"layers", in.layers}, {"weights", in.weights}, {"outputs", in.outputs}};
}

Json data_of(const Result& r) {
  if (!r.input) return nullptr;
  const NetworkInput& in = *r.input;
  return {{"set", in.set},
          {"samples", in.samples},
          {"shape", in.dims},
          {"classes", in.classes ? Json(*in.classes) : Json(nullptr)},
          {"targets", in.targets ? Json(*in.targets) : Json(nullptr)},
          {"normalized", in.normalized.empty() ? Json(nullptr) : Json(in.normalized)},
          {"values", {{"min", in.least}, {"max", in.largest}, {"mean", in.mean}, {"deviation", in.deviation}}}};
}

Json left_out_of(const Result& r) {
  Json all = Json::array();
  for (const LeftOut& l : r.published_left_out) all.push_back({{"what", l.what}, {"why", l.why}});
  return all;
}

Json metal_of(const Result& r) {
  if (!r.metal) return nullptr;
  return {{"row_ohm", r.metal->row_ohm},
          {"column_ohm", r.metal->column_ohm},
          {"array", r.metal->array},
          {"reads", r.metal->reads},
          {"current_error_rms", r.metal->current_error_rms}};
}

// Wires: how they were solved, that they were, and what they do.
Json wires_of(const Result& r) {
  if (!r.wires) return {{"mode", "ideal"}, {"metal", metal_of(r)}};
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
                   {"within", or_null(p.within)},
                   {"low", or_null(p.low)},
                   {"high", or_null(p.high)}});
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

Json moment_of(const UseMoment& m) {
  return {{"time_s", m.time_s},
          {"age_s", m.age_s},
          {"images", m.images},
          {"images_since_write", m.images_since_write},
          {"refreshes", m.refreshes},
          {"inputs", m.inputs},
          {"value", number_of(m.value)},
          {"low", number_of(m.ci95_both.lower)},
          {"high", number_of(m.ci95_both.upper)},
          {"change", or_null(m.change)},
          {"change_ci95", m.change ? interval_of(m.change_ci95) : Json(nullptr)}};
}

Json use_of(const Result& r) {
  if (!r.use) return nullptr;
  Json moments = Json::array();
  for (const UseMoment& m : r.use->moments) moments.push_back(moment_of(m));
  return {{"span_s", r.use->span_s},
          {"time_per_image_s", r.use->time_per_image_s},
          {"images", r.use->images},
          {"metric", r.use->metric},
          {"refreshes", r.use->refreshes},
          {"refresh_J", or_null(r.use->refresh_J)},
          {"refresh_s", or_null(r.use->refresh_s)},
          {"moments", moments}};
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
    {"design", [](const Result& r) { return design_of(r); }},
    {"network", network_of},
    {"data", data_of},
    {"warnings", [](const Result& r) { return Json(r.warnings); }},
    {"assumed", assumed_of},
    {"simplifications", simplifications_of},
    {"shapes", shapes_of},
    {"experiment", experiment_of},
    {"quality", [](const Result& r) { return r.shapes ? Json(nullptr) : quality_of(r.quality); }, true},
    {"scores", [](const Result& r) { return r.shapes ? Json(nullptr) : scores_json(r); }, true},
    {"use", use_of},
    {"write", write_of, true},
    {"wires", wires_of, true},
    {"energy", energy_json, true},
    {"latency", latency_json, true},
    {"area", area_json, true},
    {"efficiency", efficiency_json, true},
    {"baselines", baselines_json},
    {"unit_costs", unit_costs_json},
    {"budget", budget_json},
    {"mapping", [](const Result& r) { return mapping_of(r.mapping, false); }, true},
    {"layers", layers_json},
    {"nodes", nodes_json},
    {"published", published_of},
    {"published_left_out", left_out_of},
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
