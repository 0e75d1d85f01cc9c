// SPDX-License-Identifier: Apache-2.0
// Where windows stand on a map, and patches of values.
#pragma once

#include <cstddef>

#include "workloads/graph.h"

namespace bitline::workloads {

// A map as windows see it: `maps` of them, each of `channels` planes.
struct Map {
  int maps = 1, channels = 1, height = 1, width = 1;
  std::size_t plane() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
  std::size_t size() const { return static_cast<std::size_t>(channels) * plane(); }  // of one map
};

// The last three dimensions; those before them are maps. Throws InputError when there are fewer.
Map map_of(const Shape& shape);

// Height and width of what a window makes of a map. In ceil mode a last window may hang over the padding, if it starts
// before it (as PyTorch counts). Throws InputError with the numbers: no window fits, sizes out of range.
struct Extent {
  int height = 1, width = 1;
  std::size_t size() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
};
Extent extent(const Window& window, int height, int width, bool ceil_mode = false);

// The patches of one map at positions first .. first + count - 1: `out` is (count, channels kh kw), rows ordered
// channel, kernel row, kernel column; 0 outside. T is float or std::int16_t.
template <class T>
void patches(const Window& window, const Map& map, const Extent& extent, std::size_t first, std::size_t count,
             const T* in, T* out);

// (positions, columns), as products give them, to (columns, positions), as maps are kept.
template <class T>
void transpose_positions(std::size_t positions, std::size_t columns, const T* in, T* out);

}  // namespace bitline::workloads
