// SPDX-License-Identifier: Apache-2.0
// Files that configs name: by path or by short name.
#include <fmt/format.h>

#include <algorithm>

#include "base/missing_config.h"
#include "base/yaml.h"

namespace bitline {
namespace fs = std::filesystem;

namespace {

fs::path look_for(const Value& name, std::string_view key, const ConfigPath& where) {
  const fs::path given = name.text;
  std::vector<fs::path> tried;
  const auto exists = [&](const fs::path& p) {
    std::error_code ec;
    tried.push_back(p);
    return fs::is_regular_file(p, ec);
  };
  const fs::path file_name = given.extension() == ".yaml" ? given : fs::path(given.string() + ".yaml");
  if (exists(folder_of(name.origin) / given)) return tried.back();
  const auto named_beside = [&] {  // by its short name; no file means itself
    std::error_code ec;
    return file_name != given && exists(folder_of(name.origin) / file_name) &&
           !fs::equivalent(tried.back(), name.origin.file.str(), ec);
  };
  if (key.empty() && named_beside()) return tried.back();
  for (const auto& root : where.roots) {
    if (given.is_absolute()) break;
    if (!key.empty() && exists(root / key / file_name)) return tried.back();
    if (exists(root / file_name)) return tried.back();
    std::error_code ec;
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(root, ec))
      if (entry.is_directory(ec)) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    for (const auto& folder : folders)
      if (fs::is_regular_file(folder / file_name, ec)) return folder / file_name;
    tried.push_back(root / "*" / file_name);
  }
  if (!key.empty() && named_beside()) return tried.back();
  refuse_at(name.origin, fmt::format("no configuration '{}' was found", name.text),
            missing_config_remedy(given, key, where, tried));
}

}  // namespace

std::shared_ptr<const Value> ConfigFiles::tree(const fs::path& file, const Parse& parse) {
  const std::string name = file.string();
  {
    const std::lock_guard hold(mutex_);
    if (const auto known = trees_.find(name); known != trees_.end()) return known->second;
  }
  auto made = std::make_shared<const Value>(parse(file));
  const std::lock_guard hold(mutex_);
  return trees_.emplace(name, std::move(made)).first->second;
}

fs::path ConfigFiles::found(const std::string& name, const Find& find) {
  {
    const std::lock_guard hold(mutex_);
    if (const auto known = found_.find(name); known != found_.end()) return known->second;
  }
  fs::path file = find();
  const std::lock_guard hold(mutex_);
  return found_.emplace(name, std::move(file)).first->second;
}

fs::path find_config(const Value& name, std::string_view key, const ConfigPath& where) {
  if (!name.is_scalar() || name.text.empty())
    refuse_at(name.origin, "expected the name or path of a configuration file");
  if (!where.files) return look_for(name, key, where);
  return where.files->found(fmt::format("{}\n{}\n{}", key, folder_of(name.origin).string(), name.text),
                            [&] { return look_for(name, key, where); });
}

std::optional<Value> open_named(const Value& node, std::string_view key, std::span<const std::string_view> types,
                                const ConfigPath& where) {
  const Value* base = node.is_map() ? node.find("base") : nullptr;
  const Value* name = node.is_scalar() ? &node : base && base->shorthand ? base : nullptr;
  if (!name) return std::nullopt;
  Value opened;
  if (std::find(types.begin(), types.end(), name->text) != types.end()) {
    opened = Value::map(name->origin);
    opened.set("type", Value::scalar(name->text, name->origin));
  } else {
    opened = load_config(find_config(*name, key, where), {}, where);
  }
  if (node.is_scalar()) return opened;
  Value over = node;
  over.erase("base");
  return merged(std::move(opened), over);
}

}  // namespace bitline
