// SPDX-License-Identifier: Apache-2.0
// A config on top of another is not the other: what it is called and which published figures still speak of it.
#pragma once

#include <string>
#include <vector>

#include "arch/config.h"

namespace bitline::arch {

// Keys that were written over the text that gives `key` and have another value than in it.
std::vector<std::string> changed_over(const std::string& key, const std::filesystem::path& file,
                                      const std::vector<Override>& overrides, const LoadedConfig&);

// ", changed: technology, cell.type" behind the name. What changes neither chip nor network is not named: seeds,
// numbers of chips and images, what is kept.
void mark_changes(const std::vector<std::string>& changed_over_name, Config&);

// Marks the published figures of a part that another has replaced (PublishedFigure::replaced): all figures when the
// node, a topology, a converter, the network or its data were, figures of writing (`ours: write...`) when the device or
// the cell was.
void mark_replaced(const std::vector<std::string>& changed_over_published, Config&);

}  // namespace bitline::arch
