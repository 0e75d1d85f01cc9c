// SPDX-License-Identifier: Apache-2.0
// What the kinds of `bitline import` share.
#pragma once

#include <string>
#include <vector>

#include "app/command_line.h"

namespace bitline::app {

struct ImportArguments : Common {
  std::string kind, output, config, codes = "npy";
  std::vector<std::string> words;
};

int import_neurosim(const ImportArguments&);

}  // namespace bitline::app
