// SPDX-License-Identifier: Apache-2.0
#include "workloads/forward.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "workloads/layers.h"

namespace bitline {
namespace {

template <class T>
void pool(const Pool& p, const Shape& in, const Shape& out, const T* image, T* result) {
  for (int c = 0; c < in.channels; ++c, image += std::size_t(in.height) * in.width)
    for (int oy = 0; oy < out.height; ++oy) {
      const int y0 = std::max(0, oy * p.stride_y - p.pad_top);
      const int y1 = std::min(in.height, oy * p.stride_y - p.pad_top + p.kernel_height);
      for (int ox = 0; ox < out.width; ++ox) {
        const int x0 = std::max(0, ox * p.stride_x - p.pad_left);
        const int x1 = std::min(in.width, ox * p.stride_x - p.pad_left + p.kernel_width);
        T largest = -std::numeric_limits<T>::infinity(), sum = 0;
        for (int y = y0; y < y1; ++y)
          for (int x = x0; x < x1; ++x) {
            const T v = image[std::size_t(y) * in.width + x];
            largest = std::max(largest, v);
            sum += v;
          }
        *result++ = p.kind == Pool::Kind::max ? largest : sum / static_cast<T>(std::int64_t{y1 - y0} * (x1 - x0));
      }
    }
}

template <class T>
void activate(const Activation& a, std::vector<T>& values) {
  const T alpha = a.alpha, low = a.low, high = a.high;
  switch (a.kind) {
    case Activation::Kind::relu:
      for (T& v : values) v = v > 0 ? v : T(0);
      break;
    case Activation::Kind::leaky_relu:
      for (T& v : values) v = v > 0 ? v : alpha * v;
      break;
    case Activation::Kind::clip:
      for (T& v : values) v = v < low ? low : v > high ? high : v;
      break;
    case Activation::Kind::sigmoid:
      for (T& v : values) v = T(1) / (T(1) + std::exp(-v));
      break;
    case Activation::Kind::tanh:
      for (T& v : values) v = std::tanh(v);
      break;
  }
}

// Shifted by the maximum, so that exp cannot overflow.
template <class T>
void softmax(bool logarithm, std::span<T> values) {
  const T largest = std::ranges::max(values);
  T sum = 0;
  for (T v : values) sum += std::exp(v - largest);
  const T log_sum = std::log(sum);
  for (T& v : values) v = logarithm ? v - largest - log_sum : std::exp(v - largest) / sum;
}

}  // namespace

template <class T>
void im2col(const Convolution& c, const Shape& in, const Shape& out, const T* image, T* result) {
  for (int oy = 0; oy < out.height; ++oy)
    for (int ox = 0; ox < out.width; ++ox) {
      const int left = ox * c.stride_x - c.pad_left;
      const int x0 = std::max(0, -left), x1 = std::max(x0, std::min(c.kernel_width, in.width - left));
      for (int channel = 0; channel < in.channels; ++channel)
        for (int ky = 0; ky < c.kernel_height; ++ky, result += c.kernel_width) {
          const int y = oy * c.stride_y - c.pad_top + ky;
          if (y < 0 || y >= in.height || x0 >= c.kernel_width) {
            std::fill_n(result, c.kernel_width, T(0));
            continue;
          }
          const T* line = image + (std::size_t(channel) * in.height + y) * in.width;
          if (c.kernel_width == 3 && x1 - x0 == 3) {  // the usual kernel, inside: no loop
            std::copy_n(line + left, 3, result);
            continue;
          }
          for (int x = 0; x < x0; ++x) result[x] = 0;
          for (int x = x0; x < x1; ++x) result[x] = line[left + x];
          for (int x = x1; x < c.kernel_width; ++x) result[x] = 0;
        }
    }
}

template <class T>
void apply_digital(const Layer& layer, std::size_t images, std::vector<T>& values) {
  if (const auto* a = std::get_if<Activation>(&layer.operation)) return activate(*a, values);
  if (const auto* s = std::get_if<Softmax>(&layer.operation)) {
    const std::size_t size = layer.input.size();
    for (std::size_t i = 0; i < images; ++i) softmax(s->logarithm, std::span(values).subspan(i * size, size));
  } else if (const auto* p = std::get_if<Pool>(&layer.operation)) {
    std::vector<T> pooled(images * layer.output.size());
    for (std::size_t i = 0; i < images; ++i)
      pool(*p, layer.input, layer.output, values.data() + i * layer.input.size(),
           pooled.data() + i * layer.output.size());
    values = std::move(pooled);
  }
}

template void im2col(const Convolution&, const Shape&, const Shape&, const float*, float*);
template void im2col(const Convolution&, const Shape&, const Shape&, const std::int16_t*, std::int16_t*);
template void apply_digital(const Layer&, std::size_t, std::vector<float>&);
template void apply_digital(const Layer&, std::size_t, std::vector<double>&);

void check_images(const Network& network, const Dataset& data, std::size_t first, std::size_t count) {
  const bool flat = network.input.height == 1 && network.input.width == 1;
  if (data.shape != network.input && !(flat && data.shape.size() == network.input.size()))
    throw InputError(fmt::format("data set '{}' has images of {} ({} values), but network '{}' takes {} ({} values)",
                                 data.name, to_string(data.shape), data.shape.size(), network.name,
                                 to_string(network.input), network.input.size()));
  if (data.pixels.size() % data.shape.size() != 0)
    throw InputError(fmt::format("data set '{}' holds {} bytes, which is no whole number of images of {}", data.name,
                                 data.pixels.size(), data.shape.size()));
  if (first > data.count() || count > data.count() - first)
    throw InputError(fmt::format("images {} to {} were asked for, but data set '{}' has {}", first, first + count,
                                 data.name, data.count()));
}

}  // namespace bitline
