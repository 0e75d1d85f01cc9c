// SPDX-License-Identifier: Apache-2.0
// Sentences about writing, ageing and unused arrays that several reports share. Each is empty where there is nothing to
// say.
#pragma once

#include <string>

#include "sim/result.h"

namespace bitline {

// "1 h after the last writing or refresh, 11 h before the next, when devices are oldest"; "1 day after writing".
std::string read_moment(const WriteResult&);

// "2.3 pulses per cell (65.4 % need none, the others 6.65)".
std::string pulses_text(const WriteResult&);

// "energy and time not given: set programming.voltage and programming.pulse, or ...".
std::string write_gap(const Result&);

// "3 arrays unused (arrays: 1 would do)".
std::string unused_arrays(const MappingResult&);

// The same with their share of the area.
std::string unused_area(const Result&);

}  // namespace bitline
