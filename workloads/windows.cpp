// SPDX-License-Identifier: Apache-2.0
#include "workloads/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/error.h"

namespace bitline::workloads {
namespace {

// Number of window positions along one side.
int steps_of(const char* side, int size, int kernel, int stride, int dilation, int before, int after, bool ceil_mode) {
  constexpr int limit = 1 << 20;  // keeps sums far from overflow
  if (kernel < 1 || stride < 1 || dilation < 1 || before < 0 || after < 0 ||
      std::max({kernel, stride, dilation, before, after}) > limit)
    throw InputError(fmt::format("kernel {}, stride {}, dilation {} and padding {} + {} along the {} are out of range",
                                 kernel, stride, dilation, before, after, side));
  const std::int64_t reach = (std::int64_t{kernel} - 1) * dilation + 1;
  const std::int64_t room = std::int64_t{size} + before + after - reach;
  if (room < 0)
    throw InputError(
        fmt::format("a window of {} does not fit the {} of {} with padding {} + {}", reach, side, size, before, after));
  std::int64_t steps = room / stride + 1;
  if (ceil_mode && room % stride != 0 && steps * stride < std::int64_t{size} + before) ++steps;
  return static_cast<int>(steps);
}

// The patch of a window that lies wholly on the map; `Width` is its width where known, so that lines need no loop.
template <int Width, class T>
T* patch_inside(const Window& w, const Map& map, const T* corner, T* out) {
  const int width = Width ? Width : w.kernel_width;
  const std::size_t plane = map.plane(),
                    line = static_cast<std::size_t>(w.dilation_y) * static_cast<std::size_t>(map.width);
  for (int c = 0; c < map.channels; ++c, corner += plane) {
    const T* from = corner;
    for (int ky = 0; ky < w.kernel_height; ++ky, from += line)
      for (int kx = 0; kx < width; ++kx) *out++ = from[Width ? kx : kx * w.dilation_x];
  }
  return out;
}

// The patch of a window whose corner stands at (top, left): 0 outside.
template <class T>
T* patch_at_edge(const Window& w, const Map& map, int top, int left, const T* channel, T* out) {
  const std::size_t plane = map.plane();
  for (int c = 0; c < map.channels; ++c, channel += plane)
    for (int ky = 0; ky < w.kernel_height; ++ky) {
      const int y = top + ky * w.dilation_y;
      const bool above_or_below = y < 0 || y >= map.height;
      const T* line =
          channel + (above_or_below ? 0 : static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width));
      for (int kx = 0, x = left; kx < w.kernel_width; ++kx, x += w.dilation_x)
        *out++ = above_or_below || x < 0 || x >= map.width ? T(0) : line[x];
    }
  return out;
}

bool is_one_value(const Window& w) {
  return w.kernel_height == 1 && w.kernel_width == 1 && w.pad_top + w.pad_left + w.pad_bottom + w.pad_right == 0 &&
         w.stride_y == 1 && w.stride_x == 1;
}

}  // namespace

Map map_of(const Shape& shape) {
  if (shape.rank() < 3)
    throw InputError(fmt::format("needs channels, height and width, but gets {} dimension{}", shape.rank(),
                                 &"s"[shape.rank() == 1]));
  Map map{.maps = 1, .channels = shape.from_end(2), .height = shape.from_end(1), .width = shape.from_end(0)};
  for (int i = 0; i < shape.rank() - 3; ++i) map.maps *= shape.dims[static_cast<std::size_t>(i)];
  return map;
}

Extent extent(const Window& w, int height, int width, bool ceil_mode) {
  return {steps_of("height", height, w.kernel_height, w.stride_y, w.dilation_y, w.pad_top, w.pad_bottom, ceil_mode),
          steps_of("width", width, w.kernel_width, w.stride_x, w.dilation_x, w.pad_left, w.pad_right, ceil_mode)};
}

template <class T>
void patches(const Window& w, const Map& map, const Extent& extent, std::size_t first, std::size_t count, const T* in,
             T* out) {
  const std::size_t across = static_cast<std::size_t>(extent.width), plane = map.plane();
  if (is_one_value(w)) {  // (channels, positions) to (positions, channels)
    const auto channels = static_cast<std::size_t>(map.channels);
    constexpr std::size_t block = 16;
    for (std::size_t c0 = 0; c0 < channels; c0 += block)
      for (std::size_t p = 0; p < count; ++p)
        for (std::size_t c = c0; c < std::min(c0 + block, channels); ++c)
          out[p * channels + c] = in[c * plane + first + p];
    return;
  }
  const int reach_y = (w.kernel_height - 1) * w.dilation_y, reach_x = (w.kernel_width - 1) * w.dilation_x;
  for (std::size_t position = first; position < first + count; ++position) {
    const int top = static_cast<int>(position / across) * w.stride_y - w.pad_top;
    const int left = static_cast<int>(position % across) * w.stride_x - w.pad_left;
    if (top < 0 || left < 0 || top + reach_y >= map.height || left + reach_x >= map.width) {
      out = patch_at_edge(w, map, top, left, in, out);
      continue;
    }
    const T* corner =
        in + static_cast<std::size_t>(top) * static_cast<std::size_t>(map.width) + static_cast<std::size_t>(left);
    const int width = w.dilation_x == 1 ? w.kernel_width : 0;
    out = width == 1   ? patch_inside<1>(w, map, corner, out)
          : width == 3 ? patch_inside<3>(w, map, corner, out)
          : width == 5 ? patch_inside<5>(w, map, corner, out)
          : width == 7 ? patch_inside<7>(w, map, corner, out)
                       : patch_inside<0>(w, map, corner, out);
  }
}

template <class T>
void transpose_positions(std::size_t positions, std::size_t columns, const T* in, T* out) {
  constexpr std::size_t block = 16;  // lines of caches that are read and written together
  for (std::size_t p0 = 0; p0 < positions; p0 += block) {
    const std::size_t p1 = std::min(p0 + block, positions);
    for (std::size_t c = 0; c < columns; ++c)
      for (std::size_t p = p0; p < p1; ++p) out[c * positions + p] = in[p * columns + c];
  }
}

#define BITLINE_PATCHES(T) \
  template void patches(const Window&, const Map&, const Extent&, std::size_t, std::size_t, const T*, T*);
BITLINE_PATCHES(float)
BITLINE_PATCHES(std::int16_t)
#undef BITLINE_PATCHES
template void transpose_positions(std::size_t, std::size_t, const float*, float*);
template void transpose_positions(std::size_t, std::size_t, const double*, double*);

}  // namespace bitline::workloads
