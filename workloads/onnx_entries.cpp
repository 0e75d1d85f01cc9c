// SPDX-License-Identifier: Apache-2.0
// Operators that take, join or repeat entries along axes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

constexpr std::int64_t most_entries = 1 << 24;  // along one axis that is repeated or picked from

// Entries first, first + step ... of one axis; of a constant there may be none.
OnnxValue take_slice(const OnnxNode& node, OnnxBuilder& b, const std::string& name, const OnnxValue& x, int axis,
                     std::int64_t first, std::int64_t step, std::int64_t count) {
  if (count == x.dim(axis) && step == 1) return x;
  if (count == 0 && x.is_constant()) {
    Constant empty{x.shape, x.integers};
    empty.shape.dims[static_cast<std::size_t>(axis)] = 0;
    return b.constant_value(std::move(empty));
  }
  if (count <= 0) node.fail(fmt::format("takes nothing from axis {} of [{}]", axis, fmt::join(x.shape.dims, ", ")));
  return b.add(node, name, Slice{axis, static_cast<int>(first), static_cast<int>(step), static_cast<int>(count)}, {x});
}

// Repeats what stands along an axis: entry i is entry from(i).
template <class From>
OnnxValue pick(const OnnxNode& node, OnnxBuilder& b, const std::string& name, const OnnxValue& x, int axis,
               std::int64_t count, const From& from) {
  if (count < 1 || count > most_entries) node.fail(fmt::format("makes {} entries along axis {}", count, axis));
  Gather g{axis, {}};
  for (std::int64_t i = 0; i < count; ++i) g.indices.push_back(static_cast<int>(from(i)));
  return b.add(node, name, g, {x});
}

std::string numbered(const std::string& name, int part) { return part == 0 ? name : fmt::format("{}.{}", name, part); }

}  // namespace

void onnx_concat(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axis"});
  std::vector<OnnxValue> parts;
  for (int i = 0; i < node.inputs(); ++i)
    if (OnnxValue v = b.value(node, i); v.shape.size() > 0 || !v.is_constant()) parts.push_back(std::move(v));
  if (parts.empty()) node.fail("joins nothing");
  const int axis = b.axis(node, node.integer("axis", 0), parts[0].rank());
  if (parts.size() == 1) return b.define(node, 0, parts[0]);
  b.define(node, 0, b.add(node, b.layer_name(node), Concat{axis}, parts));
}

// Sizes are an attribute or, since operator set 13, an input; without them all parts are alike, the last one smaller.
void onnx_split(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axis", "num_outputs", "split"});
  node.need_inputs(1, 2);
  const OnnxValue x = b.value(node, 0);
  const int axis = b.axis(node, node.integer("axis", 0), x.rank());
  std::vector<std::int64_t> sizes = b.given(node, 1) ? b.integers(node, 1, "the sizes") : node.integers("split");
  if (node.outputs() < 1) node.fail("has no outputs");
  if (sizes.empty()) {
    const std::int64_t parts = node.outputs(), each = (x.dim(axis) + parts - 1) / parts;
    for (std::int64_t left = x.dim(axis); left > 0; left -= each) sizes.push_back(std::min(each, left));
  }
  const std::int64_t total = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  const bool positive = std::ranges::all_of(sizes, [&](std::int64_t s) { return s > 0 && s <= x.dim(axis); });
  if (static_cast<int>(sizes.size()) != node.outputs() || total != x.dim(axis) || !positive)
    node.fail(fmt::format("splits {} into {} for {} outputs", x.dim(axis), list_of(sizes), node.outputs()));
  const std::string name = b.layer_name(node);
  std::int64_t first = 0;
  for (int i = 0; i < node.outputs(); ++i) {
    const std::int64_t size = sizes[static_cast<std::size_t>(i)];
    if (!b.never_read(node.output(i)))
      b.define(node, i, take_slice(node, b, numbered(name, i), x, axis, first, 1, size));
    first += size;
  }
}

// Bounds are attributes until operator set 9, inputs since; they may lie outside, or count from the end.
void onnx_slice(const OnnxNode& node, OnnxBuilder& b) {
  OnnxValue x = b.value(node, 0);
  std::vector<std::int64_t> starts, ends, axes, steps;
  if (node.opset() < 10) {
    node.allow({"axes", "ends", "starts"});
    starts = node.integers("starts"), ends = node.integers("ends"), axes = node.integers("axes");
  } else {
    node.allow({});
    node.need_inputs(3, 5);
    starts = b.integers(node, 1, "the starts"), ends = b.integers(node, 2, "the ends");
    if (b.given(node, 3)) axes = b.integers(node, 3, "the axes");
    if (b.given(node, 4)) steps = b.integers(node, 4, "the steps");
  }
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    node.fail(fmt::format("has {} starts, {} ends, {} axes and {} steps", starts.size(), ends.size(), axes.size(),
                          steps.size()));
  const std::string name = b.layer_name(node);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const int axis = b.axis(node, axes[i], x.rank());
    const std::int64_t size = x.dim(axis), step = std::clamp<std::int64_t>(steps[i], -most_entries, most_entries);
    if (step == 0) node.fail("has a step of 0");
    const auto bound = [&](std::int64_t at) {
      const std::int64_t from_start = at < 0 ? at + size : at;
      return step > 0 ? std::clamp<std::int64_t>(from_start, 0, size)
                      : std::clamp<std::int64_t>(from_start, -1, size - 1);
    };
    const std::int64_t first = bound(starts[i]), last = bound(ends[i]), room = step > 0 ? last - first : first - last;
    const std::int64_t count = room <= 0 ? 0 : (room + std::abs(step) - 1) / std::abs(step);
    x = take_slice(node, b, numbered(name, static_cast<int>(i)), x, axis, first, step, count);
  }
  b.define(node, 0, x);
}

// Constant places; or, of a constant table, places that the data say.
void onnx_gather(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"axis"});
  node.need_inputs(2, 2);
  const OnnxValue x = b.value(node, 0), places = b.value(node, 1);
  const int axis = b.axis(node, node.integer("axis", 0), x.rank());
  const std::string name = b.layer_name(node);
  if (!places.is_constant()) return b.define(node, 0, b.add(node, name, Gather{axis, {}}, {x, places}));
  Gather g{axis, {}};
  for (std::int64_t i : b.integers(node, 1, "the indices")) {
    const std::int64_t size = x.dim(axis);
    if (i < -size || i >= size) node.fail(fmt::format("takes entry {} of {}", i, size));
    g.indices.push_back(static_cast<int>(i < 0 ? i + size : i));
  }
  if (g.indices.empty()) node.fail("takes no entries");
  OnnxValue out =
      g.indices.size() == 1 ? take_slice(node, b, name, x, axis, g.indices[0], 1, 1) : b.add(node, name, g, {x});
  Shape shape = x.shape;
  const auto at = shape.dims.erase(shape.dims.begin() + axis);
  shape.dims.insert(at, places.shape.dims.begin(), places.shape.dims.end());
  b.define(node, 0, b.reshaped(node, name + ".squeeze", out, shape));
}

// Dimensions of 1 are repeated; others may be asked for as 1 as well.
void onnx_expand(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({});
  node.need_inputs(2, 2);
  OnnxValue x = b.value(node, 0);
  std::vector<std::int64_t> target = b.integers(node, 1, "the new shape");
  if (target.size() > 8) node.fail(fmt::format("makes {} dimensions; at most 8 are supported", target.size()));
  const std::string name = b.layer_name(node);
  Shape longer = x.shape;
  while (longer.dims.size() < target.size()) longer.dims.insert(longer.dims.begin(), 1);
  x = b.reshaped(node, name + ".dimensions", x, longer);
  while (target.size() < longer.dims.size()) target.insert(target.begin(), 1);
  for (std::size_t i = 0; i < target.size(); ++i) {
    const int axis = static_cast<int>(i), size = x.dim(axis);
    if (i == 0 && b.batch() > 1 && target[i] == b.batch()) target[i] = 1;  // the batch of the file
    if (target[i] == size || target[i] == 1) continue;
    if (size != 1) node.fail(fmt::format("cannot make {} of {} along axis {}", target[i], size, i));
    x = pick(node, b, numbered(name, axis), x, axis, target[i], [](std::int64_t) { return 0; });
  }
  b.define(node, 0, x);
}

void onnx_tile(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({});
  node.need_inputs(2, 2);
  OnnxValue x = b.value(node, 0);
  const std::vector<std::int64_t> repeats = b.integers(node, 1, "the repeats");
  if (static_cast<int>(repeats.size()) != x.rank())
    node.fail(fmt::format("repeats {} of {} dimensions", repeats.size(), x.rank()));
  const std::string name = b.layer_name(node);
  for (int axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t times = repeats[static_cast<std::size_t>(axis)], size = x.dim(axis);
    if (times == 1) continue;
    if (times < 1 || times > most_entries) node.fail(fmt::format("repeats axis {} {} times", axis, times));
    x = pick(node, b, numbered(name, axis), x, axis, times * size, [=](std::int64_t i) { return i % size; });
  }
  b.define(node, 0, x);
}

// Amounts are an attribute until operator set 10, an input since; negative ones cut off.
void onnx_pad(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"mode", "pads", "value"});
  node.need_inputs(1, 4);
  OnnxValue x = b.value(node, 0);
  const std::vector<std::int64_t> given = node.has("pads") ? node.integers("pads") : b.integers(node, 1, "the padding");
  std::vector<int> axes(static_cast<std::size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  if (b.given(node, 3)) {
    axes.clear();
    for (std::int64_t a : b.integers(node, 3, "the axes")) axes.push_back(b.axis(node, a, x.rank()));
  }
  if (given.size() != 2 * axes.size())
    node.fail(fmt::format("pads {} by {}; two numbers for each axis are needed", axes.size(), list_of(given)));
  Pad p;
  p.before.assign(static_cast<std::size_t>(x.rank()), 0);
  p.after = p.before;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    p.before[static_cast<std::size_t>(axes[i])] =
        static_cast<int>(std::clamp<std::int64_t>(given[i], -most_entries, most_entries));
    p.after[static_cast<std::size_t>(axes[i])] =
        static_cast<int>(std::clamp<std::int64_t>(given[i + axes.size()], -most_entries, most_entries));
  }
  const std::string mode = node.text("mode", "constant"), name = b.layer_name(node);
  if (mode == "reflect") {
    p.kind = Pad::Kind::reflect;
  } else if (mode == "edge") {
    p.kind = Pad::Kind::edge;
  } else if (mode != "constant") {
    node.fail(fmt::format("mode {} is not supported; supported are constant, reflect, edge", plain_text(mode)));
  }
  p.value = node.number("value", 0);
  if (b.given(node, 2)) p.value = static_cast<float>(b.scalar(node, 2, "the value"));
  for (int axis = 0; axis < x.rank(); ++axis) {
    int &before = p.before[static_cast<std::size_t>(axis)], &after = p.after[static_cast<std::size_t>(axis)];
    const int cut = std::max(0, -before), end = std::max(0, -after);
    if (cut > 0 || end > 0)
      x = take_slice(node, b, fmt::format("{}.cut{}", name, axis), x, axis, cut, 1,
                     std::int64_t{x.dim(axis)} - cut - end);
    before = std::max(before, 0), after = std::max(after, 0);
  }
  const auto nothing = [](const std::vector<int>& pads) {
    return std::ranges::all_of(pads, [](int n) { return n == 0; });
  };
  if (nothing(p.before) && nothing(p.after)) return b.define(node, 0, x);
  b.define(node, 0, b.add(node, name, p, {x}));
}

}  // namespace bitline::workloads
