// SPDX-License-Identifier: Apache-2.0
// bitline device iv, ltp, ppf, retention, stdp, pulses, codes: a curve as CSV or JSON, and drawn.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/device.h"
#include "base/files.h"
#include "report/svg_lines.h"

namespace bitline::app {

using characterise::PulseProtocol;
using characterise::ResponseCurve;
using device::Pulse;
using device::PulsedDevice;
using device::Stimulus;

std::optional<double> quantity_of(const char* option, const std::string& text, Unit unit) {
  if (text.empty()) return std::nullopt;
  const auto q = parse_quantity(text, unit);
  if (!q.value) throw UsageError(fmt::format("{} '{}' {}", option, text, q.problem));
  if (!(*q.value > 0 && std::isfinite(*q.value)))
    throw UsageError(fmt::format("{} '{}' must be greater than zero", option, text));
  return q.value;
}

std::optional<std::uint32_t> count_of(const char* option, const std::string& text, std::uint32_t lowest,
                                      std::uint32_t highest) {
  if (text.empty()) return std::nullopt;
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n < lowest || n > highest)
    throw UsageError(fmt::format("{} '{}' must be a whole number from {} to {}", option, text, lowest, highest));
  return n;
}

void refuse_others(const DeviceArguments& a) {
  const bool swept = a.action == "iv" || a.action == "ppf" || a.action == "retention" || a.action == "stdp";
  const bool pulsed = a.action == "ltp" || a.action == "ppf" || a.action == "retention" || a.action == "pulses" ||
                      a.action == "codes",
             encode = a.action == "encode";
  const bool regular = encode || (pulsed && a.train.empty());
  const auto refuse = [&](bool given, const char* option, bool known) {
    if (given && !known)
      throw UsageError(
          fmt::format("{} does not go with device {}{}", option, a.action, a.train.empty() ? "" : " --train"));
  };
  refuse(!a.highest.empty(), "--highest", swept);
  refuse(!a.train.empty(), "--train", a.action == "pulses");
  refuse(!a.pulses.empty(), "--pulses", regular && a.action != "ppf" && a.action != "codes");
  refuse(!a.interval.empty(), "--interval", regular && a.action != "ppf");
  refuse(!a.amplitude.empty(), "--amplitude", regular && !a.light);
  refuse(!a.width.empty(), "--width", regular);
  refuse(!a.power.empty(), "--power", regular && a.light);
  refuse(!a.wavelength.empty(), "--wavelength", regular && a.light && !encode);
  refuse(a.light, "--light", regular && a.action != "codes");
  refuse(!a.codes.empty(), "--codes", a.action == "codes");
  refuse(!a.temperature.empty(), "--temperature", pulsed);
  refuse(a.cycles != 1, "--cycles", a.action == "ltp");
  refuse(a.spread, "--spread", a.action == "ltp" || a.action == "pulses" || a.action == "codes");
  refuse(!a.seed.empty(), "--seed", a.spread);
  refuse(!a.output.empty(), "--output", encode);
  refuse(!a.values.empty(), "--values", encode);
  refuse(a.read != "residual", "--read", encode);
}

namespace {

// A device whose pulses leave nothing that fades shows how written cells age, whatever the pulses.
void refuse_pulses(const DeviceArguments& a, const PulsedDevice& d) {
  for (const auto& [given, option] : {std::pair{!a.pulses.empty(), "--pulses"},
                                      {!a.interval.empty(), "--interval"},
                                      {!a.amplitude.empty(), "--amplitude"},
                                      {!a.width.empty(), "--width"},
                                      {a.light, "--light"}})
    if (given)
      throw UsageError(fmt::format("{} changes nothing: pulses leave no transients in {} (plasticity.{}.short_term)",
                                   option, d.name, a.light ? "light" : "potentiation"));
}

PulseProtocol protocol_of(const DeviceArguments& a) {
  PulseProtocol q;
  q.light = a.light;
  q.amplitude_V = quantity_of("--amplitude", a.amplitude, Unit::volt);
  q.width_s = quantity_of("--width", a.width, Unit::second);
  q.interval_s = quantity_of("--interval", a.interval, Unit::second);
  q.power_W_m2 = quantity_of("--power", a.power, Unit::watt_per_square_meter);
  q.wavelength_m = quantity_of("--wavelength", a.wavelength, Unit::meter);
  q.temperature_K = quantity_of("--temperature", a.temperature, Unit::kelvin);
  q.highest = quantity_of("--highest", a.highest, a.action == "iv" ? Unit::volt : Unit::second);
  if (const auto n = count_of("--pulses", a.pulses, 1, 100000)) q.pulses = static_cast<int>(*n);
  q.cycles = a.cycles;
  if (a.spread) q.seed = count_of("--seed", a.seed, 0, UINT32_MAX).value_or(1);
  return q;
}

// "0111,1000": codes of one length; all of four slots where none are given.
std::vector<std::vector<bool>> codes_of(const std::string& text) {
  constexpr unsigned slots = 4;
  constexpr std::size_t longest = 64;
  std::vector<std::vector<bool>> codes;
  if (text.empty())
    for (unsigned code = 0; code < 1u << slots; ++code) {
      std::vector<bool>& bits = codes.emplace_back();
      for (unsigned slot = 0; slot < slots; ++slot) bits.push_back(code >> (slots - 1 - slot) & 1u);
    }
  for (std::size_t at = 0; !text.empty() && at <= text.size(); ++at) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::vector<bool>& bits = codes.emplace_back();
    for (; at < end; ++at) {
      if (text[at] != '0' && text[at] != '1')
        throw UsageError(fmt::format("--codes '{}' must be 0s and 1s with commas between, such as 01111,10100", text));
      bits.push_back(text[at] == '1');
    }
  }
  for (const auto& bits : codes)
    if (bits.empty() || bits.size() > longest || bits.size() != codes.front().size())
      throw UsageError(fmt::format("--codes '{}' must be of one length, 1 to {}", text, longest));
  return codes;
}

// Of a device whose file says that what other amplitudes and widths do is assumed, when such pulses are asked for.
void warn_of_pulses(const PulsedDevice& d, std::span<const Pulse> pulses) {
  if (!d.device.plasticity) return;
  const auto reason = [&](const std::string& path) {
    for (const auto& note : d.notes.assumed)
      if (note.path.ends_with(path)) return note.reason;
    return std::string();
  };
  const auto differs = [](double a, double b) { return std::abs(a - b) > 0.01 * b; };
  for (const bool up : {true, false}) {
    const auto& response = up ? d.plasticity().potentiation : d.plasticity().depression;
    if (!response) continue;
    const auto& drive = response->drive;
    const std::string at = std::string("plasticity.") + (up ? "potentiation" : "depression") + ".drive.";
    const auto warn = [&](const char* what, const std::string& key, double asked, double known, Unit unit) {
      if (const std::string why = reason(at + key); !why.empty())
        fmt::print(stderr, "bitline: warning: {}: {} of {} were not measured, {} were: {}{} is assumed ({})\n", d.name,
                   what, pretty(asked, unit), pretty(known, unit), at, key, why);
    };
    const auto of_side = [&](const Pulse& p) {
      return p.power_W_m2 == 0 && p.amplitude_V != 0 && (p.amplitude_V > 0) == up;
    };
    for (const Pulse& p : pulses)
      if (of_side(p) && differs(std::abs(p.amplitude_V), drive.amplitude_V)) {
        warn("pulses", "law.exponent", std::abs(p.amplitude_V), drive.amplitude_V, Unit::volt);
        break;
      }
    for (const Pulse& p : pulses)
      if (of_side(p) && differs(p.width_s, drive.width_s)) {
        warn("widths", "width_exponent", p.width_s, drive.width_s, Unit::second);
        break;
      }
  }
}

// The pulses that a protocol asks for beside the device's own.
std::vector<Pulse> asked_pulses(const PulsedDevice& d, const PulseProtocol& q) {
  std::vector<Pulse> out;
  if (!d.device.plasticity || (!q.amplitude_V && !q.width_s)) return out;
  for (const Stimulus s : {Stimulus::potentiation, Stimulus::depression}) {
    if (!(s == Stimulus::potentiation ? d.plasticity().potentiation : d.plasticity().depression)) continue;
    Pulse pulse = reference_pulse(d.plasticity(), s);
    if (q.amplitude_V) pulse.amplitude_V = std::copysign(*q.amplitude_V, pulse.amplitude_V);
    if (q.width_s) pulse.width_s = *q.width_s;
    out.push_back(pulse);
  }
  return out;
}

ResponseCurve curve_of(const DeviceArguments& a) {
  refuse_others(a);
  const PulsedDevice d = device_of(a);
  const PulseProtocol q = protocol_of(a);
  const std::vector<Pulse> train =
      a.action == "pulses" && !a.train.empty() ? characterise::read_pulse_train(a.train) : std::vector<Pulse>();
  if (!a.quiet && !a.light) warn_of_pulses(d, train.empty() ? asked_pulses(d, q) : train);
  if (a.action == "retention" && !characterise::has_transients(d, a.light) && ages(d.device)) refuse_pulses(a, d);
  if (!a.quiet)
    for (const std::string& warning : beyond_limits(d.device, q.temperature_K.value_or(d.device.temperature_K),
                                                    a.action == "retention" ? retention_end_s(d, q) : 0))
      fmt::print(stderr, "bitline: warning: {}: {}\n", d.name, warning);
  if (a.action == "iv") return iv_curve(d, q);
  if (a.action == "ltp") return ltp_curve(d, q);
  if (a.action == "ppf") return ppf_curve(d, q);
  if (a.action == "retention") return retention_curve(d, q);
  if (a.action == "stdp") return stdp_curve(d, q);
  if (a.action == "codes") return codes_curve(d, codes_of(a.codes), q);
  return train_curve(d, train.empty() ? regular_train(d, q) : train, q);
}

std::string json_of(const ResponseCurve& c) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& row : c.rows) {
    auto& out = rows.emplace_back(nlohmann::ordered_json::array());
    for (const double x : row) out.push_back(std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json());
  }
  return nlohmann::ordered_json{
      {"title", c.title}, {"definition", c.definition}, {"columns", c.columns}, {"rows", rows}}
      .dump(2);
}

std::string svg_of(const ResponseCurve& c) {
  report::LineChart chart;
  chart.title = c.title, chart.note = c.definition;
  chart.x_name = c.x_axis.name, chart.x_unit = c.x_axis.unit;
  chart.y_name = c.y_axis.name, chart.y_unit = c.y_axis.unit;
  chart.log_x = c.log_x;
  chart.dots = c.rows.size() <= 200;
  for (const characterise::CurveLine& line : c.lines) {
    report::LineSeries& s = chart.series.emplace_back();
    s.name = line.name;
    for (const auto& row : c.rows) {
      s.points.emplace_back(row[c.x], row[line.column]);
      if (line.sigma) s.sigma.push_back(row[*line.sigma]);
    }
    if (line.sigma) chart.dots = false;
  }
  return lines_svg(chart);
}

}  // namespace

int device_curve(const DeviceArguments& a) {
  const ResponseCurve c = curve_of(a);
  if (!a.svg.empty()) write_file(a.svg, svg_of(c));
  fmt::print("{}", a.json ? json_of(c) + "\n" : curve_csv(c));
  return exit_done;
}

}  // namespace bitline::app
