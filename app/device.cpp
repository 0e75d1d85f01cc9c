// SPDX-License-Identifier: Apache-2.0
// bitline device: characterises a device model. Curves are in device_curve.cpp, the encoder in device_encode.cpp, the
// generated page in device_page.cpp.
#include "app/device.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/environment.h"
#include "base/config_writer.h"
#include "base/csv.h"
#include "base/files.h"

namespace bitline::app {

using device::PulsedDevice;

namespace fs = std::filesystem;
namespace {

// What a device file describes, in words.
std::string described(const PulsedDevice& d) {
  std::string out;
  const auto add = [&](bool there, const char* word) {
    out += there ? (out.empty() ? "" : " ") + std::string(word) : "";
  };
  add(!d.relative, "conductances");
  add(ages(d.device), "ageing");
  if (!d.device.plasticity) return out;
  const device::Plasticity& p = *d.device.plasticity;
  add(p.potentiation && p.potentiation->update, "ltp");
  add(p.depression && p.depression->update, "ltd");
  add(p.potentiation && p.potentiation->short_term, "ppf");
  add(p.depression && p.depression->short_term, "ppd");
  add(p.light.has_value(), "light");
  add(p.history.has_value(), "history");
  add(!std::holds_alternative<device::NoStdp>(p.stdp), "stdp");
  return out;
}

void flatten(const Value& v, const std::string& path, std::vector<std::pair<std::string, std::string>>& out) {
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (v.is_scalar()) out.emplace_back(path, v.text);
  for (const auto& e : v.entries) flatten(e.value, below(e.key), out);
  for (std::size_t i = 0; i < v.items.size(); ++i) flatten(v.items[i], below(std::to_string(i)), out);
}

}  // namespace

std::vector<fs::path> shipped_devices() {
  std::map<std::string, fs::path> found;
  for (const auto& root : config_path().roots) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(root / "device", ec))
      if (entry.path().extension() == ".yaml") found.emplace(entry.path().stem().string(), entry.path());
  }
  std::vector<fs::path> out;
  for (const auto& [_, path] : found) out.push_back(path);
  return out;
}

PulsedDevice device_of(const DeviceArguments& a) {
  if (a.device.empty())
    throw UsageError("device " + a.action + " needs a device: a name of `bitline device list`, or a YAML file");
  std::vector<Override> sets;
  for (const auto& s : a.sets) sets.push_back(parse_override(s));
  return device::load_pulsed_device(find_config(Value::scalar(a.device), "device", config_path()), sets, config_path());
}

int device_list(const DeviceArguments& a) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  std::string csv = "name,device,describes,doi\n";
  for (const auto& file : shipped_devices()) {
    const PulsedDevice d = device::load_pulsed_device(file, {}, config_path());
    const auto& p = d.device.plasticity;
    const std::string what = d.device.about.empty() && p ? p->device : d.device.about;
    const std::string doi = d.device.doi.empty() && p ? p->doi : d.device.doi;
    list.push_back({{"name", d.name}, {"device", what}, {"describes", described(d)}, {"doi", doi}});
    csv += fmt::format("{},{},{},{}\n", csv_field(d.name), csv_field(what), csv_field(described(d)), csv_field(doi));
  }
  fmt::print("{}", a.json ? list.dump(2) + "\n" : csv);
  return exit_done;
}

int device_show(const DeviceArguments& a) {
  PulsedDevice d = device_of(a);
  Value tree = ConfigWriter::write(d.device);
  if (d.relative)
    for (const char* key : {"g_min", "g_max"}) tree.set(key, Value::scalar("unset"));
  std::vector<std::pair<std::string, std::string>> rows;
  flatten(tree, "", rows);
  std::map<std::string, std::string> assumed;
  for (const auto& x : d.notes.assumed) assumed[x.path] = x.reason;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  std::string csv = "key,value,source,assumed\n";
  for (const auto& [key, value] : rows) {
    const auto source = d.notes.sources.find(key);
    const std::string from = source == d.notes.sources.end() ? "" : source->second;
    list.push_back({{"key", key}, {"value", value}, {"source", from}, {"assumed", assumed[key]}});
    csv += fmt::format("{},{},{},{}\n", csv_field(key), csv_field(value), csv_field(from), csv_field(assumed[key]));
  }
  fmt::print("{}", a.json ? list.dump(2) + "\n" : csv);
  return exit_done;
}

void add_device(CommandLine& line) {
  auto a = std::make_shared<DeviceArguments>();
  Command& c = line.add(
      "device", "characterises a device model: curves as CSV, JSON or a drawing", "Look",
      {{"bitline device list", "devices that ship, and what each describes"},
       {"bitline device show ftj", "every key with its value, source and assumption"},
       {"bitline device ltp cbps --svg ltp.svg", "potentiation and depression, drawn too"},
       {"bitline fit --ltp docs/tutorial/my-device/ltp.csv --read-voltage '0.1 V' --name mine -o mine.yaml -q; bitline "
        "device ltp mine.yaml --measured docs/tutorial/my-device/ltp.csv --read-voltage '0.1 V' --svg ltp.svg",
        "a fitted curve, what was measured over it, and the energy of each pulse"},
       {"bitline device ppf cbps --light --highest '50 s'", "paired light pulses up to 50 s apart"},
       {"bitline device retention pcm --svg retention.svg", "mean and spread of written cells over a year, drawn too"},
       {"bitline device retention ftj --temperature '330 K' --json", "transients in both directions, warm"},
       {"bitline device stdp cips-ti", "change by one pair of spikes"},
       {"bitline device iv ftj --svg iv.svg", "current over voltage: a loop, since pulses write this device both ways"},
       {"bitline device table cips-ti", "its published figures beside ours"},
       {"bitline device pulses cips-ni --pulses 4 --interval '90 ms'", "a regular train"},
       {"bitline device codes cips-ni --svg codes.svg", "16 codes of four pulses or none, told apart by what is left"},
       {"bitline device codes in2se3-gan --codes 01111,10100,01111 --interval '100 us'",
        "three rows of a picture of 'A'"},
       {"printf 'time (s),width (s),power (mW/cm2)\\n0,1,32\\n2,1,32\\n' > train.csv; bitline device pulses "
        "cbps --train "
        "train.csv",
        "any train of voltages and light"},
       {"bitline device encode cbps --light --pulses 4", "the encoder pulse-train: what each code of 0 and 1 leaves"},
       {"bitline device encode cbps --light --pulses 4 --values images.npy --output features.npy",
        "features of values 0 .. 1, four to a device"}});
  c.cli->add_option("ACTION", a->action, "list, show, iv, ltp, ppf, retention, stdp, pulses, codes, encode or table")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember(
          {"list", "show", "iv", "ltp", "ppf", "retention", "stdp", "pulses", "codes", "encode", "table"}));
  c.cli->add_option("DEVICE", a->device, "a shipped name or a YAML file")->type_name("");
  c.cli->add_option("--set", a->sets, "change one value of the device; repeatable")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  const auto text = [&](const char* name, std::string& to, const char* meaning, const char* type) {
    c.cli->add_option(name, to, meaning)->type_name(type);
  };
  text("--pulses", a->pulses, "pulses of each train", "N");
  text("--amplitude", a->amplitude, "magnitude of voltage pulses, such as '5 V'", "VOLT");
  text("--width", a->width, "of a pulse, and of a step of iv's loop, such as '100 ms'", "TIME");
  text("--interval", a->interval, "from the end of a pulse to the start of the next", "TIME");
  c.cli->add_flag("--light", a->light, "pulses of light instead of positive voltages");
  text("--power", a->power, "of light, such as '32 mW/cm2'", "POWER");
  text("--wavelength", a->wavelength, "of light, such as '520 nm'", "LENGTH");
  text("--temperature", a->temperature, "of pulses' transients and of ageing, where activation energies are given",
       "KELVIN");
  text("--highest", a->highest, "end of the swept axis: volts for iv, seconds for ppf, retention and stdp", "X");
  c.cli->add_option("--axis", a->axis, "of --svg, upwards: linear, or log; unless given linear, of a loop log")
      ->type_name("SCALE")
      ->check(CLI::IsMember({"linear", "log"}));
  text("--measured", a->measured, "of ltp, ppf, iv, stdp: measurements as `fit` reads them, drawn over the curve",
       "FILE");
  text("--read-voltage", a->read_voltage, "at which the currents of --measured were read", "VOLT");
  text("--columns", a->columns, "what headers of --measured mean: 'HEADER=NAME', as in `fit`", "HEADER=NAME");
  text("--codes", a->codes,
       "of codes: pulse (1) or none (0) in each slot, one code a device; all of four slots unless given",
       "BITS,BITS...");
  c.cli->add_option("--cycles", a->cycles, "of potentiation and depression")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  c.cli->add_flag("--spread", a->spread, "draw the spread between pulses and devices (--seed)");
  text("--seed", a->seed, "of --spread; 1 unless given", "N");
  text("--train", a->train, "CSV of pulses: time, width, amplitude or power, wavelength, with units", "FILE");
  text("--svg", a->svg, "draw the curve too", "FILE");
  text("--values", a->values, "of encode: .npy of values 0 .. 1 (bytes: over 255), whole groups in its last dimension",
       "FILE");
  c.cli->add_option("--read", a->read, "of encode: when features are read: peak or residual")
      ->type_name("MOMENT")
      ->check(CLI::IsMember({"peak", "residual"}));
  text("--output", a->output, "of table, encode: write there (of encode: features, .npy)", "FILE");
  a->add_output_options(*c.cli);
  c.run = [a]() -> int {
    if (a->action == "list") return device_list(*a);
    if (a->action == "show") return device_show(*a);
    if (a->action == "encode") return device_encode(*a);
    if (a->action != "table") return device_curve(*a);
    refuse_others(*a);
    const std::string page = a->device.empty() ? devices_page() : device_section(device_of(*a));
    if (a->output.empty())
      fmt::print("{}", page);
    else
      write_file(a->output, page);
    return exit_done;
  };
}

}  // namespace bitline::app
