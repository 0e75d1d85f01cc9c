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

// One kernel row of a patch: `count` values, `dilation` apart, the first of them at `left` of a line of `width`.
template <class T>
void patch_line(const T* line, int left, int width, int count, int dilation, T* out) {
  if (dilation == 1 && left >= 0 && left + count <= width) {
    if (count == 3) {  // the usual kernel, inside: no loop
      std::copy_n(line + left, 3, out);
    } else {
      std::copy_n(line + left, count, out);
    }
    return;
  }
  for (int k = 0, x = left; k < count; ++k, x += dilation) out[k] = x >= 0 && x < width ? line[x] : T(0);
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
  const std::size_t plane = map.plane(), across = static_cast<std::size_t>(extent.width);
  for (std::size_t position = first; position < first + count; ++position) {
    const int top = static_cast<int>(position / across) * w.stride_y - w.pad_top;
    const int left = static_cast<int>(position % across) * w.stride_x - w.pad_left;
    const T* channel = in;
    for (int c = 0; c < map.channels; ++c, channel += plane)
      for (int ky = 0; ky < w.kernel_height; ++ky, out += w.kernel_width) {
        const int y = top + ky * w.dilation_y;
        if (y < 0 || y >= map.height) {
          std::fill_n(out, w.kernel_width, T(0));
        } else {
          patch_line(channel + static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width), left, map.width,
                     w.kernel_width, w.dilation_x, out);
        }
      }
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
