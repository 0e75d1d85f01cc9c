// SPDX-License-Identifier: Apache-2.0
// A use in time (arch/use.h): one chip instance that ages and is refreshed between the moments at which it is read, and
// what all chips' scores at these moments tell.
#pragma once

#include <vector>

#include "run/network_run.h"

namespace bitline::run {

// From one image to the next: as the config says, else as the run's own schedule lets them follow each other.
double time_per_image_s(const Session& session);

// Whether reads of a use in time leave anything behind.
bool counts_reads(const Session& session);

// One chip instance through its use: written, and at each moment brought to its age, looked at and read. Its outputs
// are those of images as they arrive, each at the moment nearest to it; `ChipRun::moments` holds what each moment gave.
ChipRun use_chip(const Session& session, std::uint32_t instance, const workloads::Samples& samples,
                 std::size_t of_sample, bool is_first, const ChipRunOptions& options);

// The first score at each moment, refreshes and what they took. Unset where all images are read at once.
std::optional<UseResult> use_result(const NetworkRun& done, const workloads::Score& score,
                                    const Stage<workloads::Samples>& samples, const cost::Costs& costs, Shelf& shelf);

// Where images arrive faster than the chip reads them.
std::optional<std::string> use_warning(const Result& result);

}  // namespace bitline::run
