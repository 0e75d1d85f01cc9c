// SPDX-License-Identifier: Apache-2.0
// When each part works: how long a layer and an inference take, and which array is busy when.
#pragma once

#include <string>
#include <vector>

#include "sim/actions.h"
#include "sim/costs.h"

namespace bitline {

struct LayerTime {
  double array_s = 0, adc_s = 0;  // of the busiest array: rows driven, columns converted
  double digital_s = 0;
  double transfer_s = 0;  // what is not hidden behind the rest
  double total_s() const { return array_s + adc_s + digital_s + transfer_s; }
};
LayerTime layer_time(const Config&, const LayerActions&, double transfer_s);

// Cycles of the bus for the layer's data, and the way of the first and the last bit.
double transfer_s(const Config&, const MatrixLayer&, const LayerActions&, const Path&);

struct Timetable {
  std::vector<Busy> timeline;  // one inference, by layer and array
  double period_s = 0;         // from one image to the next
  // Of a pipeline that waits for an array which several layers share, longer than for the slowest layer: why.
  std::string held_back;
};
// `reload_s` passes before an inference when arrays are rewritten; then nothing overlaps.
Timetable timetable(const Chip&, const std::vector<LayerActions>&, const std::vector<LayerTime>&, double reload_s);

}  // namespace bitline
