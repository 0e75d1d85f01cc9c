// SPDX-License-Identifier: Apache-2.0
#include "mapping/floor.h"

#include <algorithm>

namespace bitline::mapping {
namespace {

Hole cells_of(const Placed& p) { return {p.row, p.column, p.block.rows, p.block.columns}; }

bool same(const Hole& a, const Hole& b) {
  return a.row == b.row && a.column == b.column && a.rows == b.rows && a.columns == b.columns;
}

}  // namespace

Floor::Floor(int array_rows, int array_columns, int arrays, int min_columns)
    : array_rows_(array_rows), array_columns_(array_columns), limit_(arrays), min_columns_(min_columns) {}

std::optional<Placed> Floor::place(const Request& block) {
  std::optional<Spot> best;
  for (const int array : open_)
    if (const auto spot = best_on(array, block); spot && (!best || *spot < *best)) best = spot;
  if (!best && can_open()) best = best_on(arrays_opened(), block);
  if (!best) return std::nullopt;
  const Placed placed{block, best->array, best->row, best->column};
  put(placed);
  return placed;
}

std::optional<Spot> Floor::best_on(int array, const Request& block) {
  std::optional<Spot> best;
  const auto look = [&](const Hole& hole) {
    if (hole.rows < block.rows || hole.columns < block.columns) return;
    const Spot spot{std::min(hole.rows - block.rows, hole.columns - block.columns),
                    static_cast<long long>(hole.rows) * hole.columns, array, hole.row, hole.column};
    if (!best || spot < *best) best = spot;
  };
  if (array == arrays_opened())
    look(whole());
  else
    for (const Hole& hole : holes(array)) look(hole);
  return best;
}

void Floor::put(const Placed& placed) {
  if (placed.array == arrays_opened()) {
    arrays_.push_back({{whole()}, {}, false});
    open_.push_back(placed.array);
  }
  Array& array = arrays_[static_cast<std::size_t>(placed.array)];
  array.taken.push_back(cells_of(placed));
  if (array.stale) return;
  occupy(array, array.taken.back());
  if (array.holes.empty()) std::erase(open_, placed.array);
}

void Floor::remove(const Placed& placed) {
  Array& array = arrays_[static_cast<std::size_t>(placed.array)];
  const auto lies = std::find_if(array.taken.begin(), array.taken.end(),
                                 [&](const Hole& taken) { return same(taken, cells_of(placed)); });
  array.taken.erase(lies);
  array.stale = true;
  const auto after = std::lower_bound(open_.begin(), open_.end(), placed.array);
  if (after == open_.end() || *after != placed.array) open_.insert(after, placed.array);
}

int Floor::tallest_hole_rows(int columns) {
  int rows = 0;
  for (const int array : open_)
    for (const Hole& hole : holes(array))
      if (hole.columns >= columns) rows = std::max(rows, hole.rows);
  return rows;
}

const std::vector<Hole>& Floor::holes(int number) {
  Array& array = arrays_[static_cast<std::size_t>(number)];
  if (array.stale) {
    array.holes = {whole()};
    for (const Hole& taken : array.taken) occupy(array, taken);
    array.stale = false;
  }
  return array.holes;
}

// Each hole that the taken rectangle touches is replaced by what is left of it above, below, left and right.
void Floor::occupy(Array& array, const Hole& taken) const {
  std::vector<Hole> rest;
  const auto keep = [&](int row, int column, int rows, int columns) {
    if (rows > 0 && columns >= min_columns_) rest.push_back({row, column, rows, columns});
  };
  const int row_end = taken.row + taken.rows, column_end = taken.column + taken.columns;
  std::erase_if(array.holes, [&](const Hole& hole) {
    const int hole_row_end = hole.row + hole.rows, hole_column_end = hole.column + hole.columns;
    if (hole.row >= row_end || taken.row >= hole_row_end || hole.column >= column_end ||
        taken.column >= hole_column_end) {
      return false;
    }
    keep(hole.row, hole.column, taken.row - hole.row, hole.columns);
    keep(row_end, hole.column, hole_row_end - row_end, hole.columns);
    keep(hole.row, hole.column, hole.rows, taken.column - hole.column);
    keep(hole.row, column_end, hole.rows, hole_column_end - column_end);
    return true;
  });
  // Only the new holes can lie inside another one: an untouched hole inside a rest would have lain inside the hole
  // that was cut.
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto holds = [&](const Hole& other) { return other.contains(rest[i]); };
    const auto after = rest.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    if (std::any_of(array.holes.begin(), array.holes.end(), holds) || std::any_of(after, rest.end(), holds)) continue;
    array.holes.push_back(rest[i]);
  }
}

}  // namespace bitline::mapping
