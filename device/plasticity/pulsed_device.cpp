// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/pulsed_device.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace bitline::device {
namespace {

void read_table(std::optional<PulseResponse>& response, const std::string& path, ConfigReader& reader) {
  auto* table = response && response->update ? std::get_if<TableUpdate>(&*response->update) : nullptr;
  if (!table || table->file.empty()) return;
  const std::string key = path + ".update.file";
  if (!table->points.empty()) {
    reader.problem(key, "the points are listed too", "give the list or the file");
    return;
  }
  const auto& origins = reader.annotations().origins;
  const auto at = origins.find(key);
  try {
    const auto folder = at == origins.end() ? std::filesystem::path() : folder_of(at->second);
    table->points = read_update_points((folder / table->file).string());
    if (const auto problem = problem_of(*table); !problem.empty())
      reader.problem(key, table->file + ": " + problem, "one value after each pulse, rising or falling");
    else
      table->file.clear();  // the points are the description from here on
  } catch (const InputError& e) {
    reader.problem(key, e.what());
  }
}

}  // namespace

void read_update_tables(Device& device, const std::string& at, ConfigReader& reader) {
  if (!device.plasticity) return;
  read_table(device.plasticity->potentiation, at + "plasticity.potentiation", reader);
  read_table(device.plasticity->depression, at + "plasticity.depression", reader);
}

const Plasticity& PulsedDevice::plasticity() const {
  if (device.plasticity) return *device.plasticity;
  throw InputError(
      fmt::format("{}: the key 'plasticity' is not set: what pulses do to this device is not known", name));
}

double PulsedDevice::conductance(double share) const {
  double low = device.g_min_S, high = device.g_max_S;
  if (relative) {
    high = 1;
    low = device.plasticity && device.plasticity->reported.on_off ? 1 / *device.plasticity->reported.on_off : 0;
  }
  return low + std::max(0.0, share) * (high - low);
}

PulsedDevice load_pulsed_device(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                const ConfigPath& where) {
  return read_pulsed_device(load_config(file, overrides, where), file.stem().string(), where);
}

PulsedDevice read_pulsed_device(Value tree, std::string name, const ConfigPath& where) {
  PulsedDevice d;
  d.name = std::move(name);
  d.relative = !tree.find("g_min") && !tree.find("g_max");
  if (d.relative) {  // stand-ins, so that the other keys can be read
    tree.set("g_min", Value::scalar("0 S", tree.origin));
    tree.set("g_max", Value::scalar("1 S", tree.origin));
  }
  ConfigReader reader(tree, where);
  reader.read(d.device);
  if (reader.clean()) {
    read_update_tables(d.device, "", reader);
    for (auto& problem : check(d.device)) reader.problem(problem.path, problem.message, problem.remedy);
  }
  reader.finish();
  d.notes = reader.annotations();
  return d;
}

}  // namespace bitline::device
