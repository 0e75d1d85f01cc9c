// SPDX-License-Identifier: Apache-2.0
// bitline.Device and bitline.fit: curves of a device model as arrays, and a device from measured curves.
#include <pybind11/stl.h>

#include <cmath>

#include "base/config_writer.h"
#include "base/files.h"
#include "characterise/curve_warnings.h"
#include "characterise/fit/fit.h"
#include "device/plasticity/pulsed_device.h"
#include "python/arrays.h"
#include "python/bindings.h"
#include "python/calls.h"
#include "report/fit_text.h"
#include "report/svg_fit.h"

namespace bitline::python {
namespace {

using characterise::PulseProtocol;
using characterise::ResponseCurve;
using device::PulsedDevice;

// Columns by name, in order; with what they mean.
py::tuple curve(const ResponseCurve& c) {
  py::dict columns;
  for (std::size_t k = 0; k < c.columns.size(); ++k) {
    std::vector<double> values;
    for (const auto& row : c.rows) values.push_back(row[k]);
    columns[py::str(c.columns[k])] = new_array(values, {length(values.size())});
  }
  py::list lines;
  for (const auto& line : c.lines) lines.append(py::make_tuple(c.columns[line.column], line.name));
  py::dict figures;
  for (const auto& [name, value] : c.figures) figures[py::str(name)] = value;
  return py::make_tuple(
      columns, py::dict(py::arg("figures") = figures, py::arg("title") = c.title, py::arg("definition") = c.definition,
                        py::arg("x") = c.columns.at(c.x), py::arg("lines") = lines, py::arg("log_x") = c.log_x,
                        py::arg("y") = c.y_axis.name));
}

// "1.5 V" or a number in SI; above 0.
std::optional<double> positive(const py::object& given, const char* name, Unit unit) {
  if (given.is_none()) return std::nullopt;
  const double x = quantity(given, name, unit);
  if (!(x > 0)) throw InputError(fmt::format("{}: is {}; it must be greater than zero", name, x));
  return x;
}

PulseProtocol protocol_of(const py::dict& given, Unit swept) {
  PulseProtocol q;
  for (const auto& [key, value] : given) {
    const auto name = key.cast<std::string>();
    const auto v = py::reinterpret_borrow<py::object>(value);
    const auto number = [&](Unit unit) { return positive(v, name.c_str(), unit); };
    if (name == "light")
      q.light = v.cast<bool>();
    else if (name == "amplitude")
      q.amplitude_V = number(Unit::volt);
    else if (name == "width")
      q.width_s = number(Unit::second);
    else if (name == "interval")
      q.interval_s = number(Unit::second);
    else if (name == "power")
      q.power_W_m2 = number(Unit::watt_per_square_meter);
    else if (name == "wavelength")
      q.wavelength_m = number(Unit::meter);
    else if (name == "temperature")
      q.temperature_K = number(Unit::kelvin);
    else if (name == "highest")
      q.highest = number(swept);
    else if (name == "pulses" && !v.is_none())
      q.pulses = v.cast<int>();
    else if (name == "cycles")
      q.cycles = v.cast<int>();
    else if (name == "seed" && !v.is_none())
      q.seed = v.cast<std::uint32_t>();
  }
  if (q.pulses && (*q.pulses < 1 || *q.pulses > 100000)) throw InputError("pulses: must be 1 to 100000");
  if (q.cycles < 1 || q.cycles > 1000) throw InputError("cycles: must be 1 to 1000");
  return q;
}

// (pulses, 5): time, width, amplitude, power, wavelength.
std::vector<device::Pulse> train_of(const py::object& given) {
  if (py::isinstance<py::str>(given)) return characterise::read_pulse_train(given.cast<std::string>());
  const Array<double> a = real_array<double>(given, "train", 2);
  if (a.shape(1) != 5) throw InputError("train: has shape " + shape_text(a) + " where (pulses, 5) is expected");
  std::vector<device::Pulse> train;
  for (py::ssize_t i = 0; i < a.shape(0); ++i) {
    const device::Pulse p{a.at(i, 0), a.at(i, 1), a.at(i, 2), a.at(i, 3), a.at(i, 4)};
    const double free_s = train.empty() ? 0 : train.back().time_s + train.back().width_s;
    if (p.width_s < 0 || p.power_W_m2 < 0 || p.wavelength_m < 0)
      throw InputError(fmt::format("train: width, power and wavelength of pulse {} must not be below 0", i));
    if (p.amplitude_V != 0 && p.power_W_m2 != 0)
      throw InputError(fmt::format("train: pulse {} is either a voltage or light", i));
    if (p.time_s < free_s)
      throw InputError(
          fmt::format("train: pulse {} starts at {} s, but the one before ends at {} s", i, p.time_s, free_s));
    train.push_back(p);
  }
  return train;
}

py::tuple curve_of(const PulsedDevice& d, const std::string& what, const py::dict& protocol, const py::object& train) {
  const PulseProtocol q = protocol_of(protocol, what == "iv" ? Unit::volt : Unit::second);
  std::vector<device::Pulse> pulses;
  if (what == "pulses") pulses = train.is_none() ? regular_train(d, q) : train_of(train);
  if (what == "iv" && q.width_s && !is_loop(d, q))
    throw InputError("width: changes nothing: a sweep that stops before pulses write is no loop");
  for (const std::string& warning : curve_warnings(d, what, q, train.is_none() ? std::vector<device::Pulse>() : pulses))
    if (PyErr_WarnEx(PyExc_UserWarning, warning.c_str(), 1) != 0) throw py::error_already_set();
  ResponseCurve c;
  watched(py::none(), [&](const Report&) {
    c = what == "iv"          ? iv_curve(d, q)
        : what == "ltp"       ? ltp_curve(d, q)
        : what == "ppf"       ? ppf_curve(d, q)
        : what == "retention" ? retention_curve(d, q)
        : what == "stdp"      ? stdp_curve(d, q)
                              : train_curve(d, pulses, q);
  });
  return curve(c);
}

py::dict fit_files(const std::string& name, const std::map<std::string, std::string>& files,
                   std::optional<double> read_voltage_V, const std::vector<double>& amplitude_V,
                   std::optional<double> width_s, std::optional<bool> negative_potentiates, const std::string& columns,
                   const std::vector<std::string>& models) {
  characterise::FitFiles f;
  for (const auto& [part, file] : files) {
    auto& to = part == "ltp"         ? f.ltp
               : part == "ppf"       ? f.ppf
               : part == "retention" ? f.retention
               : part == "readback"  ? f.readback
               : part == "iv"        ? f.iv
               : part == "stdp"      ? f.stdp
               : part == "write_log" ? f.write_log
                                     : f.endurance;
    to = file;
  }
  f.read_voltage_V = read_voltage_V, f.amplitude_V = amplitude_V, f.width_s = width_s;
  f.negative_potentiates = negative_potentiates, f.models = models;
  f.columns = parse_column_choices(columns);
  std::string yaml, json, svg;
  watched(py::none(), [&](const Report&) {
    const std::vector<characterise::FitPart> parts = fit_device(f);
    yaml = report::fitted_device_file(name, parts, read_voltage_V);
    json = report::fit_json(parts).dump();
    svg = report::fit_svg(name, parts);
  });
  return py::dict(py::arg("yaml") = yaml, py::arg("json") = json, py::arg("svg") = svg);
}

}  // namespace

double quantity(const py::object& given, const char* name, Unit unit) {
  if (py::isinstance<py::str>(given)) {
    const auto text = given.cast<std::string>();
    const auto q = parse_quantity(text, unit);
    if (!q.value) throw InputError(fmt::format("{}: '{}' {}", name, text, q.problem));
    return *q.value;
  }
  if (PyBool_Check(given.ptr()) || !PyNumber_Check(given.ptr()))
    throw InputError(fmt::format("{}: is neither a number in SI nor a text such as '{}'", name, example(unit)));
  const double x = given.cast<double>();
  if (!std::isfinite(x)) throw InputError(fmt::format("{}: is {}, which is not finite", name, x));
  return x;
}

void add_device(py::module_& m) {
  py::class_<PulsedDevice>(m, "DeviceModel", "A device of the library; bitline.Device has its curves.")
      .def(py::init([](const std::string& name, const std::vector<std::pair<std::string, std::string>>& settings,
                       const std::vector<std::string>& roots) {
             const ConfigPath where = config_path(roots);
             std::vector<Override> overrides;
             for (const auto& [path, value] : settings) overrides.push_back({path, value});
             return device::load_pulsed_device(find_config(Value::scalar(name), "device", where), overrides, where);
           }),
           py::arg("name"), py::arg("settings"), py::arg("roots"))
      .def_readonly("name", &PulsedDevice::name, "As its file is called.")
      .def_readonly("relative", &PulsedDevice::relative,
                    "The file gives no conductances: states are in units of g_max.")
      .def_property_readonly(
          "about", [](const PulsedDevice& d) { return d.device.about; }, "What it is.")
      .def(
          "yaml", [](const PulsedDevice& d) { return to_yaml(ConfigWriter::write(d.device), &d.notes); },
          "Every key and where it came from.")
      .def("curve", &curve_of, py::arg("what"), py::arg("protocol"), py::arg("train") = py::none(),
           "Columns by name, and what they mean.");
  m.def("fit", &fit_files, py::arg("name"), py::arg("files"), py::arg("read_voltage_V"), py::arg("amplitude_V"),
        py::arg("width_s"), py::arg("negative_potentiates"), py::arg("columns"), py::arg("models"),
        "Behind bitline.fit.");
}

}  // namespace bitline::python
