// SPDX-License-Identifier: Apache-2.0
// Digits seen and heard through tunnel junctions that forget (arch/experiments/reservoir.h).
#include "arch/experiments/reservoir.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>

#include "base/parallel.h"
#include "experiments/systems/reservoir_run.h"
#include "experiments/systems/reservoir_voices.h"
#include "experiments/systems/system.h"

namespace bitline::experiments {

using arch::Reservoir;
using run::ExperimentTable;

namespace {

// Accuracies by name, as tables, figures and curves list them.
struct Mode {
  const char *name, *meaning;
  double ReservoirAccuracies::*of;
};
constexpr std::array modes{
    Mode{"image", "corrupted image alone", &ReservoirAccuracies::image},
    Mode{"voice", "corrupted voice alone", &ReservoirAccuracies::voice},
    Mode{"both", "both (the paper's split)", &ReservoirAccuracies::both},
    Mode{"both_apart", "both, samples kept apart", &ReservoirAccuracies::both_apart},
    Mode{"whole_image", "whole image alone", &ReservoirAccuracies::whole_image},
    Mode{"whole_voice", "whole voice alone", &ReservoirAccuracies::whole_voice},
    Mode{"whole_both", "both, nothing missing", &ReservoirAccuracies::whole_both},
};

// Runs of one speaker after those of another.
struct Runs {
  std::size_t speakers, masks;
  std::vector<int> by_kept;
  std::vector<ReservoirRun> all;
  std::span<const ReservoirRun> of_speaker(std::size_t s) const { return std::span(all).subspan(s * masks, masks); }
};

using Figure = std::function<double(const ReservoirRun&)>;
std::vector<double> each(std::span<const ReservoirRun> runs, const Figure& figure) {
  std::vector<double> values;
  for (const ReservoirRun& run : runs) values.push_back(figure(run));
  return values;
}
Figure accuracy_of(const Mode& mode) {
  return [&mode](const ReservoirRun& run) { return run.accuracy.*mode.of; };
}

// Runs of one speaker resemble each other: intervals are over the speakers' means where there are several.
std::vector<double> independent(const Runs& runs, const Figure& figure) {
  if (runs.speakers == 1) return each(runs.all, figure);
  std::vector<double> means;
  for (std::size_t s = 0; s < runs.speakers; ++s) means.push_back(mean(each(runs.of_speaker(s), figure)));
  return means;
}

Runs run_all(const Reservoir& r, const Voices& voices, System& system) {
  Runs runs{voices.speakers.size(), static_cast<std::size_t>(r.masks), {}, {}};
  for (const int count : {1, 2, 4, 6, 8, 12, 16, 20})
    if (count <= r.voices.frames * r.voices.columns) runs.by_kept.push_back(count);
  runs.all.resize(runs.speakers * runs.masks);
  parallel_for(runs.all.size(), [&](std::size_t i) {
    const Random random(system.config().seed, static_cast<std::uint32_t>(i));
    runs.all[i] = run_reservoir(r, system.config().device, voices.speakers[i / runs.masks], random, runs.by_kept);
  });
  return runs;
}

void add_notes(const Reservoir& r, const Voices& voices, System& system) {
  std::vector<std::string> names;
  if (voices.speakers.size() < static_cast<std::size_t>(r.speakers))
    system.result.warnings.push_back(fmt::format("experiment.speakers: {} are asked for, {} are there and all in use",
                                                 r.speakers, voices.speakers.size()));
  for (const SpokenFrames& s : voices.speakers) names.push_back(s.speaker);
  system.found.notes.push_back(
      voices.recorded
          ? fmt::format("Voices: recordings of the Free Spoken Digit Dataset (doi:10.5281/zenodo.1342401) by {}, in "
                        "place of the paper's TI-46.",
                        fmt::join(names, ", "))
          : fmt::format("Voices: digits spoken by espeak-ng ({}), a stand-in for recordings: no claim is made. With "
                        "--data DIR and the recordings in DIR/fsdd the claims are tested.",
                        fmt::join(names, ", ")));
  system.found.notes.push_back(
      fmt::format("Images: digits {} of {} rows each, drawn by us; the paper's are not given as pixels.",
                  fmt::join(r.digits, ", "), arch::glyph_rows(r.images.glyphs.front()).size()));
}

void add_claims(const Runs& runs, System& system) {
  for (const auto& [id, claim, alone] :
       {std::tuple{"both-above-image", "both is read better than the image alone", &ReservoirAccuracies::image},
        {"both-above-voice", "both is read better than the voice alone", &ReservoirAccuracies::voice}}) {
    const Figure gain = [alone = alone](const ReservoirRun& run) { return run.accuracy.both - run.accuracy.*alone; };
    run::ExperimentClaim c = above_zero(id, claim, independent(runs, gain), "fraction");
    const std::vector<double> gains = each(runs.all, gain);
    c.share = static_cast<double>(std::ranges::count_if(gains, [](double g) { return g > 0; })) /
              static_cast<double>(gains.size());
    system.found.claims.push_back(std::move(c));
  }
}

void add_accuracies(const Runs& runs, const Voices& voices, System& system) {
  ExperimentTable table{
      "accuracy",
      "Share of test samples named rightly, over all runs; intervals of 95 % over speakers",
      {"mode", "meaning", "mean", "sd_of_runs", "ci95_low", "ci95_high", "above_image", "above_voice"},
      {}};
  for (const Mode& mode : modes) {
    const std::vector<double> values = each(runs.all, accuracy_of(mode));
    const Interval ci = share_interval(independent(runs, accuracy_of(mode)));
    const auto above = [&](const Mode& other) {
      double n = 0;
      for (const ReservoirRun& run : runs.all) n += run.accuracy.*mode.of > run.accuracy.*other.of;
      return n / static_cast<double>(values.size());
    };
    table.rows.push_back({std::string(mode.name), std::string(mode.meaning), mean(values), standard_deviation(values),
                          ci.lower, ci.upper, above(modes[0]), above(modes[1])});
    add_figure(system.found, fmt::format("accuracy_{}", mode.name), mean(values));
  }
  ExperimentTable speakers{"speakers", "Mean over the runs of each speaker", {"speaker"}, {}};
  for (const Mode& mode : modes) speakers.columns.emplace_back(mode.name);
  for (std::size_t s = 0; s < runs.speakers; ++s) {
    auto& row = speakers.rows.emplace_back();
    row.emplace_back(voices.speakers[s].speaker);
    for (const Mode& mode : modes) row.emplace_back(mean(each(runs.of_speaker(s), accuracy_of(mode))));
  }
  system.found.tables.push_back(std::move(table));
  system.found.tables.push_back(std::move(speakers));
}

void add_accuracy_pictures(const Runs& runs, const Voices& voices, System& system) {
  run::LineFigure by_speaker{"speaker", "accuracy", {}, false}, by_kept{"states of the voice", "accuracy", {}, false};
  for (std::size_t m = 0; m < 4; ++m) {  // what is corrupted
    run::LineFigure::Series line{modes[m].meaning, {}, {}, {}};
    for (std::size_t s = 0; s < runs.speakers; ++s) {
      const std::vector<double> values = each(runs.of_speaker(s), accuracy_of(modes[m]));
      line.x.push_back(static_cast<double>(s + 1)), line.y.push_back(mean(values));
      line.half_width.push_back(half_width(t_interval(values)));
    }
    by_speaker.series.push_back(std::move(line));
  }
  for (const auto& [name, of] : {std::pair{"voice alone", &ReservoirRun::voice_by_kept},
                                 {"with the corrupted image", &ReservoirRun::both_by_kept}}) {
    run::LineFigure::Series line{name, {}, {}, {}};
    for (std::size_t k = 0; k < runs.by_kept.size(); ++k) {
      const std::vector<double> values =
          independent(runs, [k, of = of](const ReservoirRun& run) { return (run.*of)[k]; });
      line.x.push_back(runs.by_kept[k]), line.y.push_back(mean(values));
      line.half_width.push_back(half_width(t_interval(values)));
    }
    by_kept.series.push_back(std::move(line));
  }
  std::vector<std::string> names;
  for (std::size_t s = 0; s < runs.speakers; ++s)
    names.push_back(fmt::format("{} {}", s + 1, voices.speakers[s].speaker));
  system.found.pictures.push_back(
      {"accuracy", fmt::format("Accuracy by speaker ({}); band: 95 % over masks.", fmt::join(names, ", ")),
       std::move(by_speaker)});
  system.found.pictures.push_back(
      {"states", "Accuracy over how many states of the voice are left (paper's split); band: 95 % over speakers.",
       std::move(by_kept)});
}

constexpr double ms = 1e3, per_uS = 1e6;

run::LineFigure::Series in_ms_and_uS(std::string name, const StateTrace& trace) {
  run::LineFigure::Series line{std::move(name), {}, {}, {}};
  for (const double t : trace.time_s) line.x.push_back(t * ms);
  for (const double g : trace.g_S) line.y.push_back(g * per_uS);
  return line;
}

void add_traces(const Reservoir& r, const Voices& voices, System& system) {
  const device::Device& device = system.config().device;
  const std::size_t shown = r.digits.size() > 1 ? 1 : 0;
  run::LineFigure image{"time (ms)", "conductance (uS)", {}, false}, voice = image;
  const auto rows = arch::glyph_rows(r.images.glyphs[shown]);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::string bits;
    for (const bool bit : rows[row]) bits += bit ? '1' : '0';
    image.series.push_back(
        in_ms_and_uS(fmt::format("row {}: {}", row + 1, bits), image_trace(r.images, rows[row], device)));
  }
  const SpokenFrames& first = voices.speakers.front();
  const auto channels = static_cast<int>(first.of_digit.front().front().size()) / r.voices.frames;
  const std::vector<float> mask = reservoir_mask(channels, r.voices.columns, Random(system.config().seed, 0));
  std::vector<double> numbers;
  for (const auto& said : first.of_digit) {
    const auto one = masked(said.front(), mask, channels, r.voices.columns);
    numbers.insert(numbers.end(), one.begin(), one.end());
  }
  const std::vector<double> volts = voice_amplitudes_V(r.voices, numbers);
  const std::size_t pulses = volts.size() / r.digits.size();
  for (std::size_t d = 0; d < r.digits.size(); ++d)
    voice.series.push_back(in_ms_and_uS(fmt::format("digit {}", r.digits[d]),
                                        voice_trace(r.voices, std::span(volts).subspan(d * pulses, pulses), device)));
  system.found.pictures.push_back(
      {"image-states",
       fmt::format("Devices of the rows of digit {} while its pixels arrive; states are read at the end.",
                   r.digits[shown]),
       std::move(image)});
  system.found.pictures.push_back(
      {"voice-states",
       fmt::format("The device of a voice while its pulses arrive, one recording of each digit by {}.", first.speaker),
       std::move(voice)});
}

void add_cochleagrams(const Reservoir& r, const Voices& voices, System& system) {
  run::MatrixFigure figure{"", {}, {}};
  for (std::size_t d = 0; d < r.digits.size(); ++d) {
    const workloads::Cochleagram& c = voices.examples[d];
    run::MatrixFigure::Panel panel{fmt::format("digit {}", r.digits[d]), c.channels, c.frames, {}};
    for (int k = c.channels - 1; k >= 0; --k)  // high tones on top
      for (int f = 0; f < c.frames; ++f) panel.values.push_back(c.frame(f)[static_cast<std::size_t>(k)]);
    figure.panels.push_back(std::move(panel));
  }
  system.found.pictures.push_back(
      {"cochleagrams",
       fmt::format("Cochleagrams of one recording of each digit by {}: channels upwards, frames to the right; the "
                   "middle {} frames are used.",
                   voices.speakers.front().speaker, r.voices.frames),
       std::move(figure)});
}

void add_clamped(const Runs& runs, System& system) {
  double below = 0, readings = 0;
  for (const ReservoirRun& run : runs.all)
    below += static_cast<double>(run.below), readings += static_cast<double>(run.readings);
  add_figure(system.found, "readings_held_at_lowest_level", below / readings);
  if (below > 0)
    system.found.notes.push_back(fmt::format(
        "{:.2g} % of readings would lie below the device's lowest level (a transient under it) and are held "
        "there.",
        100 * below / readings));
}

// Joule heat of pulses and readings, by the device's current law. Image and voice arrive at once, on devices of their
// own.
void add_costs(const Reservoir& r, const Runs& runs, System& system) {
  const double image_J = mean(each(runs.all, [](const ReservoirRun& run) { return run.image_J; }));
  const double voice_J = mean(each(runs.all, [](const ReservoirRun& run) { return run.voice_J; }));
  const std::size_t pixels = arch::glyph_rows(r.images.glyphs.front()).front().size();
  const int pulses = r.voices.frames * r.voices.columns;
  const double image_s = static_cast<double>(pixels) * r.images.period_s + r.read_s;
  const double voice_s = (pulses - 1) * r.voices.period_s + r.voices.width_s;
  cost::Costs& costs = system.result.costs;
  costs.energy_J.add(cost::Part::array, image_J + voice_J);
  costs.energy_per_inference_J = costs.energy_low_J = costs.energy_high_J = image_J + voice_J;
  costs.latency_per_inference_s = std::max(image_s, voice_s);
  costs.latency_s.add(cost::Part::array, costs.latency_per_inference_s);
  costs.throughput_per_s = 1 / costs.latency_per_inference_s;
  costs.efficiency_definition =
      "Joule heat of the devices alone, for one corrupted image and one voice (all its pulses); the front end, the "
      "mask "
      "and the layer that reads the states are not modelled";
  add_figure(system.found, "energy_image_J", image_J);
  add_figure(system.found, "energy_voice_J", voice_J);
}

}  // namespace

void run_system(const Reservoir& r, System& system) {
  system.clock.begin("voices", 0.05);
  const Voices voices = load_voices(r, system.options.data);
  system.clock.begin("runs", 0.4);
  const Runs runs = run_all(r, voices, system);
  system.found.seeds = static_cast<int>(runs.all.size()), system.found.repeated = "runs";
  if (runs.speakers > 1) system.found.over = "speakers";
  for (const auto& file : voices.files)
    system.result.inputs.push_back({std::filesystem::path(file.path).filename().string(), file.checksum});
  set_quality(system.result, "accuracy", each(runs.all, accuracy_of(modes[2])),
              mean(each(runs.all, accuracy_of(modes[6]))),
              r.digits.size() * static_cast<std::size_t>(r.sets.samples * r.sets.samples * r.sets.repeats) -
                  static_cast<std::size_t>(r.sets.pairs));
  add_notes(r, voices, system);
  if (voices.recorded) add_claims(runs, system);
  add_accuracies(runs, voices, system);
  add_accuracy_pictures(runs, voices, system);
  add_traces(r, voices, system);
  add_cochleagrams(r, voices, system);
  add_clamped(runs, system);
  add_costs(r, runs, system);
}

}  // namespace bitline::experiments
