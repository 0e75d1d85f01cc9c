// SPDX-License-Identifier: Apache-2.0
// bitline device iv, ltp, ppf, retention, stdp, pulses, codes: a curve as CSV or JSON, and drawn.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/device.h"
#include "base/files.h"
#include "characterise/measured_points.h"
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
  const bool page = a.action == "table";
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
  refuse(!a.width.empty(), "--width", regular || a.action == "iv");
  refuse(!a.power.empty(), "--power", regular && a.light);
  refuse(!a.wavelength.empty(), "--wavelength", regular && a.light && !encode);
  refuse(a.light, "--light", regular && a.action != "codes");
  refuse(!a.codes.empty(), "--codes", a.action == "codes");
  refuse(!a.temperature.empty(), "--temperature", pulsed);
  refuse(a.cycles != 1, "--cycles", a.action == "ltp");
  refuse(a.spread, "--spread", a.action == "ltp" || a.action == "pulses" || a.action == "codes");
  refuse(!a.seed.empty(), "--seed", a.spread);
  refuse(!a.output.empty(), "--output", encode || page);
  refuse(!a.svg.empty(), "--svg", !page);
  refuse(a.json, "--json", !page);
  const bool measured = (a.action == "ltp" && !a.light) || a.action == "ppf" || a.action == "iv" || a.action == "stdp";
  refuse(!a.measured.empty(), "--measured", measured);
  for (const auto& [given, option] : {std::pair{!a.measured.empty(), "--measured"}, {!a.axis.empty(), "--axis"}})
    if (given && a.svg.empty())
      throw UsageError(fmt::format("{} changes the drawing alone: name it with --svg FILE", option));
  for (const auto& [given, option] :
       {std::pair{!a.read_voltage.empty(), "--read-voltage"}, {!a.columns.empty(), "--columns"}})
    if (given && a.measured.empty()) throw UsageError(fmt::format("{} goes with --measured", option));
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

// A train of equal pulses, positive or of light; `--pulses` of them.
std::vector<Pulse> regular_train(const PulsedDevice& d, const PulseProtocol& q) {
  Pulse pulse = reference_pulse(d.plasticity(), q.light ? Stimulus::light : Stimulus::potentiation);
  if (q.width_s) pulse.width_s = *q.width_s;
  if (q.amplitude_V) pulse.amplitude_V = *q.amplitude_V;
  if (q.power_W_m2) pulse.power_W_m2 = *q.power_W_m2;
  if (q.wavelength_m) pulse.wavelength_m = *q.wavelength_m;
  return pulse_train(pulse, q.pulses.value_or(10), q.interval_s.value_or(0.1));
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
  const bool loop = a.action == "iv" && is_loop(d, q);
  if (a.action == "iv" && !loop && q.width_s)
    throw UsageError("--width changes nothing: a sweep that stops before pulses write is no loop");
  if (!a.quiet && !a.light) warn_of_pulses(d, !train.empty() ? train : loop ? loop_steps(d, q) : asked_pulses(d, q));
  if (!a.quiet && a.spread && d.device.plasticity && d.plasticity().spread.cycle_to_cycle == 0 &&
      d.plasticity().spread.device_to_device == 0)
    fmt::print(stderr, "bitline: warning: {}: --spread changes nothing: plasticity.spread is 0\n", d.name);
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
  nlohmann::ordered_json figures = nlohmann::ordered_json::object();
  for (const auto& [name, value] : c.figures) figures[name] = value;
  return nlohmann::ordered_json{{"title", c.title},
                                {"definition", fmt::format("{}", fmt::join(c.definition, "; "))},
                                {"columns", c.columns},
                                {"figures", figures},
                                {"rows", rows}}
      .dump(2);
}

report::LineSeries series_of(const ResponseCurve& c, const characterise::CurveLine& line,
                             const characterise::CurveAxis& axis, bool absolute) {
  report::LineSeries s;
  s.name = line.name;
  for (const auto& row : c.rows) {
    const double y = row[line.column] * axis.factor;
    s.points.emplace_back(row[c.x], absolute ? std::abs(y) : y);
    if (line.sigma) s.sigma.push_back(row[*line.sigma] * axis.factor);
  }
  s.arrows = c.loop;
  return s;
}

std::string svg_of(const ResponseCurve& c, const std::string& axis) {
  const bool log = axis.empty() ? c.log_y : axis == "log";
  report::LineChart chart;
  chart.title = c.title, chart.notes = c.definition;
  chart.x_name = c.x_axis.name, chart.x_unit = c.x_axis.unit;
  chart.y_name = c.loop && log ? "|" + c.y_axis.name + "|" : c.y_axis.name, chart.y_unit = c.y_axis.unit;
  chart.log_x = c.log_x;
  chart.y_scale = log ? report::YScale::logarithmic : report::YScale::linear;
  chart.dots = c.rows.size() <= 200 && !c.loop && !c.measured;
  for (const characterise::CurveLine& line : c.lines) {
    chart.series.push_back(series_of(c, line, c.y_axis, c.loop && log));
    if (line.sigma) chart.dots = false;
  }
  if (c.measured) {
    report::LineSeries& s = chart.series.emplace_back();
    s.name = "measured: " + c.measured->name, s.marks = true;
    for (const auto& [x, y] : c.measured->points)
      s.points.emplace_back(x, (c.loop && log ? std::abs(y) : y) * c.y_axis.factor);
  }
  chart.lower.y_name = c.lower_axis.name, chart.lower.y_unit = c.lower_axis.unit;
  for (const characterise::CurveLine& line : c.lower)
    chart.lower.series.push_back(series_of(c, line, c.lower_axis, false));
  return lines_svg(chart);
}

void overlay(const DeviceArguments& a, ResponseCurve& c) {
  using characterise::MeasuredKind;
  characterise::FitFiles files;
  files.read_voltage_V = quantity_of("--read-voltage", a.read_voltage, Unit::volt);
  files.columns = parse_column_choices(a.columns);
  const MeasuredKind kind = a.action == "ltp"   ? MeasuredKind::ltp
                            : a.action == "ppf" ? MeasuredKind::ppf
                            : a.action == "iv"  ? MeasuredKind::iv
                                                : MeasuredKind::stdp;
  add_measured(c, kind, device_of(a), a.measured, files);
}

}  // namespace

int device_curve(const DeviceArguments& a) {
  ResponseCurve c = curve_of(a);
  if (!a.measured.empty()) overlay(a, c);
  if (!a.svg.empty()) write_file(a.svg, svg_of(c, a.axis));
  fmt::print("{}", a.json ? json_of(c) + "\n" : curve_csv(c));
  return exit_done;
}

}  // namespace bitline::app
