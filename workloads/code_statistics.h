// SPDX-License-Identifier: Apache-2.0
// How often integer codes of inputs and weights occur where only statistics are known, and drawing such codes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/schema.h"
#include "workloads/quantization.h"

namespace bitline::workloads {

// --- inputs ---------------------------------------------------------------------------------------------------------
// Each describes magnitudes; signed inputs take either sign equally often.
struct UniformInputs {
  static constexpr const char* type = "uniform";
  static constexpr const char* about = "every magnitude from 0 to the largest equally often";
};
struct BitInputs {
  static constexpr const char* type = "bits";
  static constexpr const char* about = "each bit of each magnitude is one with one probability, independently";
  double ones = 0.5;
};
struct RectifiedNormalInputs {
  static constexpr const char* type = "rectified-normal";
  static constexpr const char* about = "magnitudes are max(0, N(0, sigma)), rounded and clipped";
  double sigma = 0.25;  // in shares of the largest magnitude
};
using InputStatistics = std::variant<UniformInputs, BitInputs, RectifiedNormalInputs>;
void fields(Visitor&, UniformInputs&);
void fields(Visitor&, BitInputs&);
void fields(Visitor&, RectifiedNormalInputs&);

// --- weights --------------------------------------------------------------------------------------------------------
struct UniformWeights {
  static constexpr const char* type = "uniform";
  static constexpr const char* about = "every code equally often, or a share of zeros and the others equally often";
  std::optional<double> zero;  // share of zeros; unset: that of any other code
};
struct NormalWeights {
  static constexpr const char* type = "normal";
  static constexpr const char* about = "N(0, sigma), rounded and clipped; one bit: the sign";
  double sigma = 0.25;  // in shares of the largest weight
};
struct TernaryWeights {
  static constexpr const char* type = "ternary";
  static constexpr const char* about = "zeros, and the largest weight with either sign equally often";
  double zero = 0.5;
};
using WeightStatistics = std::variant<UniformWeights, NormalWeights, TernaryWeights>;
void fields(Visitor&, UniformWeights&);
void fields(Visitor&, NormalWeights&);
void fields(Visitor&, TernaryWeights&);

// --- codes ----------------------------------------------------------------------------------------------------------
struct CodeProbabilities {
  int lowest = 0;
  std::vector<double> p;  // of lowest, lowest + 1, ...; adds up to 1

  // The mean over codes of what each code has, in the order of `p`.
  double mean(std::span<const double> of_code) const;
};
// Over the codes that `scale` allows.
CodeProbabilities probabilities(const InputStatistics&, const InputScale& scale);
// Codes of `bits` bits: -(2^(b-1)-1) .. 2^(b-1)-1; with one bit -1 and 1, where shares of zeros have no place.
CodeProbabilities probabilities(const WeightStatistics&, int bits);

// Turns random words into codes by the alias method (Walker 1977, doi:10.1145/355744.355749): one look-up a code, and
// each bin's probability is met to 2^-33.
class CodeSampler {
 public:
  explicit CodeSampler(const CodeProbabilities& probabilities);
  // codes[i] follows from words[i] alone.
  void draw(std::span<const std::uint32_t> words, std::span<std::int16_t> codes) const;

 private:
  int low_bits_ = 0;                      // of a word, that choose within a bin; the others choose the bin
  std::vector<std::uint32_t> threshold_;  // below it the bin's own code, else the other one
  std::vector<std::int32_t> own_, other_;
};

}  // namespace bitline::workloads
