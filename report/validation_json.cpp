// SPDX-License-Identifier: Apache-2.0
#include "base/version.h"
#include "report/validation.h"
#include "run/json_parts.h"

namespace bitline::report {

using run::Json;
using run::or_null;

namespace {

Json design_of(const ValidatedDesign& d) {
  Json published = Json::array(), budget = Json::array();
  for (const run::Published& p : d.result.published)
    published.push_back({{"what", p.what},
                         {"published", p.published},
                         {"ours", or_null(p.ours)},
                         {"unit", p.unit},
                         {"deviation", or_null(deviation(p))},
                         {"within", or_null(p.within)},
                         {"miss", is_miss(p)},
                         {"low", or_null(p.low)},
                         {"high", or_null(p.high)},
                         {"kind", p.kind},
                         {"source", p.source}});
  for (const cost::BudgetSum& b : d.result.budget)
    budget.push_back({{"name", b.name}, {"power_W", b.power_W}, {"area_m2", b.area_m2}});
  return {{"name", d.name},
          {"title", d.result.name},
          {"config_hash", d.result.config_hash},
          {"published", published},
          {"budget", budget},
          {"energy_breakdown_J", run::object_of(d.result.costs.energy_J)},
          {"area_breakdown_m2", run::object_of(d.result.costs.area_breakdown_m2)}};
}

Json place_of(const periphery::AdcPlace& p) {
  return {{"converters", p.count}, {"with_less_energy_frac", p.count ? Json(p.share) : Json(nullptr)}};
}

Json parts_of(const ValidatedParts& v) {
  Json adcs = Json::array(), parts = Json::array();
  for (const periphery::AdcComparison& c : v.adcs)
    adcs.push_back({{"kind", c.kind},
                    {"technology", c.technology},
                    {"bits", c.bits},
                    {"rate_Hz", c.rate_Hz},
                    {"circuit_J", c.circuit_J},
                    {"circuit", place_of(c.circuit)},
                    {"circuit_of_its_kind", place_of(c.circuit_in_family)},
                    {"survey_J", c.survey_J},
                    {"survey", place_of(c.survey)},
                    {"survey_of_its_kind", place_of(c.survey_in_family)}});
  for (const periphery::PartComparison& p : v.parts)
    parts.push_back({{"part", p.part},
                     {"model", p.model},
                     {"technology", p.technology},
                     {"vdd_V", p.vdd_V},
                     {"unit", p.is_area ? "m2" : "J"},
                     {"published", p.published},
                     {"ours", p.ours},
                     {"status", p.status},
                     {"source", p.source}});
  return {{"regression",
           {{"vectors", v.regression.vectors},
            {"energy_deviation", v.regression.energy},
            {"area_deviation", v.regression.area},
            {"within", periphery::survey_agreement_goal}}},
          {"adcs", adcs},
          {"parts", parts}};
}

}  // namespace

std::string validation_json(const Validation& v) {
  const ValidationCount c = count(v);
  Json designs = Json::array();
  for (const ValidatedDesign& d : v.designs) designs.push_back(design_of(d));
  Json json{{"bitline_version", version()},
            {"figures", c.figures},
            {"with_goal", c.with_goal},
            {"misses", c.misses},
            {"designs", designs}};
  if (v.parts) json.update(parts_of(*v.parts));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace bitline::report
