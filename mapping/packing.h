// SPDX-License-Identifier: Apache-2.0
// Two-dimensional packing of weight blocks onto equal arrays. Pure geometry: knows nothing of devices.
#pragma once

#include <string>
#include <vector>

namespace bitline::mapping {

// A rectangle of one layer's weight matrix to be placed. Rows may be cut again; columns are cut to the array width
// beforehand.
struct Request {
  int layer = 0;
  int copy = 0;             // which duplicate
  int row = 0, column = 0;  // of the layer's matrix where it starts
  int rows = 0, columns = 0;
  int panel = 0;          // of the layer's weights, that it is cut from
  std::string name = {};  // of the layer, for messages
};

struct Placed {
  Request block;
  int array = 0, row = 0, column = 0;  // where its first cell lies
};

// By layer, copy, row, column.
bool comes_before(const Placed& a, const Placed& b);

struct Packing {
  std::vector<Placed> blocks;  // sorted
  int arrays_used = 0;
};

// Cuts (rows x columns) matrices into blocks of at most (array_rows x array_columns).
std::vector<Request> split(int layer, int copy, int rows, int columns, int array_rows, int array_columns);

// Places all blocks without overlap on at most `arrays` arrays (0 = as many as needed), tallest first, best-fitting
// hole first. A block that fits no hole whole is cut along rows into the tallest holes wide enough; a cut must leave
// pieces of at least `min_piece_rows` rows. Throws RunError with the numbers (cells needed, cells there, the block that
// did not fit).
Packing pack(std::vector<Request> blocks, int array_rows, int array_columns, int arrays, int min_piece_rows = 16);

}  // namespace bitline::mapping
