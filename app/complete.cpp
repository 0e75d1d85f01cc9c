// SPDX-License-Identifier: Apache-2.0
// bitline complete: words that may stand where the cursor is, for the scripts of `bitline completion`. All of them come
// from the command line's own description, the schema and the shipped files.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/command_line.h"
#include "app/config_schema.h"
#include "app/environment.h"
#include "app/shipped.h"
#include "run/load_stages.h"

namespace bitline::app {
namespace fs = std::filesystem;
namespace {

constexpr const char* or_files = ":files";  // first line: files fit too
using Words = std::vector<std::string>;

void add_shipped_names(const fs::path& folder, const std::string& prefix, Words& words) {
  for (const fs::path& file : shipped_configs(folder)) words.push_back(prefix + file.stem().string());
}

// --- keys and values of --set
// -----------------------------------------------------------------------------------------

// A key as users write it, and the row that explains it: "adc.bits" of "adc[sar].bits".
struct Key {
  std::string path;
  SchemaRow row;
};

// Every key; the alternatives of a closed list are words for its `type`, not keys.
std::vector<Key> keys_of(const Visit& visit) {
  std::vector<Key> keys;
  for (const SchemaRow& row : schema_rows(visit)) {
    if (row.path.ends_with(']')) continue;
    const std::string path = without_alternatives(row.path);
    keys.push_back({path, row});
    if (!row.type.starts_with("type: ")) continue;
    keys.push_back({path + ".type", row});
    keys.back().row.library = false;
  }
  return keys;
}

// Whether one word can be its value; else only what is below it can be set.
bool takes_a_word(const SchemaRow& row) {
  return row.type != "map" && row.type != "map by name" &&
         (row.type != "map, or the name of a shipped one" || row.library);
}

// What may follow `typed` up to the next dot: "adc.range.", "adc.bits=".
void add_next_keys(const std::vector<Key>& keys, const std::string& typed, const std::string& before, Words& words) {
  const std::string level = typed.substr(0, typed.rfind('.') + 1);
  for (const Key& key : keys) {
    if (!key.path.starts_with(level)) continue;
    const std::size_t dot = key.path.find('.', level.size());
    if (dot != std::string::npos)
      words.push_back(before + key.path.substr(0, dot + 1));
    else if (key.path.size() > level.size() && takes_a_word(key.row))
      words.push_back(before + key.path + "=");
  }
}

void add_values(const std::vector<Key>& keys, const std::string& path, const std::string& before, Words& words) {
  Words values;
  for (const Key& key : keys) {
    if (key.path != path) continue;
    values.insert(values.end(), key.row.choices.begin(), key.row.choices.end());
    if (key.row.library) add_shipped_names(path.substr(path.rfind('.') + 1), "", values);
  }
  for (const std::string& value : values) words.push_back(before + path + "=" + value);
}

void add_layer_names(const std::string& config, Words& words) {
  run::Shelf shelf(0);
  const arch::LoadedConfig loaded = arch::load(config_file(config), {}, config_path());
  const auto graph = run::import_network(loaded.config.workload, Common().run_options(), shelf)->graph;
  for (const workloads::Weights& w : graph->weights) words.push_back("layers." + w.name + ".");
}

std::vector<Key> layer_keys() {
  return keys_of([c = arch::LayerConfig{}](Visitor& v) mutable { fields(v, c); });
}

// `config`: of the command, as far as it is typed.
void add_settings_of_layers(const std::string& typed, const std::string& config, Words& words) {
  Words layers;
  if (!config.empty()) add_layer_names(config, layers);
  const auto layer = std::ranges::find_if(layers, [&](const std::string& l) { return typed.starts_with(l); });
  if (layer == layers.end()) return (void)words.insert(words.end(), layers.begin(), layers.end());
  const std::string rest = typed.substr(layer->size());
  if (const std::size_t equals = rest.find('='); equals != std::string::npos)
    add_values(layer_keys(), rest.substr(0, equals), *layer, words);
  else
    add_next_keys(layer_keys(), rest, *layer, words);
}

void add_settings(const std::string& typed, const std::string& config, bool of_device, Words& words) {
  if (!of_device && typed.starts_with("layers.")) return add_settings_of_layers(typed, config, words);
  std::vector<Key> keys = keys_of(config_visit());
  if (of_device) {
    std::erase_if(keys, [](const Key& key) { return !key.path.starts_with("device."); });
    for (Key& key : keys) key.path.erase(0, std::string_view("device.").size());
  }
  const std::size_t equals = typed.find('=');
  if (equals == std::string::npos) {
    add_next_keys(keys, typed, "", words);
    if (!of_device) words.emplace_back("layers.");
    return;
  }
  const std::string path = typed.substr(0, equals);
  add_values(keys, path, "", words);
  if (path == "workload.dataset" || path == "workload.dataset.name")
    for (const workloads::DatasetInfo& set : workloads::datasets()) words.push_back(path + "=" + std::string(set.name));
  if (path != "workload.network") return;
  words.insert(words.begin(), or_files);
  for (const fs::path& folder : model_folders()) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec))
      if (entry.path().extension() == ".onnx") words.push_back(path + "=" + entry.path().filename().string());
  }
}

// --- the command line
// -------------------------------------------------------------------------------------------------

// Those that CLI::IsMember allows: "{auto,always,never}" in the name of the type.
Words members_of(const CLI::Option& option) {
  Words words;
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{'), close = type.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return words;
  for (std::size_t from = open + 1; from < close;) {
    const std::size_t comma = std::min(type.find(',', from), close);
    words.push_back(type.substr(from, comma - from));
    from = comma + 1;
  }
  return words;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

struct Typed {
  const Command* command;
  Words arguments;     // positional ones before the cursor
  std::string option;  // whose value the cursor is in; empty: in none
};

const CLI::Option* option_named(const Command& command, const std::string& name) {
  return name.starts_with("-") ? command.cli->get_option_no_throw(name) : nullptr;
}

Typed read_typed(const Command& command, const Words& words) {
  Typed typed{&command, {}, ""};
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    const CLI::Option* option = option_named(command, words[i]);
    if (!words[i].starts_with("-"))
      typed.arguments.push_back(words[i]);
    else if (option && takes_value(*option) && ++i + 1 == words.size())
      typed.option = words[i - 1];
  }
  return typed;
}

void add_option_names(const CLI::App& app, Words& words) {
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
}

void add_argument(const Typed& typed, Words& words) {
  std::vector<const CLI::Option*> wanted;
  for (const CLI::Option* option : typed.command->cli->get_options())
    if (option->get_positional()) wanted.push_back(option);
  if (wanted.empty()) return;
  const CLI::Option& option = *wanted[std::min(typed.arguments.size(), wanted.size() - 1)];
  const std::string name = option.get_name(true);
  words = members_of(option);
  if (!words.empty()) return;
  words.emplace_back(or_files);
  if (name == "CONFIG" || name == "RUN" || name == "NAME") {
    add_shipped_names("", "", words);
    add_shipped_names("validation", "validation/", words);
  }
  if (name == "PLAN" || typed.command->cli->get_name() == "check") add_shipped_names("sweep", "sweep/", words);
  if (name == "DEVICE") add_shipped_names("device", "", words);
  if (name == "SET")
    for (const workloads::DatasetInfo& set : workloads::datasets()) words.emplace_back(set.name);
  if (name == "PATH") {  // of the schema
    words.clear();
    for (const Key& key : keys_of(config_visit())) words.push_back(key.path);
  }
}

void add_value(const Typed& typed, const std::string& last, Words& words) {
  const bool of_device = typed.command->cli->get_name() == "device";
  if (typed.option == "--set")
    return add_settings(last, typed.arguments.empty() ? "" : typed.arguments[0], of_device, words);
  words = members_of(*option_named(*typed.command, typed.option));
  if (typed.option == "--isa") words.assign(std::begin(isa_names), std::end(isa_names));
  if (words.empty()) words.emplace_back(or_files);
}

// `words`: all behind `bitline`, the last as far as it is typed.
Words candidates(const CommandLine& line, const Words& words) {
  Words found;
  const std::string last = words.empty() ? "" : words.back();
  if (words.size() < 2) {
    for (const Command& c : line.commands)
      if (!c.hidden) found.push_back(c.cli->get_name());
    add_option_names(line.app, found);
  } else {
    const auto command =
        std::ranges::find_if(line.commands, [&](const Command& c) { return c.cli->get_name() == words[0]; });
    if (command == line.commands.end()) return {};
    const Typed typed = read_typed(*command, words);
    if (!typed.option.empty())
      add_value(typed, last, found);
    else if (last.starts_with("-"))
      add_option_names(*command->cli, found);
    else
      add_argument(typed, found);
  }
  std::erase_if(found, [&](const std::string& word) { return word != or_files && !word.starts_with(last); });
  std::ranges::sort(found);  // ":files" comes before letters
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace

void add_complete(CommandLine& line) {
  auto words = std::make_shared<Words>();
  Command& c = line.add("complete", "prints what may stand for the last word", "", {});
  c.cli->add_option("WORD", *words, "the command line behind bitline, up to the cursor")->type_name("");
  c.run = [words, &line] {
    Words found;
    try {
      found = candidates(line, *words);
    } catch (const std::exception&) {  // half a command line may be wrong in any way: then nothing is offered
    }
    for (const std::string& word : found) fmt::print("{}\n", word);
    return static_cast<int>(exit_done);
  };
}

}  // namespace bitline::app
