// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/light_sweep.h"

#include <algorithm>

#include "base/statistics.h"

namespace bitline::experiments {

void LightSweep::add(const std::function<double(const NeuronKind&, double)>& accuracy) {
  accuracy_.resize(kinds_.size() * axis_.values.size());
  for (std::size_t v = 0; v < axis_.values.size(); ++v)
    for (std::size_t k = 0; k < kinds_.size(); ++k)
      accuracy_[k * axis_.values.size() + v].push_back(accuracy(kinds_[k], axis_.values[v]));
}

const std::vector<double>& LightSweep::at(std::size_t kind, double value) const {
  const auto v = static_cast<std::size_t>(std::ranges::find(axis_.values, value) - axis_.values.begin());
  return accuracy_.at(kind * axis_.values.size() + v);
}

std::vector<double> LightSweep::difference(std::size_t a, std::size_t b, double value) const {
  std::vector<double> out = at(a, value);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] -= at(b, value)[i];
  return out;
}

run::ExperimentTable LightSweep::table(std::string name, std::string caption) const {
  run::ExperimentTable table{std::move(name), std::move(caption), {axis_.name}, {}};
  for (const NeuronKind& kind : kinds_) {
    table.columns.push_back(kind.name());
    table.columns.push_back(kind.name() + ", sd");
  }
  for (std::size_t v = 0; v < axis_.values.size(); ++v) {
    std::vector<run::TableCell> row{axis_.values[v]};
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      const std::vector<double>& values = accuracy_[k * axis_.values.size() + v];
      row.emplace_back(mean(values)), row.emplace_back(standard_deviation(values));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

run::LineFigure LightSweep::figure() const {
  run::LineFigure figure{axis_.name, "accuracy", {}, false};
  for (std::size_t k = 0; k < kinds_.size(); ++k) {
    run::LineFigure::Series series{kinds_[k].name(), axis_.values, {}, {}};
    for (std::size_t v = 0; v < axis_.values.size(); ++v) {
      const std::vector<double>& values = accuracy_[k * axis_.values.size() + v];
      series.y.push_back(mean(values));
      series.half_width.push_back(half_width(t_interval(values)));
    }
    figure.series.push_back(std::move(series));
  }
  return figure;
}

}  // namespace bitline::experiments
