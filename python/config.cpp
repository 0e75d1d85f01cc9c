// SPDX-License-Identifier: Apache-2.0
// Configurations: loaded, changed and checked by the very code of the command, and seen as dictionaries of Python.
#include <pybind11/stl.h>

#include "base/config_writer.h"
#include "base/nearest.h"
#include "base/schema_pages.h"
#include "experiments/sweep.h"
#include "python/bindings.h"

namespace bitline::python {
namespace {

using arch::LoadedConfig;

// What was written and is read later, such as the settings of layers: numbers as numbers.
py::object plain(const Value& v) {
  if (v.is_map()) {
    py::dict out;
    for (const Entry& e : v.entries) out[py::str(e.key)] = plain(e.value);
    return out;
  }
  if (v.is_list()) {
    py::list out;
    for (const Value& item : v.items) out.append(plain(item));
    return out;
  }
  if (v.kind == Value::Kind::null) return py::none();
  if (!v.quoted && (v.text == "true" || v.text == "false")) return py::bool_(v.text == "true");
  if (!v.quoted)
    if (const auto number = number_and_unit(v.text); number && number->unit.empty()) {
      if (v.text.find_first_not_of("+-0123456789") == std::string::npos && v.text.size() < 18)
        return py::int_(std::stoll(v.text));
      return py::float_(number->value);
    }
  return py::str(v.text);
}

// The values of a config struct as Python's own: quantities as bitline.Quantity, what is unset as None.
class PythonWriter : public Visitor {
 public:
  template <Record T>
  static py::dict write(T config) {  // a copy, as fields() takes mutable members
    PythonWriter w;
    fields(w, config);
    return w.root_;
  }

  void boolean(const Field& f, bool& x) override { put(f, py::bool_(x)); }
  void integer(const Field& f, std::int64_t& x, std::int64_t, std::int64_t) override { put(f, py::int_(x)); }
  void number(const Field& f, double& x) override {
    const std::string_view unit = symbol(f.unit);
    if (unit.empty())
      put(f, py::float_(x));
    else
      put(f, quantity_(x, std::string(unit), format_quantity(x, f.unit)));
  }
  void text(const Field& f, std::string& x) override { put(f, py::str(x)); }
  void choice(const Field& f, std::size_t& i, std::span<const std::string_view> names) override {
    put(f, py::str(std::string(names[i])));
  }
  void optional(const Field& f, const OptionalRef& ref) override {
    if (ref.has())
      ref.visit(*this);
    else
      put(f, py::none());
  }
  void record(const Field& f, const Visit& visit) override {
    py::dict inner;
    const py::object outer = std::exchange(at_, inner);
    const std::string key = std::exchange(direct_key_, "");
    visit(*this);
    at_ = outer, direct_key_ = key;
    put(f, inner);
  }
  void variant(const Field& f, const VariantRef& ref) override {
    record(f, [&](Visitor& v) {
      at_["type"] = py::str(std::string(ref.types[ref.index()]));
      ref.visit(v);
    });
  }
  void list(const Field& f, const ListRef& ref) override {
    py::list inner;
    const py::object outer = std::exchange(at_, inner);
    for (std::size_t i = 0; i < ref.size(); ++i) ref.visit(*this, i);
    at_ = outer;
    put(f, inner);
  }
  void map(const Field& f, const MapRef& ref) override {
    py::dict inner;
    const py::object outer = std::exchange(at_, inner);
    for (const auto& key : ref.keys()) {
      direct_key_ = key;
      ref.visit(*this, key);
    }
    direct_key_.clear();
    at_ = outer;
    put(f, inner);
  }
  void raw(const Field& f, Value& x) override { put(f, plain(x)); }

 private:
  void put(const Field& f, const py::object& value) {
    if (py::isinstance<py::list>(at_))
      at_.cast<py::list>().append(value);
    else
      at_[py::str(direct_key_.empty() ? f.key : direct_key_)] = value;
  }

  py::dict root_;
  py::object at_ = root_;
  std::string direct_key_;
  py::object quantity_ = py::module_::import("bitline._quantity").attr("Quantity");
};

Config loaded_config(const std::string& name, const std::vector<Override>& overrides, const ConfigPath& where) {
  const std::filesystem::path file = find_config(Value::scalar(name), "", where);
  if (experiments::is_sweep_plan(file, where))
    refuse_at({file.string()}, "is a sweep plan, not an experiment", "bitline.sweep runs its points");
  Config c{file, overrides, where, nullptr};
  const py::gil_scoped_release released;
  c.loaded = std::make_shared<const LoadedConfig>(arch::load(file, overrides, where));
  return c;
}

std::vector<Override> overrides_of(const std::vector<std::pair<std::string, std::string>>& settings) {
  std::vector<Override> out;
  for (const auto& [path, value] : settings) out.push_back({path, value});
  return out;
}

Config with(const Config& c, const std::vector<std::pair<std::string, std::string>>& settings) {
  Config changed = c;
  for (const Override& o : overrides_of(settings)) changed.overrides.push_back(o);
  const py::gil_scoped_release released;
  changed.loaded = std::make_shared<const LoadedConfig>(arch::load(c.file, changed.overrides, c.where));
  return changed;
}

py::list settings_of(const Config& c) {
  py::list out;
  for (const Override& o : c.overrides) out.append(py::make_tuple(o.path, o.value));
  return out;
}

py::list schema(const std::string& path) {
  const auto rows = schema_rows([c = arch::Config{}](Visitor& v) mutable { fields(v, c); });
  const auto without_alternatives = [](const std::string& text) {
    std::string out;
    bool inside = false;
    for (const char c : text) {
      inside = inside || c == '[';
      if (!inside) out += c;
      if (c == ']') inside = false;
    }
    return out;
  };
  const auto below = [&](const std::string& key) {
    return path.empty() ||
           (key.starts_with(path) && (key.size() == path.size() || key[path.size()] == '.' || key[path.size()] == '['));
  };
  py::list out;
  for (const SchemaRow& r : rows)
    if (below(r.path) || below(without_alternatives(r.path)))
      out.append(py::dict(py::arg("path") = r.path, py::arg("type") = r.type, py::arg("unit") = r.unit,
                          py::arg("range") = r.range, py::arg("default") = r.fallback, py::arg("meaning") = r.meaning,
                          py::arg("source") = r.source));
  return out;
}

}  // namespace

ConfigPath config_path(const std::vector<std::string>& roots) {
  ConfigPath where;
  for (const std::string& root : roots) where.roots.emplace_back(root);
  where.files = std::make_shared<ConfigFiles>();
  return where;
}

void add_config(py::module_& m) {
  py::class_<Config>(m, "Config",
                     "A configuration: a file, and what was set on top of it. bitline.Config has attributes.")
      .def(py::init([](const std::string& name, const std::vector<std::pair<std::string, std::string>>& settings,
                       const std::vector<std::string>& roots) {
             return loaded_config(name, overrides_of(settings), config_path(roots));
           }),
           py::arg("name"), py::arg("settings"), py::arg("roots"))
      .def("with_settings", &with, py::arg("settings"), "The same with more set: (path, YAML text) each.")
      .def(
          "tree", [](const Config& c) { return PythonWriter::write(c.loaded->config); }, "All values, as a dictionary.")
      .def(
          "layer",
          [](const Config& c, const std::string& name) {
            return PythonWriter::write(layer_config(c.loaded->config, name));
          },
          py::arg("name"), "The settings of one layer.")
      .def(
          "yaml", [](const Config& c) { return resolved_yaml(*c.loaded); }, "Every value and where it came from.")
      .def_property_readonly(
          "hash", [](const Config& c) { return config_hash(c.loaded->config); }, "As in result.json.")
      .def_property_readonly(
          "file", [](const Config& c) { return c.file.string(); }, "The file it was read from.")
      .def_property_readonly("settings", &settings_of, "What was set on top, in order.");
  m.def("schema", &schema, py::arg("path") = "", R"(Meaning, unit, range and default of each key below ``path``.

Examples
--------
>>> import bitline
>>> bitline.schema("adc[sar].bits")[0]["meaning"]
'resolution'
)");
  m.def(
      "nearest",
      [](const std::string& word, const std::vector<std::string>& known) { return did_you_mean(word, known); },
      py::arg("word"), py::arg("known"), "\"did you mean 'bits'?\", or \"\".");
}

}  // namespace bitline::python
