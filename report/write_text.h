// SPDX-License-Identifier: Apache-2.0
// Sentences about writing, ageing and unused arrays that several reports share. Each is empty where there is nothing to
// say.
#pragma once

#include <string>
#include <vector>

#include "run/result.h"

namespace bitline::report {

// "1 h after the last writing or refresh, 11 h before the next, when devices are oldest"; "1 day after writing".
std::string read_moment(const run::WriteResult&);

// "2.3 pulses per cell (65.4 % need none, the others 6.65)".
std::string pulses_text(const run::WriteResult&);

// What takes the energy of writing, each with its joules and share: "devices 12 nJ (91.0 %)", ... Those that take none
// are left out; empty where the energy is given or unknown.
struct WritePart {
  std::string name, text;
};
std::vector<WritePart> write_parts(const run::Result&);

// "energy and time not given: set programming.voltage and programming.pulse, or ...".
std::string write_gap(const run::Result&);

// "3 arrays unused (arrays: 1 would do)".
std::string unused_arrays(const run::MappingResult&);

// The same with their share of the area.
std::string unused_area(const run::Result&);

}  // namespace bitline::report
