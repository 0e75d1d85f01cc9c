// SPDX-License-Identifier: Apache-2.0
#include "mapping/packing.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "base/error.h"
#include "mapping/floor.h"

namespace bitline::mapping {
namespace {

// More blocks than any chip has arrays: refuse before the memory is gone.
constexpr long long max_blocks = 1'000'000;

long long cells(const Request& r) { return static_cast<long long>(r.rows) * r.columns; }

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

auto place_in_network(const Request& b) { return std::tuple(b.layer, b.copy, b.row, b.column); }

std::string label(const Request& b) { return b.name.empty() ? std::to_string(b.layer) : "'" + b.name + "'"; }

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
  Floor floor(limits.array_rows, limits.array_columns, limits.arrays, limits.min_columns);
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
  std::sort(placed.begin(), placed.end(), comes_before);
  result.packing.arrays_used = floor.arrays_opened();
  return result;
}

}  // namespace

bool comes_before(const Placed& a, const Placed& b) { return place_in_network(a.block) < place_in_network(b.block); }

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
