// SPDX-License-Identifier: Apache-2.0
#include "mapping/turns.h"

#include <algorithm>

namespace bitline::mapping {

bool drives_both_signs(arch::Topology topology, const array::CellLayout& cell) {
  return topology == arch::Topology::voltage_rows || (cell.pair && !cell.split_columns);
}

double turns_of_vector(const arch::Array& array, const arch::LayerConfig& layer, const array::CellLayout& cell,
                       const workloads::InputScale& input, int rows, int columns) {
  const periphery::AdcCommon* adc = common(layer.adc);
  const int width = columns / cell.columns_per_weight * cell.conversions_per_weight(),
            together = array.active_rows.value_or(rows), groups = (rows + together - 1) / together,
            conversions =
                plane_plan(layer.input, input.is_signed, drives_both_signs(array.topology, cell)).conversions();
  return static_cast<double>(groups) * conversions * (adc ? std::min(adc->shared_by, width) : 1);
}

}  // namespace bitline::mapping
