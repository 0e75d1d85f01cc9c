// SPDX-License-Identifier: Apache-2.0
// Errors as the user's map: what was wrong, where, and what to do about it. The library throws; only app/ prints.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bitline {

// The name of a text, shared by all that was read from it: a config has hundreds of places in a few texts.
class TextName {
 public:
  TextName() = default;
  TextName(std::string name) : name_(name.empty() ? nullptr : std::make_shared<const std::string>(std::move(name))) {}
  TextName(const char* name) : TextName(std::string(name)) {}
  const std::string& str() const;
  operator const std::string&() const { return str(); }
  operator std::string_view() const { return str(); }
  bool empty() const { return !name_; }
  bool starts_with(std::string_view text) const { return str().starts_with(text); }
  friend bool operator==(const TextName& a, const TextName& b) { return a.name_ == b.name_ || a.str() == b.str(); }
  friend bool operator==(const TextName& a, const std::string& b) { return a.str() == b; }
  friend bool operator==(const TextName& a, const char* b) { return a.str() == b; }
  friend bool operator<(const TextName& a, const TextName& b) { return a.str() < b.str(); }

 private:
  std::shared_ptr<const std::string> name_;
};

// A place in a text the user wrote. `file` is a path, or "--set KEY=VALUE" for an override; line and column count from
// 1, 0 = unknown.
struct Origin {
  TextName file;
  int line = 0;
  int column = 0;
};

struct Diagnostic {
  Origin where;
  std::string path;     // key path in the config, "adc.bits"; may be empty
  std::string message;  // what was wrong
  std::string remedy;   // what to write instead; may be empty
};

// Adds one that has no place yet.
void add_problem(std::vector<Diagnostic>& to, std::string path, std::string message, std::string remedy);

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
