// SPDX-License-Identifier: Apache-2.0
// What users write of the data of a network: which set, and what is done to its values.
#pragma once

#include <string>
#include <vector>

#include "base/schema.h"

namespace bitline::workloads {

// A known set by name, a path (a .npz archive, a folder of images or sounds), or files of arrays.
struct DataSource {
  std::string name = "fashion-mnist";  // empty where `inputs` are given
  std::string inputs, labels;          // .npy, or IDX
  // What activation scales and converter ranges are set with; empty: `inputs`.
  std::string calibration_inputs, calibration_labels;
};
void fields(Visitor&, DataSource&);

// (x - mean) / std before anything else sees x, as torchvision's transform of that name; padding stays 0 after it.
struct Standardize {
  std::vector<double> mean{0}, std{1};  // one for all, or one per channel (the first dimension of a sample)
};
void fields(Visitor&, Standardize&);

}  // namespace bitline::workloads
