// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bitline {

namespace {

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower_case(c); });
  return out;
}

// Levenshtein's, with transpositions of neighbours: d[i][j] between the first i and j letters.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view written, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 64;  // no key is longer, and the table of distances is written x word
  if (written.size() > longest) return "";
  const std::string plain = lower_case(written);
  std::string best;
  std::pair best_distance{std::max<std::size_t>(2, written.size() / 3) + 1, std::size_t{0}};
  for (const auto& word : known) {
    const std::pair here{edit_distance(plain, lower_case(word)), edit_distance(written, word)};
    if (here < best_distance) best_distance = here, best = word;
  }
  return best;
}

std::string did_you_mean(std::string_view written, const std::vector<std::string>& known) {
  const std::string near = nearest(written, known);
  return near.empty() ? "" : fmt::format("did you mean '{}'?", near);
}

}  // namespace bitline
