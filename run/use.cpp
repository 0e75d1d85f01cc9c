// SPDX-License-Identifier: Apache-2.0
#include "run/use.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/statistics.h"
#include "run/observe.h"
#include "run/stage_settings.h"
#include "workloads/open_set.h"

namespace bitline::run {

using arch::ImageRange;
using arch::InTime;
using arch::ReadMoment;
using chip::State;
using chip::View;
using workloads::Samples;

namespace {

const InTime& use_of(const arch::Config& config) { return std::get<InTime>(config.use); }

// How long the mean image drives each row of each block, by BlockId.
using RowTimes = std::vector<std::vector<double>>;

RowTimes row_times_s(const chip::Chip& chip, const std::vector<read::Activity>& counted, std::size_t images) {
  RowTimes times(chip.placement.blocks);
  for (std::size_t l = 0; l < chip.layers.size(); ++l)
    for (const mapping::Block& block : chip.layers[l].blocks)
      for (int r = 0; r < block.rows; ++r) {
        // Planes that last as long as they weigh count as long.
        const auto& on = counted[l].row_held_on.empty() ? counted[l].row_on : counted[l].row_held_on;
        const std::uint64_t reads = on[static_cast<std::size_t>(block.copy)][static_cast<std::size_t>(block.row + r)];
        times[block.id].push_back(static_cast<double>(reads) / static_cast<double>(images) *
                                  chip.layers[l].settings.input.t_read_s);
      }
  return times;
}

// Brings a chip from one moment to the next: the last refresh in between, and the time and the reads since. Refreshes
// before the last one leave nothing that is read. `per_image`: null where reads leave nothing behind.
void advance(const Session& session, const ReadMoment& from, const ReadMoment& to, const RowTimes* per_image,
             State& state) {
  const bool refreshed = to.refreshes > from.refreshes;
  if (refreshed) {
    pass_until(state, to.written_s);
    skip_writings(state, to.refreshes - from.refreshes - 1);
    chip::write(session.chip(), state);
  }
  pass_until(state, to.clock_s);
  if (per_image)
    count_reads(state, (to.used_s - (refreshed ? 0 : from.used_s)) / time_per_image_s(session), *per_image);
}

// Reads at one moment.
class MomentReads {
 public:
  MomentReads(const Session& session, const Samples& samples, std::size_t of_sample, const ChipRunOptions& options)
      : session_(session), samples_(samples), options_(options), moments_(arch::read_moments(session.chip().config)) {
    observe_.batch = options.batch;
    observe_.per_sample = of_sample;
    observe_.with_pairs.assign(session.chip().layers.size(), counts_pairs(session.chip()));
  }
  const std::vector<ReadMoment>& moments() const { return moments_; }

  // Of the images of the first moment, once they are read.
  const RowTimes* per_image() const { return per_image_ ? &*per_image_ : nullptr; }

  void read(std::size_t m, const View& view, ChipRun& run) {
    const ImageRange range = arch::images_around(m, moments_.size(), samples_.count());
    observe_.first = range.first, observe_.count = range.count;
    observe_.progress = [&](double part) { report(m, part); };
    Observed seen = observe(session_.chip(), view, session_.network(), samples_, observe_);
    add_observed(session_.chip(), view, seen, 1.0 / static_cast<double>(moments_.size()), run);
    if (m == 0 && counts_reads(session_)) per_image_ = row_times_s(session_.chip(), seen.activity, range.count);
    run.moments.push_back(all_images() ? with_others(view, range, seen.outputs) : seen.outputs);
    run.outputs.insert(run.outputs.end(), seen.outputs.begin(), seen.outputs.end());
  }

 private:
  bool all_images() const { return use_of(session_.config()).images == arch::MomentImages::all; }

  void report(std::size_t m, double part) const {
    if (options_.progress) options_.progress((static_cast<double>(m) + part) / static_cast<double>(moments_.size()));
  }

  // The images that arrive at other moments are read too, but not counted.
  std::vector<double> with_others(const View& view, const ImageRange& range, const std::vector<double>& own) const {
    const std::size_t width = session_.network().graph->output_size(), after = range.first + range.count;
    std::vector<double> all(samples_.count() * width);
    const auto read_some = [&](std::size_t first, std::size_t count) {
      chip_outputs(session_.chip(), view, session_.network(), samples_, first, count,
                   std::span(all).subspan(first * width, count * width));
    };
    read_some(0, range.first);
    std::copy(own.begin(), own.end(), all.begin() + static_cast<std::ptrdiff_t>(range.first * width));
    read_some(after, samples_.count() - after);
    return all;
  }

  const Session& session_;
  const Samples& samples_;
  const ChipRunOptions& options_;
  std::vector<ReadMoment> moments_;
  ObserveOptions observe_;
  std::optional<RowTimes> per_image_;
};

std::size_t saturated(const View& view) {
  std::size_t cells = 0;
  for (const chip::BlockView& block : view.blocks) cells += block.saturated;
  return cells;
}

}  // namespace

double time_per_image_s(const Session& session) {
  const InTime& use = use_of(session.config());
  if (use.time_per_image_s) return *use.time_per_image_s;
  // Times hang on the placement alone, not on what reads count.
  return 1 / session.price(std::vector<read::Ledger>(session.chip().layers.size())).throughput_per_s;
}

bool counts_reads(const Session& session) {
  return std::holds_alternative<InTime>(session.config().use) && is_disturbed(session.config().device);
}

ChipRun use_chip(const Session& session, std::uint32_t instance, const Samples& samples, std::size_t of_sample,
                 bool is_first, const ChipRunOptions& options) {
  ChipRun run;
  State state = session.write(instance, &run.writing);
  if (is_first) run.level_map = level_map(session.chip(), state);
  MomentReads reads(session, samples, of_sample, options);
  View view;
  ReadMoment now;
  for (std::size_t m = 0; m < reads.moments().size(); ++m) {
    const ReadMoment& next = reads.moments()[m];
    advance(session, now, next, reads.per_image(), state);
    session.look(state, view);
    run.saturated = std::max(run.saturated, saturated(view));
    reads.read(m, view, run);
    now = next;
  }
  return run;
}

namespace {

std::vector<double> part(const std::vector<double>& outputs, const ImageRange& range, std::size_t width) {
  const auto begin = outputs.begin() + static_cast<std::ptrdiff_t>(range.first * width);
  return {begin, begin + static_cast<std::ptrdiff_t>(range.count * width)};
}

Samples part(const Samples& all, const ImageRange& range) {
  Samples some{all.name, all.dims, {}, part_of(all.truth, range.first, range.count), all.pixels, {}};
  const std::span<const float> values = all.of(range.first, range.count);
  some.values.assign(values.begin(), values.end());
  return some;
}

Quality score_at(std::size_t m, std::size_t moments, const NetworkRun& done, const workloads::Score& score,
                 const Samples& samples) {
  const arch::Config& config = done.session.config();
  const auto width = static_cast<std::size_t>(done.outputs());
  NetworkOutputs outputs{done.outputs(), *done.right.real, *done.right.quantized, {}};
  for (const auto& run : done.chips.runs) outputs.chips.push_back(run->moments[m]);
  if (use_of(config).images == arch::MomentImages::all) return quality_of(score, outputs, samples, config.seed);
  const ImageRange range = arch::images_around(m, moments, samples.count());
  outputs.real = part(outputs.real, range, width), outputs.quantized = part(outputs.quantized, range, width);
  return quality_of(score, outputs, part(samples, range), config.seed);
}

Stage<std::vector<Quality>> scores_by_moment(std::size_t moments, const NetworkRun& done, const workloads::Score& score,
                                             const Stage<Samples>& samples, Shelf& shelf) {
  arch::Workload settings;
  settings.scores = {score};
  KeyBuilder key = stage_key("scores by moment");
  key.add("scores", settings).add("seed", done.session.config().seed).add("samples", samples.key);
  key.add("float", done.right.real.key).add("quantized", done.right.quantized.key);
  for (const auto& run : done.chips.runs) key.add("chip", run.key);
  return stage<std::vector<Quality>>(shelf, key, [&] {
    std::vector<Quality> all;
    for (std::size_t m = 0; m < moments; ++m) all.push_back(score_at(m, moments, done, score, *samples));
    return all;
  });
}

}  // namespace

namespace {

// Of the mean over chips.
void add_change(const Quality& first, const Quality& now, std::uint32_t seed, UseMoment& at) {
  if (first.of_samples.empty() || first.of_samples.size() != now.of_samples.size()) return;
  std::vector<double> changes(first.of_samples[0].size(), 0);
  const double share = 1 / static_cast<double>(first.of_samples.size());
  for (std::size_t chip = 0; chip < first.of_samples.size(); ++chip)
    for (std::size_t i = 0; i < changes.size(); ++i)
      changes[i] += share * (static_cast<double>(now.of_samples[chip][i]) - first.of_samples[chip][i]);
  at.change = now.value - first.value;
  at.change_ci95 = bootstrap_interval(changes, seed);
}

}  // namespace

std::optional<UseResult> use_result(const NetworkRun& done, const workloads::Score& score,
                                    const Stage<Samples>& samples, const cost::Costs& costs, Shelf& shelf) {
  const arch::Config& config = done.session.config();
  const auto* use = std::get_if<InTime>(&config.use);
  if (!use) return std::nullopt;
  const std::vector<ReadMoment> moments = arch::read_moments(config);
  const auto scores = scores_by_moment(moments.size(), done, score, samples, shelf);
  UseResult result;
  result.span_s = use->span_s, result.time_per_image_s = time_per_image_s(done.session);
  result.images = use->span_s / result.time_per_image_s;
  result.metric = scores->front().metric;
  result.refreshes = moments.back().refreshes;
  if (costs.energy_write_J) result.refresh_J = *costs.energy_write_J * result.refreshes;
  if (costs.write_time_s) result.refresh_s = *costs.write_time_s * result.refreshes;
  for (std::size_t m = 0; m < moments.size(); ++m) {
    const ReadMoment& at = moments[m];
    const Quality& q = (*scores)[m];
    result.moments.push_back({at.time_s, at.age_s(), at.time_s / result.time_per_image_s,
                              at.used_s / result.time_per_image_s, at.refreshes, q.inputs, q.value, q.ci95_both});
    if (use->images == arch::MomentImages::all) add_change(scores->front(), q, config.seed, result.moments.back());
  }
  return result;
}

std::optional<std::string> use_warning(const Result& result) {
  if (!result.use || result.use->time_per_image_s * result.costs.throughput_per_s >= 1 - 1e-9) return std::nullopt;
  return fmt::format("use.time_per_image: {} is less than the {} in which the chip reads an image",
                     pretty(result.use->time_per_image_s, Unit::second),
                     pretty(1 / result.costs.throughput_per_s, Unit::second));
}

}  // namespace bitline::run
