// SPDX-License-Identifier: Apache-2.0
// Accuracy over light and kinds of neurons, one network for each seed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/systems/dark_network.h"
#include "run/experiment_result.h"

namespace bitline::experiments {

// What a sweep is over: a brightness, or a share of dark pictures.
struct LightAxis {
  std::string name;  // "brightness"
  std::vector<double> values;
};

class LightSweep {
 public:
  LightSweep(LightAxis axis, std::vector<NeuronKind> kinds) : axis_(std::move(axis)), kinds_(std::move(kinds)) {}

  // Of one network more: the accuracy of a kind at a value of the axis.
  void add(const std::function<double(const NeuronKind&, double)>& accuracy);

  // Of each network.
  const std::vector<double>& at(std::size_t kind, double value) const;
  // Those of kind `a` minus those of `b`, network by network.
  std::vector<double> difference(std::size_t a, std::size_t b, double value) const;

  run::ExperimentTable table(std::string name, std::string caption) const;
  run::LineFigure figure() const;  // bands: 95 % over networks

 private:
  LightAxis axis_;
  std::vector<NeuronKind> kinds_;
  std::vector<std::vector<double>> accuracy_{};  // (kinds x values, networks)
};

}  // namespace bitline::experiments
