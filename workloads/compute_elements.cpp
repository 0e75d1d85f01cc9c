// SPDX-License-Identifier: Apache-2.0
// Digital operations, element by element.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "workloads/compute.h"
#include "workloads/strides.h"

namespace bitline::workloads {
namespace {

std::vector<std::size_t> dims_with_samples(std::size_t samples, const Shape& shape) {
  std::vector<std::size_t> dims{samples};
  dims.insert(dims.end(), shape.dims.begin(), shape.dims.end());
  return dims;
}

// Strides of an operand that is broadcast to `out`, samples first.
template <class T>
std::vector<std::size_t> operand_strides(const Operand<T>& operand, const Shape& out) {
  std::vector<std::size_t> strides = broadcast_strides(*operand.shape, out);
  strides.insert(strides.begin(), operand.stride());
  return strides;
}

std::vector<std::size_t> output_strides(const Shape& shape) {
  std::vector<std::size_t> strides = strides_of(shape);
  strides.insert(strides.begin(), static_cast<std::size_t>(shape.size()));
  return strides;
}

// Along a run each operand stands still or goes on by one, nearly always.
template <class T, class F>
void combine_run(const T* x, std::size_t dx, const T* y, std::size_t dy, std::size_t n, T* out, const F& f) {
  if (dx == 1 && dy == 1) {
    for (std::size_t i = 0; i < n; ++i) out[i] = f(x[i], y[i]);
  } else if (dx == 1 && dy == 0) {
    const T b = *y;
    for (std::size_t i = 0; i < n; ++i) out[i] = f(x[i], b);
  } else {
    for (std::size_t i = 0; i < n; ++i) out[i] = f(x[i * dx], y[i * dy]);
  }
}

template <class T, class F>
void combine(std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out, const F& f) {
  const Strides<3> walk(dims_with_samples(samples, shape),
                        {output_strides(shape), operand_strides(in[0], shape), operand_strides(in[1], shape)});
  const std::size_t n = walk.run_length();
  const auto& step = walk.run_steps();
  walk.for_each_run([&](const std::array<std::size_t, 3>& at) {
    combine_run(in[0].values + at[1], step[1], in[1].values + at[2], step[2], n, out + at[0], f);
  });
}

template <class T>
T sigmoid(T x) {
  return T(1) / (T(1) + std::exp(-x));
}
template <class T>
T softplus(T x) {
  return std::max(x, T(0)) + std::log1p(std::exp(-std::abs(x)));
}
template <class T>
T gelu(T x) {
  return T(0.5) * x * (T(1) + std::erf(x * T(1 / std::numbers::sqrt2)));
}
// Hendrycks and Gimpel 2016, section 2, arXiv:1606.08415.
template <class T>
T gelu_tanh(T x) {
  return T(0.5) * x *
         (T(1) + std::tanh(T(std::numbers::inv_sqrtpi * std::numbers::sqrt2) * (x + T(0.044715) * x * x * x)));
}
template <class T>
T clipped(T x, T low, T high) {
  return x < low ? low : x > high ? high : x;
}

template <class T, class F>
void map_values(std::span<const T> in, T* out, const F& f) {
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = f(in[i]);
}

}  // namespace

std::vector<std::size_t> broadcast_strides(const Shape& shape, const Shape& out) {
  const std::vector<std::size_t> own = strides_of(shape);
  std::vector<std::size_t> strides(out.dims.size(), 0);
  for (std::size_t i = 1; i <= own.size(); ++i)
    if (shape.dims[own.size() - i] != 1) strides[strides.size() - i] = own[own.size() - i];
  return strides;
}

template <class T>
void compute(const Arithmetic& a, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out) {
  using Kind = Arithmetic::Kind;
  const auto with = [&](const auto& f) { combine(samples, in, shape, out, f); };
  switch (a.kind) {
    case Kind::add:
      return with([](T x, T y) { return x + y; });
    case Kind::subtract:
      return with([](T x, T y) { return x - y; });
    case Kind::multiply:
      return with([](T x, T y) { return x * y; });
    case Kind::divide:
      return with([](T x, T y) { return x / y; });
    case Kind::power:
      return with([](T x, T y) { return y == T(2) ? x * x : std::pow(x, y); });
    case Kind::largest:
      return with([](T x, T y) { return x < y ? y : x; });
    case Kind::smallest:
      return with([](T x, T y) { return y < x ? y : x; });
    case Kind::leak:
      return with([](T x, T y) { return x >= 0 ? x : x * y; });
  }
}

template <class T>
void compute(const Select&, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out) {
  const Strides<4> walk(dims_with_samples(samples, shape),
                        {output_strides(shape), operand_strides(in[0], shape), operand_strides(in[1], shape),
                         operand_strides(in[2], shape)});
  const auto& step = walk.run_steps();
  walk.for_each_run([&](const std::array<std::size_t, 4>& at) {
    const T *condition = in[0].values + at[1], *yes = in[1].values + at[2], *no = in[2].values + at[3];
    for (std::size_t i = 0; i < walk.run_length(); ++i)
      out[at[0] + i * step[0]] = condition[i * step[1]] != 0 ? yes[i * step[2]] : no[i * step[3]];
  });
}

template <class T>
void compute(const Activate& a, std::span<const T> in, T* out) {
  using Kind = Activate::Kind;
  const T alpha = a.alpha, beta = a.beta, low = a.low, high = a.high;
  const auto with = [&](const auto& f) { map_values(in, out, f); };
  switch (a.kind) {
    case Kind::relu:
      return with([](T x) { return x > 0 ? x : T(0); });
    case Kind::leaky_relu:
      return with([=](T x) { return x > 0 ? x : alpha * x; });
    case Kind::clip:
      return with([=](T x) { return clipped(x, low, high); });
    case Kind::sigmoid:
      return with([](T x) { return sigmoid(x); });
    case Kind::tanh:
      return with([](T x) { return std::tanh(x); });
    case Kind::elu:
      return with([=](T x) { return x > 0 ? x : alpha * std::expm1(x); });
    case Kind::selu:
      return with([=](T x) { return beta * (x > 0 ? x : alpha * std::expm1(x)); });
    case Kind::celu:
      return with([=](T x) { return x > 0 ? x : alpha * std::expm1(x / alpha); });
    case Kind::gelu:
      return with([](T x) { return gelu(x); });
    case Kind::gelu_tanh:
      return with([](T x) { return gelu_tanh(x); });
    case Kind::silu:
      return with([](T x) { return x * sigmoid(x); });
    case Kind::mish:
      return with([](T x) { return x * std::tanh(softplus(x)); });
    case Kind::softplus:
      return with([](T x) { return softplus(x); });
    case Kind::softsign:
      return with([](T x) { return x / (T(1) + std::abs(x)); });
    case Kind::hard_sigmoid:
      return with([=](T x) { return clipped(alpha * x + beta, T(0), T(1)); });
    case Kind::hard_swish:
      return with([=](T x) { return x * clipped(alpha * x + beta, T(0), T(1)); });
    case Kind::threshold:
      return with([=](T x) { return x > alpha ? x : T(0); });
    case Kind::exponential:
      return with([](T x) { return std::exp(x); });
    case Kind::logarithm:
      return with([](T x) { return std::log(x); });
    case Kind::square_root:
      return with([](T x) { return std::sqrt(x); });
    case Kind::reciprocal:
      return with([](T x) { return T(1) / x; });
    case Kind::absolute:
      return with([](T x) { return std::abs(x); });
    case Kind::negate:
      return with([](T x) { return -x; });
    case Kind::sign:
      return with([](T x) { return static_cast<T>((x > 0) - (x < 0)); });
    case Kind::floor:
      return with([](T x) { return std::floor(x); });
    case Kind::ceiling:
      return with([](T x) { return std::ceil(x); });
    case Kind::round:
      return with([](T x) { return std::nearbyint(x); });
    case Kind::erf:
      return with([](T x) { return std::erf(x); });
    case Kind::sine:
      return with([](T x) { return std::sin(x); });
    case Kind::cosine:
      return with([](T x) { return std::cos(x); });
    case Kind::quantize:
      return with([=](T x) { return clipped(std::nearbyint(x / alpha), low, high) * alpha; });
  }
}

template void compute(const Arithmetic&, std::size_t, std::span<const Operand<float>>, const Shape&, float*);
template void compute(const Arithmetic&, std::size_t, std::span<const Operand<double>>, const Shape&, double*);
template void compute(const Select&, std::size_t, std::span<const Operand<float>>, const Shape&, float*);
template void compute(const Select&, std::size_t, std::span<const Operand<double>>, const Shape&, double*);
template void compute(const Activate&, std::span<const float>, float*);
template void compute(const Activate&, std::span<const double>, double*);

}  // namespace bitline::workloads
