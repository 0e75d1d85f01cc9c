// SPDX-License-Identifier: Apache-2.0
#include "workloads/diode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"

namespace bitline::workloads {

double diode_curve(double linear, double power, double slope, double v) {
  if (v <= 0) return slope * v;
  const double ratio = v / linear;
  // Beyond 1 the larger term is taken out, so that no power overflows.
  return ratio <= 1 ? v * std::pow(1 + std::pow(ratio, power), -1 / power)
                    : linear * std::pow(1 + std::pow(1 / ratio, power), -1 / power);
}

namespace {

template <class T>
T value_of(const Diode& d, double linear, double slope, T v) {
  return static_cast<T>(d.scale * diode_curve(linear, d.power, slope, v / d.scale));
}

// One for each entry of the first dimension that is not 1: neurons, or channels, whose positions follow each other.
std::size_t devices_of(const Shape& shape) {
  const auto first = std::ranges::find_if(shape.dims, [](int d) { return d != 1; });
  return first == shape.dims.end() ? 1 : static_cast<std::size_t>(*first);
}

std::size_t rounded_up(std::size_t n) { return (n + 3) / 4 * 4; }

// Normal numbers of the two parameters of each device.
struct DeviceNumbers {
  std::vector<float> linear, slope;
};
DeviceNumbers drawn(const Diode& d, std::size_t devices, const Random& random) {
  DeviceNumbers z{std::vector<float>(rounded_up(devices), 0.f), std::vector<float>(rounded_up(devices), 0.f)};
  if (d.spread == 0) return z;
  const auto layer = static_cast<std::uint16_t>(d.number);
  random.normals({Purpose::activation_device, layer, 0, 0, 0}, z.linear);
  random.normals({Purpose::activation_device, layer, 0, 0, 1}, z.slope);
  return z;
}

}  // namespace

template <class T>
void compute(const Diode& d, std::size_t samples, const Operand<T>& in, T* out) {
  for (std::size_t i = 0; i < samples * in.size(); ++i) out[i] = value_of(d, d.linear, d.slope, in.values[i]);
}

template <class T>
void compute(const Diode& d, std::size_t samples, const Operand<T>& in, const DeviceDraws& draws, std::size_t step,
             T* out) {
  const std::size_t devices = devices_of(*in.shape), each = in.size() / devices;
  const DeviceNumbers z = drawn(d, devices, draws.random);
  std::vector<float> noise(rounded_up(in.size()), 0.f);
  constexpr double least = 0.01;  // of the nominal linear region: what a far tail of the spread would turn negative
  for (std::size_t s = 0; s < samples; ++s, out += in.size()) {
    const T* values = in.values + s * in.stride();
    if (d.noise > 0)
      draws.random.normals({Purpose::activation_noise, static_cast<std::uint16_t>(d.number), 0,
                            static_cast<std::uint32_t>(draws.first_sample + s), static_cast<std::uint32_t>(step)},
                           noise);
    for (std::size_t k = 0; k < devices; ++k) {
      const double linear = d.linear * std::max(least, 1 + d.spread * z.linear[k]),
                   slope = d.slope * (1 + d.spread * z.slope[k]);
      for (std::size_t i = k * each; i < (k + 1) * each; ++i)
        out[i] = value_of(d, linear, slope, values[i]) + static_cast<T>(d.noise * d.scale * noise[i]);
    }
  }
}

template void compute(const Diode&, std::size_t, const Operand<float>&, float*);
template void compute(const Diode&, std::size_t, const Operand<double>&, double*);
template void compute(const Diode&, std::size_t, const Operand<float>&, const DeviceDraws&, std::size_t, float*);
template void compute(const Diode&, std::size_t, const Operand<double>&, const DeviceDraws&, std::size_t, double*);

void fields(Visitor&, TrainedActivation&) {}

void fields(Visitor& v, DiodeActivation& d) {
  v(d.linear, {.key = "linear",
               .meaning = "end of the linear region, and the largest output, in units of `scale`",
               .positive = true});
  v(d.power, {.key = "power", .meaning = "how sharply the linear region ends", .max = 100, .positive = true});
  v(d.slope, {.key = "slope",
              .meaning = "reverse slope at gain 1, over the forward slope",
              .min = 0,
              .absent = "that of the network's activation"});
  v(d.gain, {.key = "gain", .meaning = "of the circuit that sets the reverse slope: multiplies `slope`", .min = 0});
  v(d.noise, {.key = "noise", .meaning = "sigma of an output, in units of `scale`", .min = 0});
  v(d.spread, {.key = "spread",
               .meaning = "sigma over devices of the linear region and of the reverse slope, relative",
               .unit = Unit::fraction,
               .min = 0,
               .max = 1});
  v(d.scale, {.key = "scale", .meaning = "value of the network that a device's 1 stands for", .positive = true});
}

Graph with_activation(const Graph& graph, const Activation& activation) {
  Graph out = graph;
  const auto* diode = std::get_if<DiodeActivation>(&activation);
  if (!diode) return out;
  int replaced = 0;
  for (Node& node : out.nodes) {
    const auto* a = std::get_if<Activate>(&node.op);
    if (!a || (a->kind != Activate::Kind::relu && a->kind != Activate::Kind::leaky_relu)) continue;
    const double own = a->kind == Activate::Kind::relu ? 0 : double{a->alpha};
    node.op = Diode{.linear = diode->linear,
                    .power = diode->power,
                    .slope = diode->slope.value_or(own) * diode->gain,
                    .scale = diode->scale,
                    .noise = diode->noise,
                    .spread = diode->spread,
                    .number = replaced++};
  }
  if (replaced == 0)
    throw InputError(fmt::format("network '{}' has no ReLU or leaky ReLU that diodes could make", graph.name));
  return out;
}

}  // namespace bitline::workloads
