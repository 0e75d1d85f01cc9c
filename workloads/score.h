// SPDX-License-Identifier: Apache-2.0
// How good outputs are: one figure over a set of samples, and where it is a mean over them, one for each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/schema.h"
#include "base/statistics.h"
#include "workloads/samples.h"

namespace bitline::workloads {

// What the outputs of a classifier are. `automatic`: probabilities if each sample's outputs are non-negative and add up
// to 1 within 1e-4, else logits; logarithms of probabilities are logits too.
enum class Outputs { automatic, logits, probabilities };
inline constexpr std::string_view outputs_names[] = {"auto", "logits", "probabilities"};
constexpr std::span<const std::string_view> names_of(Outputs) { return outputs_names; }

// Share of samples whose largest output, the first of equals, is that of their class.
struct Accuracy {
  static constexpr const char* type = "accuracy";
  static constexpr const char* about = "share of samples whose largest output is that of their class";
  std::optional<double> threshold;  // one output for two classes: above it, class 1
};
// Share of samples whose class is among the k largest outputs.
struct TopK {
  static constexpr const char* type = "top-k";
  static constexpr const char* about = "share of samples whose class is among the k largest outputs";
  int k = 5;
};
// Mean of (output - target)^2 over outputs and samples.
struct MeanSquareError {
  static constexpr const char* type = "mean-square-error";
  static constexpr const char* about = "mean square of what outputs differ from targets by";
};
// Mean of -ln(probability of the class), in nats. Probabilities below 1.2e-38, which floats do not reach, count as
// that.
struct CrossEntropy {
  static constexpr const char* type = "cross-entropy";
  static constexpr const char* about = "mean of -ln(probability of the right class), in nats";
  Outputs outputs = Outputs::automatic;
};
// exp(cross entropy) (Jelinek 1977, doi:10.1121/1.2016299).
struct Perplexity {
  static constexpr const char* type = "perplexity";
  static constexpr const char* about = "exp of the cross entropy";
  Outputs outputs = Outputs::automatic;
};
// Area under the receiver operating characteristic as MedMNIST defines it (Yang 2023, doi:10.1038/s41597-022-01721-8;
// medmnist/evaluator.py, getAUC): two classes: by the probability of class 1; more: the mean over classes of one
// against the rest; several labels that do not exclude each other (targets 0 and 1): the mean over labels. The area is
// the share of pairs of a sample of the class and one of the rest that are in the right order, ties counted half
// (Hanley 1982, doi:10.1148/radiology.143.1.7063747). A class that all or none of the samples have is left out of the
// mean.
struct Auc {
  static constexpr const char* type = "auc";
  static constexpr const char* about = "area under the ROC curve, a mean over classes (as MedMNIST)";
  Outputs outputs = Outputs::automatic;
};
// Between normal distributions with the mean and covariance of the outputs and of the targets (frechet.h).
struct Frechet {
  static constexpr const char* type = "frechet";
  static constexpr const char* about = "Frechet distance of the distributions of outputs and targets";
};

using Score = std::variant<Accuracy, TopK, MeanSquareError, CrossEntropy, Perplexity, Auc, Frechet>;
void fields(Visitor&, Accuracy&);
void fields(Visitor&, TopK&);
void fields(Visitor&, MeanSquareError&);
void fields(Visitor&, CrossEntropy&);
void fields(Visitor&, Perplexity&);
void fields(Visitor&, Auc&);
void fields(Visitor&, Frechet&);

std::string metric_name(const Score& score);  // its type; "top-5"
bool larger_is_better(const Score& score);
bool is_share(const Score& score);  // of samples, each right or wrong

struct Scored {
  std::string metric;
  double value = 0;               // NaN: it has none, and `why` says why
  std::vector<double> of_sample;  // whose mean `value` is; empty: only the set has a value
  std::string why;
};

// `outputs`: (sample, column). A sample with an output that is not finite is wrong for accuracy and top-k, and leaves
// other scores without a value. Throws InputError as check_outputs() does.
Scored score(const Score& score, std::span<const double> outputs, int columns, const Samples& samples);
Scored score(const Score& score, std::span<const float> outputs, int columns, const Samples& samples);

// Throws InputError naming both numbers and the remedy: `columns` outputs do not fit the truth of `samples` for this
// score. Needs no outputs, so a config can be checked before anything runs.
void check_outputs(const Score& score, int columns, const Truth& truth, const std::string& set);

// The scores to use where none are asked for: accuracy of classes, mean square error of targets.
std::vector<Score> default_scores(const Truth& truth);

// Of the mean over chips of a score, over samples (given these chips), with the same samples drawn for every chip: the
// percentile bootstrap of the mean; of scores that only the set has, the value and as many standard deviations of it
// over sets drawn again as Student's t says (Efron 1979), cut to what the score can be. NaN where the score has no
// value. `chips`: the outputs of each.
Interval interval_over_samples(const Score& score, std::span<const std::vector<double>> chips, int columns,
                               const Samples& samples, std::uint32_t seed);

// Of one chip: Wilson's for shares, else as above.
Interval interval_of_chip(const Score& score, const std::vector<double>& outputs, int columns, const Samples& samples,
                          std::uint32_t seed);

}  // namespace bitline::workloads
