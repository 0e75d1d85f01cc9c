// SPDX-License-Identifier: Apache-2.0
// Suggestions for mistyped words.
#include <algorithm>

#include "base/config_reader.h"

namespace bitline {

std::string nearest(std::string_view written, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 64;  // no key is longer, and the table below is written x word
  if (written.size() > longest) return "";
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, written.size() / 3) + 1;
  for (const auto& word : known) {
    // Levenshtein distance with transpositions of neighbours: d[i][j] between the first i and j letters.
    std::vector<std::vector<std::size_t>> d(written.size() + 1, std::vector<std::size_t>(word.size() + 1));
    for (std::size_t i = 0; i <= written.size(); ++i)
      for (std::size_t j = 0; j <= word.size(); ++j) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (written[i - 1] != word[j - 1])});
        if (i > 1 && j > 1 && written[i - 1] == word[j - 2] && written[i - 2] == word[j - 1])
          d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    if (const std::size_t distance = d[written.size()][word.size()]; distance < best_distance) {
      best_distance = distance;
      best = word;
    }
  }
  return best;
}

}  // namespace bitline
