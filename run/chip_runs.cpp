// SPDX-License-Identifier: Apache-2.0
#include "run/chip_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/statistics.h"

namespace bitline::run {

using arch::Config;
using chip::Chip;

namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

void add(std::vector<double>& sums, const std::vector<double>& more, double times = 1) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += more[i] / times;
}

}  // namespace

ChipRuns::ChipRuns(std::vector<Stage<ChipRun>> of_chips, std::size_t layers)
    : runs(std::move(of_chips)),
      ledgers(layers),
      signal(layers),
      noise(layers),
      clipped(layers),
      conversions(layers),
      full_scale_A(layers) {
  for (const Stage<ChipRun>& run : runs) {
    writing.add(run->writing);
    for (std::size_t l = 0; l < layers; ++l) ledgers[l].add(run->ledgers[l]);
    add(signal, run->signal), add(noise, run->noise);
    add(clipped, run->clipped), add(conversions, run->conversions);
    add(full_scale_A, run->full_scale_A, static_cast<double>(runs.size()));
    residual = std::max(residual, run->residual);
    solved_directly += run->solved_directly;
    saturated += run->saturated;
  }
}

std::optional<std::string> missing_warning(const Config& config, const chip::WriteReport& writing) {
  if (writing.missing == 0) return std::nullopt;
  constexpr std::string_view instead[] = {"what device.write makes of them stands in",
                                          "their intended conductances stand in", "they are open (0 S)", ""};
  return fmt::format(
      "conductances: {:.3g} % of the devices that hold weights have no measured value; {} "
      "(conductances_missing: {})",
      100 * share(writing.missing, writing.devices), instead[static_cast<std::size_t>(config.conductances_missing)],
      names_of(config.conductances_missing)[static_cast<std::size_t>(config.conductances_missing)]);
}

WriteResult write_result(const Config& config, const Chip& chip, const chip::WriteReport& writing) {
  WriteResult w;
  w.cells = writing.cells;
  w.level_accuracy = writing.cells ? share(writing.at_level, writing.cells) : 1;
  w.level_accuracy_ci95 = writing.cells ? wilson_interval(writing.at_level, writing.cells) : Interval{1, 1};
  w.rms_error_S = writing.digits ? std::sqrt(writing.squared_error_S2 / static_cast<double>(writing.digits)) : 0;
  w.fault_frac = share(writing.faulty, writing.devices);
  w.sigma_S = chip.write_sigma_S;
  if (chip.counts_pulses() && writing.devices > 0) {
    w.pulses_per_cell = share(writing.pulses, writing.devices);
    w.unpulsed_frac = share(writing.unpulsed, writing.devices);
    if (std::holds_alternative<device::WriteVerify>(config.device.write))
      w.failed_frac = share(writing.given_up, writing.devices);
  }
  w.read_after_s = age_since_write_s(config);
  if (config.programming.refresh_s) w.refresh_in_s = *config.programming.refresh_s - w.read_after_s;
  return w;
}

void add_reads(const Chip& chip, const ChipRuns& chips, Result& result) {
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    // Infinite for a product without any deviation: reports say "exact".
    const double snr_db = chips.noise[l] <= 0    ? std::numeric_limits<double>::infinity()
                          : chips.signal[l] <= 0 ? none
                                                 : 10 * std::log10(chips.signal[l] / chips.noise[l]);
    result.reads.push_back({chips.signal[l] > 0 ? snr_db : none,
                            chips.conversions[l] > 0 ? chips.clipped[l] / chips.conversions[l] : 0,
                            chips.full_scale_A[l]});
    if (chips.signal[l] <= 0)
      result.warnings.push_back(fmt::format(
          "layer {}: its products are 0 for all samples looked at, so it has no signal-to-noise ratio: do its inputs "
          "or weights vanish when quantized?",
          chip.layers[l].matrix.name));
  }
}

void add_wires(const Design& design, const ChipRuns& chips, Result& result) {
  result.wires = design.wires;
  if (!result.wires) return;
  const Config& config = design.chip.config;
  if (design.chip.solves_reads() && config.array.topology != arch::Topology::gated_ladder)
    result.wires->residual = chips.residual;
  if (chips.solved_directly > 0)
    result.wires->status =
        fmt::format("solved; {} reads by direct reduction, as sweeps did not converge", chips.solved_directly);
}

}  // namespace bitline::run
