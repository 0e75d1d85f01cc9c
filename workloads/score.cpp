// SPDX-License-Identifier: Apache-2.0
#include "workloads/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/parallel.h"
#include "workloads/frechet.h"
#include "workloads/score_parts.h"

namespace bitline::workloads {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

template <class S>
constexpr bool of_set_alone = requires(const S& s, const Answers& a) {
  prepare(s, a);
};

std::vector<double> values_of(const Accuracy& s, const Answers& a) { return hits(s, a); }
std::vector<double> values_of(const TopK& s, const Answers& a) { return hits(s, a); }
std::vector<double> values_of(const MeanSquareError&, const Answers& a) { return square_errors(a); }
std::vector<double> values_of(const CrossEntropy& s, const Answers& a) { return cross_entropies(s.outputs, a); }

[[noreturn]] void refuse(const Score& score, const std::string& set, const std::string& why) {
  throw InputError(fmt::format("workload.scores: {} of data set {}: {}", metric_name(score), set, why));
}

std::size_t truths(const Truth& truth, std::size_t columns) {
  const auto* labels = std::get_if<Labels>(&truth);
  return labels ? labels->of_sample.size() : targets_of(truth).size() / columns;
}

Answers answers_of(const Score& score, std::span<const double> outputs, int columns, const Samples& samples) {
  check_outputs(score, columns, samples.truth, samples.name);
  const Answers a{outputs, static_cast<std::size_t>(columns), samples.truth};
  if (outputs.empty() || outputs.size() % a.columns != 0 || a.count() != truths(samples.truth, a.columns))
    refuse(score, samples.name,
           fmt::format("{} outputs of {} columns, but the truth of {} samples", outputs.size(), columns,
                       truths(samples.truth, a.columns)));
  return a;
}

void check_classes(const Score& score, int columns, const Labels& labels, const std::string& set) {
  const auto* accuracy = std::get_if<Accuracy>(&score);
  const bool one_for_two = columns == 1 && labels.classes == 2 && !labels.first_output;
  if (one_for_two && (std::holds_alternative<Auc>(score) || (accuracy && accuracy->threshold))) return;
  if (accuracy && accuracy->threshold)
    refuse(score, set,
           fmt::format("a threshold is for one output and two classes, but there are {} outputs and {} "
                       "classes; leave it out",
                       columns, labels.classes));
  const int first = labels.first_output.value_or(0);
  if (labels.first_output ? first + labels.classes <= columns : columns == labels.classes) return;
  const std::string both = fmt::format("the network has {} output{}, but the set has {} classes", columns,
                                       columns == 1 ? "" : "s", labels.classes);
  if (labels.first_output) refuse(score, set, fmt::format("{} from output {} on (workload.first_class)", both, first));
  if (one_for_two && accuracy) refuse(score, set, both + "; say above which output a sample is of class 1 (threshold)");
  refuse(score, set,
         columns > labels.classes
             ? fmt::format("{}; say which output is class 0 (workload.first_class: 1 where output 0 is never used, 0 "
                           "where the set lacks the last classes), or take the data the network was trained on",
                           both)
             : both + "; take the data the network was trained on");
}

void check_targets(const Score& score, int columns, const Truth& truth, const std::string& set) {
  std::size_t each = 0;
  if (const auto* values = std::get_if<Values>(&truth)) each = static_cast<std::size_t>(values->columns);
  if (const auto* images = std::get_if<Images>(&truth)) {
    each = 1;
    for (const int d : images->dims) each *= static_cast<std::size_t>(d);
  }
  if (each == static_cast<std::size_t>(columns)) return;
  refuse(score, set, fmt::format("the network has {} outputs, but each sample {} targets", columns, each));
}

std::vector<double> in_double(std::span<const float> outputs) { return {outputs.begin(), outputs.end()}; }

// As many standard deviations of the mean over chips as Student's t says, over sets drawn again.
Interval set_interval(const std::vector<SetScore>& chips, std::size_t samples, double value, std::uint32_t seed) {
  const SetScore& first = chips.front();
  std::vector<double> drawn(static_cast<std::size_t>(first.draws));
  parallel_for(drawn.size(), [&](std::size_t r) {
    std::vector<std::uint32_t> indices(samples), weights(samples, 0);
    resample(seed, static_cast<std::uint32_t>(r), indices);
    for (const std::uint32_t i : indices) ++weights[i];
    double sum = 0;
    for (const SetScore& chip : chips) sum += chip.at(weights);
    drawn[r] = sum / static_cast<double>(chips.size());
  });
  std::erase_if(drawn, [](double v) { return std::isnan(v); });  // a draw without one of the classes
  if (drawn.size() < 2) return {no_value, no_value};
  const double half = t_quantile(0.975, static_cast<double>(drawn.size() - 1)) * standard_deviation(drawn);
  return {std::max(first.lowest, value - half), std::min(first.highest, value + half)};
}

}  // namespace

SetScore prepare(const Frechet&, const Answers& a) {
  const auto targets = targets_of(a.truth);
  SetScore set;
  const double work = std::pow(static_cast<double>(a.columns), 3);  // of one value
  set.draws = static_cast<int>(std::clamp(4e8 / work, 20.0, 200.0));
  set.at = [outputs = std::vector<double>(a.outputs.begin(), a.outputs.end()),
            right = std::vector<double>(targets.begin(), targets.end()),
            d = static_cast<int>(a.columns)](std::span<const std::uint32_t> weights) {
    return frechet_distance(gaussian_of(outputs, d, weights), gaussian_of(right, d, weights));
  };
  return set;
}

void check_outputs(const Score& score, int columns, const Truth& truth, const std::string& set) {
  const bool classes = std::visit(
      []<class S>(const S&) { return !std::is_same_v<S, MeanSquareError> && !std::is_same_v<S, Frechet>; }, score);
  if (std::holds_alternative<std::monostate>(truth))
    refuse(score, set, "it has no labels or targets; give workload.dataset.labels");
  const auto* labels = std::get_if<Labels>(&truth);
  if (classes && !labels && !std::holds_alternative<Auc>(score))
    refuse(score, set,
           "needs classes, but the set has targets; use mean-square-error, or save classes as whole numbers");
  if (!classes && labels) refuse(score, set, "needs targets, but the set has classes; use accuracy or cross-entropy");
  if (!labels) return check_targets(score, columns, truth, set);
  check_classes(score, columns, *labels, set);
  if (const auto* top = std::get_if<TopK>(&score); top && top->k >= columns)
    refuse(score, set, fmt::format("of {} outputs it is always right; take a smaller k", columns));
}

Scored score(const Score& by, std::span<const double> outputs, int columns, const Samples& samples) {
  const Answers a = answers_of(by, outputs, columns, samples);
  Scored scored{metric_name(by), no_value, {}, ""};
  const bool finite = std::ranges::all_of(outputs, [](double v) { return std::isfinite(v); });
  if (!finite && !is_share(by)) {
    scored.why = "outputs are not finite";
    return scored;
  }
  std::visit(
      [&]<class S>(const S& s) {
        if constexpr (std::is_same_v<S, Frechet>)
          if (a.count() < 2) {
            scored.why = "a covariance needs two samples";
            return;
          }
        if constexpr (of_set_alone<S>) {
          const std::vector<std::uint32_t> once(a.count(), 1);
          scored.value = prepare(s, a).at(once);
          if (std::isnan(scored.value)) scored.why = "all samples are of one class";
        } else {
          scored.of_sample = values_of(s, a);
          scored.value = mean(scored.of_sample);
        }
      },
      by);
  return scored;
}

Scored score(const Score& by, std::span<const float> outputs, int columns, const Samples& samples) {
  return score(by, std::span<const double>(in_double(outputs)), columns, samples);
}

Interval interval_over_samples(const Score& by, std::span<const std::vector<double>> chips, int columns,
                               const Samples& samples, std::uint32_t seed) {
  std::vector<double> of_sample;
  double value = 0;
  for (const auto& outputs : chips) {
    const Scored scored = score(by, std::span<const double>(outputs), columns, samples);
    if (std::isnan(scored.value)) return {no_value, no_value};
    value += scored.value / static_cast<double>(chips.size());
    of_sample.resize(scored.of_sample.size());
    for (std::size_t i = 0; i < of_sample.size(); ++i) of_sample[i] += scored.of_sample[i];
  }
  if (!of_sample.empty()) {
    for (double& v : of_sample) v /= static_cast<double>(chips.size());
    return bootstrap_interval(of_sample, seed);
  }
  std::vector<SetScore> sets;
  for (const auto& outputs : chips) {
    const Answers a = answers_of(by, outputs, columns, samples);
    std::visit(
        [&]<class S>(const S& s) {
          if constexpr (of_set_alone<S>) sets.push_back(prepare(s, a));
        },
        by);
  }
  if (sets.empty()) return {no_value, no_value};
  return set_interval(sets, truths(samples.truth, static_cast<std::size_t>(columns)), value, seed);
}

Interval interval_of_chip(const Score& by, const std::vector<double>& outputs, int columns, const Samples& samples,
                          std::uint32_t seed) {
  if (!is_share(by)) return interval_over_samples(by, {&outputs, 1}, columns, samples, seed);
  const Scored scored = score(by, std::span<const double>(outputs), columns, samples);
  return wilson_interval(static_cast<std::size_t>(std::ranges::count(scored.of_sample, 1.0)), scored.of_sample.size());
}

std::vector<Score> default_scores(const Truth& truth) {
  if (std::holds_alternative<Labels>(truth)) return {Accuracy{}};
  if (std::holds_alternative<std::monostate>(truth)) return {};
  return {MeanSquareError{}};
}

}  // namespace bitline::workloads
