// SPDX-License-Identifier: Apache-2.0
#include "array/fit/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/statistics.h"

namespace bitline::fit {

bool wanted(const FitFiles& files, std::span<const std::string_view> of_part, std::string_view model) {
  const auto named = [&](std::string_view m) {
    return std::find(files.models.begin(), files.models.end(), m) != files.models.end();
  };
  // Quantiles as they are have no number of parameters to compare by, so they are taken only by name.
  return std::any_of(of_part.begin(), of_part.end(), named) ? named(model) : model != "measured";
}

std::vector<double> conductances(const MeasuredTable& table, const FitFiles& files) {
  std::vector<double> g;
  if (table.has("conductance") || !table.has("current")) {
    g = table.values("conductance");
  } else {
    if (!files.read_voltage_V)
      table.refuse("holds currents: give the voltage they were read at, --read-voltage '0.1 V'");
    g = table.values("current");
    for (double& x : g) x /= *files.read_voltage_V;
  }
  for (std::size_t i = 0; i < g.size(); ++i)
    if (g[i] < 0) table.refuse(i, fmt::format("a conductance of {} S is below 0", g[i]));
  return g;
}

Estimate estimate(const LeastSquares& s, std::size_t j, double n, double readings) {
  const double freedom = readings - static_cast<double>(s.at.size());
  if (!(freedom > 0.5)) return {s.at[j], -INFINITY, INFINITY};
  const double half = s.sigma[j] * std::sqrt(n / readings) * t_quantile(0.975, freedom);
  return {s.at[j], s.at[j] - half, s.at[j] + half};
}

std::string not_told(std::string_view name, const Estimate& e) {
  if (std::isfinite(e.low) && std::isfinite(e.high) && e.low > 0 && e.high < 100 * e.low) return "";
  return fmt::format("the data do not tell {}: its 95 % interval spans more than a factor of 100", name);
}

FittedValue fitted(std::string key, std::string name, const Estimate& e, Unit unit) {
  return {std::move(key), std::move(name), e.value, e.low, e.high, unit};
}

std::string quantity(double value, Unit unit) {
  const std::string digits = fmt::format("{:.5g}", value);
  double rounded = value;
  std::from_chars(digits.data(), digits.data() + digits.size(), rounded);
  return format_quantity(rounded, unit);
}

void judge(FitPart& part, double y_scale) {
  part.readings = 0;
  for (const FitCandidate& c : part.candidates) {
    std::vector<double> residuals;
    for (std::size_t i = 0; i < c.fitted.size(); ++i) residuals.push_back(part.y[i] - c.fitted[i]);
    part.readings = std::max(part.readings, independence(residuals).readings);
  }
  for (FitCandidate& c : part.candidates)
    c.aicc = aicc(c.rms * c.rms / (y_scale * y_scale), part.readings, c.parameters);
}

void choose(FitPart& part) {
  std::string reasons;
  bool found = false;
  for (std::size_t i = 0; i < part.candidates.size(); ++i) {
    const FitCandidate& c = part.candidates[i];
    if (!c.refused.empty()) {
      reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", c.model, c.refused);
      continue;
    }
    if (!found || c.aicc < part.best().aicc) part.chosen = i;
    found = true;
  }
  if (!found) throw InputError(fmt::format("{}: nothing can be fitted: {}", part.file, reasons));
  for (const FittedValue& v : part.best().values)
    if (!v.key.empty())
      part.keys.push_back(
          {v.key, quantity(v.value, v.unit),
           fmt::format("fitted to {}: 95 % {} .. {}", std::filesystem::path(part.file).filename().string(),
                       quantity(v.low, v.unit), quantity(v.high, v.unit)),
           ""});
}

}  // namespace bitline::fit
