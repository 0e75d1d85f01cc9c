// SPDX-License-Identifier: Apache-2.0
#include "arch/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace bitline::arch {

namespace {

constexpr std::size_t most_named = 4;

bool is_one_of(std::string_view path, std::initializer_list<std::string_view> all) {
  return std::ranges::find(all, path) != all.end();
}

bool is_unnamed(const std::string& path) {
  return is_one_of(path, {"name", "seed", "instances", "keep", "published", "conductances", "workload.images"}) ||
         path.starts_with("published.");
}

// Another one altogether: a name of a file, another type.
bool replaces_writing(const std::string& path) {
  return is_one_of(path, {"device", "cell", "cell.type", "device.write", "device.write.type", "quantization"});
}
bool replaces_chip(const std::string& path) {
  return replaces_writing(path) ||
         is_one_of(path, {"technology", "adc", "adc.type", "array.topology", "input.encoding", "workload.network",
                          "workload.dataset", "workload.shapes", "experiment", "experiment.type"});
}

}  // namespace

void mark_changes(const std::vector<std::string>& written, Config& config) {
  std::vector<std::string> named;
  std::ranges::copy_if(written, std::back_inserter(named), [](const std::string& path) { return !is_unnamed(path); });
  if (named.empty() || config.name.empty()) return;
  const std::size_t shown = std::min(named.size(), named.size() > most_named + 1 ? most_named : named.size());
  config.name +=
      fmt::format(", changed: {}", fmt::join(named.begin(), named.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < named.size()) config.name += fmt::format(" and {} more", named.size() - shown);
}

void drop_replaced(const std::vector<std::string>& written, Config& config) {
  const bool writing = std::ranges::any_of(written, replaces_writing),
             chip = std::ranges::any_of(written, replaces_chip);
  std::erase_if(config.published,
                [&](const PublishedFigure& f) { return f.ours.starts_with("write.") ? writing : chip; });
}

}  // namespace bitline::arch
