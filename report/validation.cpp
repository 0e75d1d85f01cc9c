// SPDX-License-Identifier: Apache-2.0
#include "report/validation.h"

#include <fmt/format.h>

#include "report/text.h"

namespace bitline::report {

using periphery::PartComparison;
using periphery::survey_agreement_goal;
using run::Published;
using run::Result;

namespace {

std::string signed_percent(double fraction) {
  const std::string text = fmt::format("{:+.2f} %", fraction * 100);
  return text == "-0.00 %" ? "+0.00 %" : text;
}

std::string verdict(const Published& p) {
  if (!p.within) return "";
  return fmt::format("{} {:.4g} %", is_miss(p) ? "miss: goal" : "within", *p.within * 100);
}

std::string interval_text(const Published& p) {
  const auto inside = is_inside(p);
  if (!inside) return "";
  return fmt::format("{} .. {}{}", figure_text(*p.low, p.unit), figure_text(*p.high, p.unit),
                     *inside ? "" : ", not inside");
}

void add_figures(Page& page, const Result& r) {
  PageTable table{"lrrrrlll",
                  {"figure", "published", "ours", "90 % of designs", "deviation", "goal", "kind", "source"}};
  for (const Published& p : r.published) {
    const auto d = deviation(p);
    table.rows.push_back({p.what, figure_text(p.published, p.unit),
                          p.ours ? figure_text(*p.ours, p.unit) : "no such figure", interval_text(p),
                          d ? signed_percent(*d) : "-", verdict(p), p.kind, p.source});
  }
  if (table.rows.empty())
    page.paragraph("No published figures.");
  else
    page.table(table);
}

void add_budget(Page& page, const Result& r) {
  const auto share = [](double x, double whole) { return whole > 0 && x != 0 ? percent(x / whole, 1) : std::string(); };
  if (!r.budget.empty()) {
    PageTable table{"lrr", {"sum of the group", "power", "area"}};
    for (const cost::BudgetSum& b : r.budget)
      table.rows.push_back({b.name, quantity(b.power_W, Unit::watt), quantity(b.area_m2, Unit::square_meter)});
    page.table(table);
  }
  if (r.costs.energy_J.empty() && r.costs.area_breakdown_m2.empty()) return;
  PageTable table{"lrrrr", {"part", "energy per inference", "", "area", ""}};
  table.rows.push_back({"total", quantity(r.costs.energy_per_inference_J, Unit::joule), "",
                        quantity(r.costs.area_m2, Unit::square_meter), ""});
  for (const cost::Part part : cost::listed_parts({&r.costs.energy_J, &r.costs.area_breakdown_m2})) {
    const double e = r.costs.energy_J[part], a = r.costs.area_breakdown_m2[part];
    if (e == 0 && a == 0) continue;
    table.rows.push_back({std::string(title_of(part)), e == 0 ? "-" : quantity(e, Unit::joule),
                          share(e, r.costs.energy_per_inference_J), a == 0 ? "-" : quantity(a, Unit::square_meter),
                          share(a, r.costs.area_m2)});
  }
  page.table(table);
}

void add_regression(Page& page, const periphery::SurveyAgreement& a) {
  page.heading("Converters: the survey regression");
  page.paragraph(fmt::format(
      "A published regression (Andrulis, Emer, Sze 2024, arXiv:2404.06553) says what an 8-bit SAR converter costs by "
      "cost.model: survey, and any converter from 4 bits by cost.model: regression. Its program and our function, for "
      "{} converters from 7 to 130 nm:",
      a.vectors));
  PageTable table{"lrrl", {"figure", "largest deviation", "goal", ""}};
  for (const auto& [what, worst] : {std::pair{"energy of a conversion", a.energy}, {"area", a.area}})
    table.rows.push_back({what, fmt::format("{:.1e}", worst), fmt::format("{:.0e}", survey_agreement_goal),
                          worst > survey_agreement_goal ? "miss" : "within"});
  page.table(table);
}

std::string place_text(const periphery::AdcPlace& p) {
  constexpr std::size_t enough = 5;
  return p.count < enough ? "-" : fmt::format("{:.0f} % of {}", p.share * 100, p.count);
}

void add_adcs(Page& page, const ValidatedParts& v, const std::string& picture) {
  page.heading("Converters: ours among published ones");
  page.paragraph(fmt::format(
      "{} converters of the ISSCC and VLSI conferences of 1997 to 2025 (B. Murmann, ADC Performance Survey), measured "
      "silicon. Ours is compared with those in plain CMOS of comparable resolution (SNDR within half a bit of ours, "
      "which counts as ideal) and node (within a factor of 1.6); 12 % of 34 says that 12 % of 34 such converters take "
      "less energy for a sample. A dash: fewer than five. Each of ours works alone, at its own rate: SAR bits + 1 "
      "clocks of the technology, flash one, ramp 2^bits ticks of 10 ns. None of the published ones is a plain ramp. By "
      "survey, the default, is by circuit times the regression over the circuit for 8-bit SAR at this node.",
      v.published_adcs.size()));
  if (!picture.empty()) page.picture(picture, "Energy of a conversion over resolution: published converters and ours");
  PageTable table{"llrrrrrrrr",
                  {"kind", "node", "bits", "rate", "by circuit", "below it, of all", "below it, of its kind",
                   "by survey", "below it, of all", "below it, of its kind"}};
  for (const periphery::AdcComparison& c : v.adcs)
    table.rows.push_back({c.kind, c.technology, std::to_string(c.bits), pretty(c.rate_Hz, Unit::hertz),
                          quantity(c.circuit_J, Unit::joule), place_text(c.circuit), place_text(c.circuit_in_family),
                          quantity(c.survey_J, Unit::joule), place_text(c.survey), place_text(c.survey_in_family)});
  page.table(table);
  page.paragraph(
      "The circuit model leaves out what a converter in silicon has beside its core: reference buffers, input "
      "drivers, clock generation, calibration, and a margin for manufacture. At 10 bits its own noise, as large as "
      "quantization noise in capacitors and comparator each, costs up to 0.8 bit that the comparison does not take "
      "off.");
}

void add_parts(Page& page, const std::vector<PartComparison>& parts) {
  page.heading("Single parts");
  page.paragraph(
      "Published figures of parts beside what our models give in the technology named, at the published supply where "
      "one is given. Nothing was fitted to them and no goal is set; the spreads of circuits, from which intervals of "
      "costs are made, are how far 90 % of them lie from ours. What the published figure is: measured, on "
      "silicon; "
      "scaled, from measured silicon of another node or resolution; synthesized, by a standard-cell flow without "
      "silicon; estimated, from a design's own table or a rule of thumb. Remembered: not looked up in the "
      "publication.");
  PageTable table{
      "lrrrrrlll",
      {"part", "published", "ours", "ours / published", "node", "supply", "published is", "ours is", "source"}};
  for (const PartComparison& p : parts) {
    const auto text = [&](double x) {
      if (!p.is_area) return quantity(x, Unit::joule);
      const double um2 = x * 1e12;  // all in one unit, as small ones stand beside large ones
      return (um2 < 1e4 ? fmt::format("{:.4g}", um2) : grouped(static_cast<std::size_t>(um2 + 0.5))) + " um2";
    };
    table.rows.push_back({p.part, text(p.published), text(p.ours), fmt::format("{:.2f}", p.ours / p.published),
                          p.technology, p.is_area ? "" : pretty(p.vdd_V, Unit::volt), p.status, p.model, p.source});
  }
  page.table(table);
}

}  // namespace

ValidationCount count(const Validation& v) {
  ValidationCount c;
  for (const ValidatedDesign& d : v.designs)
    for (const Published& p : d.result.published) {
      ++c.figures;
      c.with_goal += p.within.has_value();
      c.misses += is_miss(p);
      if (const auto inside = p.kind == "predicted" ? is_inside(p) : std::nullopt)
        ++c.with_interval, c.inside += *inside;
    }
  if (v.parts)
    for (const double worst : {v.parts->regression.energy, v.parts->regression.area})
      ++c.figures, ++c.with_goal, c.misses += worst > survey_agreement_goal;
  return c;
}

std::string count_sentence(const ValidationCount& c) {
  std::string text = fmt::format("{} figure{}, {} with a goal, {} miss{}", c.figures, c.figures == 1 ? "" : "s",
                                 c.with_goal, c.misses, c.misses == 1 ? "" : "es");
  if (c.with_interval)
    text += fmt::format("; {} of {} predicted totals inside our 90 % interval", c.inside, c.with_interval);
  return text;
}

Page validation_page(const Validation& v, const std::string& picture) {
  Page page;
  page.heading("Published figures beside ours", 1);
  page.paragraph(fmt::format(
      "{}. Deviation: ours over the published figure, minus one. Kind: predicted, nothing was set from the published "
      "figure; imposed, a parameter was solved from it; proxy, other data or another metric; summed, parts of the same "
      "publication added up, which tests no model. A figure with a goal is a miss beyond it; one without is not "
      "judged. 90 % of designs: our interval of a total, made of the spreads of its parts (docs/model/cost.md); "
      "figures of single parts and times have none yet.",
      count_sentence(count(v))));
  for (const ValidatedDesign& d : v.designs) {
    page.heading(d.result.name.empty() ? d.name : d.result.name);
    page.paragraph(d.about.empty() ? d.file : fmt::format("{} ({})", d.about, d.file));
    add_figures(page, d.result);
    add_budget(page, d.result);
  }
  if (!v.parts) return page;
  add_regression(page, v.parts->regression);
  add_adcs(page, *v.parts, picture);
  add_parts(page, v.parts->parts);
  if (!v.parts->other_simulator.empty())
    page.section("What another simulator does that we do not follow", v.parts->other_simulator);
  return page;
}

}  // namespace bitline::report
