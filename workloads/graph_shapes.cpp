// SPDX-License-Identifier: Apache-2.0
// What tensors become: the shape that each operation gives, and what it refuses.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "workloads/windows.h"

namespace bitline::workloads {
namespace {

template <class... Values>
[[noreturn]] void refuse_shape(fmt::format_string<Values...> text, Values&&... values) {
  throw InputError(fmt::format(text, std::forward<Values>(values)...));
}

std::string dims_text(const Shape& shape) { return fmt::format("({})", fmt::join(shape.dims, ", ")); }

// Each factor is below 2^31, so dividing keeps the comparison free of overflow.
void check_count(const Shape& shape, const char* what) {
  std::int64_t count = 1;
  for (int d : shape.dims) {
    if (d < 1) refuse_shape("{} of shape {} is empty", what, dims_text(shape));
    if (count > largest_values / d)
      refuse_shape("{} of shape {} has more values than the limit of {}", what, dims_text(shape), largest_values);
    count *= d;
  }
}

std::size_t axis_index(int axis, const Shape& shape) {
  if (axis < 0 || axis >= shape.rank()) refuse_shape("axis {} is outside of shape {}", axis, dims_text(shape));
  return static_cast<std::size_t>(axis);
}

Shape broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  Shape out = longer;
  for (int i = 0; i < std::min(a.rank(), b.rank()); ++i) {
    const int x = a.from_end(i), y = b.from_end(i);
    if (x != y && x != 1 && y != 1) refuse_shape("shapes {} and {} do not go together", dims_text(a), dims_text(b));
    out.dims[out.dims.size() - 1 - static_cast<std::size_t>(i)] = std::max(x, y);
  }
  return out;
}

struct ShapeAfter {
  std::span<const Shape> in;
  std::span<const Weights> weights;

  const Shape& first() const { return in[0]; }

  void need(std::size_t least, std::size_t most) const {
    if (in.size() < least || in.size() > most)
      refuse_shape("reads {} tensors where {} are needed", in.size(),
                   least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most));
  }
  Shape along(const std::vector<int>& axes) const {
    need(1, 1);
    Shape out = first();
    std::set<int> seen;
    for (int axis : axes) {
      out.dims[axis_index(axis, out)] = 1;
      if (!seen.insert(axis).second) refuse_shape("axis {} is named twice", axis);
    }
    return out;
  }
  Shape windowed(const Window& window, int channels, bool ceil_mode) const {
    const Map map = map_of(first());
    const Extent e = extent(window, map.height, map.width, ceil_mode);
    Shape out = first();
    const std::size_t n = out.dims.size();
    out.dims[n - 3] = channels, out.dims[n - 2] = e.height, out.dims[n - 1] = e.width;
    return out;
  }

  Shape operator()(const Product& p) const {
    need(1, 1);
    if (p.weights < 0 || static_cast<std::size_t>(p.weights) >= weights.size())
      refuse_shape("has no weights: number {} of {}", p.weights, weights.size());
    const Weights& w = weights[static_cast<std::size_t>(p.weights)];
    if (!p.window) {
      if (first().rank() < 1 || first().from_end(0) != w.rows)
        refuse_shape("has weights for {} inputs but gets {}", w.rows, dims_text(first()));
      Shape out = first();
      out.dims.back() = w.columns;
      return out;
    }
    const Shape out = windowed(*p.window, w.columns, false);
    const Map map = map_of(first());
    const std::int64_t kernel = std::int64_t{p.window->kernel_height} * p.window->kernel_width;
    if (kernel * map.channels != w.rows)
      refuse_shape("has {} weight rows, but {} channels and a {}x{} kernel need {}", w.rows, map.channels,
                   p.window->kernel_height, p.window->kernel_width, kernel * map.channels);
    check_count({{map.maps, out.from_end(1), out.from_end(0), w.rows}}, "the set of patches");
    return out;
  }
  Shape operator()(const MultiplyTensors&) const {
    need(2, 2);
    const Shape &a = in[0], &b = in[1];
    if (a.rank() < 2 || b.rank() < 2 || a.from_end(0) != b.from_end(1))
      refuse_shape("cannot multiply {} by {}", dims_text(a), dims_text(b));
    Shape out = broadcast({{a.dims.begin(), a.dims.end() - 2}}, {{b.dims.begin(), b.dims.end() - 2}});
    out.dims.push_back(a.from_end(1));
    out.dims.push_back(b.from_end(0));
    return out;
  }
  Shape operator()(const Arithmetic&) const {
    need(2, 2);
    return broadcast(in[0], in[1]);
  }
  Shape operator()(const Select&) const {
    need(3, 3);
    return broadcast(in[0], broadcast(in[1], in[2]));
  }
  Shape operator()(const Activate& a) const {
    need(1, 1);
    if (!std::isfinite(a.alpha) || !std::isfinite(a.beta) || std::isnan(a.low) || std::isnan(a.high) || a.low > a.high)
      refuse_shape("alpha {}, beta {}, low {}, high {} do not make an activation", a.alpha, a.beta, a.low, a.high);
    if (a.kind == Activate::Kind::quantize && !(a.alpha > 0)) refuse_shape("a step of {} is not positive", a.alpha);
    return first();
  }
  Shape operator()(const Diode& d) const {
    need(1, 1);
    if (!(d.linear > 0) || !(d.power > 0) || !(d.scale > 0) || !std::isfinite(d.slope) || !(d.noise >= 0) ||
        !(d.spread >= 0))
      refuse_shape("linear {}, power {}, slope {}, scale {}, noise {}, spread {} do not make a diode", d.linear,
                   d.power, d.slope, d.scale, d.noise, d.spread);
    return first();
  }
  Shape operator()(const Neuron& n) const {
    need(1, 1);
    if (n.pulses < 1 || !std::isfinite(n.gain) || !std::isfinite(n.offset))
      refuse_shape("{} pulses, gain {}, offset {} do not make a neuron", n.pulses, n.gain, n.offset);
    return first();
  }
  Shape operator()(const Pool& p) const {
    need(1, 1);
    const Window& w = p.window;
    // A window wholly in the padding would have no value.
    if (std::max(w.pad_top, w.pad_bottom) > (w.kernel_height - 1) * w.dilation_y ||
        std::max(w.pad_left, w.pad_right) > (w.kernel_width - 1) * w.dilation_x)
      refuse_shape("a padding of {}, {}, {}, {} reaches the size of the {}x{} window", w.pad_top, w.pad_left,
                   w.pad_bottom, w.pad_right, w.kernel_height, w.kernel_width);
    return windowed(w, map_of(first()).channels, p.ceil_mode);
  }
  Shape operator()(const Reduce& r) const { return along(r.axes); }
  Shape operator()(const Normalize& n) const {
    along(n.axes);
    if (!(n.epsilon >= 0)) refuse_shape("epsilon {} is negative", n.epsilon);
    return first();
  }
  Shape operator()(const Softmax& s) const {
    need(1, 1);
    axis_index(s.axis, first());
    return first();
  }
  Shape operator()(const Overlap& o) const {
    need(1, 1);
    const Map map = map_of(first());
    if (o.channels < 1 || o.height < 1 || o.width < 1) refuse_shape("gives an empty map");
    if (!o.bias.empty() && o.bias.size() != static_cast<std::size_t>(o.channels))
      refuse_shape("has {} bias values for {} channels", o.bias.size(), o.channels);
    const Extent e = extent(o.window, o.height, o.width);
    const std::int64_t kernel = std::int64_t{o.window.kernel_height} * o.window.kernel_width;
    if (e.height != map.height || e.width != map.width || kernel * o.channels != map.channels)
      refuse_shape("makes {} channels of {}x{} from {}, but {} of {}x{} windows are needed", o.channels, o.height,
                   o.width, dims_text(first()), kernel * o.channels, e.height, e.width);
    Shape out = first();
    const std::size_t n = out.dims.size();
    out.dims[n - 3] = o.channels, out.dims[n - 2] = o.height, out.dims[n - 1] = o.width;
    return out;
  }
  Shape operator()(const Reshape& r) const {
    need(1, 1);
    check_count(r.shape, "a tensor");
    if (r.shape.size() != first().size())
      refuse_shape("cannot make {} of {}: {} values of {}", dims_text(r.shape), dims_text(first()), r.shape.size(),
                   first().size());
    return r.shape;
  }
  Shape operator()(const Transpose& t) const {
    need(1, 1);
    const std::size_t n = first().dims.size();
    std::vector<bool> seen(n, false);
    Shape out = first();
    if (t.order.size() != n) refuse_shape("order ({}) is none of {}", fmt::join(t.order, ", "), dims_text(first()));
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t from = axis_index(t.order[i], first());
      if (seen[from]) refuse_shape("order ({}) names {} twice", fmt::join(t.order, ", "), from);
      seen[from] = true;
      out.dims[i] = first().dims[from];
    }
    return out;
  }
  Shape operator()(const Concat& c) const {
    if (in.empty()) refuse_shape("joins nothing");
    Shape out = first();
    const std::size_t axis = axis_index(c.axis, out);
    std::int64_t total = 0;
    for (const Shape& s : in) {
      Shape same = s;
      if (s.rank() == out.rank()) same.dims[axis] = first().dims[axis];
      if (same != first())
        refuse_shape("cannot join {} and {} along axis {}", dims_text(first()), dims_text(s), c.axis);
      total += s.dims[axis];
    }
    if (total > largest_values) refuse_shape("makes {} values along axis {}", total, c.axis);
    out.dims[axis] = static_cast<int>(total);
    return out;
  }
  Shape operator()(const Slice& s) const {
    need(1, 1);
    Shape out = first();
    const std::size_t axis = axis_index(s.axis, out);
    const std::int64_t last = s.first + (std::int64_t{s.count} - 1) * s.step;
    if (s.count < 1 || s.step == 0 || s.first < 0 || last < 0 ||
        std::max<std::int64_t>(s.first, last) >= out.dims[axis])
      refuse_shape("takes {} from {} in steps of {} along an axis of {}", s.count, s.first, s.step, out.dims[axis]);
    out.dims[axis] = s.count;
    return out;
  }
  Shape operator()(const Pad& p) const {
    need(1, 1);
    Shape out = first();
    if (p.before.size() != out.dims.size() || p.after.size() != out.dims.size())
      refuse_shape("pads {} and {} dimensions of {}", p.before.size(), p.after.size(), dims_text(out));
    for (std::size_t i = 0; i < out.dims.size(); ++i) {
      const int size = out.dims[i];
      const int most = p.kind == Pad::Kind::reflect ? size - 1 : static_cast<int>(largest_values);
      for (int pad : {p.before[i], p.after[i]})
        if (pad < 0 || pad > most) refuse_shape("pads axis {} of {} values by {}", i, size, pad);
      const std::int64_t padded = std::int64_t{size} + p.before[i] + p.after[i];
      if (padded > largest_values) refuse_shape("pads axis {} to {} values", i, padded);
      out.dims[i] = static_cast<int>(padded);
    }
    return out;
  }
  Shape operator()(const Gather& g) const {
    const bool fixed = !g.indices.empty();
    need(fixed ? 1 : 2, fixed ? 1 : 2);
    const std::size_t axis = axis_index(g.axis, first());
    Shape out = first();
    if (fixed) {
      for (int i : g.indices)
        if (i < 0 || i >= first().dims[axis]) refuse_shape("takes entry {} of {}", i, first().dims[axis]);
      out.dims[axis] = static_cast<int>(g.indices.size());
      return out;
    }
    const auto at = out.dims.erase(out.dims.begin() + static_cast<std::ptrdiff_t>(axis));
    out.dims.insert(at, in[1].dims.begin(), in[1].dims.end());
    return out;
  }
  Shape operator()(const Resize& r) const {
    need(1, 1);
    Shape out = first();
    const std::size_t axis = axis_index(r.axis, out), taps = static_cast<std::size_t>(std::max(r.taps, 1));
    const auto inside = [&](int i) { return i >= 0 && i < first().dims[axis]; };
    if (r.taps < 1 || r.index.empty() || r.index.size() % taps != 0 || r.index.size() != r.weight.size() ||
        !std::ranges::all_of(r.index, inside))
      refuse_shape("has {} taps, {} indices and {} weights", r.taps, r.index.size(), r.weight.size());
    out.dims[axis] = static_cast<int>(r.index.size() / taps);
    return out;
  }
  Shape operator()(const Loop&) const { return {}; }  // loop_shapes()
};

std::vector<Shape> loop_shapes(const Loop& loop, std::span<const Shape> in) {
  if (!loop.body) refuse_shape("has no body");
  const Graph& body = *loop.body;
  const auto carried = static_cast<std::size_t>(std::max(loop.carried, 0));
  if (loop.steps < 1 || loop.carried < 0 || body.inputs.size() != in.size() || carried > in.size() ||
      body.outputs.size() < carried)
    refuse_shape("of {} steps carries {} of {} tensors; its body reads {} and makes {}", loop.steps, loop.carried,
                 in.size(), body.inputs.size(), body.outputs.size());
  const auto shape = [&](int tensor) -> const Shape& { return body.tensors[static_cast<std::size_t>(tensor)].shape; };
  std::vector<Shape> out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    Shape seen = in[i];
    if (i >= carried) {
      if (seen.rank() < 1 || seen.dims[0] != loop.steps)
        refuse_shape("has {} steps but a sequence of shape {}", loop.steps, dims_text(seen));
      seen.dims.erase(seen.dims.begin());
    }
    if (seen != shape(body.inputs[i]))
      refuse_shape("gives its body {} where {} is read", dims_text(seen), dims_text(shape(body.inputs[i])));
  }
  for (std::size_t i = 0; i < body.outputs.size(); ++i) {
    Shape made = shape(body.outputs[i]);
    if (i < carried && made != in[i]) refuse_shape("carries {} as {}", dims_text(in[i]), dims_text(made));
    if (i >= carried) made.dims.insert(made.dims.begin(), loop.steps);
    out.push_back(made);
  }
  return out;
}

}  // namespace

std::vector<Shape> output_shapes(const Op& op, std::span<const Shape> in, std::span<const Weights> weights) {
  for (const Shape& s : in) check_count(s, "a tensor");
  std::vector<Shape> out;
  if (const auto* loop = std::get_if<Loop>(&op)) {
    out = loop_shapes(*loop, in);
  } else {
    out.push_back(std::visit(ShapeAfter{in, weights}, op));
  }
  for (const Shape& s : out) check_count(s, "a tensor");
  return out;
}

std::size_t positions(const Product& product, const Shape& in, std::span<const Weights> weights) {
  const Shape out = output_shapes(product, std::span(&in, 1), weights).front();
  return static_cast<std::size_t>(out.size() / weights[static_cast<std::size_t>(product.weights)].columns);
}

}  // namespace bitline::workloads
