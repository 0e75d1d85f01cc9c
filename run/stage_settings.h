// SPDX-License-Identifier: Apache-2.0
// What each stage of a run reads of a config: a config in which everything else is as by default. A stage is given
// nothing else, and what it makes is kept under the key of exactly this, so that no key can be forgotten: where a stage
// comes to read one more, it must be let through here, and with that it is in the stage's key.
#pragma once

#include "arch/config.h"
#include "base/key.h"

namespace bitline::run {

// Where samples come from and how they are read; not how many.
arch::Workload sample_settings(const arch::Workload&);

// How a network becomes integers.
arch::Config network_settings(const arch::Config&);

// What a placed network's cells, reads and their counts depend on: all but how many instances there are, what runs on
// the chip, and everything that only costs follow from (technology, periphery, programming, schedule, costs of
// converters). Segments of wires are given their resistance, whichever technology it came from; the age is that since
// the last writing.
arch::Config chip_settings(const arch::Config&);

// What decides where blocks go: the same, and the schedule. A chip depends on the schedule through its placement alone.
arch::Config placement_settings(const arch::Config&);

// Adds such a config, with the settings of its layers.
void add_settings(KeyBuilder&, const arch::Config&);

// Begins the key of a stage: another version of the numbers makes another value.
KeyBuilder stage_key(std::string_view stage);

}  // namespace bitline::run
