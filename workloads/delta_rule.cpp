// SPDX-License-Identifier: Apache-2.0
#include "workloads/delta_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace bitline::workloads {

void fields(Visitor& v, DeltaRule& r) {
  v(r.rate, {.key = "rate", .meaning = "step of a weight for an error of 1 and an input of 1", .positive = true});
  v(r.start, {.key = "start", .meaning = "sigma of the weights before learning", .min = 0});
}

Readout::Readout(const DeltaRule& rule, const LabelledRows& training, int classes, int epochs, const Random& random,
                 const Counter& first)
    : columns_(training.columns), classes_(classes) {
  if (training.count() == 0) throw InputError("a readout needs samples to learn from");
  for (const int label : training.labels)
    if (label < 0 || label >= classes) throw InputError(fmt::format("label {} is none of {} classes", label, classes));
  const auto columns = static_cast<std::size_t>(columns_), n = training.count();
  mean_.assign(columns, 0), deviation_.assign(columns, 0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t c = 0; c < columns; ++c) mean_[c] += training.row(i)[c] / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t c = 0; c < columns; ++c)
      deviation_[c] += std::pow(training.row(i)[c] - mean_[c], 2) / static_cast<double>(n);
  for (double& d : deviation_) d = d > 0 ? std::sqrt(d) : 1;  // a column that never changes says nothing

  std::vector<float> z(static_cast<std::size_t>(classes) * (columns + 1));
  random.normals(first, z);
  for (const float one : z) weights_.push_back(rule.start * one);
  std::vector<double> x;
  for (int epoch = 0; epoch < epochs; ++epoch)
    for (std::size_t i = 0; i < n; ++i) {
      standardize(training.row(i), x);
      const std::vector<double> y = answer(x);
      for (std::size_t k = 0; k < y.size(); ++k) {
        const double target = training.labels[i] == static_cast<int>(k) ? 1 : -1;
        const double step = rule.rate * (target - y[k]) * (1 - y[k] * y[k]);
        for (std::size_t c = 0; c <= columns; ++c) weights_[k * (columns + 1) + c] += step * x[c];
      }
    }
}

void Readout::standardize(std::span<const double> row, std::vector<double>& x) const {
  x.resize(row.size() + 1);
  for (std::size_t c = 0; c < row.size(); ++c) x[c] = (row[c] - mean_[c]) / deviation_[c];
  x.back() = 1;  // of the bias
}

std::vector<double> Readout::answer(const std::vector<double>& x) const {
  std::vector<double> y(static_cast<std::size_t>(classes_));
  for (std::size_t k = 0; k < y.size(); ++k) {
    double sum = 0;
    for (std::size_t c = 0; c < x.size(); ++c) sum += weights_[k * x.size() + c] * x[c];
    y[k] = std::tanh(sum);
  }
  return y;
}

std::vector<double> Readout::outputs(std::span<const double> row) const {
  std::vector<double> x;
  standardize(row, x);
  return answer(x);
}

int Readout::class_of(std::span<const double> row) const {
  const std::vector<double> y = outputs(row);
  return static_cast<int>(std::ranges::max_element(y) - y.begin());
}

double Readout::accuracy(const LabelledRows& test) const {
  if (test.count() == 0) throw InputError("a readout needs samples to be tested with");
  std::size_t right = 0;
  for (std::size_t i = 0; i < test.count(); ++i) right += class_of(test.row(i)) == test.labels[i];
  return static_cast<double>(right) / static_cast<double>(test.count());
}

}  // namespace bitline::workloads
