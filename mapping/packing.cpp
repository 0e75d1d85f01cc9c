// SPDX-License-Identifier: Apache-2.0
// Packing by maximal rectangles: every array keeps the list of all largest free rectangles ("holes"), which may overlap
// each other; see J. Jylänki, "A Thousand Ways to Pack the Bin: A Practical Approach to Two-Dimensional Rectangle Bin
// Packing" (2010).
#include "mapping/packing.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "base/error.h"

namespace bitline::mapping {
namespace {

// More blocks than any chip has arrays: refuse before the memory is gone.
constexpr long long max_blocks = 1'000'000;

struct Hole {
  int row = 0, column = 0, rows = 0, columns = 0;

  bool contains(const Hole& other) const {
    return row <= other.row && column <= other.column && row + rows >= other.row + other.rows &&
           column + columns >= other.column + other.columns;
  }
};

template <typename Rectangle>
long long cells(const Rectangle& r) {
  return static_cast<long long>(r.rows) * r.columns;
}

struct OpenArray {
  int index = 0;
  std::vector<Hole> holes;
  std::vector<std::pair<int, int>> copies;  // layer and copy of the blocks it holds

  bool holds_other_copy(const Request& block) const {
    return std::any_of(copies.begin(), copies.end(),
                       [&](const auto& held) { return held.first == block.layer && held.second != block.copy; });
  }
};

// The first one is the rule; the others are tried only when it cuts, fails or takes more arrays than the cells alone
// would need.
enum class Order { tallest, widest, largest };
constexpr std::array orders = {Order::tallest, Order::widest, Order::largest};

struct Limits {
  int array_rows, array_columns;
  int arrays;          // 0 = unlimited
  int min_piece_rows;  // of a cut
  int min_columns;     // of any block: narrower holes are of no use and dropped
};

std::string label(const Request& b) { return b.name.empty() ? std::to_string(b.layer) : "'" + b.name + "'"; }

auto place_in_network(const Request& b) { return std::tuple(b.layer, b.copy, b.row, b.column); }

// The arrays while they fill up.
class Floor {
 public:
  explicit Floor(const Limits& limits) : limits_(limits) {}

  int arrays_opened() const { return opened_; }

  // Into the hole where it leaves the shortest side free (then the smallest hole, the first array, row and column),
  // else into a new array; nothing if there is neither. A copy avoids arrays that hold another copy of its layer, since
  // blocks of one array take turns and a copy is there to work at the same time.
  std::optional<Placed> place(const Request& block) {
    const auto score = [&](const OpenArray& array, const Hole& hole) {
      const int short_side = std::min(hole.rows - block.rows, hole.columns - block.columns);
      return std::tuple(array.holds_other_copy(block), short_side, cells(hole), array.index, hole.row, hole.column);
    };
    OpenArray* best = nullptr;
    Hole best_hole;
    for (OpenArray& array : open_) {
      for (const Hole& hole : array.holes) {
        if (hole.rows < block.rows || hole.columns < block.columns) continue;
        if (best == nullptr || score(array, hole) < score(*best, best_hole)) best = &array, best_hole = hole;
      }
    }
    const bool can_open = limits_.arrays == 0 || opened_ < limits_.arrays;
    if (best == nullptr || (best->holds_other_copy(block) && can_open)) {
      if (!can_open) return std::nullopt;
      best_hole = {0, 0, limits_.array_rows, limits_.array_columns};
      best = &open_.emplace_back(OpenArray{opened_++, {best_hole}, {}});
    }
    const Placed placed{block, best->index, best_hole.row, best_hole.column};
    best->copies.emplace_back(block.layer, block.copy);
    occupy(*best, {placed.row, placed.column, block.rows, block.columns});
    if (best->holes.empty()) open_.erase(open_.begin() + (best - open_.data()));
    return placed;
  }

  // Rows of the tallest hole with at least that many columns.
  int tallest_hole_rows(int columns) const {
    int rows = 0;
    for (const OpenArray& array : open_) {
      for (const Hole& hole : array.holes) {
        if (hole.columns >= columns) rows = std::max(rows, hole.rows);
      }
    }
    return rows;
  }

 private:
  // Each hole that the taken rectangle touches is replaced by what is left of it above, below, left and right.
  void occupy(OpenArray& array, const Hole& taken) {
    std::vector<Hole> rest;
    const auto keep = [&](int row, int column, int rows, int columns) {
      if (rows > 0 && columns >= limits_.min_columns) rest.push_back({row, column, rows, columns});
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

  Limits limits_;
  int opened_ = 0;
  std::vector<OpenArray> open_;  // those that still have holes, by index
};

struct Misfit {
  Request block;
  int rows_left = 0;  // without a place; the others lie in pieces
  int tallest_hole_rows = 0;
};

struct Attempt {
  Packing packing;
  std::optional<Misfit> misfit;
};

std::vector<Request> sorted(std::vector<Request> blocks, Order order) {
  const auto key = [order](const Request& b) -> std::pair<long long, long long> {
    switch (order) {
      case Order::tallest:
        return {b.rows, b.columns};
      case Order::widest:
        return {b.columns, b.rows};
      case Order::largest:
        return {cells(b), b.rows};
    }
    return {};
  };
  std::sort(blocks.begin(), blocks.end(), [&](const Request& a, const Request& b) {
    return key(a) != key(b) ? key(a) > key(b) : place_in_network(a) < place_in_network(b);
  });
  return blocks;
}

// One block after the other, whole or, where it fits nowhere whole, in pieces.
Attempt attempt(const std::vector<Request>& blocks, const Limits& limits, Order order) {
  Attempt result;
  Floor floor(limits);
  std::vector<Placed>& placed = result.packing.blocks;
  for (const Request& whole : sorted(blocks, order)) {
    Request rest = whole;
    std::optional<Placed> spot;
    while (!(spot = floor.place(rest))) {
      const int hole_rows = floor.tallest_hole_rows(rest.columns);
      Request piece = rest;
      piece.rows = std::min(hole_rows, rest.rows - limits.min_piece_rows);
      if (piece.rows < limits.min_piece_rows) {
        result.misfit = Misfit{whole, rest.rows, hole_rows};
        return result;
      }
      placed.push_back(floor.place(piece).value());
      rest.row += piece.rows;
      rest.rows -= piece.rows;
    }
    placed.push_back(*spot);
  }
  std::sort(placed.begin(), placed.end(),
            [](const Placed& a, const Placed& b) { return place_in_network(a.block) < place_in_network(b.block); });
  result.packing.arrays_used = floor.arrays_opened();
  return result;
}

}  // namespace

std::vector<Request> split(int layer, int copy, int rows, int columns, int array_rows, int array_columns) {
  if (rows < 1 || columns < 1 || array_rows < 1 || array_columns < 1) {
    throw RunError(fmt::format("layer {}: cannot cut a {} x {} matrix into blocks of {} x {}: all must be at least 1",
                               layer, rows, columns, array_rows, array_columns));
  }
  const auto parts = [](int whole, int part) { return (static_cast<long long>(whole) - 1) / part + 1; };
  const long long count = parts(rows, array_rows) * parts(columns, array_columns);
  if (count > max_blocks) {
    throw RunError(
        fmt::format("layer {}: a {} x {} matrix makes {} blocks on {} x {} arrays, more than {}: use larger arrays",
                    layer, rows, columns, count, array_rows, array_columns, max_blocks));
  }
  std::vector<Request> blocks;
  blocks.reserve(static_cast<std::size_t>(count));
  for (int row = 0, height; row < rows; row += height) {
    height = std::min(array_rows, rows - row);
    for (int column = 0, width; column < columns; column += width) {
      width = std::min(array_columns, columns - column);
      blocks.push_back({layer, copy, row, column, height, width, {}});
    }
  }
  return blocks;
}

Packing pack(std::vector<Request> requests, int array_rows, int array_columns, int arrays, int min_piece_rows) {
  if (array_rows < 1 || array_columns < 1 || arrays < 0) {
    throw RunError(fmt::format("cannot place anything on {} arrays of {} x {}", arrays, array_rows, array_columns));
  }
  Limits limits{array_rows, array_columns, arrays, std::max(1, min_piece_rows), array_columns};
  long long needed = 0;
  std::vector<Request> blocks;
  for (const Request& request : requests) {
    if (request.columns > array_columns) {
      throw RunError(fmt::format("layer {}: a block of {} columns on arrays of {}: cut its columns first",
                                 label(request), request.columns, array_columns));
    }
    limits.min_columns = std::min(limits.min_columns, request.columns);
    needed += cells(request);
    for (Request block : split(request.layer, request.copy, request.rows, request.columns, array_rows, array_columns)) {
      block.row += request.row;
      block.column += request.column;
      block.panel = request.panel;
      block.name = request.name;
      blocks.push_back(block);
    }
  }
  if (blocks.empty()) return {};
  const long long cells_per_array = static_cast<long long>(array_rows) * array_columns;
  const long long fewest_arrays = (needed - 1) / cells_per_array + 1;

  // Fewest pieces, then fewest arrays, then the first.
  std::optional<Packing> best;
  std::optional<Misfit> misfit;
  for (const Order order : orders) {
    Attempt tried = attempt(blocks, limits, order);
    if (tried.misfit) {
      if (!misfit) misfit = tried.misfit;
      if (fewest_arrays > arrays) break;
      continue;
    }
    const auto cost = [](const Packing& packing) { return std::pair(packing.blocks.size(), packing.arrays_used); };
    if (!best || cost(tried.packing) < cost(*best)) best = std::move(tried.packing);
    if (best->blocks.size() == blocks.size() && best->arrays_used == fewest_arrays) break;
  }
  if (best) return *std::move(best);
  const Request& block = misfit->block;
  throw RunError(
      fmt::format("the network does not fit: {} cells needed, {} available on {} arrays of {} x {}; of the block of "
                  "layer {} at row {}, column {} ({} rows x {} columns) {} rows have no place: the tallest hole of {} "
                  "columns has {} rows, and pieces need {}",
                  needed, cells_per_array * arrays, arrays, array_rows, array_columns, label(block), block.row,
                  block.column, block.rows, block.columns, misfit->rows_left, block.columns, misfit->tallest_hole_rows,
                  std::min(limits.min_piece_rows, misfit->rows_left)));
}

}  // namespace bitline::mapping
