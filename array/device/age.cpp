// SPDX-License-Identifier: Apache-2.0
// Ageing: relaxation soon after the write, drift later; and the noise of one read.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "array/device/draws.h"

namespace bitline {
namespace {

using namespace device_draws;

struct Chunk {
  const Device& device;
  const Random& random;
  std::span<const CellId> ids;
  std::span<double> g_S;  // changed in place
};

void age(const NoRelaxation&, double, const Chunk&) {}

void age(const LogTimeRelaxation& model, double t_s, const Chunk& c) {
  if (t_s < model.t0_s) return;
  const double decades = std::log10(t_s / model.t0_s), per_g_max = 1 / c.device.g_max_S;
  float z[chunk_size];
  normals(c.random, Purpose::relaxation, c.ids, {z, c.ids.size()});
  for (std::size_t i = 0; i < c.ids.size(); ++i) {
    const double g = std::clamp(c.g_S[i] * per_g_max, 0.0, 1.0);
    const double first = polynomial(model.sigma_S, g), slope = polynomial(model.sigma_per_decade_S, g);
    const double shift = polynomial(model.shift_S, g) + polynomial(model.shift_per_decade_S, g) * decades;
    c.g_S[i] = at_least_zero(c.g_S[i] + shift + std::sqrt(first * first + slope * slope * decades) * z[i]);
  }
}

void age(const NoDrift&, double, const Chunk&) {}

void age(const PowerLawDrift& model, double t_s, const Chunk& c) {
  const double ln_time = std::log1p(t_s / model.t0_s);
  if (model.nu_sigma == 0) {
    const double factor = std::exp(-std::max(0.0, model.nu_mean) * ln_time);
    for (double& g : c.g_S) g *= factor;
    return;
  }
  float z[chunk_size];
  normals(c.random, Purpose::drift, c.ids, {z, c.ids.size()});
  for (std::size_t i = 0; i < c.ids.size(); ++i) {
    c.g_S[i] *= std::exp(-std::max(0.0, model.nu_mean + model.nu_sigma * z[i]) * ln_time);
  }
}

void age(const DoubleExponentialDrift& model, double t_s, const Chunk& c) {
  const double left = model.share1 * std::exp(-t_s / model.tau1_s) + (1 - model.share1) * std::exp(-t_s / model.tau2_s);
  for (double& g : c.g_S) g = model.g_rest_S + (g - model.g_rest_S) * left;
}

}  // namespace

void age_cells(const Device& device, double t_s, const Random& random, std::span<const CellId> ids,
               std::span<const double> written_S, std::span<const std::uint8_t> faulty, std::span<double> aged_S) {
  if (written_S.size() != ids.size() || aged_S.size() != ids.size() ||
      (!faulty.empty() && faulty.size() != ids.size())) {
    throw std::invalid_argument("age_cells: spans of different lengths");
  }
  if (!(t_s >= 0 && std::isfinite(t_s))) {
    throw InputError(fmt::format("cannot age devices by {} s: the time after writing is finite and not negative", t_s));
  }
  for (std::size_t begin = 0; begin < ids.size(); begin += chunk_size) {
    const std::size_t n = std::min(chunk_size, ids.size() - begin);
    double g[chunk_size];
    std::copy_n(written_S.begin() + begin, n, g);
    if (t_s > 0) {
      const Chunk chunk{device, random, ids.subspan(begin, n), {g, n}};
      std::visit([&](const auto& model) { age(model, t_s, chunk); }, device.relaxation);
      std::visit([&](const auto& model) { age(model, t_s, chunk); }, device.drift);
    }
    for (std::size_t i = 0; i < n; ++i) {
      const bool stuck = !faulty.empty() && faulty[begin + i];
      aged_S[begin + i] = stuck ? written_S[begin + i] : g[i];
    }
  }
}

double read_noise_sigma(const Device& device, double g_S) {
  const double relative_S = device.read_noise.relative * g_S;
  return std::sqrt(device.read_noise.sigma_S * device.read_noise.sigma_S + relative_S * relative_S);
}

}  // namespace bitline
