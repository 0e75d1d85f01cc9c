// SPDX-License-Identifier: Apache-2.0
// What is free on equal arrays while blocks are placed, moved and taken away. Every array keeps the list of all largest
// free rectangles ("holes"), which may overlap each other: J. Jylänki, "A Thousand Ways to Pack the Bin: A Practical
// Approach to Two-Dimensional Rectangle Bin Packing" (2010).
#pragma once

#include <compare>
#include <optional>
#include <vector>

#include "mapping/packing.h"

namespace bitline::mapping {

struct Hole {
  int row = 0, column = 0, rows = 0, columns = 0;

  bool contains(const Hole& other) const {
    return row <= other.row && column <= other.column && row + rows >= other.row + other.rows &&
           column + columns >= other.column + other.columns;
  }
};

// Where a block could lie; the less, the less is wasted.
struct Spot {
  int side_left = 0;  // the shorter one of the hole
  long long hole_cells = 0;
  int array = 0, row = 0, column = 0;
  auto operator<=>(const Spot&) const = default;
};

class Floor {
 public:
  // `arrays`: at most so many, 0 = any number. `min_columns`: of any block; narrower holes are of no use.
  Floor(int array_rows, int array_columns, int arrays, int min_columns);

  int arrays_opened() const { return static_cast<int>(arrays_.size()); }
  bool can_open() const { return limit_ == 0 || arrays_opened() < limit_; }
  void set_limit(int arrays) { limit_ = arrays; }
  bool is_empty(int array) const { return at(array).taken.empty(); }
  // Opened arrays that may have holes, in order.
  const std::vector<int>& open() const { return open_; }

  // Into the hole of all opened arrays that wastes least, else into a new array; nothing if there is neither.
  std::optional<Placed> place(const Request& block);
  // The best of one array; nothing if no hole is large enough. `array` may be the next one to be opened.
  std::optional<Spot> best_on(int array, const Request& block);
  // Takes or frees exactly those cells; opens the array if it is the next one.
  void put(const Placed& placed);
  void remove(const Placed& placed);

  // Rows of the tallest hole with at least that many columns.
  int tallest_hole_rows(int columns);

 private:
  struct Array {
    std::vector<Hole> holes, taken;
    bool stale = false;  // something was taken away: holes are to be found anew
  };
  const Array& at(int array) const { return arrays_[static_cast<std::size_t>(array)]; }
  Hole whole() const { return {0, 0, array_rows_, array_columns_}; }
  const std::vector<Hole>& holes(int array);
  void occupy(Array& array, const Hole& taken) const;

  int array_rows_, array_columns_, limit_, min_columns_;
  std::vector<Array> arrays_;
  std::vector<int> open_;
};

}  // namespace bitline::mapping
