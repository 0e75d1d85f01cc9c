// SPDX-License-Identifier: Apache-2.0
#include "workloads/spoken_digits.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include "workloads/dataset_files.h"
#include "workloads/sound.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

const DatasetInfo& spoken_set() { return *std::ranges::find(datasets(), "fsdd", &DatasetInfo::name); }

std::optional<int> number_of(std::string_view text) {
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n < 0) return std::nullopt;
  return n;
}

std::optional<SpokenDigit> recording(const fs::path& file) {
  const std::string name = file.stem().string();
  const std::size_t first = name.find('_'), last = name.rfind('_');
  if (!is_sound(file) || first == std::string::npos || first == last) return std::nullopt;
  const auto digit = number_of(std::string_view(name).substr(0, first)),
             number = number_of(std::string_view(name).substr(last + 1));
  if (!digit || !number || *digit > 9) return std::nullopt;
  return SpokenDigit{file, name.substr(first + 1, last - first - 1), *digit, *number};
}

}  // namespace

std::vector<SpokenDigit> spoken_digits(const DataPath& where) {
  for (const fs::path& folder : places_of(spoken_set(), where, "recordings")) {
    std::vector<SpokenDigit> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (auto one = recording(entry.path())) found.push_back(std::move(*one));
    if (found.empty()) continue;
    std::ranges::sort(found, {}, [](const SpokenDigit& d) { return std::tie(d.speaker, d.digit, d.number, d.file); });
    return found;
  }
  return {};
}

std::string spoken_digits_missing(const DataPath& where) {
  return fmt::format("data set {}: DIGIT_SPEAKER_NUMBER.wav is not there; looked in{}\nto get it: {}",
                     spoken_set().name, places_text(places_of(spoken_set(), where, "recordings")), spoken_set().get);
}

}  // namespace bitline::workloads
