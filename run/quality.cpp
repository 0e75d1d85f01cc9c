// SPDX-License-Identifier: Apache-2.0
#include "run/quality.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/two_way.h"
#include "run/prepare.h"

namespace bitline::run {

using workloads::Samples;
using workloads::Score;
using workloads::Scored;

std::size_t bytes_of(const std::vector<Quality>& scores) {
  std::size_t bytes = sizeof scores;
  for (const Quality& q : scores) {
    bytes += sizeof q + q.chips.size() * sizeof(ChipQuality);
    for (const auto& chip : q.of_samples) bytes += sizeof chip + chip.size() * sizeof(float);
  }
  return bytes;
}

std::vector<Score> scores_of(const std::vector<Score>& wanted, int columns, const Samples& samples) {
  if (wanted.empty() && std::holds_alternative<std::monostate>(samples.truth))
    throw DataError("'" + samples.name + "' has no labels and no targets, which scores compare outputs with");
  const std::vector<Score> scores = wanted.empty() ? workloads::default_scores(samples.truth) : wanted;
  try {
    for (const Score& s : scores) workloads::check_outputs(s, columns, samples.truth, samples.name);
  } catch (const InputError& e) {
    throw DataError(e.what());
  }
  return scores;
}

namespace {

// Of accuracy over classes: what the commonest class alone gives.
std::optional<double> chance_of(const Score& score, const Samples& samples) {
  const auto* labels = std::get_if<workloads::Labels>(&samples.truth);
  if (!labels || !std::holds_alternative<workloads::Accuracy>(score) || labels->of_sample.empty()) return {};
  std::map<int, std::size_t> counts;
  std::size_t most = 0;
  for (const int label : labels->of_sample) most = std::max(most, ++counts[label]);
  return static_cast<double>(most) / static_cast<double>(labels->of_sample.size());
}

// Over chips, and over chips and samples together, which is the one to quote.
void add_intervals(const Score& score, std::span<const double> values, std::span<const std::vector<double>> of_samples,
                   Quality& q) {
  const double sigma = (q.ci95_images.upper - q.ci95_images.lower) / (2 * normal_quantile(0.975));
  const TwoWayVariance v = of_samples.size() == values.size() ? two_way_variance(of_samples)
                                                              : two_way_variance(values, sigma * sigma, q.inputs);
  const bool share = workloads::is_share(score);
  q.ci95 = values.size() == 1 ? q.chips[0].ci95 : interval_over_chips(q.value, v);
  q.ci95_both = share ? share_interval_over_both(q.value, v) : interval_over_both(q.value, v);
  if (share) q.ci95 = {std::max(0.0, q.ci95.lower), std::min(1.0, q.ci95.upper)};
}

}  // namespace

Quality quality_of(const Score& score, const NetworkOutputs& outputs, const Samples& samples, std::uint32_t seed) {
  const auto scored = [&](const std::vector<double>& values) {
    return workloads::score(score, std::span<const double>(values), outputs.columns, samples);
  };
  Quality q;
  q.metric = workloads::metric_name(score);
  q.inputs = samples.count();
  q.reference_float = scored(outputs.real).value;
  const Scored quantized = scored(outputs.quantized);
  q.reference_quantized = quantized.value;
  std::vector<std::vector<double>> of_samples;  // by chip; empty where only the set has a value
  std::vector<double> values, lost(quantized.of_sample.size(), 0);
  const double sign = workloads::larger_is_better(score) ? 1 : -1,
               share = 1 / static_cast<double>(outputs.chips.size());
  for (const std::vector<double>& chip : outputs.chips) {
    const Scored one = scored(chip);
    values.push_back(one.value);
    q.chips.push_back({one.value, workloads::interval_of_chip(score, chip, outputs.columns, samples, seed)});
    for (std::size_t i = 0; i < lost.size() && i < one.of_sample.size(); ++i)
      lost[i] += sign * share * (quantized.of_sample[i] - one.of_sample[i]);
    if (q.no_value.empty()) q.no_value = one.why;
    if (!one.of_sample.empty()) of_samples.push_back(one.of_sample);
  }
  q.value = mean(values);
  q.ci95_images = workloads::interval_over_samples(score, outputs.chips, outputs.columns, samples, seed);
  add_intervals(score, values, of_samples, q);
  for (const auto& chip : of_samples) q.of_samples.emplace_back(chip.begin(), chip.end());
  q.chance = chance_of(score, samples);
  q.loss = sign * (q.reference_quantized - q.value);
  if (!lost.empty()) q.loss_ci95 = bootstrap_interval(lost, seed);
  return q;
}

}  // namespace bitline::run
