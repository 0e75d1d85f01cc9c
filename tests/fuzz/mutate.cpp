// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutate.h"

#include <algorithm>
#include <cctype>

namespace bitline::fuzz {
namespace {

struct Part {
  std::size_t begin, size;
};

// Mostly short: long parts destroy everything at once.
Part some_part(const std::string& bytes, Dice& dice) {
  const std::size_t begin = dice.below(bytes.size());
  const std::size_t longest = dice.below(4) ? std::min<std::size_t>(16, bytes.size()) : bytes.size();
  return {begin, std::min(1 + dice.below(longest), bytes.size() - begin)};
}

// The word, number or run of one other character around a place.
Part token_at(const std::string& bytes, std::size_t at) {
  const auto wordlike = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_'; };
  std::size_t begin = at, end = at + 1;
  if (wordlike(bytes[at])) {
    while (begin > 0 && wordlike(bytes[begin - 1])) --begin;
    while (end < bytes.size() && wordlike(bytes[end])) ++end;
  }
  return {begin, end - begin};
}

Part line_at(const std::string& bytes, std::size_t at) {
  const std::size_t before = at ? bytes.rfind('\n', at - 1) : std::string::npos, after = bytes.find('\n', at);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return {begin, (after == std::string::npos ? bytes.size() : after + 1) - begin};
}

void change(std::string& bytes, const std::string& other, std::span<const std::string_view> dictionary, Dice& dice) {
  if (bytes.empty()) {
    bytes = other.substr(0, 1 + dice.below(64));
    return;
  }
  const std::size_t at = dice.below(bytes.size());
  switch (dice.below(dictionary.empty() ? 9 : 15)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice.below(8)));
      break;
    case 1:
      bytes[at] = static_cast<char>(dice.below(256));
      break;
    case 2: {  // a number of up to eight bytes becomes the smallest, largest or most negative
      const char fill = "\x00\xff\x7f\x80\x01"[dice.below(5)];
      for (std::size_t i = at; i < std::min(at + (std::size_t{1} << dice.below(4)), bytes.size()); ++i) bytes[i] = fill;
      break;
    }
    case 3:
      bytes.resize(at);
      break;
    case 4: {
      const Part p = some_part(bytes, dice);
      bytes.erase(p.begin, p.size);
      break;
    }
    case 5: {
      const Part p = some_part(bytes, dice);
      bytes.insert(at, bytes.substr(p.begin, p.size));
      break;
    }
    case 6: {
      const Part p = some_part(bytes, dice);
      const std::string moved = bytes.substr(p.begin, p.size);
      bytes.erase(p.begin, p.size);
      bytes.insert(dice.below(bytes.size() + 1), moved);
      break;
    }
    case 7: {
      const Part p = some_part(other, dice);
      bytes.insert(at, other, p.begin, p.size);
      break;
    }
    case 8:
      bytes[at] = static_cast<char>(bytes[at] + (dice.below(2) ? 1 : -1));
      break;
    case 9:
      bytes.insert(at, dictionary[dice.below(dictionary.size())]);
      break;
    case 10: {
      const Part line = line_at(bytes, at), from = line_at(other, dice.below(other.size()));
      bytes.insert(line.begin, other, from.begin, from.size);
      break;
    }
    case 11: {
      const Part line = line_at(bytes, at);
      bytes.erase(line.begin, line.size);
      break;
    }
    default: {
      const Part token = token_at(bytes, at);
      bytes.replace(token.begin, token.size, dictionary[dice.below(dictionary.size())]);
    }
  }
}

}  // namespace

std::string mutate(std::span<const std::string> seeds, std::span<const std::string_view> dictionary,
                   std::uint32_t case_number) {
  if (case_number < seeds.size()) return seeds[case_number];
  constexpr std::uint32_t seed = 20;
  Dice dice(seed, case_number);
  std::string bytes = seeds[dice.below(seeds.size())];
  const std::size_t changes = 1 + dice.below(1 + dice.below(6));  // mostly few, so that some files are still read
  for (std::size_t i = 0; i < changes; ++i) change(bytes, seeds[dice.below(seeds.size())], dictionary, dice);
  return bytes;
}

}  // namespace bitline::fuzz
