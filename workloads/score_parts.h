// SPDX-License-Identifier: Apache-2.0
// What the files of scores share: outputs beside their truth, and scores that only a set of samples has.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "workloads/score.h"

namespace bitline::workloads {

// Outputs (sample, column) with their truth; checked.
struct Answers {
  std::span<const double> outputs;
  std::size_t columns = 0;
  const Truth& truth;
  std::size_t count() const { return outputs.size() / columns; }
  std::span<const double> of(std::size_t sample) const { return outputs.subspan(sample * columns, columns); }
  const Labels& labels() const { return std::get<Labels>(truth); }
  // The output that stands for the class of a sample.
  std::size_t right_column(std::size_t sample) const {
    return static_cast<std::size_t>(labels().of_sample[sample] + labels().first_output.value_or(0));
  }
};

// Targets of a sample's outputs, as many as columns: values or pictures.
std::span<const float> targets_of(const Truth& truth);

// One value for each sample.
std::vector<double> hits(const Accuracy& score, const Answers& answers);
std::vector<double> hits(const TopK& score, const Answers& answers);
std::vector<double> square_errors(const Answers& answers);
std::vector<double> cross_entropies(Outputs outputs, const Answers& answers);
bool are_probabilities(Outputs outputs, const Answers& answers);

// A score of the set alone, for samples counted as often as they weigh. NaN: none.
struct SetScore {
  std::function<double(std::span<const std::uint32_t> weights)> at;
  int draws = 1000;  // that its interval takes
  double lowest = 0, highest = std::numeric_limits<double>::infinity();
};
SetScore prepare(const Perplexity& score, const Answers& answers);
SetScore prepare(const Auc& score, const Answers& answers);
SetScore prepare(const Frechet& score, const Answers& answers);

}  // namespace bitline::workloads
