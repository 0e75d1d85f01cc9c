// SPDX-License-Identifier: Apache-2.0
// Digital operations that move values, and resizing, which mixes neighbours.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "workloads/compute.h"
#include "workloads/strides.h"

namespace bitline::workloads {
namespace {

// A tensor around one axis: (outer, along, inner).
struct Around {
  std::size_t outer = 1, along = 1, inner = 1;
};
Around around(const Shape& shape, int axis) {
  Around a;
  for (int d = 0; d < shape.rank(); ++d) {
    const auto n = static_cast<std::size_t>(shape.dims[static_cast<std::size_t>(d)]);
    (d < axis ? a.outer : d == axis ? a.along : a.inner) *= n;
  }
  return a;
}

// Entry `from(i)` of the axis becomes entry i of `count`.
template <class T, class From>
void take_entries(std::size_t samples, const Operand<T>& in, int axis, std::size_t count, const From& from, T* out) {
  const Around a = around(*in.shape, axis);
  for (std::size_t o = 0; o < samples * a.outer; ++o)
    for (std::size_t i = 0; i < count; ++i, out += a.inner)
      std::copy_n(in.values + (o * a.along + from(i)) * a.inner, a.inner, out);
}

// Place in a line of `size` values of place `i` of the padded line; `size` where a constant stands.
std::size_t padded_from(Pad::Kind kind, int i, int before, int size) {
  const int at = i - before;
  if (at >= 0 && at < size) return static_cast<std::size_t>(at);
  if (kind == Pad::Kind::edge) return static_cast<std::size_t>(at < 0 ? 0 : size - 1);
  if (kind == Pad::Kind::reflect) return static_cast<std::size_t>(at < 0 ? -at : 2 * (size - 1) - at);
  return static_cast<std::size_t>(size);
}

}  // namespace

template <class T>
void compute(const Transpose& t, std::size_t samples, const Operand<T>& in, T* out) {
  const std::vector<std::size_t> strides = strides_of(*in.shape);
  Shape shape = *in.shape;
  std::vector<std::size_t> dims{samples}, from{in.size()}, to;
  for (std::size_t i = 0; i < t.order.size(); ++i) {
    const auto d = static_cast<std::size_t>(t.order[i]);
    shape.dims[i] = in.shape->dims[d];
    dims.push_back(static_cast<std::size_t>(shape.dims[i]));
    from.push_back(strides[d]);
  }
  to = strides_of(shape);
  to.insert(to.begin(), in.size());
  const Strides<2> walk(dims, {to, from});
  const std::size_t n = walk.run_length(), step = walk.run_steps()[1];
  walk.for_each_run([&](const std::array<std::size_t, 2>& at) {
    T* to_run = out + at[0];
    const T* from_run = in.values + at[1];
    if (step == 1) {
      std::copy_n(from_run, n, to_run);
    } else {
      for (std::size_t i = 0; i < n; ++i) to_run[i] = from_run[i * step];
    }
  });
}

template <class T>
void compute(const Concat& c, std::size_t samples, std::span<const Operand<T>> in, const Shape& shape, T* out) {
  const Around whole = around(shape, c.axis);
  std::size_t done = 0;
  for (const Operand<T>& part : in) {
    const Around a = around(*part.shape, c.axis);
    const std::size_t run = a.along * a.inner;
    for (std::size_t s = 0; s < samples; ++s)
      for (std::size_t o = 0; o < a.outer; ++o)
        std::copy_n(part.values + s * part.stride() + o * run, run,
                    out + ((s * whole.outer + o) * whole.along + done) * whole.inner);
    done += a.along;
  }
}

template <class T>
void compute(const Slice& s, std::size_t samples, const Operand<T>& in, T* out) {
  const auto from = [&](std::size_t i) { return static_cast<std::size_t>(s.first + static_cast<int>(i) * s.step); };
  take_entries(samples, in, s.axis, static_cast<std::size_t>(s.count), from, out);
}

template <class T>
void compute(const Pad& p, std::size_t samples, const Operand<T>& in, T* out) {
  // Axis by axis would copy often; the table of each axis tells where a value comes from.
  const std::vector<std::size_t> strides = strides_of(*in.shape);
  const std::size_t rank = strides.size();
  if (rank == 0) {
    std::copy_n(in.values, samples, out);
    return;
  }
  constexpr auto nowhere = static_cast<std::size_t>(-1);
  std::vector<std::vector<std::size_t>> from(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    const int size = in.shape->dims[d];
    for (int i = 0; i < p.before[d] + size + p.after[d]; ++i) {
      const std::size_t at = padded_from(p.kind, i, p.before[d], size);
      from[d].push_back(at == static_cast<std::size_t>(size) ? nowhere : at * strides[d]);
    }
  }
  const T value = p.value;
  for (std::size_t s = 0; s < samples; ++s) {
    const T* sample = in.values + s * in.size();
    std::vector<std::size_t> at(rank, 0);
    for (bool more = true; more;) {
      std::size_t start = 0;
      bool inside = true;
      for (std::size_t d = 0; d + 1 < rank; ++d) {
        inside = inside && from[d][at[d]] != nowhere;
        start += from[d][at[d]];
      }
      for (std::size_t offset : from.back()) *out++ = inside && offset != nowhere ? sample[start + offset] : value;
      more = false;
      for (std::size_t d = rank - 1; d-- > 0 && !more;) {
        more = ++at[d] < from[d].size();
        if (!more) at[d] = 0;
      }
    }
  }
}

template <class T>
void compute(const Gather& g, std::size_t samples, std::span<const Operand<T>> in, T* out) {
  if (!g.indices.empty()) {
    const auto from = [&](std::size_t i) { return static_cast<std::size_t>(g.indices[i]); };
    return take_entries(samples, in[0], g.axis, g.indices.size(), from, out);
  }
  const Around a = around(*in[0].shape, g.axis);
  const std::size_t count = in[1].size();
  for (std::size_t s = 0; s < samples; ++s) {
    const T* index = in[1].values + s * in[1].stride();
    const T* data = in[0].values + s * in[0].stride();
    for (std::size_t o = 0; o < a.outer; ++o)
      for (std::size_t i = 0; i < count; ++i, out += a.inner) {
        const auto size = static_cast<double>(a.along);
        double at = std::nearbyint(static_cast<double>(index[i]));
        if (at < 0) at += size;
        if (!(at >= 0 && at < size))
          throw InputError(fmt::format("an index of {} is outside of a table of {} entries", index[i], a.along));
        std::copy_n(data + (o * a.along + static_cast<std::size_t>(at)) * a.inner, a.inner, out);
      }
  }
}

template <class T>
void compute(const Resize& r, std::size_t samples, const Operand<T>& in, T* out) {
  const Around a = around(*in.shape, r.axis);
  const auto taps = static_cast<std::size_t>(r.taps);
  const std::size_t count = r.index.size() / taps;
  for (std::size_t o = 0; o < samples * a.outer; ++o)
    for (std::size_t i = 0; i < count; ++i, out += a.inner) {
      std::fill_n(out, a.inner, T(0));
      for (std::size_t k = i * taps; k < (i + 1) * taps; ++k) {
        const T* from = in.values + (o * a.along + static_cast<std::size_t>(r.index[k])) * a.inner;
        const T weight = r.weight[k];
        for (std::size_t j = 0; j < a.inner; ++j) out[j] += weight * from[j];
      }
    }
}

#define BITLINE_INSTANTIATE(T)                                                                      \
  template void compute(const Transpose&, std::size_t, const Operand<T>&, T*);                      \
  template void compute(const Concat&, std::size_t, std::span<const Operand<T>>, const Shape&, T*); \
  template void compute(const Slice&, std::size_t, const Operand<T>&, T*);                          \
  template void compute(const Pad&, std::size_t, const Operand<T>&, T*);                            \
  template void compute(const Gather&, std::size_t, std::span<const Operand<T>>, T*);               \
  template void compute(const Resize&, std::size_t, const Operand<T>&, T*);
BITLINE_INSTANTIATE(float)
BITLINE_INSTANTIATE(double)
#undef BITLINE_INSTANTIATE

}  // namespace bitline::workloads
