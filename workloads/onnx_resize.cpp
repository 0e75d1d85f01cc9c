// SPDX-License-Identifier: Apache-2.0
// Resize and Upsample: nearest, linear and cubic, one axis after another.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

struct ResizeWay {
  std::string mode = "nearest", coordinates = "half_pixel", nearest = "round_prefer_floor";
  double cubic = -0.75;
  bool cuts_weights = false;  // exclude_outside
};

// Where output i of `out` lies on `in` inputs; `scale` is out / in as the file says it.
double coordinate(const ResizeWay& way, int i, int in, int out, double scale) {
  if (way.coordinates == "asymmetric") return i / scale;
  if (way.coordinates == "align_corners") return out == 1 ? 0 : i * static_cast<double>(in - 1) / (out - 1);
  if (way.coordinates == "pytorch_half_pixel" && out == 1) return 0;
  if (way.coordinates == "half_pixel_symmetric") {
    const double adjustment = out / (scale * in), centre = in / 2.0;
    return centre * (1 - adjustment) + (i + 0.5) / scale - 0.5;
  }
  return (i + 0.5) / scale - 0.5;
}

int nearest_input(const ResizeWay& way, double x) {
  if (way.nearest == "floor") return static_cast<int>(std::floor(x));
  if (way.nearest == "ceil") return static_cast<int>(std::ceil(x));
  if (way.nearest == "round_prefer_ceil") return static_cast<int>(std::floor(x + 0.5));
  return static_cast<int>(std::ceil(x - 0.5));
}

// Weights of the four inputs around a point at `t` behind the second (Keys 1981, doi:10.1109/TASSP.1981.1163711).
std::vector<double> cubic_weights(double t, double a) {
  const auto near = [a](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [a](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(1 + t), near(t), near(1 - t), far(2 - t)};
}

Resize table_of(const ResizeWay& way, int axis, int in, int out, double scale) {
  Resize r;
  r.axis = axis;
  r.taps = way.mode == "nearest" ? 1 : way.mode == "linear" ? 2 : 4;
  for (int i = 0; i < out; ++i) {
    const double x = coordinate(way, i, in, out, scale);
    if (way.mode == "nearest") {
      r.index.push_back(std::clamp(nearest_input(way, x), 0, in - 1));
      r.weight.push_back(1);
      continue;
    }
    const double inside = way.mode == "linear" ? std::clamp(x, 0.0, in - 1.0) : x, base = std::floor(inside);
    const std::vector<double> weights = way.mode == "linear" ? std::vector<double>{1 - (inside - base), inside - base}
                                                             : cubic_weights(inside - base, way.cubic);
    const int first = static_cast<int>(base) - (way.mode == "linear" ? 0 : 1);
    double sum = 0;
    for (int k = 0; k < r.taps; ++k)
      if (!way.cuts_weights || (first + k >= 0 && first + k < in)) sum += weights[static_cast<std::size_t>(k)];
    for (int k = 0; k < r.taps; ++k) {
      const bool outside = first + k < 0 || first + k >= in;
      r.index.push_back(std::clamp(first + k, 0, in - 1));
      r.weight.push_back(way.cuts_weights && outside ? 0.f
                                                     : static_cast<float>(weights[static_cast<std::size_t>(k)] / sum));
    }
  }
  return r;
}

ResizeWay way_of(const OnnxNode& node) {
  ResizeWay way;
  way.mode = node.text("mode", "nearest");
  if (node.type() == "Upsample" || node.opset() < 11) {  // neither said how then
    way.coordinates = "asymmetric";
    way.nearest = "floor";
  }
  way.coordinates = node.text("coordinate_transformation_mode", way.coordinates);
  way.nearest = node.text("nearest_mode", way.nearest);
  way.cubic = node.number("cubic_coeff_a", -0.75f);
  way.cuts_weights = node.integer("exclude_outside", 0) != 0;
  constexpr std::string_view coordinates[] = {"half_pixel",    "half_pixel_symmetric", "pytorch_half_pixel",
                                              "align_corners", "asymmetric",           "tf_half_pixel_for_nn"};
  if (std::ranges::find(coordinates, way.coordinates) == std::end(coordinates))
    node.fail(fmt::format("coordinate_transformation_mode {} is not supported", plain_text(way.coordinates)));
  if (way.coordinates == "tf_half_pixel_for_nn" && way.mode != "nearest")
    node.fail("coordinate_transformation_mode tf_half_pixel_for_nn is for the nearest input only");
  if (way.mode == "bilinear") way.mode = "linear";
  if (way.mode != "nearest" && way.mode != "linear" && way.mode != "cubic")
    node.fail(fmt::format("mode {} is not supported; supported are nearest, linear, cubic", plain_text(way.mode)));
  if (node.integer("antialias", 0) != 0) node.fail("antialias = 1 is not supported; supported is 0");
  if (node.text("keep_aspect_ratio_policy", "stretch") != "stretch")
    node.fail("keep_aspect_ratio_policy is not supported; supported is stretch");
  return way;
}

}  // namespace

// Scales or sizes of each axis: (x, scales) in operator set 10 and Upsample, (x, roi, scales, sizes) since.
void onnx_resize(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
              "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode", "scales"});
  node.need_inputs(1, 4);
  OnnxValue x = b.value(node, 0);
  const ResizeWay way = way_of(node);
  std::vector<int> axes;
  for (std::int64_t a : node.integers("axes")) axes.push_back(b.axis(node, a, x.rank()));
  if (axes.empty())
    for (int i = 0; i < x.rank(); ++i) axes.push_back(i);
  std::vector<double> scales, sizes;
  const bool old = node.type() == "Upsample" || node.opset() < 11;
  const int at = old ? 1 : 2;
  if (const auto* a = node.attribute("scales")) scales.assign(a->floats().begin(), a->floats().end());
  if (scales.empty() && b.given(node, at)) scales = b.constant(node, at, "the scales")->values;
  if (!old && b.given(node, 3)) sizes = b.constant(node, 3, "the sizes")->values;
  if ((scales.empty() ? sizes : scales).size() != axes.size())
    node.fail(fmt::format("has {} scales and {} sizes for {} axes", scales.size(), sizes.size(), axes.size()));
  const std::string name = b.layer_name(node);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const int axis = axes[i], in = x.dim(axis);
    double out = scales.empty() ? sizes[i] : std::floor(in * scales[i]);
    if (scales.empty() && axis == 0 && out == static_cast<double>(b.batch())) out = in;
    const double scale = scales.empty() ? out / in : scales[i];
    if (!(out >= 1 && out <= (1 << 20)) || !(scale > 0))
      node.fail(fmt::format("makes {} of {} entries along axis {}", out, in, axis));
    if (static_cast<int>(out) == in && scale == 1) continue;
    x = b.add(node, i == 0 ? name : fmt::format("{}.{}", name, i),
              table_of(way, axis, in, static_cast<int>(out), scale), {x});
  }
  b.define(node, 0, x);
}

}  // namespace bitline::workloads
