// SPDX-License-Identifier: Apache-2.0
// How far a total may be off. What errs is the model of a kind of part, alike in all its instances and layers, and
// independently of other kinds. So ends of an interval lie as far from the total as the root of the sum of squares of
// what each kind's own end is away (Zou, Donner, Stat. Med. 27, 1693 (2008), doi:10.1002/sim.3095: limits of sums from
// limits of their terms): for values E_k within factors f_k,
//   above: sqrt(sum (E_k (f_k - 1))^2),  below: sqrt(sum (E_k (1 - 1 / f_k))^2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bitline::cost {

// What errs as one.
enum class Kind : std::uint8_t {
  converter,
  driver,  // and the lines they charge
  dac,
  column_switch,
  sample_hold,
  level_shifter,
  adder,
  register_bit,
  memory,
  wire,
  digital,
  off_chip,
  leakage
};
inline constexpr std::size_t kind_count = 13;
static_assert(static_cast<std::size_t>(Kind::leakage) + 1 == kind_count);
struct KindInfo {
  std::string_view name;
  std::string_view keys;  // whose figures stand in for the model's
};
const KindInfo& info(Kind);

class Deviations {
 public:
  // A value of this kind that its spread moves; spreads of one kind may differ and are moved together.
  void add(Kind, double value, double spread);
  void add(const Deviations&, double times = 1);
  // What else comes to this kind's ends where something follows it.
  void follow(Kind, double below, double above);

  double above() const;
  double below() const;
  double above(Kind) const;
  double below(Kind) const;
  // The factor that a kind's upper end is of its value; 1 where nothing of it is uncertain.
  double spread(Kind) const;
  // The fewest kinds that make up 90 % of the sum of squares at the upper end, the largest first; none: no interval.
  std::vector<Kind> deciding() const;

 private:
  struct Term {
    double value = 0, above = 0, below = 0;
  };
  std::array<Term, kind_count> terms_{};
};

}  // namespace bitline::cost
