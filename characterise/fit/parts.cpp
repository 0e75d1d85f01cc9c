// SPDX-License-Identifier: Apache-2.0
#include "characterise/fit/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/statistics.h"

namespace bitline::characterise {

namespace {
bool is_named(const FitFiles& files, std::string_view model) {
  return std::find(files.models.begin(), files.models.end(), model) != files.models.end();
}
}  // namespace

bool wanted_by_name(const FitFiles& files, std::span<const std::string_view> of_part) {
  return std::any_of(of_part.begin(), of_part.end(), [&](std::string_view m) { return is_named(files, m); });
}

bool wanted(const FitFiles& files, std::span<const std::string_view> of_part, std::string_view model) {
  return !wanted_by_name(files, of_part) || is_named(files, model);
}

Estimate estimate(const LeastSquares& s, std::size_t j, double n, double readings) {
  const double parameters = static_cast<double>(s.at.size());
  if (!(n - parameters > 0.5)) return {s.at[j], -INFINITY, INFINITY};
  // Residuals that hang together leave few independent readings, but no fewer than one above the parameters.
  const double freedom = std::max(readings - parameters, 1.0);
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

void judge(FitPart& part, const std::vector<std::vector<double>>& residuals) {
  const auto square = [&](std::size_t i) {
    return std::inner_product(residuals[i].begin(), residuals[i].end(), residuals[i].begin(), 0.0) /
           static_cast<double>(residuals[i].size());
  };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < part.candidates.size(); ++i)
    if (part.candidates[i].refused.empty() && part.candidates[i].model != "table" &&
        (!best || square(i) < square(*best)))
      best = i;
  part.readings = best ? independence(residuals[*best]).readings : static_cast<double>(part.y.size());
  for (std::size_t i = 0; i < part.candidates.size(); ++i) {
    FitCandidate& c = part.candidates[i];
    if (residuals[i].empty()) continue;
    // A table has a number for each reading of a train: where they are few it must not win by following them.
    c.aic =
        c.model == "table" ? aicc(square(i), part.readings, c.parameters) : aic(square(i), part.readings, c.parameters);
  }
}

void note_reading(FitPart& part, const MeasuredTable& table) {
  part.columns = table.understood();
  part.notes.insert(part.notes.begin(), table.notes().begin(), table.notes().end());
  if (!table.unused().empty())
    part.notes.push_back(fmt::format("columns not used: '{}'", fmt::join(table.unused(), "', '")));
}

FitPart::Key key_of(const FitPart& part, const std::string& path, const FittedValue& v) {
  std::string source = "fitted to " + std::filesystem::path(part.file).filename().string();
  if (std::isfinite(v.low) && std::isfinite(v.high))
    source += fmt::format(": 95 % {} .. {}", quantity(v.low, v.unit), quantity(v.high, v.unit));
  return {path, quantity(v.value, v.unit), source, ""};
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
    if (!found || c.aic < part.best().aic) part.chosen = i;
    found = true;
  }
  if (!found) throw InputError(fmt::format("{}: nothing can be fitted: {}", part.file, reasons));
}

std::vector<double> weights_of(const FitPart& part) {
  double best = INFINITY, sum = 0;
  for (const FitCandidate& c : part.candidates)
    if (c.refused.empty() && std::isfinite(c.aic)) best = std::min(best, c.aic);
  std::vector<double> out;
  for (const FitCandidate& c : part.candidates) {
    const bool in = c.refused.empty() && std::isfinite(c.aic);
    out.push_back(in ? std::exp(-0.5 * (c.aic - best)) : 0);
    sum += out.back();
  }
  for (double& w : out) w = sum > 0 ? w / sum : 0;
  return out;
}

void note_rivals(FitPart& part) {
  constexpr double much = 0.1;
  const std::vector<double> weights = weights_of(part);
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (i != part.chosen && weights[i] >= much)
      part.notes.push_back(fmt::format(
          "{} describes them nearly as well (weight {:.2f}, {} {:.2f}), and has other numbers: --model {} writes it",
          part.candidates[i].model, weights[i], part.best().model, weights[part.chosen], part.candidates[i].model));
}

void write_values(FitPart& part) {
  for (const FittedValue& v : part.best().values)
    if (!v.key.empty()) part.keys.push_back(key_of(part, v.key, v));
}

}  // namespace bitline::characterise
