// SPDX-License-Identifier: Apache-2.0
// Area under the ROC curve by ranks.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "workloads/score_parts.h"

namespace bitline::workloads {
namespace {

// One class against the rest: samples in rising order of how much they speak for it.
struct Ranking {
  std::vector<std::uint32_t> order;
  std::vector<std::uint8_t> same_as_next;  // the score, along `order`
  std::vector<std::uint8_t> positive;      // by sample
};

Ranking ranking_of(const std::vector<double>& scores, std::vector<std::uint8_t> positive) {
  Ranking r{std::vector<std::uint32_t>(scores.size()), std::vector<std::uint8_t>(scores.size(), 0),
            std::move(positive)};
  std::iota(r.order.begin(), r.order.end(), 0u);
  std::ranges::stable_sort(r.order, {}, [&](std::uint32_t i) { return scores[i]; });
  for (std::size_t k = 0; k + 1 < r.order.size(); ++k) r.same_as_next[k] = scores[r.order[k]] == scores[r.order[k + 1]];
  return r;
}

// Share of pairs in the right order, ties half; NaN without a pair.
double area(const Ranking& r, std::span<const std::uint32_t> weights) {
  double below = 0, tied_negative = 0, tied_positive = 0, positives = 0, right = 0;
  for (std::size_t k = 0; k < r.order.size(); ++k) {
    const std::uint32_t i = r.order[k];
    (r.positive[i] ? tied_positive : tied_negative) += weights[i];
    if (r.same_as_next[k]) continue;
    right += tied_positive * (below + tied_negative / 2);
    below += tied_negative;
    positives += tied_positive;
    tied_negative = tied_positive = 0;
  }
  return positives > 0 && below > 0 ? right / (positives * below) : std::numeric_limits<double>::quiet_NaN();
}

// What rises with the probability of the class of column c. Of logits, ln(p / (1 - p)), which does not saturate.
double odds(std::span<const double> out, std::size_t c, bool probabilities) {
  if (probabilities || out.size() == 1) return out[c];
  double most = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t k = 0; k < out.size(); ++k)
    if (k != c) most = std::max(most, out[k]);
  for (std::size_t k = 0; k < out.size(); ++k)
    if (k != c) sum += std::exp(out[k] - most);
  return out[c] - (most + std::log(sum));
}

std::vector<Ranking> rankings_of_labels(const Auc& score, const Answers& a) {
  const Labels& labels = a.labels();
  const bool probabilities = are_probabilities(score.outputs, a);
  const auto first = static_cast<std::size_t>(labels.first_output.value_or(0));
  std::vector<Ranking> rankings;
  for (int c = labels.classes == 2 ? 1 : 0; c < labels.classes; ++c) {
    const std::size_t column = a.columns == 1 ? 0 : first + static_cast<std::size_t>(c);
    std::vector<double> scores(a.count());
    std::vector<std::uint8_t> positive(a.count());
    for (std::size_t i = 0; i < scores.size(); ++i) {
      scores[i] = odds(a.of(i), column, probabilities);
      positive[i] = labels.of_sample[i] == c;
    }
    rankings.push_back(ranking_of(scores, std::move(positive)));
  }
  return rankings;
}

std::vector<Ranking> rankings_of_values(const Answers& a) {
  const auto targets = targets_of(a.truth);
  std::vector<Ranking> rankings;
  for (std::size_t c = 0; c < a.columns; ++c) {
    std::vector<double> scores(a.count());
    std::vector<std::uint8_t> positive(a.count());
    for (std::size_t i = 0; i < scores.size(); ++i) {
      scores[i] = a.of(i)[c];
      positive[i] = targets[i * a.columns + c] > 0.5f;
    }
    rankings.push_back(ranking_of(scores, std::move(positive)));
  }
  return rankings;
}

}  // namespace

SetScore prepare(const Auc& score, const Answers& a) {
  SetScore set;
  set.highest = 1;
  auto rankings = std::make_shared<const std::vector<Ranking>>(
      std::holds_alternative<Labels>(a.truth) ? rankings_of_labels(score, a) : rankings_of_values(a));
  set.at = [rankings = std::move(rankings)](std::span<const std::uint32_t> weights) {
    double sum = 0;
    int counted = 0;
    for (const Ranking& r : *rankings)
      if (const double one = area(r, weights); !std::isnan(one)) sum += one, ++counted;
    return counted > 0 ? sum / counted : std::numeric_limits<double>::quiet_NaN();
  };
  return set;
}

}  // namespace bitline::workloads
