// SPDX-License-Identifier: Apache-2.0
#include "report/svg_published_adcs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "report/svg_axis.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {

using periphery::AdcComparison;
using periphery::PublishedAdc;

namespace {

constexpr double adc_chart_height = 560;
constexpr Panel adc_panel{84, 660, 50, 490};
constexpr double least_bits = 2, most_bits = 16, most_J = 1e-6;

// Ours in dark, the cloud in light colours.
constexpr std::array<const char*, 5> cloud = {"#e3a8b1", "#e9dfa9", "#a9dcd3", "#b9dff5", "#c9ccd1"};

struct AdcSeries {
  std::string name, color;
  double aside;  // pixels, so that bars of one resolution stand beside each other
  double AdcComparison::*energy;
  std::string kind;
};

void legend_dot(Svg& svg, double y, std::string_view color, std::string_view text) {
  svg.circle(adc_panel.right + 30, y - 4, 4, color);
  svg.text(adc_panel.right + 44, y, text);
}

}  // namespace

std::string published_adcs_svg(std::span<const PublishedAdc> published, std::span<const AdcComparison> ours) {
  const std::vector<AdcSeries> series = {{"SAR", "#882255", -12, &AdcComparison::circuit_J, "SAR"},
                                         {"flash", "#7a6a00", -4, &AdcComparison::circuit_J, "flash"},
                                         {"ramp", "#332288", 4, &AdcComparison::circuit_J, "ramp"},
                                         {"SAR by survey", "#222222", 12, &AdcComparison::survey_J, "SAR"}};
  std::vector<double> energies{most_J};
  for (const PublishedAdc& a : published) energies.push_back(a.energy_J);
  for (const AdcComparison& c : ours) energies.insert(energies.end(), {c.circuit_J, c.survey_J});
  // A whole decade at the lower end.
  const double least_J = std::pow(10, std::floor(std::log10(*std::min_element(energies.begin(), energies.end()))));
  const std::array<double, 2> bits_ends{least_bits, most_bits}, energy_ends{least_J, most_J};
  const ChartAxis x = ChartAxis::linear(bits_ends, adc_panel.left, adc_panel.right),
                  y = ChartAxis::logarithmic(energy_ends, adc_panel.bottom, adc_panel.top);

  Svg svg(page_width, adc_chart_height, "Energy of one conversion over resolution: published converters and ours");
  svg.text(20, 26, "Energy of one conversion: published converters and our models", {.size = 15, .bold = true});
  std::vector<double> even_bits;
  for (double bits = least_bits; bits <= most_bits; bits += 2) even_bits.push_back(bits);
  LabelledAxis energy{y, "", y.ticks(), {}};
  for (const double t : energy.ticks) energy.labels.push_back(quantity(t, Unit::joule));
  draw_axes(svg, number_axis(x, "resolution in bits: (SNDR - 1.76 dB) / 6.02 dB; ours: nominal", even_bits), energy);

  std::size_t outside = 0;
  for (const PublishedAdc& a : published)
    if (a.bits >= least_bits && a.bits <= most_bits && a.energy_J <= most_J)
      svg.circle(
          x(a.bits), y(a.energy_J), 3, cloud[static_cast<std::size_t>(a.family)],
          fmt::format("{} {}: {:.1f} bits, {}", a.year, a.architecture, a.bits, quantity(a.energy_J, Unit::joule)));
    else
      ++outside;
  constexpr int steps = 56;
  for (int i = 0; i < steps; ++i) {
    const double from = least_bits + (most_bits - least_bits) * i / steps,
                 to = least_bits + (most_bits - least_bits) * (i + 1) / steps;
    svg.line(x(from), y(periphery::published_envelope_J(from)), x(to), y(periphery::published_envelope_J(to)),
             ink::soft, 1.5);
  }
  for (const AdcSeries& s : series) {
    std::map<int, std::vector<const AdcComparison*>> by_bits;
    for (const AdcComparison& c : ours)
      if (c.kind == s.kind) by_bits[c.bits].push_back(&c);
    for (auto& [bits, points] : by_bits) {
      std::sort(points.begin(), points.end(),
                [&](const AdcComparison* a, const AdcComparison* b) { return a->*s.energy < b->*s.energy; });
      const double at = x(bits) + s.aside;
      svg.line(at, y(points.front()->*s.energy), at, y(points.back()->*s.energy), s.color, 3);
      const AdcComparison& middle = *points[points.size() / 2];
      svg.circle(
          at, y(middle.*s.energy), 5, s.color,
          fmt::format("{}, {} bits, {}: {}", s.name, bits, middle.technology, quantity(middle.*s.energy, Unit::joule)));
    }
  }

  double line = adc_panel.top + 10;
  svg.text(adc_panel.right + 22, line, "published", {.bold = true});
  for (std::size_t f = 0; f < periphery::adc_family_names.size(); ++f)
    legend_dot(svg, line += 22, cloud[f], periphery::adc_family_names[f]);
  line += 22;
  svg.line(adc_panel.right + 22, line - 4, adc_panel.right + 38, line - 4, ink::soft, 1.5);
  svg.text(adc_panel.right + 44, line, "least energy, fitted");
  if (outside > 0)
    svg.text(adc_panel.right + 22, line += 22, fmt::format("{} more lie outside", outside), {.fill = ink::soft});
  svg.text(adc_panel.right + 22, line += 40, "ours, by circuit", {.bold = true});
  for (const AdcSeries& s : series) {
    if (&s == &series.back()) svg.text(adc_panel.right + 22, line += 40, "ours, by survey (default)", {.bold = true});
    line += 22;
    svg.line(adc_panel.right + 30, line - 13, adc_panel.right + 30, line + 5, s.color, 3);
    svg.circle(adc_panel.right + 30, line - 4, 5, s.color);
    svg.text(adc_panel.right + 44, line, &s == &series.back() ? "SAR" : s.name);
  }
  std::vector<std::string> technologies;
  for (const AdcComparison& c : ours)
    if (std::find(technologies.begin(), technologies.end(), c.technology) == technologies.end())
      technologies.push_back(c.technology);
  std::string names;
  for (const std::string& t : technologies) names += (names.empty() ? "" : ", ") + t;
  svg.text(adc_panel.right + 22, line += 40, "bars: " + names + ",", {.fill = ink::soft});
  svg.text(adc_panel.right + 22, line += 17, "dots: the middle energy", {.fill = ink::soft});
  return svg.str();
}

}  // namespace bitline::report
