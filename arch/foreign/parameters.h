// SPDX-License-Identifier: Apache-2.0
// A tree of another simulator's parameters that keeps account of what was asked for.
#pragma once

#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arch/foreign/foreign.h"
#include "base/units.h"
#include "base/value.h"

namespace bitline::arch {

class ForeignParameters {
 public:
  // JSON is YAML, so problems have places. Throws ConfigError.
  explicit ForeignParameters(const std::filesystem::path& json);

  // Values by path: "xbar.device.Rmin". Absent or null: `otherwise`. Of the wrong kind or outside of its bounds: a
  // problem, and `otherwise`.
  bool flag(const std::string& path, bool otherwise);
  double number(const std::string& path, double otherwise, double least = -std::numeric_limits<double>::max(),
                double most = std::numeric_limits<double>::max());
  int whole(const std::string& path, int otherwise, int least, int most);
  std::string word(const std::string& path, const std::string& otherwise);
  std::vector<double> numbers(const std::string& path);  // of a list, lists in it unfolded; empty where absent
  bool has(const std::string& path) const;
  void problem(const std::string& path, const std::string& message, const std::string& remedy);

  // What became of a parameter, whose value is shown as it stands in the file.
  void mapped(const std::string& path, const std::string& ours, const std::string& note = "");
  void stands_in(const std::string& path, const std::string& ours, const std::string& note);
  void not_mapped(const std::string& path, const std::string& note);
  void without_effect(const std::string& path, const std::string& note);

  // Parameters that decide nothing here, whatever they are: those at a path and below it, or called like it anywhere
  // ("*.class").
  struct Idle {
    std::string_view path, note;
  };
  // The account: rows as told, then every other parameter of the file: one that was asked for has its value as read
  // with others; any other is idle, switched off, or unknown. Throws ConfigError if there was a problem.
  std::vector<ForeignRow> finish(std::span<const Idle> idle);

 private:
  const Value* find(const std::string& path) const;
  void tell(const std::string& path, ForeignRow::Fate fate, const std::string& ours, const std::string& note);
  void others(const Value& node, const std::string& path, std::span<const Idle> idle);

  Value tree_;
  std::vector<Diagnostic> problems_;
  std::vector<ForeignRow> rows_;
  std::set<std::string> told_;
  mutable std::set<std::string> asked_;
};

// A quantity of twelve digits: those beyond are of the arithmetic that made it.
std::string rounded_quantity(double value, Unit unit);

// Lines "section: {key: value, ...}" or "key: value", a section's keys in the order they come.
class ConfigLines {
 public:
  void set(const std::string& path, const std::string& value);  // "adc.range.type"; a later value replaces
  std::string yaml() const;

 private:
  Value root_ = Value::map();
};

}  // namespace bitline::arch
