// SPDX-License-Identifier: Apache-2.0
// Frechet distance between two normal distributions (Dowson 1982, doi:10.1016/0047-259X(82)90077-X, Eq. 4; used on
// features of images by Heusel 2017, arXiv:1706.08500):
//     |m1 - m2|^2 + tr C1 + tr C2 - 2 tr (C1^(1/2) C2 C1^(1/2))^(1/2).
// Of two sets of n samples of the same distribution it is d (d + 5) / (2 n) on the average, to first order, not 0, so
// only figures of equal n compare.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bitline::workloads {

struct Gaussian {
  std::vector<double> mean;        // d
  std::vector<double> covariance;  // d x d
};

// Mean and covariance (divided by n - 1) of rows of `columns` values, each counted as often as its weight says; no
// weights: once. At least two.
Gaussian gaussian_of(std::span<const double> rows, int columns, std::span<const std::uint32_t> weights = {});

// Within about 1e-15 d (tr C1 + tr C2), never below 0. Covariances may be singular.
double frechet_distance(const Gaussian& a, const Gaussian& b);

}  // namespace bitline::workloads
