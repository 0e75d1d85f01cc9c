// SPDX-License-Identifier: Apache-2.0
// A sweep as its page shows it: points by row, what varies, and their figures with intervals.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "report/figure_name.h"
#include "report/sweep_dimension.h"
#include "report/sweep_note.h"

namespace bitline::report {

// A kept figure; NaN where a point has no number for it.
struct SweepFigure {
  std::string path;
  FigureName name;
  bool numeric = false;                  // some point has a number
  std::vector<std::string> texts;        // by row, as the table has them
  std::vector<double> value, low, high;  // by row; the ends of its 95 % interval

  bool has_interval() const;
  bool varies() const;
};

struct SweepView {
  SweepNote note;
  Rows rows;  // of table.csv, the header first
  std::vector<SweepFigure> figures;
  std::vector<ChartDimension> dimensions;

  std::size_t points() const { return rows.size() - 1; }
  // Column of an axis; the header of the table has `note.axes` of them after point and hash.
  std::size_t axis_end() const { return std::min(2 + note.axes, rows.front().size()); }
  const SweepFigure* figure(const std::string& path) const;
  // The designs of a list, where the plan has some.
  const ChartDimension* designs() const;
  // Axes and figures of a point, a line each: what a dot tells when it is pointed at.
  std::string tip(std::size_t point) const;
  // The point's number in the plan.
  const std::string& number(std::size_t point) const { return rows[point + 1][0]; }
};

// `csv`: table.csv. Throws InputError when it is no table.
SweepView sweep_view(SweepNote note, const std::string& csv);

}  // namespace bitline::report
