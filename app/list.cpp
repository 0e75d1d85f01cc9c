// SPDX-License-Identifier: Apache-2.0
// bitline list: what ships.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "app/command_line.h"
#include "app/config_schema.h"
#include "app/environment.h"
#include "app/shipped.h"
#include "report/text.h"
#include "workloads/photographs.h"

namespace bitline::app {
namespace fs = std::filesystem;
namespace {

struct ListArguments : Common {
  std::string what;
};

struct Item {
  std::string name, meaning, note;
};

void add_shipped(const fs::path& folder, const std::string& prefix, std::vector<Item>& items) {
  for (const fs::path& file : shipped_configs(folder))
    items.push_back({prefix + file.stem().string(), report::shorten(about_config(file), 120), ""});
}

std::vector<Item> shipped(const fs::path& folder) {
  std::vector<Item> items;
  add_shipped(folder, "", items);
  if (folder.empty()) {
    add_shipped("validation", "validation/", items);
    add_shipped("sweep", "sweep/", items);
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.name < b.name; });
  return items;
}

// The alternatives of a closed list, such as "adc": what `type` may be.
void add_types(const std::string& key, std::vector<Item>& items) {
  for (const auto& row : schema_rows(config_visit()))
    if (row.path.starts_with(key + "[") && row.path.find(']') == row.path.size() - 1 && row.type.empty())
      items.push_back({row.path.substr(key.size() + 1, row.path.size() - key.size() - 2), row.meaning, "type"});
}

// Data that experiments look for beside the sets: not for workload.dataset.
void add_other_data(const workloads::DataPath& where, std::vector<Item>& items) {
  const arch::LoadedConfig shipped = arch::load(config_file("sensitized-edges"), {}, config_path());
  const auto& edges = std::get<arch::SensitizedEdges>(shipped.config.experiment);
  std::string missing;
  for (const auto* names : {&edges.buildings, &edges.photographs})
    for (const std::string& name : *names)
      if (!workloads::find_photograph(name, where)) missing += (missing.empty() ? "" : ", ") + name;
  items.push_back({"photographs", "for experiment sensitized-edges, by their file names",
                   missing.empty() ? "found"
                                   : fmt::format("not found: {}; apt-get install python3-skimage python3-sklearn, or "
                                                 "place PNG or JPEG files in DIR/photos and give --data DIR",
                                                 missing)});
  items.push_back({"espeak-ng", "the command that speaks digits for experiment reservoir where fsdd is not found",
                   has_command("espeak-ng") ? "found" : "not found; apt-get install espeak-ng"});
}

std::vector<Item> data_sets(const ListArguments& a) {
  const workloads::DataPath where = data_path(a.data);
  std::vector<Item> items;
  for (const auto& d : workloads::datasets()) {
    std::string note = "found";
    try {
      workloads::DataSource source;
      source.name = d.name;
      workloads::contents_of(source, workloads::Split::test, where);
    } catch (const workloads::MissingSet&) {
      note = "not found; " + std::string(d.get);
    } catch (const InputError& damaged) {
      note = std::string("cannot be read: ") + damaged.what();
    }
    items.push_back({std::string(d.name), std::string(d.meaning), note});
  }
  items.push_back({"your own",
                   "an archive FILE.npz, a folder of pictures or sounds by class, or {inputs: X.npy, labels: Y.npy}; "
                   "docs/tutorial/my-network.md walks through them",
                   ""});
  add_other_data(where, items);
  return items;
}

struct List {
  const char *name, *meaning;
};
constexpr List lists[] = {
    {"experiments", "configurations that are ready to run, and sweep plans"},
    {"chips", "chips to build a configuration on (base: chip/NAME)"},
    {"devices", "measured devices (device: NAME)"},
    {"technologies", "processes with their unit costs (technology: NAME)"},
    {"adcs", "kinds of converters (adc.type)"},
    {"datasets", "data sets, whether they are found here, and how to get them (workload.dataset)"}};

std::set<std::string> list_names() {
  std::set<std::string> names;
  for (const List& list : lists) names.insert(list.name);
  return names;
}

int list_command(const ListArguments& a) {
  std::vector<Item> items;
  if (a.what.empty())
    for (const List& list : lists) items.push_back({list.name, list.meaning, ""});
  if (a.what == "devices") items = shipped("device");
  if (a.what == "chips") items = shipped("chip");
  if (a.what == "technologies") items = shipped("technology");
  if (a.what == "experiments") items = shipped("");
  if (a.what == "datasets") items = data_sets(a);
  if (a.what == "adcs") {
    items = shipped("adc");
    add_types("adc", items);
  }
  if (a.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& i : items) list.push_back({{"name", i.name}, {"meaning", i.meaning}, {"note", i.note}});
    fmt::print("{}\n", list.dump(2));
    return exit_done;
  }
  std::size_t width = 0;
  for (const auto& i : items) width = std::max(width, i.name.size());
  for (const auto& i : items)
    fmt::print("{:<{}}  {}{}\n", i.name, width, i.meaning, i.note.empty() ? "" : " (" + i.note + ")");
  return exit_done;
}

}  // namespace

void add_list(CommandLine& line) {
  auto a = std::make_shared<ListArguments>();
  Command& c = line.add("list", "lists what ships: devices, adcs, chips, technologies, experiments, datasets", "Look",
                        {{"bitline list", "the lists"},
                         {"bitline list experiments", "configurations that are ready to run"},
                         {"bitline list datasets", "which there are and where to get them"},
                         {"bitline list adcs --json", "kinds of converters, for a script"}});
  c.cli->add_option("WHAT", a->what, "devices, adcs, chips, technologies, experiments or datasets; none = the lists")
      ->type_name("")
      ->check(CLI::IsMember(list_names()));
  c.cli->add_option("--data", a->data, "look for data sets here first; repeatable")
      ->type_name("DIR")
      ->allow_extra_args(false);
  a->add_output_options(*c.cli);
  c.run = [a] { return list_command(*a); };
}

}  // namespace bitline::app
