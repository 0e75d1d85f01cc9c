// SPDX-License-Identifier: Apache-2.0
// Copies of a layer, each with devices of its own, which share its vectors.
#pragma once

#include <cstddef>
#include <optional>

#include "arch/config.h"
#include "workloads/integer_graph.h"

namespace bitline::mapping {

// Vectors of one image that are there at the same time are dealt to copies in turn. In a pipeline more copies than that
// serve images in turn: image i has the copies of group i modulo groups().
struct Copies {
  int placed = 1;
  int of_image = 1;         // that work for one image: `placed`, or a divisor of it
  std::size_t at_once = 1;  // vectors of one image that wait for no other product of the layer
  std::size_t in_all = 1;   // vectors of one image

  int groups() const { return placed / of_image; }
  int copy_of(std::size_t sample, std::size_t position) const {
    return static_cast<int>(sample % static_cast<std::size_t>(groups())) * of_image +
           static_cast<int>(position % at_once) % of_image;
  }
  // Vectors that a copy serves of an image of its group.
  std::size_t vectors(int copy) const;
  // The most that any copy of an image serves: what the image waits for.
  std::size_t longest() const { return vectors(0); }
};

Copies one_copy(const workloads::IntegerWeights& layer);

// The next number of copies above `now` with which an image, or in a pipeline images one after another, take less time
// if each copy has arrays of its own; nothing if no number does.
std::optional<int> more_copies(const Copies& now, arch::Schedule schedule);

// So many copies; in a pipeline whole groups.
Copies with_copies(Copies copies, int placed);

}  // namespace bitline::mapping
