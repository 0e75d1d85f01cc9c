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

int import_onnx(const ImportArguments&);
int import_neurosim(const ImportArguments&);
// CrossSim or aihwkit, by `kind`.
int import_foreign(const ImportArguments&);
// Writes a config and loads it; a wrong one leaves the file as it was.
void write_config(const std::string& output, const std::string& yaml);
// A base that is a file goes by its full path, a shipped one by its name.
std::string base_line(const std::string& base);

}  // namespace bitline::app
