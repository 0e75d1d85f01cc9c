// SPDX-License-Identifier: Apache-2.0
// Scores of single samples: right or wrong, how far off, how probable the right class was.
#include <algorithm>
#include <cmath>
#include <limits>

#include "workloads/score_parts.h"

namespace bitline::workloads {
namespace {

bool all_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
}

// Whether fewer than `places` outputs come before that of the right class; of equals the first comes first.
double among_first(const Answers& a, std::size_t sample, int places) {
  const auto out = a.of(sample);
  const std::size_t right = a.right_column(sample);
  if (!all_finite(out)) return 0;
  int before = 0;
  for (std::size_t c = 0; c < out.size(); ++c) before += out[c] > out[right] || (out[c] == out[right] && c < right);
  return before < places;
}

double log_of_sum(std::span<const double> logits) {
  const double most = *std::ranges::max_element(logits);
  double sum = 0;
  for (const double v : logits) sum += std::exp(v - most);
  return most + std::log(sum);
}

}  // namespace

std::span<const float> targets_of(const Truth& truth) {
  if (const auto* values = std::get_if<Values>(&truth)) return values->values;
  if (const auto* images = std::get_if<Images>(&truth)) return images->values;
  return {};
}

std::vector<double> hits(const Accuracy& score, const Answers& a) {
  std::vector<double> out(a.count());
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = score.threshold ? (a.of(i)[0] > *score.threshold) == (a.labels().of_sample[i] == 1) && all_finite(a.of(i))
                             : among_first(a, i, 1);
  return out;
}

std::vector<double> hits(const TopK& score, const Answers& a) {
  std::vector<double> out(a.count());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = among_first(a, i, score.k);
  return out;
}

std::vector<double> square_errors(const Answers& a) {
  const auto targets = targets_of(a.truth);
  std::vector<double> out(a.count(), 0.0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (std::size_t c = 0; c < a.columns; ++c) {
      const double off = a.of(i)[c] - static_cast<double>(targets[i * a.columns + c]);
      out[i] += off * off;
    }
    out[i] /= static_cast<double>(a.columns);
  }
  return out;
}

bool are_probabilities(Outputs outputs, const Answers& a) {
  if (outputs != Outputs::automatic) return outputs == Outputs::probabilities;
  for (std::size_t i = 0; i < a.count(); ++i) {
    double sum = 0;
    for (const double v : a.of(i)) {
      if (!(v >= 0)) return false;
      sum += v;
    }
    if (std::abs(sum - 1) > 1e-4) return false;
  }
  return true;
}

std::vector<double> cross_entropies(Outputs outputs, const Answers& a) {
  const bool probabilities = are_probabilities(outputs, a);
  constexpr double least = std::numeric_limits<float>::min();
  std::vector<double> out(a.count());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double right = a.of(i)[a.right_column(i)];
    out[i] = !all_finite(a.of(i)) ? std::numeric_limits<double>::quiet_NaN()
             : probabilities      ? -std::log(std::max(right, least))
                                  : log_of_sum(a.of(i)) - right;
  }
  return out;
}

SetScore prepare(const Perplexity& score, const Answers& a) {
  SetScore set;
  set.lowest = 1;
  set.at = [entropies = cross_entropies(score.outputs, a)](std::span<const std::uint32_t> weights) {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (weights[i] > 0) sum += weights[i] * entropies[i], count += weights[i];
    return std::exp(sum / count);
  };
  return set;
}

}  // namespace bitline::workloads
