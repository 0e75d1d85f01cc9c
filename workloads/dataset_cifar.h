// SPDX-License-Identifier: Apache-2.0
// CIFAR-10, binary version (Krizhevsky 2009, "Learning multiple layers of features from tiny images").
#pragma once

#include "workloads/dataset.h"

namespace bitline {

// Its files. Throws InputError when the first is nowhere.
std::vector<std::filesystem::path> cifar10_files(const DatasetInfo& set, Split split, const DataPath& where);

// The whole split. Throws InputError as load_dataset() does.
Dataset load_cifar10(const DatasetInfo& set, Split split, const DataPath& where);

}  // namespace bitline
