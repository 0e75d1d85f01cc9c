// SPDX-License-Identifier: Apache-2.0
// Looking for the files of a data set.
#include "workloads/dataset_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

}  // namespace

std::vector<fs::path> places_of(const DatasetInfo& set, const DataPath& where, const std::string& subfolder) {
  std::vector<fs::path> places;
  const auto add = [&](const fs::path& folder) {
    places.push_back(folder);
    if (!subfolder.empty()) places.push_back(folder / subfolder);
  };
  for (const fs::path& folder : where.folders) {
    add(folder / set.name);
    const fs::path clean = (folder / "").lexically_normal().parent_path();  // "mnist" of "data/mnist/"
    const bool of_another = std::ranges::any_of(
        datasets(), [&](const DatasetInfo& other) { return other.name != set.name && clean.filename() == other.name; });
    if (!of_another) add(folder);
  }
  return places;
}

fs::path plain_or_gzip(const fs::path& folder, const std::string& stem) {
  for (const char* end : {"", ".gz"})
    if (const fs::path file = folder / (stem + end); is_file(file)) return file;
  return {};
}

std::vector<fs::path> whole_or_parts(const fs::path& folder, const std::string& prefix, const std::string& suffix) {
  if (const fs::path whole = plain_or_gzip(folder, prefix + "-" + suffix); !whole.empty()) return {whole};
  std::vector<fs::path> parts;
  for (;;) {
    const fs::path part = plain_or_gzip(folder, fmt::format("{}-part{}-{}", prefix, parts.size(), suffix));
    if (part.empty()) return parts;
    parts.push_back(part);
  }
}

fs::path find_path(const std::string& name, const DataPath& where, std::vector<fs::path>& looked) {
  std::error_code ignored;
  const auto there = [&](const fs::path& path) {
    looked.push_back(path);
    return fs::exists(path, ignored);
  };
  if (there(name)) return name;
  if (fs::path(name).is_absolute()) return {};
  for (const fs::path& folder : where.folders)
    for (const fs::path& below : {folder, folder / "medmnist"})
      for (const char* end : {"", ".npz"})
        if (there(below / (name + end))) return looked.back();
  return {};
}

std::string places_text(const std::vector<fs::path>& places) {
  std::string text;
  for (const fs::path& place : places)
    text += fmt::format("\n  {}{}", place.string(), is_folder(place) ? "" : " (no such folder)");
  return places.empty() ? " no folder (none was given)" : text;
}

void not_found(const DatasetInfo& set, const std::string& file, const std::vector<fs::path>& places) {
  throw MissingSet(fmt::format("data set {}: {} is not there; looked in{}\nto get it: {}", set.name, file,
                               places_text(places), set.get));
}

}  // namespace bitline::workloads
