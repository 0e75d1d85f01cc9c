// SPDX-License-Identifier: Apache-2.0
// Seeds turned into wrong files: deterministic, so that a case number names a file for ever.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace bitline::fuzz {

// The numbers of one case.
class Dice {
 public:
  Dice(std::uint32_t seed, std::uint32_t case_number) : random_(seed, case_number) {}
  std::size_t below(std::size_t n) { return n ? random_.bits({.purpose = Purpose::test, .place = next_++})[0] % n : 0; }

 private:
  Random random_;
  std::uint32_t next_ = 0;
};

// One to six changes of a seed: bits flipped, bytes set to extremes, parts cut off, removed, doubled, moved or taken
// from another seed, and words of `dictionary` put in or over others. The first case of each seed is the seed itself.
std::string mutate(std::span<const std::string> seeds, std::span<const std::string_view> dictionary,
                   std::uint32_t case_number);

}  // namespace bitline::fuzz
