// SPDX-License-Identifier: Apache-2.0
// Generated pictures as a data set.
#include "base/parallel.h"
#include "workloads/open_set.h"
#include "workloads/vehicles.h"

namespace bitline::workloads {

OpenSet open_vehicles(Split split) {
  OpenSet set;
  set.name = "vehicles";
  set.dims = {1, VehicleStyle{}.size, VehicleStyle{}.size};
  set.count = split == Split::train ? 4000 : 1000;
  set.classes = static_cast<int>(std::size(vehicle_names));
  for (std::string_view name : vehicle_names) set.class_names.emplace_back(name);
  set.pixels = true;
  set.read = [split](std::size_t first, std::size_t count, Samples& out) {
    const Random random = vehicle_draws(split);
    const std::size_t size = out.size();
    out.values.resize(count * size);
    Labels labels{std::vector<int>(count), static_cast<int>(std::size(vehicle_names)), {}, {}};
    parallel_for(count, [&](std::size_t i) {
      const VehiclePicture made = vehicle_picture({}, random, static_cast<std::uint32_t>(first + i));
      std::copy(made.picture.values.begin(), made.picture.values.end(),
                out.values.begin() + static_cast<std::ptrdiff_t>(i * size));
      labels.of_sample[i] = made.vehicle;
    });
    out.truth = std::move(labels);
  };
  return set;
}

Random vehicle_draws(Split split) { return {1, split == Split::train ? 0u : 1u}; }

}  // namespace bitline::workloads
