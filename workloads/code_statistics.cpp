// SPDX-License-Identifier: Apache-2.0
#include "workloads/code_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bitline::workloads {
namespace {

// Probabilities of 0 .. highest for round(|N(0, sigma)|) with everything beyond the largest clipped to it.
std::vector<double> folded_normal(double sigma, int highest) {
  const auto beyond = [&](double x) { return std::erfc(x / (std::sqrt(2.0) * sigma * highest)); };  // P(|N| > x)
  std::vector<double> p(static_cast<std::size_t>(highest) + 1);
  p[0] = 1 - beyond(0.5);
  for (int m = 1; m < highest; ++m) p[static_cast<std::size_t>(m)] = beyond(m - 0.5) - beyond(m + 0.5);
  p.back() = beyond(highest - 0.5);
  return p;
}

std::vector<double> magnitudes(const UniformInputs&, int highest) {
  return std::vector<double>(static_cast<std::size_t>(highest) + 1, 1.0 / (highest + 1));
}
std::vector<double> magnitudes(const BitInputs& s, int highest) {
  std::vector<double> p;
  const int bits = std::bit_width(static_cast<unsigned>(highest));
  for (int m = 0; m <= highest; ++m) {
    const int ones = std::popcount(static_cast<unsigned>(m));
    p.push_back(std::pow(s.ones, ones) * std::pow(1 - s.ones, bits - ones));
  }
  return p;
}
std::vector<double> magnitudes(const RectifiedNormalInputs& s, int highest) {
  std::vector<double> p = folded_normal(s.sigma, highest);
  for (double& x : p) x *= 0.5;
  p[0] += 0.5;  // the negative half
  return p;
}

// Either sign equally often.
CodeProbabilities mirrored(const std::vector<double>& magnitude) {
  CodeProbabilities codes{1 - static_cast<int>(magnitude.size()), {}};
  for (auto p = magnitude.rbegin(); p + 1 != magnitude.rend(); ++p) codes.p.push_back(0.5 * *p);
  codes.p.push_back(magnitude[0]);
  for (auto p = magnitude.begin() + 1; p != magnitude.end(); ++p) codes.p.push_back(0.5 * *p);
  return codes;
}

CodeProbabilities weight_codes(const UniformWeights& s, int highest) {
  const int codes = 2 * highest + 1;
  const double zero = s.zero.value_or(1.0 / codes);
  const double other = s.zero ? (1 - zero) / (codes - 1) : zero;
  CodeProbabilities all{-highest, std::vector<double>(static_cast<std::size_t>(codes), other)};
  all.p[static_cast<std::size_t>(highest)] = zero;
  return all;
}
CodeProbabilities weight_codes(const NormalWeights& s, int highest) {
  return mirrored(folded_normal(s.sigma, highest));
}
CodeProbabilities weight_codes(const TernaryWeights& s, int highest) {
  std::vector<double> p(static_cast<std::size_t>(highest) + 1, 0);
  p[0] = s.zero;
  p.back() = 1 - s.zero;
  return mirrored(p);
}

}  // namespace

void fields(Visitor&, UniformInputs&) {}
void fields(Visitor& v, BitInputs& s) {
  v(s.ones, {.key = "ones",
             .meaning = "share of ones among the bits",
             .unit = Unit::fraction,
             .min = 0,
             .max = 1,
             .required = true});
}
void fields(Visitor& v, RectifiedNormalInputs& s) {
  v(s.sigma, {.key = "sigma",
              .meaning = "in shares of the largest input",
              .unit = Unit::fraction,
              .positive = true,
              .required = true});
}
void fields(Visitor& v, UniformWeights& s) {
  v(s.zero,
    {.key = "zero",
     .meaning =
         "share of zeros, the sparsity of weights, the other codes equally often; auto: zero is as often as they are",
     .unit = Unit::fraction,
     .min = 0,
     .max = 1,
     .absent = "auto"});
}
void fields(Visitor& v, NormalWeights& s) {
  v(s.sigma, {.key = "sigma",
              .meaning = "in shares of the largest weight",
              .unit = Unit::fraction,
              .positive = true,
              .required = true});
}
void fields(Visitor& v, TernaryWeights& s) {
  v(s.zero, {.key = "zero", .meaning = "share of zeros", .unit = Unit::fraction, .min = 0, .max = 1, .required = true});
}

double CodeProbabilities::mean(std::span<const double> of_code) const {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += p[i] * of_code[i];
  return sum;
}

CodeProbabilities probabilities(const InputStatistics& statistics, const InputScale& scale) {
  const auto magnitude = std::visit([&](const auto& s) { return magnitudes(s, scale.highest()); }, statistics);
  return scale.is_signed ? mirrored(magnitude) : CodeProbabilities{0, magnitude};
}

CodeProbabilities probabilities(const WeightStatistics& statistics, int bits) {
  if (bits == 1) return {-1, {0.5, 0, 0.5}};
  return std::visit([&](const auto& s) { return weight_codes(s, (1 << (bits - 1)) - 1); }, statistics);
}

CodeSampler::CodeSampler(const CodeProbabilities& codes) {
  const int bin_bits = std::max(1, static_cast<int>(std::bit_width(codes.p.size() - 1)));
  const auto bins = std::size_t{1} << bin_bits;
  low_bits_ = 32 - bin_bits;
  // Bins that lack probability are filled up by codes that have more than a bin holds.
  std::vector<double> share(bins, 0);
  std::vector<std::size_t> other(bins), less, more;
  for (std::size_t i = 0; i < bins; ++i) {
    other[i] = i;
    if (i < codes.p.size()) share[i] = codes.p[i] * static_cast<double>(bins);
    (share[i] < 1 ? less : more).push_back(i);
  }
  while (!less.empty() && !more.empty()) {
    const std::size_t small = less.back(), large = more.back();
    less.pop_back();
    other[small] = large;
    share[large] -= 1 - share[small];
    if (share[large] < 1) {
      more.pop_back();
      less.push_back(large);
    }
  }
  // What is left lacks nothing but rounding.
  for (const auto* list : {&less, &more})
    for (const std::size_t i : *list) share[i] = 1;
  for (std::size_t i = 0; i < bins; ++i) {
    threshold_.push_back(static_cast<std::uint32_t>(std::llround(std::ldexp(share[i], low_bits_))));
    own_.push_back(codes.lowest + static_cast<std::int32_t>(i));
    other_.push_back(codes.lowest + static_cast<std::int32_t>(other[i]));
  }
}

void CodeSampler::draw(std::span<const std::uint32_t> words, std::span<std::int16_t> codes) const {
  const std::uint32_t low = (std::uint32_t{1} << low_bits_) - 1;
  const std::uint32_t *word = words.data(), *threshold = threshold_.data();
  const std::int32_t *own = own_.data(), *other = other_.data();
  std::int16_t* code = codes.data();
  const std::size_t n = codes.size();
#pragma omp simd
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t bin = word[i] >> low_bits_;
    code[i] = static_cast<std::int16_t>((word[i] & low) < threshold[bin] ? own[bin] : other[bin]);
  }
}

}  // namespace bitline::workloads
