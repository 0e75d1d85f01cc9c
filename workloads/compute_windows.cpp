// SPDX-License-Identifier: Apache-2.0
// Digital operations that slide a window over maps.
#include <algorithm>
#include <limits>

#include "workloads/compute.h"
#include "workloads/windows.h"

namespace bitline::workloads {
namespace {

// The places k of a kernel side at which `start + k dilation` lies in 0 .. size - 1: first .. last - 1.
struct Inside {
  int first, last;
};
Inside places_inside(int start, int size, int kernel, int dilation) {
  const int first = start < 0 ? (-start + dilation - 1) / dilation : 0;
  const int last = start >= size ? 0 : (size - 1 - start) / dilation + 1;
  return {std::min(first, kernel), std::clamp(last, std::min(first, kernel), kernel)};
}

// Windows that lie wholly on the map, side by side values.
template <class T>
void pool_plane_inside(const Pool& p, const Map& map, const Extent& e, const T* plane, T* out) {
  const Window& w = p.window;
  const T count = static_cast<T>(std::int64_t{w.kernel_height} * w.kernel_width);
  const auto width = static_cast<std::size_t>(map.width);
  for (int oy = 0; oy < e.height; ++oy, plane += static_cast<std::size_t>(w.stride_y) * width) {
    const T* corner = plane;
    for (int ox = 0; ox < e.width; ++ox, corner += w.stride_x) {
      const T* line = corner;
      T result = p.kind == Pool::Kind::largest ? line[0] : T(0);
      for (int ky = 0; ky < w.kernel_height; ++ky, line += width)
        for (int kx = 0; kx < w.kernel_width; ++kx)
          result = p.kind == Pool::Kind::largest ? std::max(result, line[kx]) : result + line[kx];
      *out++ = p.kind == Pool::Kind::largest ? result : result / count;
    }
  }
}

template <class T>
void pool_plane(const Pool& p, const Map& map, const Extent& e, const T* plane, T* out) {
  const Window& w = p.window;
  for (int oy = 0; oy < e.height; ++oy) {
    const int top = oy * w.stride_y - w.pad_top;
    const Inside y = places_inside(top, map.height, w.kernel_height, w.dilation_y);
    const int padded_y = places_inside(top, map.height + w.pad_bottom, w.kernel_height, w.dilation_y).last;
    for (int ox = 0; ox < e.width; ++ox) {
      const int left = ox * w.stride_x - w.pad_left;
      const Inside x = places_inside(left, map.width, w.kernel_width, w.dilation_x);
      T largest = -std::numeric_limits<T>::infinity(), sum = 0;
      for (int ky = y.first; ky < y.last; ++ky) {
        const T* line = plane + static_cast<std::size_t>(top + ky * w.dilation_y) * static_cast<std::size_t>(map.width);
        for (int kx = x.first; kx < x.last; ++kx) {
          const T v = line[left + kx * w.dilation_x];
          largest = std::max(largest, v);
          sum += v;
        }
      }
      const int padded_x = places_inside(left, map.width + w.pad_right, w.kernel_width, w.dilation_x).last;
      const std::int64_t counted =
          p.counts_padding ? std::int64_t{padded_y} * padded_x : std::int64_t{y.last - y.first} * (x.last - x.first);
      *out++ = p.kind == Pool::Kind::largest ? largest : sum / static_cast<T>(counted);
    }
  }
}

}  // namespace

template <class T>
void compute(const Pool& p, std::size_t samples, const Operand<T>& in, T* out) {
  const Map map = map_of(*in.shape);
  const Extent e = extent(p.window, map.height, map.width, p.ceil_mode);
  const std::size_t planes = samples * static_cast<std::size_t>(map.maps) * static_cast<std::size_t>(map.channels);
  const std::size_t made = static_cast<std::size_t>(e.height) * static_cast<std::size_t>(e.width);
  const Window& w = p.window;
  const bool inside = w.pad_top + w.pad_left + w.pad_bottom + w.pad_right == 0 && w.dilation_y == 1 &&
                      w.dilation_x == 1 && !p.ceil_mode;
  for (std::size_t i = 0; i < planes; ++i) {
    const T* plane = in.values + i * map.plane();
    if (inside) {
      pool_plane_inside(p, map, e, plane, out + i * made);
    } else {
      pool_plane(p, map, e, plane, out + i * made);
    }
  }
}

template <class T>
void compute(const Overlap& o, std::size_t samples, const Operand<T>& in, T* out) {
  const Map map = map_of(*in.shape);  // channels x kernel planes of window positions
  const Window& w = o.window;
  const std::size_t plane = static_cast<std::size_t>(o.height) * static_cast<std::size_t>(o.width);
  const std::size_t maps = samples * static_cast<std::size_t>(map.maps) * static_cast<std::size_t>(o.channels);
  const T* value = in.values;
  for (std::size_t m = 0; m < maps; ++m, out += plane) {
    std::fill_n(out, plane, o.bias.empty() ? T(0) : T(o.bias[m % static_cast<std::size_t>(o.channels)]));
    for (int ky = 0; ky < w.kernel_height; ++ky)
      for (int kx = 0; kx < w.kernel_width; ++kx)
        for (int py = 0; py < map.height; ++py) {
          const int y = py * w.stride_y - w.pad_top + ky * w.dilation_y;
          if (y < 0 || y >= o.height) {
            value += map.width;
            continue;
          }
          T* line = out + static_cast<std::size_t>(y) * static_cast<std::size_t>(o.width);
          for (int px = 0; px < map.width; ++px, ++value) {
            const int x = px * w.stride_x - w.pad_left + kx * w.dilation_x;
            if (x >= 0 && x < o.width) line[x] += *value;
          }
        }
  }
}

template void compute(const Pool&, std::size_t, const Operand<float>&, float*);
template void compute(const Pool&, std::size_t, const Operand<double>&, double*);
template void compute(const Overlap&, std::size_t, const Operand<float>&, float*);
template void compute(const Overlap&, std::size_t, const Operand<double>&, double*);

}  // namespace bitline::workloads
