// SPDX-License-Identifier: Apache-2.0
// The data a workload names, as the network is to see them.
#pragma once

#include <vector>

#include "arch/workload.h"
#include "workloads/dataset.h"

namespace bitline {

// `images` samples of the test part, `calibration_images` of the training part: normalised, and with the output that is
// class 0. Throw InputError.
workloads::Samples test_samples(const Workload& workload, const workloads::DataPath& where);
workloads::Samples calibration_samples(const Workload& workload, const workloads::DataPath& where);

// Those asked for, or the default of this truth.
std::vector<workloads::Score> scores_of(const Workload& workload, const workloads::Truth& truth);

// Throws ConfigError or InputError where the data cannot be what a network of `inputs` values and `outputs` is run on:
// fewer samples than asked for, samples of another size, outputs that do not fit the scores. Reads headers and labels.
void check_data(const Workload& workload, std::size_t inputs, int outputs, const workloads::DataPath& where);

}  // namespace bitline
