// SPDX-License-Identifier: Apache-2.0
// Square grey images whose centre is cut out and put back.
#pragma once

#include <span>
#include <vector>

#include "workloads/samples.h"

namespace bitline::experiments {

// Throws InputError: images that are not grey and square, or a hole that does not lie at their centre.
void check_hole(const workloads::Samples& images, int hole);

// The images with their centre of hole x hole pixels set to 0.
workloads::Samples with_hole(const workloads::Samples& images, int hole);
// That centre of each, (images, hole x hole).
std::vector<float> centres(const workloads::Samples& images, int hole);
// The images with other centres, (images, hole x hole).
workloads::Samples with_centres(const workloads::Samples& images, int hole, std::span<const double> centres);

// Mean over all values of the square of their difference.
double square_error(std::span<const double> made, std::span<const float> right);
// The same of one mean centre for all images.
double square_error_of_mean(std::span<const float> mean_centre, std::span<const float> right);

}  // namespace bitline::experiments
