// SPDX-License-Identifier: Apache-2.0
#include "device/model_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "device/draws.h"
#include "device/write_pulses.h"

namespace bitline::device {
namespace {

class Report {
 public:
  explicit Report(std::vector<Diagnostic>& found) : found_(found) {}
  void operator()(const char* path, std::string message, std::string remedy) {
    Diagnostic& d = found_.emplace_back();
    d.path = path, d.message = std::move(message), d.remedy = std::move(remedy);
  }

 private:
  std::vector<Diagnostic>& found_;
};

void check(const auto&, const Device&, Report&) {}

// A step that vanishes somewhere never gets there, and one far larger than the window never hits it.
void check(const WriteVerify& w, const Device& d, Report& report) {
  for (const auto& [key, steps] : {std::pair{"write.set_step", &w.set_step_S}, {"write.reset_step", &w.reset_step_S}}) {
    if (steps->empty()) {
      if (steps == &w.set_step_S) report(key, "no coefficient", "give at least the constant one: [1 uS]");
      continue;
    }
    for (int i = 0; i <= 64; ++i)
      if (!(device_draws::polynomial(*steps, i / 64.0) > 0)) {
        report(key, fmt::format("is not positive at G = {} g_max", i / 64.0), "give coefficients that stay above 0");
        break;
      }
  }
  if (!(w.half_width_S + w.half_width_per_g_S > 0))
    report("write.half_width_per_g", "leaves no window at g_max", "a window is positive at every target");
  if (w.start_S > 1.25 * d.g_max_S)
    report("write.start", "is above 1.25 g_max, where no device goes", "start within the window of the device");
}

void check(const PulseWrite&, const Device& d, Report& report) {
  if (!d.plasticity || !d.plasticity->potentiation || !d.plasticity->potentiation->update) {
    report("write.type", "pulses write along plasticity.potentiation.update, which is not set",
           "describe it (`bitline fit --ltp` does), or use another type");
    return;
  }
  const UpdateCurve& curve = *d.plasticity->potentiation->update;
  if (const auto* table = std::get_if<TableUpdate>(&curve); table && !problem_of(*table).empty()) return;  // told there
  if (const double n = pulses_of(curve); n > PulseTables::most_pulses)
    report("write.type",
           fmt::format("{:.0f} pulses for the whole window are more than {}", n, PulseTables::most_pulses),
           "use type: gaussian with the spread that such a write leaves");
}

template <class Level>
void check_ascending(const std::vector<Level>& levels, Report& report, const char* key = "relaxation.levels",
                     const char* without = "none") {
  if (levels.empty()) report(key, "no level", fmt::format("list at least one, or use type: {}", without));
  for (std::size_t k = 1; k < levels.size(); ++k)
    if (!(levels[k].g_S > levels[k - 1].g_S)) {
      report(key, fmt::format("level {} is not above level {}", k, k - 1), "list them from the lowest");
      return;
    }
}

void check(const LevelRelaxation& r, const Device&, Report& report) { check_ascending(r.levels, report); }

void check(const MeasuredRelaxation& r, const Device&, Report& report) {
  check_ascending(r.levels, report);
  for (const MeasuredLevel& level : r.levels) {
    const auto& first = r.levels.front().at;
    const auto said = [&](const char* what) {
      report("relaxation.levels", fmt::format("{} at {}", what, format_quantity(level.g_S, Unit::siemens)),
             "list the same ascending times at every level, each with the same odd number of quantiles, 3 or more, "
             "ascending");
    };
    if (level.at.empty() || level.at.size() != first.size()) return said("other times than the first level's");
    for (std::size_t k = 0; k < level.at.size(); ++k) {
      const auto& [t_s, change_S] = level.at[k];
      if (t_s != first[k].t_s || (k > 0 && !(t_s > level.at[k - 1].t_s))) return said("times that differ or fall");
      if (change_S.size() < 3 || change_S.size() % 2 == 0 || change_S.size() != first[0].change_S.size())
        return said("an unfit number of quantiles");
      if (!std::is_sorted(change_S.begin(), change_S.end())) return said("quantiles that fall");
    }
  }
}

void check(const MeasuredWrite& w, const Device&, Report& report) {
  check_ascending(w.levels, report, "write.levels", "exact");
  for (const WrittenLevel& level : w.levels) {
    const std::vector<double>& error_S = level.error_S;
    if (error_S.size() >= 3 && error_S.size() % 2 == 1 && std::ranges::is_sorted(error_S)) continue;
    return report("write.levels", fmt::format("unfit quantiles at {}", format_quantity(level.g_S, Unit::siemens)),
                  "give each level an odd number of quantiles, 3 or more, ascending");
  }
}

void check_order(const char* path, double low, double high, Report& report) {
  if (!(low <= high)) report(path, fmt::format("the least value {} is above the largest {}", low, high), "swap them");
}

void check(const StateDrift& drift, const Device&, Report& report) {
  check_order("drift.nu_mean.min", drift.nu_mean.min, drift.nu_mean.max, report);
  check_order("drift.nu_sigma.min", drift.nu_sigma.min, drift.nu_sigma.max, report);
}

void check(const TelegraphNoise& n, const Device&, Report& report) {
  check_order("slow_noise.tau_min", n.tau_min_s, n.tau_max_s, report);
}

}  // namespace

void check_models(const Device& d, std::vector<Diagnostic>& found) {
  Report report(found);
  const auto& noise = d.read_noise.by_conductance;
  for (std::size_t k = 1; k < noise.size(); ++k)
    if (!(noise[k].g_S > noise[k - 1].g_S))
      report("read_noise.by_conductance", fmt::format("conductance {} is not above the one before", k),
             "list them from the lowest");
  std::visit([&](const auto& m) { check(m, d, report); }, d.write);
  std::visit([&](const auto& m) { check(m, d, report); }, d.relaxation);
  std::visit([&](const auto& m) { check(m, d, report); }, d.drift);
  std::visit([&](const auto& m) { check(m, d, report); }, d.slow_noise);
}

}  // namespace bitline::device
