// SPDX-License-Identifier: Apache-2.0
#include "report/run_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "base/files.h"

namespace bitline::report {
namespace fs = std::filesystem;
namespace {

constexpr const char *list_name = "files.txt", *result_name = "result.json";

// Only names below the folder, whatever the file says.
std::vector<std::string> listed_files(const fs::path& folder) {
  std::vector<std::string> names;
  if (!fs::exists(folder / list_name)) return names;
  std::istringstream in(read_file(folder / list_name));
  for (std::string line; std::getline(in, line);) {
    const fs::path name = fs::path(line).lexically_normal();
    if (!name.empty() && name.is_relative() && *name.begin() != "..") names.push_back(name.string());
  }
  return names;
}

std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  return text;
}

std::string hash_of(const fs::path& result) {
  const auto json = nlohmann::json::parse(read_file(result), nullptr, false);
  return json.is_object() && json.contains("config_hash") && json["config_hash"].is_string()
             ? json["config_hash"].get<std::string>()
             : "";
}

// With the folder it was in, where that is empty then.
void remove_file(const fs::path& folder, const std::string& name) {
  std::error_code ec;
  if (fs::is_regular_file(fs::symlink_status(folder / name, ec))) fs::remove(folder / name);
  if (const fs::path above = fs::path(name).parent_path(); !above.empty() && fs::is_empty(folder / above, ec))
    fs::remove(folder / above, ec);
}

}  // namespace

RunFolder::RunFolder(fs::path folder) : folder_(std::move(folder)), scratch_(folder_ / ".part") {
  if (fs::exists(folder_) && !fs::is_directory(folder_))
    throw InputError(folder_.string() + " is a file: --out names a folder");
  if (fs::exists(folder_ / "points.jsonl"))
    throw InputError(folder_.string() +
                     " holds the points of a sweep, whose report.html a run would replace: give another --out");
  if (fs::exists(folder_ / result_name)) {
    if (!fs::exists(folder_ / list_name))
      throw InputError(fmt::format(
          "{} holds a result but no {} that lists the files of its run, so they cannot be replaced: give another "
          "--out, or delete the folder",
          folder_.string(), list_name));
    earlier_hash_ = hash_of(folder_ / result_name);
  }
  earlier_ = listed_files(folder_);
  fs::remove_all(scratch_);
  fs::create_directories(scratch_);
}

RunFolder::~RunFolder() {
  std::error_code ec;
  fs::remove_all(scratch_, ec);
}

void RunFolder::commit() {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(scratch_))
    if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(scratch_).string());
  std::ranges::sort(names, {}, [](const std::string& name) { return std::pair(name == result_name, name); });
  std::vector<std::string> all = earlier_;  // until all is done: a run that is cut off here leaves files of both
  all.insert(all.end(), names.begin(), names.end());
  fs::remove(folder_ / result_name);
  write_file(folder_ / list_name, list_text(all));
  for (const std::string& name : earlier_) remove_file(folder_, name);
  for (const std::string& name : names) {
    fs::create_directories((folder_ / name).parent_path());
    if (name == result_name) write_file(folder_ / list_name, list_text(names));
    fs::rename(scratch_ / name, folder_ / name);
  }
  earlier_ = names;
}

}  // namespace bitline::report
