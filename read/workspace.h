// SPDX-License-Identifier: Apache-2.0
// What products keep in a Workspace.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "chip/solved_array.h"
#include "read/column_sums.h"
#include "read/execute.h"

namespace bitline::read {

struct Workspace::Memory {
  // Normal numbers of some reads' columns: draws come in fours by column, so a block that starts inside a four skips
  // its beginning.
  struct Noise {
    std::vector<float> numbers;
    std::size_t places = 0;  // draws of each read

    void draw(const Random& random, const ReadCounters& reads, std::size_t count) {
      places = count;
      numbers.resize(std::max(numbers.size(), reads.image.size() * 4 * places + array::StripeSums::columns));
      random.normals(reads, places, numbers);
    }
    std::size_t step() const { return 4 * places; }
  };

  std::vector<std::size_t> numbers;                      // of the vectors of a copy
  std::vector<const std::int16_t*> vectors;              // that are read together
  std::vector<std::uint32_t> image, step;                // names of their reads' noise
  std::vector<std::uint32_t> vector_image, vector_step;  // the same of each vector's first read
  DriveScratch drive_scratch;
  GroupDrive drive;
  ColumnSums sums;
  chip::SolvedArray::Workspace solved;
  std::vector<std::int16_t> solved_input;
  std::vector<double> values, tapped;
  std::vector<float> code_sums;
  Noise noise, adc_noise, reference_noise;
};

}  // namespace bitline::read
