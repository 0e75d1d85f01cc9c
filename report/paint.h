// SPDX-License-Identifier: Apache-2.0
// Colours of the terminal, where they are wanted.
#pragma once

#include <string>

namespace bitline::report {

struct Paint {
  bool on;
  std::string code(const char* sequence) const { return on ? sequence : ""; }
  std::string dim() const { return code("\x1b[2m"); }
  std::string strong() const { return code("\x1b[1m"); }
  std::string bars() const { return code("\x1b[36m"); }
  std::string good() const { return code("\x1b[32m"); }
  std::string warn() const { return code("\x1b[33m"); }
  std::string with(const std::string& sequence, const std::string& text) const {
    return on ? sequence + text + "\x1b[0m" : text;
  }
  std::string heading(const std::string& text) const { return with(strong(), text); }
};

inline constexpr std::size_t terminal_width = 98;

}  // namespace bitline::report
