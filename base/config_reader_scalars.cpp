// SPDX-License-Identifier: Apache-2.0
// Reading single values: truths, numbers, quantities, texts, words.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/config_reader.h"
#include "base/nearest.h"
#include "base/shown.h"

namespace bitline {

std::string shown(const Value& v) {
  if (!v.is_scalar()) return v.is_list() ? "a list" : v.is_map() ? "a map" : "nothing";
  std::size_t end = std::min<std::size_t>(v.text.size(), 60);
  while (end < v.text.size() && (static_cast<unsigned char>(v.text[end]) & 0xC0) == 0x80) --end;  // whole characters
  std::string text = v.text.substr(0, end);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return fmt::format("'{}{}'", text, end < v.text.size() ? "..." : "");
}

const Value* ConfigReader::scalar(const Field& f, const char* what) {
  const Value* node = take(f);
  if (!node) return nullptr;
  node = unwrapped(node);
  if (!node->is_scalar()) {
    report(*node, path_, fmt::format("is {} where {} is expected", shown(*node), what));
    return nullptr;
  }
  return node;
}

bool ConfigReader::in_range(const Value& at, const Field& f, double x) {
  const auto q = [&](double v) { return format_quantity(v, f.unit); };
  const bool low = f.positive ? !(x > 0) : x<f.min, high = x> f.max;
  if (!low && !high) return true;
  std::string range = f.positive          ? "greater than zero"
                      : std::isinf(f.min) ? ""
                      : std::isinf(f.max) ? "at least " + q(f.min)
                                          : "from " + q(f.min);
  if (!std::isinf(f.max)) {
    if (range.empty())
      range = "at most ";
    else
      range += f.positive ? " and at most " : " to ";
    range += q(f.max);
  }
  report(at, path_, fmt::format("is {} but must be {}", shown(at), range));
  return false;
}

void ConfigReader::boolean(const Field& f, bool& out) {
  const Value* node = scalar(f, "true or false");
  if (!node) return;
  if (node->text == "true" || node->text == "false")
    out = node->text == "true";
  else
    report(*node, path_, fmt::format("is {} where true or false is expected", shown(*node)),
           did_you_mean(node->text, {"true", "false"}));
}

void ConfigReader::integer(const Field& f, std::int64_t& out, std::int64_t lowest, std::int64_t highest) {
  const Value* node = scalar(f, "a whole number");
  if (!node) return;
  std::int64_t x = 0;
  const char *begin = node->text.data(), *end = begin + node->text.size();
  const auto [stop, error] = std::from_chars(begin, end, x);
  const bool all_digits = stop == end && error != std::errc::invalid_argument;
  const char* first_digit = begin + node->text.starts_with('-');
  if (!all_digits)
    report(*node, path_, fmt::format("is {} where a whole number is expected", shown(*node)));
  else if (*first_digit == '0' && end - first_digit > 1)  // 010 is 8 to some YAML readers
    report(*node, path_, fmt::format("is {} where a whole number is expected", shown(*node)),
           "write it without the leading zero");
  else if (error == std::errc::result_out_of_range)
    report(*node, path_, fmt::format("is {}, which is too large", shown(*node)));
  else if (in_range(*node, f, static_cast<double>(x))) {
    if (x < lowest || x > highest)
      report(*node, path_, fmt::format("is {} but must be from {} to {}", shown(*node), lowest, highest));
    else
      out = x;
  }
}

void ConfigReader::number(const Field& f, double& out) {
  const Value* node = scalar(f, "a number");
  if (!node) return;
  const auto q = parse_quantity(node->text, f.unit);
  if (!q.value) {
    report(*node, path_, fmt::format("{} {}", shown(*node), q.problem));
    return;
  }
  if (!in_range(*node, f, *q.value)) return;
  out = *q.value;
  // The same words however the user wrote the quantity.
  if (!notes_.assumed.empty() && notes_.assumed.back().path == path_)
    notes_.assumed.back().value = format_quantity(out, f.unit);
}

void ConfigReader::text(const Field& f, std::string& out) {
  if (const Value* node = scalar(f, "a text")) out = node->text;
}

void ConfigReader::choice(const Field& f, std::size_t& index, std::span<const std::string_view> names) {
  const Value* node = scalar(f, "a word");
  if (!node) return;
  const auto at = std::find(names.begin(), names.end(), node->text);
  if (at != names.end())
    index = static_cast<std::size_t>(at - names.begin());
  else
    report(*node, path_, fmt::format("is {}, which is not one of {}", shown(*node), fmt::join(names, ", ")),
           did_you_mean(node->text, {names.begin(), names.end()}));
}

}  // namespace bitline
