// SPDX-License-Identifier: Apache-2.0
// bitline device encode: the encoder `pulse-train`: its table of codes, or the features of given values.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/device.h"
#include "base/files.h"
#include "base/npy.h"
#include "device/plasticity/pulse_train.h"
#include "report/svg_lines.h"

namespace bitline::app {

using device::PulseTrain;
using device::TrainCode;

namespace {

PulseTrain train_of(const DeviceArguments& a) {
  PulseTrain t;
  t.stimulus = a.light ? device::Stimulus::light : device::Stimulus::potentiation;
  if (const auto n = count_of("--pulses", a.pulses, 1, 1024)) t.pulses = static_cast<int>(*n);
  t.amplitude_V = quantity_of("--amplitude", a.amplitude, Unit::volt);
  t.power_W_m2 = quantity_of("--power", a.power, Unit::watt_per_square_meter);
  t.width_s = quantity_of("--width", a.width, Unit::second);
  t.gap_s = quantity_of("--interval", a.interval, Unit::second).value_or(t.gap_s);
  if (a.read == "peak") t.read = device::ReadMoment::peak;
  return t;
}

// Features of an array whose last dimension is whole groups; bytes are divided by 255.
void write_features(const DeviceArguments& a, const PulseTrain& t, const device::Plasticity& p) {
  const NpyArray in = read_npy(a.values);
  const auto k = static_cast<std::size_t>(t.pulses);
  if (in.shape.empty() || in.shape.back() % k != 0)
    throw InputError(fmt::format("--values {}: the last dimension has {} values, which are no whole groups of {}",
                                 a.values, in.shape.empty() ? 0 : in.shape.back(), k));
  std::vector<float> values(in.data.size());
  const float white = in.dtype == "|u1" ? 255.f : 1.f;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(in.data[i]) / white;
  std::vector<std::size_t> shape = in.shape;
  shape.back() /= k;
  write_npy(a.output, encode(t, p, values), shape);
}

std::string codes_csv(const std::vector<TrainCode>& codes) {
  std::string csv = "code,peak_of_window,residual_of_window\n";
  for (const TrainCode& c : codes) csv += fmt::format("{},{:.9g},{:.9g}\n", c.code, c.peak, c.residual);
  return csv;
}

std::string codes_json(const std::vector<TrainCode>& codes) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const TrainCode& c : codes)
    rows.push_back({{"code", c.code}, {"peak_of_window", c.peak}, {"residual_of_window", c.residual}});
  return rows.dump(2) + "\n";
}

void draw_codes(const std::string& file, const std::string& name, const std::vector<TrainCode>& codes) {
  report::LineChart chart;
  chart.title = name + ": what each code leaves", chart.x_name = "code as a binary number";
  chart.y_name = "current above g_min", chart.y_unit = Unit::fraction;
  chart.dots = true;
  chart.series.resize(2);
  chart.series[0].name = "at the end of the last pulse", chart.series[1].name = "one interval later";
  for (std::size_t i = 0; i < codes.size(); ++i) {
    chart.series[0].points.emplace_back(static_cast<double>(i), codes[i].peak);
    chart.series[1].points.emplace_back(static_cast<double>(i), codes[i].residual);
  }
  write_file(file, lines_svg(chart));
}

}  // namespace

int device_encode(const DeviceArguments& a) {
  refuse_others(a);
  if (a.values.empty() != a.output.empty())
    throw UsageError("device encode: --values names the values, --output where their features go: give both, or none");
  const device::PulsedDevice d = device_of(a);
  const PulseTrain t = train_of(a);
  if (const auto problems = check(t, d.plasticity()); !problems.empty())
    throw UsageError(fmt::format("device encode {}: {}: {}", d.name, problems.front().path, problems.front().message));
  if (!a.values.empty()) {
    write_features(a, t, d.plasticity());
    return exit_done;
  }
  const std::vector<TrainCode> codes = train_codes(t, d.plasticity());
  if (!a.svg.empty()) draw_codes(a.svg, d.name, codes);
  fmt::print("{}", a.json ? codes_json(codes) : codes_csv(codes));
  return exit_done;
}

}  // namespace bitline::app
