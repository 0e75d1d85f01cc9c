// SPDX-License-Identifier: Apache-2.0
// What the numbers of a result depend on, as one key: the version of the numbers, every field of the config that
// changes a number, and the contents of the files a run reads. Names, notes, what is kept and where files lie are not
// in it: they are `label` in the schema. Result::config_hash is another thing: the hash of everything the config says.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/key.h"
#include "run/run.h"

namespace bitline::run {

// The key is made of one for each group: top-level keys of a config that are read together, as what one of them means
// may depend on the others. {"device"}; {"cell", "input", "adc", "quantization", "mapping", "layers"}.
using KeyGroup = std::vector<std::string>;
std::span<const KeyGroup> key_groups();

// The group of a config path such as "adc.bits"; nothing for labels ("name") and for what is no key.
std::optional<std::size_t> key_group_of(std::string_view path);

// Of one group. Reads the files that belong to it, each once for as long as `files` lives; a file that is missing
// counts as missing.
Key group_key(arch::Config config, std::size_t group, const RunOptions& options, FileKeys& files);

// `groups`: the key of every group, in order.
Key result_key(std::span<const Key> groups);
Key result_key(arch::Config config, const RunOptions& options, FileKeys& files);

// Of what the whole document of a result shows beyond its numbers: published figures, with the results under their own
// settings, and the budget.
Key document_key(const arch::LoadedConfig& loaded, const RunOptions& options, FileKeys& files);

}  // namespace bitline::run
