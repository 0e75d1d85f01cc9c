// SPDX-License-Identifier: Apache-2.0
// A layer of outputs learned online by the delta rule: what reads states of reservoirs.
#pragma once

#include <span>
#include <vector>

#include "base/random.h"
#include "base/schema.h"

namespace bitline::workloads {

// y = tanh(W x + b), targets 1 for the class and -1 for the others; after each sample W += rate (t - y)(1 - y^2) x:
// least squares by gradient (Widrow, Hoff, IRE WESCON Conv. Rec. 4, 96 (1960), through a tanh).
struct DeltaRule {
  static constexpr const char* type = "delta";
  static constexpr const char* about = "least squares through tanh, a step after each sample";
  double rate = 0.05;
  double start = 0.01;  // sigma of the weights before learning
};
void fields(Visitor&, DeltaRule&);

// (samples, columns), row-major, and the class of each sample.
struct LabelledRows {
  int columns = 0;
  std::vector<double> values;
  std::vector<int> labels;
  std::size_t count() const { return labels.size(); }
  std::span<const double> row(std::size_t i) const {
    return std::span(values).subspan(i * static_cast<std::size_t>(columns), static_cast<std::size_t>(columns));
  }
  void add(std::span<const double> row, int label) {
    values.insert(values.end(), row.begin(), row.end());
    labels.push_back(label);
  }
};

class Readout {
 public:
  // Samples in their order, `epochs` times. Inputs are standardized by the mean and standard deviation of these
  // samples. First weights are drawn from `first` on. Throws InputError: no samples, a label that is no class.
  Readout(const DeltaRule&, const LabelledRows& training, int classes, int epochs, const Random&, const Counter& first);
  std::vector<double> outputs(std::span<const double> row) const;
  int class_of(std::span<const double> row) const;  // with the largest output, the first of equals
  double accuracy(const LabelledRows&) const;

 private:
  void standardize(std::span<const double> row, std::vector<double>& x) const;
  std::vector<double> answer(const std::vector<double>& x) const;
  int columns_, classes_;
  std::vector<double> mean_, deviation_;
  std::vector<double> weights_;  // (class, column and bias)
};

}  // namespace bitline::workloads
