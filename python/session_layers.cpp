// SPDX-License-Identifier: Apache-2.0
// Single layers for those who walk the network themselves: products numbered as an evaluation numbers them, and what
// reads see of the cells.
#include <tbb/enumerable_thread_specific.h>

#include <algorithm>

#include "base/parallel.h"
#include "python/session.h"
#include "read/execute.h"

namespace bitline::python {

using chip::BlockView;
using chip::LayerPlan;
using workloads::IntegerWeights;

py::object Session::multiply(ChipState& state, const py::object& layer, const py::object& codes, std::size_t sample,
                             std::size_t position, std::size_t positions) const {
  const std::size_t index = index_of(layer);
  const IntegerWeights& w = session_->network().weights[index];
  const Array<std::int16_t> in = code_array(codes, "codes");
  if (in.ndim() != 2 || in.shape(1) != w.rows)
    throw InputError(fmt::format("codes: has shape {} where (vectors, {}) is expected, one code for each row of {}",
                                 shape_text(in), w.rows, w.name));
  const auto vectors = static_cast<std::size_t>(in.shape(0)), rows = static_cast<std::size_t>(w.rows),
             columns = static_cast<std::size_t>(w.columns);
  if (positions == 0 || vectors % positions != 0)
    throw InputError(fmt::format("positions: {} vectors are no whole samples of {} positions", vectors, positions));
  const auto given = values_of(in);
  const auto [least, most] = std::ranges::minmax_element(given);
  if (!given.empty() && (*least < w.input.lowest() || *most > w.input.highest()))
    throw InputError(fmt::format("codes: from {} to {} do not fit into {} to {} of {}", *least, *most, w.input.lowest(),
                                 w.input.highest(), w.name));
  Array<double> sums({in.shape(0), length(columns)});
  const auto room = room_of(sums);
  std::ranges::fill(room, 0.0);
  const std::size_t samples = vectors / positions, together = std::max<std::size_t>(1, 64 / positions);
  work(py::none(), [&] {
    const auto view = state.look(*session_);
    tbb::enumerable_thread_specific<read::Workspace> workspaces;
    parallel_for((samples + together - 1) / together, [&](std::size_t part) {
      const std::size_t first = part * together, n = std::min(together, samples - first) * positions;
      execute_layer(session_->chip(), *view, index, given.subspan(first * positions * rows, n * rows),
                    {n, sample + first, position, positions}, workspaces.local(),
                    room.subspan(first * positions * columns, n * columns));
    });
  });
  return sums;
}

namespace {

// In units of weight codes: conductances, variances of read noise, and those of one conversion of each column.
struct Seen {
  explicit Seen(const IntegerWeights& w)
      : columns(static_cast<std::size_t>(w.columns)),
        weights(static_cast<std::size_t>(w.rows) * columns),
        read_variance(weights.size()),
        converter_variance(columns) {}
  std::size_t columns;
  std::vector<double> weights, read_variance, converter_variance;
};

void add_cells(Seen& seen, const LayerPlan& plan, const mapping::Block& block, const BlockView& cells) {
  const array::CodeMatrix codes = codes_of(cells), variances = variances_of(cells);
  if (codes.data.empty())
    throw InputError(plan.matrix.name + ": its reads are solved one by one, so that no cell has a weight of its own");
  const std::size_t digits = plan.digit_weight.size();
  const double step = plan.lattice.codes_per_step;
  for (int r = 0; r < codes.rows; ++r)
    for (int c = 0; c < codes.columns; ++c) {
      const auto conversion = static_cast<std::size_t>(c),
                 cell = static_cast<std::size_t>(r) * static_cast<std::size_t>(codes.columns) + conversion,
                 place = static_cast<std::size_t>(block.row + r) * seen.columns +
                         static_cast<std::size_t>(block.column) + conversion / digits;
      const double gain = cells.gain.empty() ? 1 : cells.gain[conversion],
                   unit = plan.digit_weight[conversion % digits] * gain / step;
      seen.weights[place] += unit * codes.data[cell];
      if (!variances.data.empty())
        seen.read_variance[place] += unit * unit * plan.lattice.variance_step * variances.data[cell];
    }
}

// Rounding is spread evenly over an LSB (Widrow, Kollar 2008, "Quantization Noise", doi:10.1017/CBO9780511754661,
// chapter 4): LSB^2 / 12.
void add_converters(Seen& seen, const LayerPlan& plan, const mapping::Block& block, const BlockView& cells) {
  const periphery::AdcCommon* adc = common(plan.settings.adc);
  if (!adc || cells.converters.ideal()) return;
  const std::size_t digits = plan.digit_weight.size();
  const double noise_lsb = adc->errors.noise_lsb, variance_lsb2 = 1.0 / 12 + noise_lsb * noise_lsb;
  for (std::size_t c = 0; c < static_cast<std::size_t>(block.columns) * digits; ++c) {
    const double gain = cells.gain.empty() ? 1 : cells.gain[c];
    const double lsb = plan.digit_weight[c % digits] * gain * cells.scale.lsb / plan.lattice.codes_per_step;
    seen.converter_variance[static_cast<std::size_t>(block.column) + c / digits] +=
        static_cast<double>(block.groups.size()) * lsb * lsb * variance_lsb2;
  }
}

// Of each input code: the sum over its planes of (weight x value)^2, which multiplies variances of cells.
std::vector<double> squares_of_inputs(const LayerPlan& plan) {
  std::vector<double> squares;
  for (int code = plan.matrix.input.lowest(); code <= plan.matrix.input.highest(); ++code) {
    double sum = 0;
    for (int p = 0; p < plan.planes.planes(); ++p) {
      const double value =
          plan.planes.weight[static_cast<std::size_t>(p)] *
          plane_value(plan.settings.input, plan.planes, plan.signed_inputs, plan.drives_both_signs, code, p);
      sum += value * value / plan.planes.duration(p);
    }
    squares.push_back(sum);
  }
  return squares;
}

}  // namespace

py::dict Session::seen(ChipState& state, const py::object& layer) const {
  const LayerPlan& plan = session_->chip().layers[index_of(layer)];
  Seen seen(plan.matrix);
  std::vector<double> squares;
  double planes = 0;
  work(py::none(), [&] {
    const auto view = state.look(*session_);
    if (plan.settings.digital) {
      for (const auto& p : plan.matrix.panels)
        for (std::size_t i = 0; i < p.codes.size(); ++i) {
          const std::size_t row = static_cast<std::size_t>(p.row) + i / static_cast<std::size_t>(p.columns),
                            column = static_cast<std::size_t>(p.column) + i % static_cast<std::size_t>(p.columns);
          seen.weights[row * seen.columns + column] = p.codes[i];
        }
      return;
    }
    for (const mapping::Block& block : plan.blocks) {
      if (block.copy != 0) continue;
      add_cells(seen, plan, block, view->blocks[block.id]);
      add_converters(seen, plan, block, view->blocks[block.id]);
    }
    if (plan.planes.together)
      planes = 1;
    else
      for (const double w : plan.planes.weight) planes += w * w;
    squares = squares_of_inputs(plan);
  });
  for (double& v : seen.converter_variance) v *= planes;
  const py::ssize_t rows = plan.matrix.rows, columns = plan.matrix.columns;
  return py::dict(py::arg("weights") = new_array(seen.weights, {rows, columns}),
                  py::arg("read_variance") = new_array(seen.read_variance, {rows, columns}),
                  py::arg("converter_variance") = new_array(seen.converter_variance, {columns}),
                  py::arg("squares_of_inputs") = new_array(squares, {length(squares.size())}));
}

}  // namespace bitline::python
