// SPDX-License-Identifier: Apache-2.0
// Generated grey pictures of four classes of vehicle-like outlines before a skyline, with masks of the subject. They
// stand in for pictures of vehicles; every one is a function of its number.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "workloads/dataset.h"
#include "workloads/edges.h"

namespace bitline::workloads {

inline constexpr std::string_view vehicle_names[] = {"sedan", "suv", "pickup", "airplane"};

struct VehiclePicture {
  int vehicle = 0;                 // index in vehicle_names: the picture's number modulo 4
  GreyPicture picture;             // multiples of 1 / 255
  std::vector<std::uint8_t> mask;  // 1: more than half of the pixel is the vehicle
};

struct VehicleStyle {
  int size = 64;         // pixels of an edge
  bool windows = false;  // the buildings behind have rows of windows
  double noise = 0.03;   // sigma on each pixel
};

// Random size, place, direction, greys of body, windows and surroundings, horizon and buildings behind; a blur, and
// noise.
VehiclePicture vehicle_picture(const VehicleStyle& style, const Random& random, std::uint32_t number);

// Draws of the two parts of the data set `vehicles`, whose samples are the pictures 0, 1 ... in the plain style.
Random vehicle_draws(Split split);

}  // namespace bitline::workloads
