// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/error.h"

namespace bitline::workloads {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t") == std::string_view::npos; }

const char* skip_spaces(const char* at, const char* end) {
  while (at != end && (*at == ' ' || *at == '\t')) ++at;
  return at;
}

// Powers of ten that are doubles exactly: a whole number below 2^53 divided by one is rounded once, so it is the
// nearest double (Clinger 1990, doi:10.1145/93542.93557).
constexpr double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
constexpr int most_digits = 15;

// Digits with a point among them and nothing else, at most 15; nullptr for any other way to write a number.
const char* take_plain(const char* at, const char* end, double& value) {
  const bool minus = at != end && *at == '-';
  if (minus) ++at;
  std::uint64_t whole = 0;
  int digits = 0, decimals = 0;
  bool point = false;
  for (; at != end; ++at) {
    const auto digit = static_cast<unsigned char>(*at - '0');
    if (digit <= 9)
      whole = whole * 10 + digit, ++digits, decimals += point;
    else if (*at == '.' && !point)
      point = true;
    else
      break;
  }
  if (digits == 0 || digits > most_digits || (at != end && (*at == 'e' || *at == 'E'))) return nullptr;
  value = static_cast<double>(whole) / tens[decimals];
  if (minus) value = -value;
  return at;
}

}  // namespace

TraceLines::TraceLines(const std::filesystem::path& file)
    : name_(file.string()), file_(nullptr, std::fclose), block_(block_bytes) {
  std::error_code ec;
  if (std::filesystem::is_directory(file, ec)) throw InputError(name_ + ": is a folder, not a file");
  errno = 0;
  file_.reset(std::fopen(name_.c_str(), "rb"));
  if (!file_) throw InputError(fmt::format("{}: cannot be opened: {}", name_, std::strerror(errno)));
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // blocks are read as they are asked for
}

// More of the file behind what is not given yet; false at its end.
bool TraceLines::fill() {
  if (begin_ > 0) {
    std::memmove(block_.data(), block_.data() + begin_, end_ - begin_);
    end_ -= begin_, searched_ -= begin_, begin_ = 0;
  }
  if (end_ == block_.size()) {
    if (block_.size() >= longest_line)
      throw InputError(
          fmt::format("{}:{}: a line of more than {} bytes, which no trace has", name_, number_ + 1, longest_line));
    block_.resize(block_.size() * 2);
  }
  const std::size_t got = std::fread(block_.data() + end_, 1, block_.size() - end_, file_.get());
  if (got == 0 && std::ferror(file_.get())) throw InputError(fmt::format("{}: reading failed", name_));
  end_ += got;
  return got > 0;
}

bool TraceLines::take(std::string_view& text) {
  const char* line_end = nullptr;
  for (;;) {
    if (searched_ < end_)
      line_end = static_cast<const char*>(std::memchr(block_.data() + searched_, '\n', end_ - searched_));
    if (line_end) break;
    searched_ = end_;
    if (!fill()) break;
  }
  if (!line_end && begin_ == end_) return false;
  const char* first = block_.data() + begin_;
  text = {first, static_cast<std::size_t>((line_end ? line_end : block_.data() + end_) - first)};
  begin_ = searched_ = line_end ? static_cast<std::size_t>(line_end - block_.data()) + 1 : end_;
  if (text.ends_with('\r')) text.remove_suffix(1);
  ++number_;
  return true;
}

bool TraceLines::next(std::string_view& text) {
  if (!take(text)) return false;
  if (number_ == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  line_ = text;
  if (!is_blank(text)) return true;
  const int blank = number_;
  while (take(text))
    if (!is_blank(text)) throw InputError(fmt::format("{}:{}:1: a blank line (take it out)", name_, blank));
  return false;
}

void TraceLines::refuse(const char* at, const std::string& message, const std::string& remedy) const {
  Diagnostic d;
  d.where = {name_, number_, static_cast<int>(std::min<std::ptrdiff_t>(at - line_.data(), 1 << 30)) + 1};
  d.message = message, d.remedy = remedy;
  throw InputError(bitline::to_string(d));
}

const char* take_number(const char* at, const char* end, double& value) {
  at = skip_spaces(at, end);
  const char* after = take_plain(at, end, value);
  if (!after) {
    if (at != end && *at == '+') ++at;
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error != std::errc()) return nullptr;
    after = stop;
  }
  return skip_spaces(after, end);
}

}  // namespace bitline::workloads
