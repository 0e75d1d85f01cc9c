// SPDX-License-Identifier: Apache-2.0
#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/cost_text.h"
#include "report/design_text.h"
#include "report/experiment.h"
#include "report/text.h"
#include "report/use_text.h"
#include "report/write_text.h"

namespace bitline::report {

using run::LayerReads;
using run::MappingResult;
using run::Result;

namespace {

constexpr std::size_t bar_width = 8;

std::string paragraph(const std::string& text, std::size_t indent) {
  std::string lines;
  for (const std::string& line : wrap(clean(text), terminal_width - indent))
    lines += std::string(indent, ' ') + line + '\n';
  return lines;
}

std::string title(const Result& r, const Paint& paint) {
  const std::size_t chips = r.quality.chips.size();
  std::string line = paint.heading(clean(r.name.empty() ? "run" : r.name));
  if (r.only_budget) return line + "   no network, so nothing was run\n";
  std::string facts = fmt::format("   config {}   seed {}", clean(r.config_hash.substr(0, 12)), r.seed);
  if (r.experiment)
    facts += "   " + repeats_text(*r.experiment);
  else if (!r.shapes)
    facts += fmt::format("   {} chip{}   {} inputs", grouped(chips), chips == 1 ? "" : "s", grouped(r.quality.inputs));
  line += paint.with(paint.dim(), facts);
  if (r.status != "done") line += "   " + paint.with(paint.warn(), clean(r.status));
  return line + "\n";
}

std::string design(const Result& r, const Paint& paint) {
  if (is_without_arrays(r)) return "";
  const std::vector<run::DesignLine> lines = head_lines(r);
  std::size_t names = 0;
  for (const run::DesignLine& line : lines) names = std::max(names, display_width(line.what));
  TextTable table({{Align::left, paint.dim()}, {.most = terminal_width - names - 4}});
  for (const run::DesignLine& line : lines) table.row({line.what, clean(line.text)});
  return table.str();
}

std::string quality(const Result& r, const Paint& paint) {
  const run::Quality& q = r.quality;
  std::string name = clean(q.metric);
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  const bool many = q.chips.size() > 1;
  TextTable table({{}, {Align::right, paint.strong()}, {Align::right}, {Align::right}, {Align::right}});
  table.row({"", "", many ? "95 %, chips and images" : "95 %, images of one chip", many ? "other chips" : "",
             many ? "other images" : ""});
  if (q.chance) table.row({"commonest class", quality_text(q.metric, *q.chance)});
  table.row({"float", quality_text(q.metric, q.reference_float)});
  table.row({"quantized", quality_text(q.metric, q.reference_quantized)});
  table.row({"on chip", quality_text(q.metric, q.value), quality_range(q.metric, q.ci95_both),
             many ? quality_range(q.metric, q.ci95) : "", many ? quality_range(q.metric, q.ci95_images) : ""});
  table.row({"quantized - on chip", quality_text(q.metric, q.loss), quality_range(q.metric, q.loss_ci95) + " paired"});
  return paint.heading(name) + "\n" + table.str(2, paint.dim());
}

std::string write_costs(const Result& r) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() || part.empty() ? "" : ", ") + part; };
  if (r.costs.energy_write_J) add(fmt::format("energy {}", quantity(*r.costs.energy_write_J, Unit::joule)));
  if (r.costs.write_time_s)
    add(fmt::format("{}{}", r.costs.energy_write_J ? "" : "time ", quantity(*r.costs.write_time_s, Unit::second)));
  if (r.costs.refresh_W) add(fmt::format("refresh {}", quantity(*r.costs.refresh_W, Unit::watt)));
  add(write_gap(r));
  std::string parts;
  for (const WritePart& part : write_parts(r))
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", part.name, part.text);
  return parts.empty() ? text : fmt::format("{}; of the energy {}", text, parts);
}

// Of shapes, which nobody wrote, what writing would cost.
std::string writing(const Result& r, const Paint& paint) {
  if (r.shapes) return paint.heading("Writing") + "  " + write_costs(r) + "\n";
  const run::WriteResult& w = r.write;
  std::string text = paint.heading("Writing") + "\n";
  text += fmt::format("  {} of {} cells at their level right after writing, 95 % {}\n", percent(w.level_accuracy),
                      grouped(w.cells), percent_range(w.level_accuracy_ci95));
  text += fmt::format("  rms error {}", quantity(w.rms_error_S, Unit::siemens));
  if (w.sigma_S > 0) text += fmt::format(", sigma {}", quantity(w.sigma_S, Unit::siemens));
  text += fmt::format(", faulty {}", percent(w.fault_frac));
  if (w.failed_frac) text += fmt::format(", given up {}", percent(*w.failed_frac));
  text.append("\n").append(paragraph(pulses_text(w), 2)).append(paragraph(write_costs(r), 2));
  if (const std::string moment = read_moment(w); !r.use && !moment.empty())
    text += paragraph("all reads: " + moment, 2);
  return text;
}

std::string wires(const chip::WireResult& w, const Paint& paint) {
  std::string text = paint.heading("Wires") + "\n";
  text += fmt::format("  {} a {} segment, {} a column segment: rms error of column currents {}\n",
                      quantity(w.row_ohm, Unit::ohm), w.supplied_beside_columns ? "supply" : "row",
                      quantity(w.column_ohm, Unit::ohm), percent(w.current_error_rms));
  return text + paragraph(fmt::format("voltage left {} on average, {} at least, all rows driven; {}",
                                      percent(w.drop_mean), percent(w.drop_min), w.status),
                          2);
}

std::string boundaries(const Result& r) {
  std::string text;
  for (const cost::Efficiency& b : r.costs.boundaries)
    text += fmt::format("{}{} {}", text.empty() ? "  TOPS/W by boundary: " : ", ", clean(b.name), per_watt_text(r, b));
  if (text.empty()) return text;
  if (r.costs.one_bit_tops_per_w > 0) text += "; one-bit " + per_watt_text(r, r.costs.one_bit_tops_per_w);
  return text + "\n";
}

// Energy, latency and area side by side, one line per part.
std::string costs(const Result& r, const Paint& paint) {
  struct Quantity {
    const cost::Breakdown* parts;
    double total;
    Unit unit;
  };
  const Quantity quantities[] = {{&r.costs.energy_J, r.costs.energy_per_inference_J, Unit::joule},
                                 {&r.costs.latency_s, r.costs.latency_per_inference_s, Unit::second},
                                 {&r.costs.area_breakdown_m2, r.costs.area_m2, Unit::square_meter}};
  std::vector<TextTable::Column> columns{{}};
  for (int i = 0; i < 3; ++i) {
    columns.push_back({Align::right});
    columns.push_back({Align::right, paint.dim()});
    columns.push_back({Align::left, paint.bars()});
  }
  TextTable table(columns);
  table.row({"", "energy", "", "", "latency", "", "", "area"});
  std::vector<std::string> cells{"total"};
  for (const std::string& total : {energy_text(r), latency_text(r), quantity(r.costs.area_m2, Unit::square_meter)})
    cells.insert(cells.end(), {total, "", ""});
  if (has_energy_interval(r))
    cells[3] = range_text(r.costs.energy_low_J, r.costs.energy_high_J, Unit::joule, r.costs.energy_per_inference_J);
  if (has_area_interval(r))
    cells[9] = range_text(r.costs.area_low_m2, r.costs.area_high_m2, Unit::square_meter, r.costs.area_m2);
  table.row(cells);
  for (const cost::Part part :
       cost::listed_parts({&r.costs.energy_J, &r.costs.latency_s, &r.costs.area_breakdown_m2})) {
    if (std::all_of(std::begin(quantities), std::end(quantities),
                    [&](const Quantity& q) { return (*q.parts)[part] == 0; }))
      continue;
    cells = {std::string(title_of(part))};
    for (const Quantity& q : quantities) {
      const double value = (*q.parts)[part], share = q.total > 0 ? value / q.total : 0;
      if (value == 0)
        cells.insert(cells.end(), {"-", "", ""});
      else
        cells.insert(cells.end(),
                     {quantity(value, q.unit), percent(share, share < 0.0995 ? 1 : 0), bar(share, bar_width)});
    }
    table.row(cells);
  }
  std::string text =
      paint.heading("Costs") + paint.with(paint.dim(), " per inference") + "\n" + table.str(2, paint.dim());
  for (const std::string& line : {converter_price_text(r), interval_line(r)}) text += paragraph(line, 2);
  text += fmt::format("  {}, {} TOPS/W, {} TOPS/mm2\n", throughput_text(r), per_watt_text(r, r.costs.tops_per_w),
                      per_area_text(r, r.costs.tops_per_mm2));
  text += boundaries(r);
  if (!r.costs.efficiency_definition.empty())
    text += paint.with(paint.dim(), paragraph(r.costs.efficiency_definition, 4));
  return text;
}

// One line each: the digital machine's figures, and how many times this chip's they are.
std::string digital_machines(const Result& r, const Paint& paint) {
  TextTable table({{},
                   {Align::right},
                   {Align::right, paint.dim()},
                   {Align::right},
                   {Align::right, paint.dim()},
                   {Align::right},
                   {Align::right, paint.dim()},
                   {Align::right}});
  table.row({"over this chip", "energy", "", "latency", "", "area", "", "TOPS/W"});
  for (const cost::Baseline& b : r.costs.baselines)
    table.row({shorten(clean(b.name), 20), quantity(b.energy_J, Unit::joule),
               ratio_text(b.energy_J, r.costs.energy_per_inference_J), quantity(b.latency_s, Unit::second),
               ratio_text(b.latency_s, r.costs.latency_per_inference_s), quantity(b.area_m2, Unit::square_meter),
               ratio_text(b.area_m2, r.costs.area_m2), fmt::format("{:.4g}", b.tops_per_w)});
  return paint.heading("Digital machines") + "\n" + table.str(2, paint.dim());
}

std::string budget(const Result& r, const Paint& paint) {
  TextTable table({{}, {Align::right}, {Align::right}});
  table.row({"", "power", "area"});
  for (const cost::BudgetSum& b : r.budget)
    table.row({shorten(clean(b.name), 32), quantity(b.power_W, Unit::watt), quantity(b.area_m2, Unit::square_meter)});
  return paint.heading("Budget") + "\n" + table.str(2, paint.dim());
}

// Of experiments with devices alone.
std::string device_costs(const Result& r, const Paint& paint) {
  return paint.heading("Costs") + paint.with(paint.dim(), " per inference") +
         fmt::format("  energy {}, latency {}\n", quantity(r.costs.energy_per_inference_J, Unit::joule),
                     quantity(r.costs.latency_per_inference_s, Unit::second)) +
         paragraph(r.costs.efficiency_definition, 4);
}

std::string mapping_line(const MappingResult& m) {
  return fmt::format("{} of {} arrays of {} x {} on {} chip{}, {} of their cells", m.arrays_used, m.arrays_total,
                     m.array_rows, m.array_columns, m.chips, m.chips == 1 ? "" : "s", percent(m.cell_utilisation, 1));
}

std::string layers(const Result& r, const Paint& paint) {
  std::vector<TextTable::Column> columns(r.reads.empty() ? 6 : 9, {Align::right});
  columns[0].align = Align::left;
  TextTable table(std::move(columns));
  const auto row = [&](std::vector<std::string> cells, const std::vector<std::string>& of_run,
                       const std::vector<std::string>& counts) {
    if (!r.reads.empty()) cells.insert(cells.end(), of_run.begin(), of_run.end());
    cells.insert(cells.end(), counts.begin(), counts.end());
    table.row(std::move(cells));
  };
  row({"layer", "energy", "latency"}, {"SNR", "clipped", "full scale"}, {"conversions", "MACs", "arrays"});
  for (std::size_t i = 0; i < r.costs.layers.size(); ++i) {
    const cost::LayerCosts& l = r.costs.layers[i];
    const LayerReads reads = r.reads.empty() ? LayerReads{} : r.reads[i];
    row({shorten(clean(l.name), 20), quantity(l.energy_J, Unit::joule), quantity(l.latency_s, Unit::second)},
        {snr_text(reads.snr_db), percent(reads.adc_clipped_frac), quantity(reads.adc_full_scale_A, Unit::ampere)},
        {count_text(l.conversions), count_text(l.macs), std::to_string(l.arrays)});
  }
  double between_J = 0, between_s = 0;  // what no layer is charged with
  for (const cost::NodeCosts& n : r.costs.nodes)
    if (!n.is_layer) between_J += n.energy_J, between_s += n.latency_s;
  if (between_J > 0)
    row({"between layers", quantity(between_J, Unit::joule), quantity(between_s, Unit::second)}, {"", "", ""},
        {"", "", ""});
  return table.str(2, paint.dim());
}

std::string published(const Result& r, const Paint& paint) {
  TextTable table({{.most = 48}, {Align::right}, {Align::right, paint.strong()}, {Align::right}, {}});
  table.row({"", "published", "ours", "ratio", "kind"});
  for (const run::Published& p : r.published)
    table.row({clean(p.what), figure_text(p.published, p.unit),
               p.ours ? figure_text(*p.ours, p.unit) : "no such figure",
               p.ours && p.published != 0 ? fmt::format("{:.3f}", *p.ours / p.published) : "-", clean(p.kind)});
  return table.str(2, paint.dim());
}

// By part of the chip; why each is assumed takes more room than a summary has.
std::string assumed(const Result& r, const Paint& paint) {
  std::vector<std::pair<std::string, std::string>> parts;
  for (const Assumption& a : r.assumed) {
    const std::size_t dot = std::min(a.path.find('.'), a.path.size());
    const std::string part = a.path.substr(0, dot), key = a.path.substr(std::min(dot + 1, a.path.size()));
    auto at = std::ranges::find(parts, part, &std::pair<std::string, std::string>::first);
    if (at == parts.end()) at = parts.insert(at, {part, part + ":"});
    at->second += fmt::format("{} {}{}{}", at->second.back() == ':' ? "" : ",", key, key.empty() ? "" : " = ", a.value);
  }
  std::string text =
      paint.heading("Assumed") +
      paint.with(
          paint.dim(),
          fmt::format(" ({} value{} that no source gives and that the result can depend on; report.html says why)",
                      r.assumed.size(), r.assumed.size() == 1 ? "" : "s")) +
      "\n";
  for (const auto& [_, line] : parts) text += paragraph(line, 2);
  return text;
}

std::string timing(const Result& r) {
  double sum = 0;
  std::string stages;
  for (const auto& [stage, seconds] : r.timing) {
    sum += seconds;
    stages += fmt::format("{}{} {:.1f}", stages.empty() ? "" : ", ", clean(stage), seconds);
  }
  return fmt::format("{:.1f} s on {} thread{} ({})\n", sum, r.threads, r.threads == 1 ? "" : "s", stages);
}

}  // namespace

std::string summary(const Result& r, bool color) {
  const Paint paint{color};
  std::string text = title(r, paint) + design(r, paint);
  if (r.experiment)
    text += experiment_text(*r.experiment, paint);
  else if (r.shapes)
    text += paragraph(run::nothing_was_run, 2) + paint.with(paint.dim(), paragraph(r.shapes->note, 4));
  else if (!r.only_budget)
    text += quality(r, paint);
  if (r.use) text += use_summary(*r.use, paint);
  if (has_ideal_wires(r)) text += paragraph(metal_text(r.metal), 2);
  if (is_without_arrays(r)) {
    text += device_costs(r, paint);
  } else if (!r.only_budget) {
    text += writing(r, paint);
    if (r.wires) text += wires(*r.wires, paint);
    text += costs(r, paint);
    if (!r.costs.baselines.empty()) text += digital_machines(r, paint);
    text += paint.heading("Mapping") + "  " + mapping_line(r.mapping) + "\n";
    text += paragraph(unused_area(r), 2);
    for (const std::string& choice : r.mapping.choices) text += paragraph(choice, 2);
  }
  if (!r.budget.empty()) text += budget(r, paint);
  if (!r.costs.layers.empty()) text += layers(r, paint);
  if (!r.published.empty()) text += paint.heading("Published figures beside ours") + "\n" + published(r, paint);
  text += paragraph(left_out_text(r), 2);
  if (!r.assumed.empty()) text += assumed(r, paint);
  if (!r.warnings.empty()) {
    text += paint.with(paint.warn(), "Warnings") + "\n";
    for (const std::string& w : r.warnings) text += paragraph(w, 2);
  }
  if (!r.timing.empty()) text += paint.with(paint.dim(), timing(r));
  return text;
}

std::string mapping_table(const MappingResult& m) {
  std::string text = mapping_line(m) + "\n" + paragraph(unused_arrays(m), 0);
  for (const std::string& line : m.choices) text += paragraph(line, 0);
  for (const std::string& line : m.warnings) text += paragraph("warning: " + line, 0);
  text += "\n";
  TextTable blocks(
      {{}, {Align::right}, {Align::right}, {Align::right}, {Align::right}, {Align::right}, {Align::right}});
  blocks.row({"layer", "matrix", "from", "block", "array", "row", "column"});
  for (const run::LayerMapping& layer : m.layers) {
    const std::string name = shorten(clean(layer.name), 32), matrix = fmt::format("{} x {}", layer.rows, layer.columns);
    if (layer.blocks.empty()) blocks.row({name, matrix, "", layer.digital ? "digital" : "not placed"});
    for (const run::PlacedBlock& b : layer.blocks) {
      const bool first = &b == &layer.blocks.front();
      std::string label = first ? name : "";
      if (b.copy > 0) label = fmt::format("{} copy {}", name, b.copy + 1);
      blocks.row({label, first ? matrix : "", fmt::format("{}, {}", b.layer_row, b.layer_column),
                  fmt::format("{} x {}", b.rows, b.columns), std::to_string(b.array), std::to_string(b.row),
                  std::to_string(b.column)});
    }
  }
  text += blocks.str() + "\n";
  TextTable arrays({{Align::right}, {Align::right}, {}});
  arrays.row({"array", "cells used"});
  for (std::size_t i = 0; i < m.array_utilisation.size(); ++i)
    arrays.row({std::to_string(i), percent(m.array_utilisation[i], 1), bar(m.array_utilisation[i], 24)});
  return text + arrays.str();
}

}  // namespace bitline::report
