// SPDX-License-Identifier: Apache-2.0
// What users write of scores, and what they are called.
#include <fmt/format.h>

#include "workloads/score.h"

namespace bitline::workloads {

namespace {
void outputs_field(Visitor& v, Outputs& outputs) {
  v(outputs, {.key = "outputs",
              .meaning = "what the network gives: logits (or logarithms of probabilities), probabilities, or auto: "
                         "probabilities if those of each sample add up to 1"});
}
}  // namespace

void fields(Visitor& v, Accuracy& s) {
  v(s.threshold, {.key = "threshold", .meaning = "for one output and two classes: above it a sample is of class 1"});
}
void fields(Visitor& v, TopK& s) { v(s.k, {.key = "k", .meaning = "so many largest outputs count", .min = 1}); }
void fields(Visitor&, MeanSquareError&) {}
void fields(Visitor& v, CrossEntropy& s) { outputs_field(v, s.outputs); }
void fields(Visitor& v, Perplexity& s) { outputs_field(v, s.outputs); }
void fields(Visitor& v, Auc& s) { outputs_field(v, s.outputs); }
void fields(Visitor&, Frechet&) {}

std::string metric_name(const Score& score) {
  if (const auto* top = std::get_if<TopK>(&score)) return fmt::format("top-{}", top->k);
  return std::visit([](const auto& s) { return std::string(s.type); }, score);
}

bool larger_is_better(const Score& score) { return is_share(score) || std::holds_alternative<Auc>(score); }

bool is_share(const Score& score) {
  return std::holds_alternative<Accuracy>(score) || std::holds_alternative<TopK>(score);
}

}  // namespace bitline::workloads
