// SPDX-License-Identifier: Apache-2.0
// Errors as the user's map: what was wrong, where, and what to do about it. The library throws; only app/ prints.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace bitline {

// A place in a text the user wrote. `file` is a path, or "--set KEY=VALUE" for an override; line and column count from
// 1, 0 = unknown.
struct Origin {
  std::string file;
  int line = 0;
  int column = 0;
};

struct Diagnostic {
  Origin where;
  std::string path;     // key path in the config, "adc.bits"; may be empty
  std::string message;  // what was wrong
  std::string remedy;   // what to write instead; may be empty
};

// "file:line:column: path: message (remedy)", leaving out what is unknown.
std::string to_string(const Diagnostic& diagnostic);

// Wrong configuration: every problem found, in one go. Exit code 2.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::vector<Diagnostic> diagnostics);
  explicit ConfigError(Diagnostic diagnostic) : ConfigError(std::vector{std::move(diagnostic)}) {}
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

// Throws a ConfigError of one diagnostic: the value at `path` is wrong.
[[noreturn]] void refuse_config(std::string path, std::string message, std::string remedy);
// The same for what stands at a place in a text.
[[noreturn]] void refuse_at(Origin where, std::string message, std::string remedy = "");

// A file given by the user cannot be used: truncated, wrong format, wrong shape, NaN. Exit code 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The run failed: I/O, memory, not converged. Exit code 1.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The user interrupted (Ctrl-C). Exit code 130.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace bitline
