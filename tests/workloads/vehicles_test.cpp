// SPDX-License-Identifier: Apache-2.0
#include "workloads/vehicles.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/statistics.h"

namespace bitline::vehicles_test {
using namespace workloads;

TEST_CASE("a generated picture is a function of its number, and its class is that modulo four") {
  const Random random = vehicle_draws(Split::test);
  for (std::uint32_t n : {0u, 5u, 103u}) {
    const VehiclePicture once = vehicle_picture({}, random, n), again = vehicle_picture({}, random, n);
    CHECK(once.picture.values == again.picture.values);
    CHECK(once.vehicle == static_cast<int>(n % 4));
    CHECK(once.picture.size() == 64 * 64);
  }
  CHECK(vehicle_picture({}, random, 0).picture.values != vehicle_picture({}, random, 4).picture.values);
  CHECK(vehicle_picture({}, random, 0).picture.values !=
        vehicle_picture({}, vehicle_draws(Split::train), 0).picture.values);
}

TEST_CASE("the subject is one vehicle inside the picture, taller for an SUV than for a sedan of its length") {
  const Random random = vehicle_draws(Split::train);
  double proportion[2] = {0, 0};
  for (std::uint32_t n = 0; n < 80; ++n) {
    const VehiclePicture made = vehicle_picture({}, random, n);
    int left = 64, right = -1, top = 64, bottom = -1, count = 0;
    for (int i = 0; i < 64 * 64; ++i) {
      if (!made.mask[static_cast<std::size_t>(i)]) continue;
      left = std::min(left, i % 64), right = std::max(right, i % 64);
      top = std::min(top, i / 64), bottom = std::max(bottom, i / 64);
      ++count;
    }
    CHECK(count > 100);
    CHECK(count < 64 * 64 / 2);
    if (made.vehicle < 2) proportion[made.vehicle] += static_cast<double>(bottom - top + 1) / (right - left + 1);
  }
  CHECK(proportion[1] > 1.2 * proportion[0]);
}

TEST_CASE("pixels carry noise of 0.03 where the picture is flat, in steps of 1 / 255") {
  const VehiclePicture made = vehicle_picture({}, vehicle_draws(Split::train), 2);
  // The top row is sky in most pictures, and so is that below it: their difference is noise twice.
  std::vector<double> difference;
  for (std::uint32_t n = 0; n < 40; ++n) {
    const VehiclePicture p = vehicle_picture({}, vehicle_draws(Split::train), n);
    for (std::size_t c = 0; c < 64; ++c) {
      const double top = p.picture.values[c];
      if (top > 0.2 && top < 0.8) difference.push_back(top - p.picture.values[64 + c]);
    }
  }
  REQUIRE(difference.size() > 400);
  CHECK(standard_deviation(difference) == doctest::Approx(0.03 * std::sqrt(2.0)).epsilon(0.1));
  for (float v : made.picture.values) CHECK(std::abs(v * 255 - std::nearbyint(v * 255)) < 1e-4);
}

}  // namespace bitline::vehicles_test
