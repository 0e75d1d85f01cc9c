// SPDX-License-Identifier: Apache-2.0
#include "report/html.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "base/version.h"
#include "report/cost_text.h"
#include "report/design_text.h"
#include "report/experiment.h"
#include "report/html_parts.h"
#include "report/svg.h"
#include "report/text.h"
#include "report/use_text.h"
#include "report/write_text.h"

namespace bitline::report {

using run::LayerReads;
using run::Result;

namespace {

std::string cards(const Result& r) {
  std::string html = "<ul class=\"cards\">\n";
  const auto card = [&](const std::string& label, const std::string& value, const std::string& note) {
    html += html_card(label, value, note);
  };
  const std::string& metric = r.quality.metric;
  if (!r.shapes)
    card(metric + " on chip", quality_text(metric, r.quality.value),
         "95 % " + quality_range(metric, r.quality.ci95_both));
  card(
      "energy per inference", energy_text(r),
      (has_energy_interval(r)
           ? range_text(r.costs.energy_low_J, r.costs.energy_high_J, Unit::joule, r.costs.energy_per_inference_J) + ", "
           : "") +
          per_watt_text(r, r.costs.tops_per_w) + " TOPS/W");
  card("latency", latency_text(r), throughput_text(r));
  card("area", quantity(r.costs.area_m2, Unit::square_meter),
       (has_area_interval(r)
            ? range_text(r.costs.area_low_m2, r.costs.area_high_m2, Unit::square_meter, r.costs.area_m2) + ", "
            : "") +
           per_area_text(r, r.costs.tops_per_mm2) + " TOPS/mm2");
  return html + "</ul>\n";
}

// Of an experiment, over what it repeats; its references may be one and the same ideal.
std::string repeated_quality(const run::Quality& q, const run::ExperimentResult& e) {
  HtmlTable table("lrr", {"", q.metric, fmt::format("95 % over {} (t)", e.repeated)});
  const bool one = q.reference_float == q.reference_quantized;
  if (!one) table.row({"float network", quality_text(q.metric, q.reference_float), ""});
  table.row({one ? "without errors" : "quantized network", quality_text(q.metric, q.reference_quantized), ""});
  table.row({fmt::format("on chip, mean over {}", e.repeated), quality_text(q.metric, q.value),
             quality_range(q.metric, q.ci95)},
            "sum");
  table.row({"difference", quality_text(q.metric, q.loss), quality_range(q.metric, q.loss_ci95)});
  return html_heading("What comes out") + table.str() + html_figure(quality_svg(q, one_of(e.repeated)));
}

std::string quality_section(const Result& r) {
  if (r.shapes) return "";
  const run::Quality& q = r.quality;
  if (r.experiment) return repeated_quality(q, *r.experiment);
  const bool many = q.chips.size() > 1;
  HtmlTable table("lrrrr", {"", q.metric, many ? "95 %, other chips and images" : "95 %, other images on one chip",
                            many ? "other chips, these images" : "", many ? "other images, these chips" : ""});
  if (q.chance) table.row({"answering the commonest class always", quality_text(q.metric, *q.chance)});
  table.row({"float network", quality_text(q.metric, q.reference_float), "", ""});
  table.row({"quantized network", quality_text(q.metric, q.reference_quantized), "", ""});
  table.row({many ? "on chip, mean over chips" : "on chip", quality_text(q.metric, q.value),
             quality_range(q.metric, q.ci95_both), many ? quality_range(q.metric, q.ci95) : "",
             many ? quality_range(q.metric, q.ci95_images) : ""},
            "sum");
  table.row({"quantized minus on chip, paired by image and chip", quality_text(q.metric, q.loss),
             quality_range(q.metric, q.loss_ci95)});
  return html_heading("What comes out") + table.str() + html_figure(quality_svg(q));
}

// Whole inferences where there are many.
std::string writes_text(double inferences) {
  return inferences < 100 ? fmt::format("{:.2g}", inferences) : count_text(std::round(inferences));
}

void write_rows(const Result& r, HtmlTable& table) {
  const run::WriteResult& w = r.write;
  table.row({"cells at their level right after writing", percent(w.level_accuracy)});
  table.row({"95 % interval", percent_range(w.level_accuracy_ci95)});
  table.row({"cells counted", grouped(w.cells)});
  table.row({"rms error of the conductance", quantity(w.rms_error_S, Unit::siemens)});
  if (w.sigma_S > 0) table.row({"sigma of the write error", quantity(w.sigma_S, Unit::siemens)});
  table.row({"faulty cells", percent(w.fault_frac)});
  table.row({"pulses per cell", w.pulses_per_cell ? fmt::format("{:.3g}", *w.pulses_per_cell) : "not modelled"});
  if (w.unpulsed_frac) table.row({"cells that need no pulse", percent(*w.unpulsed_frac)});
  if (const std::string moment = read_moment(w); !r.use && !moment.empty()) table.row({"all reads are", moment});
}

std::string write_section(const Result& r) {
  HtmlTable table("lr", {});
  if (!r.shapes) write_rows(r, table);  // shapes are never written: only what that would cost
  table.row({"energy of writing everything once",
             r.costs.energy_write_J ? quantity(*r.costs.energy_write_J, Unit::joule) : "not given"});
  for (const WritePart& part : write_parts(r)) table.row({"of it " + part.name, part.text});
  if (r.costs.energy_write_J && *r.costs.energy_write_J > 0 && r.costs.energy_per_inference_J > 0)
    table.row(
        {"that is as much as", writes_text(*r.costs.energy_write_J / r.costs.energy_per_inference_J) + " inferences"});
  if (r.costs.write_time_s) table.row({"time of it", quantity(*r.costs.write_time_s, Unit::second)});
  if (r.costs.refresh_W) table.row({"mean power of refreshing", quantity(*r.costs.refresh_W, Unit::watt)});
  std::string html = html_heading("Writing") + table.str();
  if (const std::string gap = write_gap(r); !gap.empty())
    html += html_paragraph("What writing costs: " + gap + ".", "soft");
  if (r.level_map.rows > 0) html += html_figure(level_map_svg(r.level_map));
  return html;
}

std::string wire_section(const Result& r) {
  if (!r.wires) return "";
  const chip::WireResult& w = *r.wires;
  HtmlTable table("lr", {});
  table.row(
      {w.supplied_beside_columns ? "segment of a supply line" : "segment of a row", quantity(w.row_ohm, Unit::ohm)});
  table.row({"segment of a column", quantity(w.column_ohm, Unit::ohm)});
  table.row({"method", w.method});
  table.row({"status", w.status});
  table.row({"largest violation of Kirchhoff's current law met", residual_text(w)});
  table.row({"rms error of column currents", percent(w.current_error_rms)});
  table.row({"arrays and reads sampled", fmt::format("{}, {}", grouped(w.arrays), grouped(w.reads))});
  table.row({"voltage left across a device, mean", percent(w.drop_mean)});
  table.row({"voltage left across a device, least", percent(w.drop_min)});
  // Exactly 1 and 0 where noise was not looked at: gated arrays, devices without noise.
  if (w.noise_factor_mean != 1 || w.noise_sigma_error != 0) {
    table.row({"variance of read noise over that of a column's own cells", fmt::format("{:.4g}", w.noise_factor_mean)});
    table.row({"rms error left in the sigma of read noise", percent(w.noise_sigma_error)});
  }
  return html_heading("Wires") + table.str() + html_figure(wire_drop_svg(w)) + html_figure(wire_currents_svg(w)) +
         html_paragraph(
             "Currents and noise: a sample of arrays and reads of the first chip; every read of the run sees the "
             "wires. Voltages: "
             "of the first of them, all rows driven, over that of the source; the picture shows the lesser of a pair's "
             "devices.",
             "soft");
}

std::string layer_section(const Result& r) {
  if (r.costs.layers.empty()) return "";
  const auto cells = [&](std::vector<std::string> costs, const std::vector<std::string>& of_run,
                         const std::vector<std::string>& counts) {
    if (!r.reads.empty()) costs.insert(costs.end(), of_run.begin(), of_run.end());
    costs.insert(costs.end(), counts.begin(), counts.end());
    return costs;
  };
  HtmlTable table("lrrrrrrrrr", cells({"layer", "energy", "latency", "lines settle"},
                                      {"SNR", "clipped", "ADC full scale"}, {"conversions", "MACs", "arrays"}));
  for (std::size_t i = 0; i < r.costs.layers.size(); ++i) {
    const cost::LayerCosts& l = r.costs.layers[i];
    const LayerReads reads = r.reads.empty() ? LayerReads{} : r.reads[i];
    table.row(
        cells({l.name, quantity(l.energy_J, Unit::joule), quantity(l.latency_s, Unit::second),
               l.settle_s > 0 ? quantity(l.settle_s, Unit::second) : "-"},
              {snr_text(reads.snr_db), percent(reads.adc_clipped_frac), quantity(reads.adc_full_scale_A, Unit::ampere)},
              {count_text(l.conversions), count_text(l.macs), std::to_string(l.arrays)}));
  }
  return html_heading("Layer by layer") + html_figure(layers_svg(r)) + html_figure(timeline_svg(r)) + table.str() +
         html_paragraph(
             std::string("Energy, latency, conversions and multiply-accumulates (MACs) per inference. Lines settle: to "
                         "half an LSB, by their resistance and capacitance.") +
                 (r.reads.empty() ? "" : " SNR: the exact product over the deviation from it, mean over chips."),
             "soft");
}

std::string place_of(const cost::NodeCosts& n) {
  if (!n.paid_by.empty()) return "in the rescaling of " + n.paid_by;
  return n.only_moves ? "moved in buffers" : "by the digital unit";
}

// What is computed between the layers.
std::string node_section(const Result& r) {
  HtmlTable table("lllrr", {"node", "operation", "computed", "energy", "latency"});
  std::size_t rows = 0;
  for (const cost::NodeCosts& n : r.costs.nodes) {
    if (n.is_layer || n.operation.empty()) continue;
    ++rows;
    table.row({n.name, n.operation, place_of(n), n.energy_J > 0 ? quantity(n.energy_J, Unit::joule) : "-",
               n.latency_s > 0 ? quantity(n.latency_s, Unit::second) : "-"});
  }
  return rows == 0 ? "" : html_heading("Between the layers") + table.str();
}

std::string mapping_section(const Result& r) {
  const std::string unused = unused_area(r);
  std::string html = html_heading("Where the network is") + html_figure(mapping_svg(r.mapping));
  if (!unused.empty()) html += html_paragraph(unused + ".", "soft");
  for (const std::string& choice : r.mapping.choices) html += html_paragraph(choice + ".");
  return html;
}

// Of experiments with devices alone.
std::string device_cost_section(const Result& r) {
  HtmlTable table("lr", {});
  table.row({"energy per inference", quantity(r.costs.energy_per_inference_J, Unit::joule)});
  table.row({"latency", quantity(r.costs.latency_per_inference_s, Unit::second)});
  return html_heading("Costs") + table.str() + html_paragraph(r.costs.efficiency_definition, "soft");
}

std::string published_section(const Result& r) {
  const std::string left_out = html_paragraph(left_out_text(r));
  if (r.published.empty()) return r.published_left_out.empty() ? "" : left_out;
  HtmlTable table("lrrrll", {"figure", "published", "ours", "ours / published", "kind", "source"});
  for (const run::Published& p : r.published)
    table.row({p.what, figure_text(p.published, p.unit), p.ours ? figure_text(*p.ours, p.unit) : "no such figure",
               p.ours && p.published != 0 ? fmt::format("{:.3f}", *p.ours / p.published) : "", p.kind, p.source});
  return html_heading("Published figures beside ours") + table.str() +
         html_paragraph(
             "predicted: nothing was set from the published figure; imposed: a parameter was solved from it; proxy: "
             "other data or another metric; summed: parts of the same publication added up.",
             "soft") +
         (r.published_left_out.empty() ? "" : left_out);
}

std::string trust_section(const Result& r) {
  std::string html;
  if (!r.assumed.empty()) {
    HtmlTable table("lll", {"key", "value", "why"});
    for (const Assumption& a : r.assumed) table.row({a.path, a.value, a.reason});
    html += html_heading("Assumed: values that no source gives and that the result can depend on") + table.str();
  }
  HtmlTable table("ll", {});
  if (r.shapes) table.row({"Weights and inputs", r.shapes->note});
  for (const Simplification& s : r.simplifications) table.row({s.what, s.status()});
  return html + html_heading("What is simplified or not modelled") + table.str();
}

std::string run_section(const Result& r, const std::string& resolved_yaml) {
  std::string html = html_heading("The run");
  HtmlTable facts("ll", {});
  facts.row({"status", r.status});
  facts.row({"configuration hash", r.config_hash});
  facts.row({"seed", std::to_string(r.seed)});
  facts.row({"Bitline", version()});
  for (const run::InputFile& file : r.inputs) facts.row({file.name, file.checksum});
  html += facts.str();
  if (!r.timing.empty()) {
    HtmlTable table("lr", {"stage", "time"});
    for (const auto& [stage, seconds] : r.timing) table.row({stage, fmt::format("{:.2f} s", seconds)});
    html += table.str();
  }
  return html + "<details><summary>Resolved configuration</summary>\n<pre>" + escape_markup(resolved_yaml) +
         "</pre></details>\n";
}

}  // namespace

std::string html_report(const Result& r, const std::string& resolved_yaml) {
  std::string html = html_begin(r.name.empty() ? "Run" : r.name);
  if (r.only_budget)
    return html + html_paragraph("No network, so nothing was run.", "soft") + budget_section(r) + published_section(r) +
           run_section(r, resolved_yaml) + html_end();
  const std::size_t chips = r.quality.chips.size();
  html += html_paragraph(r.experiment ? fmt::format("{}, seed {}", repeats_text(*r.experiment), r.seed)
                         : r.shapes   ? fmt::format("{}; seed {}", run::nothing_was_run, r.seed)
                                      : fmt::format("{} chip instance{}, {} inputs, seed {}", grouped(chips),
                                                  chips == 1 ? "" : "s", grouped(r.quality.inputs), r.seed),
                         "soft");
  if (!is_without_arrays(r)) {
    HtmlTable design("ll", {});
    for (const run::DesignLine& line : head_lines(r)) design.row({line.what, line.text});
    html += design.str();
  }
  if (has_ideal_wires(r)) html += html_paragraph(metal_text(r.metal));
  for (const std::string& warning : r.warnings) html += html_paragraph(warning, "warn");
  if (r.experiment) html += experiment_section(*r.experiment);
  if (is_without_arrays(r))
    return html + published_section(r) + device_cost_section(r) + trust_section(r) + run_section(r, resolved_yaml) +
           html_end();
  if (r.experiment) html += published_section(r);
  html += cards(r) + quality_section(r) + use_section(r) + cost_section(r) + efficiency_section(r) +
          baseline_section(r) + layer_section(r) + node_section(r) + write_section(r) + wire_section(r) +
          mapping_section(r) + unit_cost_section(r) + budget_section(r) + (r.experiment ? "" : published_section(r)) +
          trust_section(r) + run_section(r, resolved_yaml);
  return html + html_end();
}

}  // namespace bitline::report
