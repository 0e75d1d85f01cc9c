// SPDX-License-Identifier: Apache-2.0
// Levels of one block, as meant and as written.
#pragma once

#include <string>
#include <vector>

namespace bitline::chip {

// (rows, columns) of one block: the level of each weight as intended and as read back.
struct LevelMap {
  int rows = 0, columns = 0;
  std::vector<float> intended, read_back;
  std::string layer;
  int array = 0;
};

}  // namespace bitline::chip
