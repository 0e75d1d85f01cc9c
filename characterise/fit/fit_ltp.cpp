// SPDX-License-Identifier: Apache-2.0
// Long-term potentiation and depression: one reading after each pulse of trains of equal pulses.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/statistics.h"
#include "characterise/fit/trains.h"

namespace bitline::characterise {
namespace {

// The models take the longest train of each direction for one across the whole window. A direction whose trains end
// before the other's start does not tell how many pulses that takes: what follows from it is assumed, and trains that
// end far from there are refused, since they would draw the window to where they end.
void mark_cut_trains(const MeasuredTable& table, const Trains& t, FitPart& part) {
  if (t.longest[0] == 0 || t.longest[1] == 0) return;
  double end[2] = {0, 0}, count[2] = {0, 0};  // mean reading after the longest trains: [up]
  for (const Train& train : t.all)
    if (t.whole(train) && train.count > 0) end[train.up] += t.y[train.first + train.count - 1], count[train.up] += 1;
  // Of the readings' range, which noise of reading widens; its sigma from second differences, a normal law's middle
  // one.
  std::vector<double> bends;
  for (const Train& train : t.all)
    for (std::size_t i = train.first + 2; i < train.first + train.count; ++i)
      bends.push_back(std::abs(t.y[i] - 2 * t.y[i - 1] + t.y[i - 2]));
  std::sort(bends.begin(), bends.end());
  const double noise = 3 * quantile(bends, 0.5) / (normal_quantile(0.75) * std::sqrt(6.0));
  const double little = 0.05 + noise, far = 0.25 + noise;
  // Ends of the readings without the few that noise puts outside.
  std::vector<double> sorted = t.y;
  std::sort(sorted.begin(), sorted.end());
  const double low = quantile(sorted, 0.03), high = quantile(sorted, 0.97);
  for (const bool up : {false, true}) {
    if (count[0] == 0 || count[1] == 0) return;
    const double short_by = up ? high - end[1] / count[1] : end[0] / count[0] - low;
    if (short_by <= little) continue;
    const std::string why = fmt::format("{} pulses end {:.0f} % of the readings' range before the {} reading",
                                        up ? "positive" : "negative", 100 * short_by, up ? "highest" : "lowest");
    if (short_by > far)
      table.refuse(why + ": nothing tells how many cross the window. Measure more of them, or leave them out");
    part.notes.push_back(why + ": taken as if they crossed the window, so their number and nonlinearity are assumed");
    for (FitPart::Key& k : part.keys)
      if (k.path.starts_with(std::string(side(up)) + ".update.") && !k.path.ends_with(".type")) k.assumed = why;
  }
}

// One device of the file.
FitPart fit_one(const std::filesystem::path& file, const MeasuredTable& table, const FitFiles& files) {
  LtpReadings r = read_ltp(table, files);
  leave_out_jumps(table, r);
  Trains& t = r.trains;
  FitPart part{.part = "ltp", .file = file.string(), .x_name = "pulses", .y_name = r.y_name};
  part.y_unit = r.y_unit, part.y = r.y, part.notes = r.notes, part.keys = r.drive;
  const auto [low, high] = std::minmax_element(part.y.begin(), part.y.end());
  t.low = *low, t.range = *high - *low;
  if (!(t.range > 0)) table.refuse("the readings are all the same: there is nothing to fit");
  for (const double y : part.y) t.y.push_back((y - t.low) / t.range);
  double before = 0;
  if (t.starts) part.x.push_back(0);
  for (const Train& train : t.all) {
    for (std::size_t i = train.first; i < train.first + train.count; ++i) part.x.push_back(before + t.at[i]);
    before += train.pulses;
  }

  const bool by_name = wanted_by_name(files, ltp_models);
  std::vector<LongTermFit> fits;
  for (const std::string_view model : ltp_models) {
    if (!wanted(files, ltp_models, model)) continue;
    if (model == "table") {
      fits.push_back(fit_table(t, part.y_unit));
      continue;
    }
    LongTermFit& fit = fits.emplace_back(fit_formula(model, t, part.y_unit, by_name));
    constexpr int draws = 200;
    if (!(fit.high > fit.low) || fit.at.empty()) continue;
    if (const auto noises = possible_noise(t, fit, draws); !noises.empty()) resample(t, part.y_unit, noises, fit);
    if (!fit.misses.empty()) (by_name ? fit.loose : fit.candidate.refused) = fit.misses;
  }
  std::vector<std::vector<double>> residuals(fits.size());  // none of what was not fitted
  for (std::size_t k = 0; k < fits.size(); ++k) {
    FitCandidate& c = part.candidates.emplace_back(fits[k].candidate);
    for (std::size_t i = 0; i < fits[k].fitted.size(); ++i) {
      residuals[k].push_back(t.y[i] - fits[k].fitted[i]);
      c.fitted.push_back(t.low + t.range * fits[k].fitted[i]);
    }
  }
  judge(part, residuals);
  choose(part);
  note_rivals(part);
  write_values(part);
  if (part.best().model == "table" && !t.starts)
    part.notes.push_back("no reading before the first pulse: its step is taken as large as the next");
  add_noise(t, fits[part.chosen], part);
  note_states(t, fits[part.chosen], part);

  for (const bool up : {true, false}) {
    if (t.longest[up] == 0) continue;
    part.keys.push_back({std::string(side(up)) + ".update.type", part.best().model, "", ""});
    if (part.best().model != "table")
      part.keys.push_back({std::string(side(up)) + ".update.pulses", fmt::format("{:g}", t.longest[up]),
                           "longest train of " + file.filename().string(), ""});
  }
  const auto& points = fits[part.chosen].points;
  part.keys.insert(part.keys.end(), points.begin(), points.end());
  if (!fits[part.chosen].loose.empty())
    part.notes.push_back(fmt::format("{} is taken all the same, since it was asked for by name: {}", part.best().model,
                                     fits[part.chosen].loose));
  if (!fits[part.chosen].note.empty()) part.notes.push_back(fits[part.chosen].note);
  mark_cut_trains(table, t, part);
  note_reading(part, table);
  return part;
}

// The model of lowest summed criterion among those that every device tells.
std::string common_model(const std::vector<FitPart>& parts, const MeasuredTable& table) {
  std::map<std::string, double> sum;
  std::map<std::string, std::string> out;
  for (const FitPart& p : parts)
    for (const FitCandidate& c : p.candidates) {
      if (c.model == "table") continue;  // of each device its own
      sum[c.model] += c.aic;
      if (!c.refused.empty()) out[c.model] = c.refused;
    }
  std::string best, reasons;
  for (const auto& [model, aic] : sum) {
    if (out.count(model))
      reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", model, out[model]);
    else if (best.empty() || aic < sum[best])
      best = model;
  }
  if (best.empty())
    table.refuse(fmt::format("no model is told by all {} devices: fit them one by one: {}", parts.size(), reasons));
  return best;
}

// Means over devices with intervals between them, and how far their windows scatter.
FitPart joined(const std::vector<FitPart>& parts) {
  FitPart all = parts.front();
  FitCandidate& best = all.candidates[all.chosen];
  const double n = static_cast<double>(parts.size());
  const auto values_named = [&](const std::string& name) {
    std::vector<double> x;
    for (const FitPart& p : parts)
      for (const FittedValue& v : p.best().values)
        if (v.name == name) x.push_back(v.value);
    return x;
  };
  std::vector<FittedValue> values;
  for (const FittedValue& v : best.values) {
    const std::vector<double> x = values_named(v.name);
    if (x.size() < parts.size()) continue;  // noise that not all devices tell
    const Interval i = t_interval(x);
    values.push_back(
        {v.key, v.name, mean(x), v.unit == Unit::siemens ? std::max(0.0, i.lower) : i.lower, i.upper, v.unit});
  }
  best.values = std::move(values);
  for (FitPart::Key& k : all.keys)
    for (const FittedValue& v : best.values)
      if (v.key == k.path)
        k = key_of(all, k.path, v), k.source += fmt::format(" of the mean of {} devices", parts.size());
  // Noise of pulses and of reading: root mean square of the devices' own; a bound in one is a bound in all.
  for (FitPart::Key& k : all.keys) {
    const bool noise = k.path == "plasticity.spread.cycle_to_cycle" || k.path == "read_noise.sigma";
    if (!noise) continue;
    const Unit unit = k.path == "read_noise.sigma" ? Unit::siemens : Unit::fraction;
    double square = 0, found = 0;
    for (const FitPart& p : parts)
      for (const FitPart::Key& other : p.keys)
        if (other.path == k.path) {
          square += std::pow(*parse_quantity(other.text, unit).value, 2), found += 1;
          if (k.assumed.empty()) k.assumed = other.assumed;
        }
    k.text = quantity(std::sqrt(square / found), unit);
    k.source = fmt::format("fitted to {}: root mean square of {:g} devices",
                           std::filesystem::path(all.file).filename().string(), found);
  }
  const std::vector<double> tops = values_named("highest conductance");
  if (tops.size() == parts.size() && parts.size() > 1) {
    std::vector<double> logarithms;
    for (const double g : tops) logarithms.push_back(std::log(g));
    const double sigma = standard_deviation(logarithms);
    // Of a normal law: n - 1 times the square of sigma over its true square is chi-squared (Wilson and Hilferty 1931,
    // doi:10.1073/pnas.17.12.684, for its quantiles).
    const auto chi2 = [&](double p) {
      const double h = 2 / (9 * (n - 1));
      return (n - 1) * std::pow(std::max(1e-3, 1 - h + normal_quantile(p) * std::sqrt(h)), 3);
    };
    const FittedValue v = fitted(
        "", "spread between devices (sigma of ln g_max)",
        {sigma, sigma * std::sqrt((n - 1) / chi2(0.975)), sigma * std::sqrt((n - 1) / chi2(0.025))}, Unit::fraction);
    best.values.push_back(v);
    all.keys.push_back(key_of(all, "spread.device_to_device", v));
  }
  for (std::size_t d = 1; d < parts.size(); ++d) {
    all.x.insert(all.x.end(), parts[d].x.begin(), parts[d].x.end());
    all.y.insert(all.y.end(), parts[d].y.begin(), parts[d].y.end());
    const auto& fitted_there = parts[d].best().fitted;
    best.fitted.insert(best.fitted.end(), fitted_there.begin(), fitted_there.end());
    all.readings += parts[d].readings;
    best.aic += parts[d].best().aic;
  }
  for (const bool up : {true, false})
    for (const FitPart& p : parts)
      for (const FitPart::Key& k : p.keys)
        for (const FitPart::Key& mine : all.keys)
          if (k.path == std::string(side(up)) + ".update.pulses" && mine.path == k.path && mine.text != k.text)
            throw InputError(fmt::format("{}: devices were pulsed {} and {} times: fit those that were pulsed alike",
                                         all.file, mine.text, k.text));
  all.notes.push_back(fmt::format(
      "{} devices: values are means with intervals between them, notes above are of the first", parts.size()));
  return all;
}

}  // namespace

FitPart fit_ltp(const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = ltp_table(file, files);
  const auto devices = devices_of(table);
  if (devices.size() < 2) {
    FitPart part = fit_one(file, table, files);
    part.notes.push_back("one device was measured: the spread between devices is left out");
    return part;
  }
  std::vector<FitPart> parts;
  for (const auto& rows : devices) parts.push_back(fit_one(file, table.only(rows), files));
  FitFiles same = files;
  std::erase_if(same.models, [](const std::string& m) {
    return std::find(std::begin(ltp_models), std::end(ltp_models), m) != std::end(ltp_models);
  });
  same.models.push_back(common_model(parts, table));
  for (std::size_t d = 0; d < devices.size(); ++d) parts[d] = fit_one(file, table.only(devices[d]), same);
  return joined(parts);
}

}  // namespace bitline::characterise
