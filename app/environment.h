// SPDX-License-Identifier: Apache-2.0
// Everything the command learns from outside its arguments: environment, folders, terminal, signals.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/yaml.h"
#include "workloads/dataset.h"

namespace bitline::app {

// Where shipped configurations are: $BITLINE_CONFIGS, beside an installed command, above a
// build tree, the source tree it was built from.
ConfigPath config_path();
// A CONFIG argument: a path, or the short name of a shipped one. Throws ConfigError with the places looked in.
std::filesystem::path config_file(const std::string& argument);
// Beside each folder of configurations.
std::vector<std::filesystem::path> model_folders();
// --data, $BITLINE_DATA, the system's places.
workloads::DataPath data_path(const std::vector<std::string>& from_options);

// Whether a command of that name is in $PATH.
bool has_command(const std::string& name);

// Standard output takes colours: asked for, or a terminal that does not say otherwise.
bool want_color(const std::string& option);
void print_diagnostic(const Diagnostic& diagnostic);
void print_warning(const std::string& message);

// Ctrl-C asks the library to stop; a second one ends the process at once.
void install_signal_handlers();

// One line on standard error with the share done and the time left; nothing unless it is a terminal and not quiet.
class Progress {
 public:
  explicit Progress(bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(double done, const std::string& what);
  void clear();

 private:
  bool on_ = false, shown_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace bitline::app
