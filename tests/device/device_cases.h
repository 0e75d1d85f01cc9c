// SPDX-License-Identifier: Apache-2.0
// Devices in numbers, and what their statistics must be. Bounds: 5 sigma for means, variances and shares (false alarm
// 6e-7 each); Kolmogorov-Smirnov at sqrt(n) D < 2.7 (false alarm 2 exp(-2 x 2.7^2) = 9e-7).
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "device/device.h"
#include "tests/device/worst.h"

namespace bitline::test {

inline constexpr double uS = 1e-6;
inline constexpr int many = 200000;
inline const Random draws(11, 4);

// n weights of one device each.
inline std::vector<device::CellId> singles(int n, std::uint16_t layer = 2) {
  std::vector<device::CellId> ids(n);
  for (int i = 0; i < n; ++i) ids[i] = {layer, static_cast<std::uint32_t>(i), 0, 0};
  return ids;
}

// n weights of `slices` slices of two devices each, positive and negative beside each other.
inline std::vector<device::CellId> pairs(int n, int slices = 1) {
  std::vector<device::CellId> ids;
  for (int i = 0; i < n; ++i) {
    for (int s = 0; s < slices; ++s) {
      for (int sign = 0; sign < 2; ++sign) {
        ids.push_back(
            {1, static_cast<std::uint32_t>(i), static_cast<std::uint16_t>(s), static_cast<std::uint8_t>(sign)});
      }
    }
  }
  return ids;
}

inline std::vector<double> write(const device::Device& d, std::span<const device::CellId> ids, double target_S,
                                 double sigma_S = 0, std::span<std::uint8_t> faulty = {}) {
  std::vector<double> target(ids.size(), target_S), written(ids.size(), -1);
  write_cells(d, sigma_S, draws, ids, target, written, faulty);
  return written;
}

inline std::vector<double> aged(const device::Device& d, double t_s, std::span<const device::CellId> ids,
                                std::span<const double> written, std::span<const std::uint8_t> faulty = {}) {
  std::vector<double> out(ids.size(), -1);
  age_cells(d, t_s, draws, ids, written, faulty, out);
  return out;
}

inline double mean_of(const std::vector<double>& x) { return std::accumulate(x.begin(), x.end(), 0.0) / x.size(); }

inline double sigma_of(const std::vector<double>& x) {
  const double m = mean_of(x);
  double sum = 0;
  for (double v : x) sum += (v - m) * (v - m);
  return std::sqrt(sum / (x.size() - 1));
}

inline double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const double mx = mean_of(x), my = mean_of(y);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - mx) * (y[i] - my);
  return sum / (x.size() - 1) / sigma_of(x) / sigma_of(y);
}

// sqrt(n) times the largest distance of the empirical distribution from `cdf`.
inline double kolmogorov(std::vector<double> x, auto cdf) {
  std::sort(x.begin(), x.end());
  double d = 0;
  const double n = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) test::keep_worst(d, {(i + 1) / n - cdf(x[i]), cdf(x[i]) - i / n});
  return d * std::sqrt(n);
}

inline void check_normal(const std::vector<double>& x, double mean_S, double sigma_S) {
  const double n = static_cast<double>(x.size());
  CHECK(std::abs(mean_of(x) - mean_S) < 5 * sigma_S / std::sqrt(n));
  CHECK(std::abs(sigma_of(x) - sigma_S) < 5 * sigma_S / std::sqrt(2 * n));
  CHECK(kolmogorov(x, [&](double v) { return 0.5 * std::erfc((mean_S - v) / sigma_S / std::sqrt(2.0)); }) < 2.7);
}

inline void check_share(double share, double expected, double n) {
  CHECK(std::abs(share - expected) < 5 * std::sqrt(expected * (1 - expected) / n));
}

inline device::Device device_40uS(device::WriteModel model = device::ExactWrite{}) {
  device::Device d;
  d.g_min_S = 2 * uS, d.g_max_S = 40 * uS, d.write = std::move(model);
  return d;
}

}  // namespace bitline::test
