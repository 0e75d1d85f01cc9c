// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <fmt/format.h>

namespace bitline {

const std::string& TextName::str() const {
  static const std::string none;
  return name_ ? *name_ : none;
}

void add_problem(std::vector<Diagnostic>& to, std::string path, std::string message, std::string remedy) {
  Diagnostic& d = to.emplace_back();
  d.path = std::move(path), d.message = std::move(message), d.remedy = std::move(remedy);
}

std::string to_string(const Diagnostic& d) {
  std::string out = d.where.file.str();
  if (d.where.line > 0) out += fmt::format(":{}:{}", d.where.line, d.where.column);
  if (!out.empty()) out += ": ";
  if (!d.path.empty()) out += fmt::format("{}: ", d.path);
  out += d.message;
  if (!d.remedy.empty()) out += fmt::format(" ({})", d.remedy);
  return out;
}

namespace {
std::string joined(const std::vector<Diagnostic>& all) {
  std::string out;
  for (const auto& d : all) {
    if (!out.empty()) out += '\n';
    out += to_string(d);
  }
  return out;
}
}  // namespace

ConfigError::ConfigError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(joined(diagnostics)), diagnostics_(std::move(diagnostics)) {}

void refuse_config(std::string path, std::string message, std::string remedy) {
  Diagnostic wrong;
  wrong.path = std::move(path);
  wrong.message = std::move(message);
  wrong.remedy = std::move(remedy);
  throw ConfigError(std::move(wrong));
}

void refuse_at(Origin where, std::string message, std::string remedy) {
  Diagnostic wrong;
  wrong.where = std::move(where);
  wrong.message = std::move(message);
  wrong.remedy = std::move(remedy);
  throw ConfigError(std::move(wrong));
}

}  // namespace bitline
