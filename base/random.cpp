// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <Random123/philox.h>

#include <algorithm>

#include "base/random_kernels.h"

namespace bitline {
namespace {

std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 2>& key, std::uint32_t purpose_layer,
                                    std::uint32_t place, std::uint32_t image, std::uint32_t step) {
  const r123::Philox4x32 generator;
  const r123::Philox4x32::ctr_type c{{purpose_layer, place, image, step}};
  const r123::Philox4x32::key_type k{{key[0], key[1]}};
  const auto out = generator(c, k);
  return {out.v[0], out.v[1], out.v[2], out.v[3]};
}

std::uint32_t first_word(const Counter& c) { return static_cast<std::uint32_t>(c.purpose) << 16 | c.layer; }

}  // namespace

Random::Random(std::uint32_t seed, std::uint32_t instance, Isa isa)
    : key_{seed, instance}, kernels_(&random_kernels(isa)) {}

Random::Random(std::uint32_t seed, std::uint32_t instance) : Random(seed, instance, isas().front()) {}

std::array<std::uint32_t, 4> Random::bits(const Counter& c) const {
  return philox(key_, first_word(c), c.place, c.image, c.step);
}

std::array<float, 4> Random::normal4(const Counter& c) const {
  const auto u = bits(c);
  std::array<float, 4> z;
  kernels_->normals(u.data(), z.data(), z.size());
  return z;
}

std::array<double, 4> Random::uniform4(const Counter& c) const {
  const auto u = bits(c);
  std::array<double, 4> out;
  for (int i = 0; i < 4; ++i) out[i] = (u[i] + 0.5) * 0x1p-32;
  return out;
}

namespace {

// Whole places go to `out`, and the words of a last one that it cannot hold all of come from there.
template <std::size_t per_place, class Number, class Draw>
void fill(const PhiloxReads& reads, std::span<Number> out, const Draw& draw) {
  PhiloxReads whole = reads;
  whole.places = out.size() / per_place;
  draw(whole, out.data());
  if (out.size() % per_place == 0) return;
  PhiloxReads last = reads;
  last.place += static_cast<std::uint32_t>(whole.places);
  last.places = 1;
  Number numbers[per_place];
  draw(last, numbers);
  std::copy_n(numbers, out.size() % per_place, out.data() + whole.places * per_place);
}

}  // namespace

void Random::words(const Counter& first, std::span<std::uint32_t> out) const {
  const PhiloxReads read{{key_[0], key_[1]}, first_word(first), first.place, &first.image, &first.step, 1, 0};
  fill<4>(read, out, kernels_->words);
}

void Random::word_pairs(const Counter& first, bool second, std::span<std::uint32_t> out) const {
  const PhiloxReads read{{key_[0], key_[1]}, first_word(first), first.place, &first.image, &first.step, 1, 0};
  fill<2>(read, out, [&](const PhiloxReads& r, std::uint32_t* to) { kernels_->word_pairs(r, second, to); });
}

void Random::normals(const Counter& first, std::span<float> out) const {
  const PhiloxReads read{{key_[0], key_[1]}, first_word(first), first.place, &first.image, &first.step, 1, 0};
  fill<4>(read, out, kernels_->draws);
}

void Random::normals(const ReadCounters& reads, std::size_t places, std::span<float> out) const {
  kernels_->draws({{key_[0], key_[1]},
                   first_word({reads.purpose, reads.layer}),
                   reads.place,
                   reads.image.data(),
                   reads.step.data(),
                   reads.image.size(),
                   places},
                  out.data());
}

void normals_from_pairs(std::span<const std::uint32_t> u, std::span<float> z) {
  random_kernels(isas().front()).normals(u.data(), z.data(), z.size());
}

}  // namespace bitline
