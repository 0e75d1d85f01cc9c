// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/level_pulses.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/error.h"

namespace bitline::device {
namespace {

bool has_soft_bounds(const UpdateCurve& u) {
  return std::holds_alternative<LinearUpdate>(u) || std::holds_alternative<ExponentialUpdate>(u);
}

// x = (1 - exp(-k n)) / (1 - exp(-1 / A)) with k = 1 / (A pulses): dx/dn = slope - k x.
StepLaw step_law(const UpdateCurve& u, double drive) {
  const double pulses = pulses_of(u);
  StepLaw law{static_cast<float>(1 / pulses), 0, static_cast<float>(pulses), static_cast<float>(drive)};
  const auto* e = std::get_if<ExponentialUpdate>(&u);
  if (!e || e->nonlinearity == 0) return law;
  const double a = neurosim_a(e->nonlinearity), k = 1 / (a * pulses);
  law.steepness = static_cast<float>(k);
  law.slope = static_cast<float>(k / -std::expm1(-1 / a));
  return law;
}

double drive_of_pulse(const PulseResponse& r, double amplitude_V, double width_s) {
  return drive_of(r.drive, amplitude_V > 0 ? amplitude_V : r.drive.amplitude_V,
                  width_s > 0 ? width_s : r.drive.width_s);
}

std::string side_needs(const std::optional<PulseResponse>& r, const char* side) {
  if (!r) return std::string(side) + " is not described";
  if (!r->update) return std::string(side) + ".update is not given: pulses leave nothing that lasts";
  if (r->short_term && r->short_term->consolidation)
    return std::string(side) + ".short_term.consolidation makes what a pulse writes a matter of when others came";
  return "";
}

}  // namespace

std::string pulses_need(const Plasticity& p) {
  if (std::string problem = side_needs(p.potentiation, "potentiation"); !problem.empty()) return problem;
  if (std::string problem = side_needs(p.depression, "depression"); !problem.empty()) return problem;
  if (p.history && p.history->rest <= 0)
    return "history.rest is not above 0: positive pulses potentiate only soon after others";
  return "";
}

LevelPulses::LevelPulses(const Plasticity& p, const PulsePair& pulses, Isa isa) : kernels_(&pulse_kernels(isa)) {
  if (const std::string problem = pulses_need(p); !problem.empty()) throw InputError("plasticity." + problem);
  const UpdateCurve &up = *p.potentiation->update, &down = *p.depression->update;
  const double rest = p.history ? p.history->rest : 1;
  law_.up = step_law(up, rest * drive_of_pulse(*p.potentiation, pulses.positive_V, pulses.positive_s));
  law_.down = step_law(down, drive_of_pulse(*p.depression, pulses.negative_V, pulses.negative_s));
  law_.variance = static_cast<float>(p.spread.cycle_to_cycle * p.spread.cycle_to_cycle);
  if (!has_soft_bounds(up) || !has_soft_bounds(down)) up_.emplace(up), down_.emplace(down);
}

void LevelPulses::apply(std::span<const std::int16_t> counts, std::span<const float> sizes, std::span<const float> z,
                        std::span<float> levels) const {
  if (up_)
    one_by_one(counts, sizes, z, levels);
  else if (spreads() && !z.empty())
    kernels_->spread(law_, counts.data(), sizes.data(), z.data(), levels.data(), levels.size());
  else
    kernels_->exact(law_, counts.data(), sizes.data(), levels.data(), levels.size());
}

void LevelPulses::one_by_one(std::span<const std::int16_t> counts, std::span<const float> sizes,
                             std::span<const float> z, std::span<float> levels) const {
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (counts[i] == 0) continue;
    const bool rises = counts[i] > 0;
    const double units = std::abs(counts[i]) * static_cast<double>(sizes[i]) * (rises ? law_.up : law_.down).drive;
    double level = rises ? up_->up(levels[i], units) : 1 - down_->up(1 - levels[i], units);
    if (spreads() && !z.empty()) level += std::sqrt(law_.variance * units) * z[i];
    levels[i] = static_cast<float>(std::clamp(level, 0.0, 1.0));
  }
}

double LevelPulses::balance() const {
  if (up_) return 0.5;
  const double up = double{law_.up.slope} * law_.up.drive, up_less = double{law_.up.steepness} * law_.up.drive,
               down = double{law_.down.slope} * law_.down.drive,
               down_less = double{law_.down.steepness} * law_.down.drive;
  // up - up_less x = down - down_less (1 - x); straight lines balance everywhere, or nowhere.
  if (!(up_less + down_less != 0)) return 0.5;
  return std::clamp((up - down + down_less) / (up_less + down_less), 0.0, 1.0);
}

double LevelPulses::step() const {
  const float at = static_cast<float>(balance()), one = 1;
  const std::int16_t up = 1, down = -1;
  float risen = at, fallen = at;
  apply({&up, 1}, {&one, 1}, {}, {&risen, 1});
  apply({&down, 1}, {&one, 1}, {}, {&fallen, 1});
  return (double{risen} - double{fallen}) / 2;
}

void draw_sizes(const Plasticity& p, const Random& random, const Counter& first, std::span<float> sizes) {
  std::ranges::fill(sizes, 1.0f);
  if (p.spread.device_to_device == 0) return;
  random.normals(first, sizes);
  for (float& s : sizes) s = static_cast<float>(std::exp(p.spread.device_to_device * s));
}

}  // namespace bitline::device
