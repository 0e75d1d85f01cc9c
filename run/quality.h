// SPDX-License-Identifier: Apache-2.0
// From outputs to figures of merit: one Quality for each score.
#pragma once

#include <cstdint>
#include <vector>

#include "run/result.h"
#include "workloads/samples.h"
#include "workloads/score.h"

namespace bitline::run {

// What the float network, the quantized one and each chip put out, (samples, columns) each.
struct NetworkOutputs {
  int columns = 0;
  std::vector<double> real, quantized;
  std::vector<std::vector<double>> chips;
};

// Scores of the config, or those of the data's truth. Throws InputError when outputs and truth do not fit.
std::vector<workloads::Score> scores_of(const std::vector<workloads::Score>& wanted, int columns,
                                        const workloads::Samples& samples);

Quality quality_of(const workloads::Score& score, const NetworkOutputs& outputs, const workloads::Samples& samples,
                   std::uint32_t seed);

}  // namespace bitline::run
