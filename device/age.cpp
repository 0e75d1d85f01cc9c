// SPDX-License-Identifier: Apache-2.0
// Ageing: relaxation soon after the write, drift later, slow noise on what is left; and the white noise of one read.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "device/draws.h"
#include "device/drift.h"
#include "device/relax.h"
#include "device/score_table.h"

namespace bitline::device {
namespace {

using namespace device_draws;

struct AgedChunk {
  const Device& device;
  const Random& random;
  std::span<const CellId> ids;
  std::span<const std::uint8_t> round;
  std::span<double> g_S;  // changed in place
  std::uint32_t write_number;
};

// Every round of writing gives a device a relaxation of its own.
// `by_round`: at the time since each; devices that no later round wrote have relaxed for longer.
void relax(const std::vector<RelaxedAt>& by_round, const AgedChunk& c) {
  if (!by_round[0].changes()) return;
  const std::size_t n = c.ids.size();
  float z[chunk_size], later[chunk_size];
  normals(c.random, Purpose::relaxation, c.ids, {z, n}, false, step_of(c.write_number));
  const int last = c.round.empty() ? 0 : *std::max_element(c.round.begin(), c.round.end());
  for (int r = 1; r <= last; ++r) {
    normals(c.random, Purpose::relaxation, c.ids, {later, n}, false,
            step_of(c.write_number, static_cast<std::uint32_t>(r)));
    for (std::size_t i = 0; i < n; ++i)
      if (c.round[i] == r) z[i] = later[i];
  }
  for (std::size_t i = 0; i < n; ++i) c.g_S[i] = by_round[c.round.empty() ? 0 : c.round[i]](c.g_S[i], z[i]);
}

void drift(const DriftedAt& drifted, const AgedChunk& c) {
  if (!drifted.changes()) return;
  float z[chunk_size] = {};
  if (drifted.by_device()) normals(c.random, Purpose::drift, c.ids, {z, c.ids.size()});
  for (std::size_t i = 0; i < c.ids.size(); ++i) c.g_S[i] = drifted(c.g_S[i], z[i]);
}

void fluctuate(const NoSlowNoise&, double, const AgedChunk&) {}

// One component per decade of time constants, each of the same variance, as in 1/f noise: component k is redrawn when
// its time constant has passed, so that reads soon after each other share what is slower than the time between them.
// What is slower than the observed time is part of the written state and not seen: the last component comes in by
// parts.
void fluctuate(const FlickerNoise& model, double t_s, const AgedChunk& c) {
  const double seen = std::log((t_s + model.t0_s + model.t_read_s) / (2 * model.t_read_s)), decade = std::log(10.0);
  if (seen <= 0 || model.q1 == 0) return;
  const std::size_t n = c.ids.size();
  float z[chunk_size];
  double sum[chunk_size] = {};
  double tau_s = 2 * model.t_read_s;
  for (int k = 0; k * decade < seen; ++k) {
    tau_s *= 10;
    const double bin = std::floor((t_s + model.t0_s) / tau_s), share = std::min(seen - k * decade, decade) / seen;
    const auto step = static_cast<std::uint32_t>(k) << 27 | static_cast<std::uint32_t>(std::fmod(bin, 0x1p27));
    normals(c.random, Purpose::slow_noise, c.ids, {z, n}, false, step);
    const double weight = std::sqrt(share);
    for (std::size_t i = 0; i < n; ++i) sum[i] += weight * z[i];
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double sigma = model.relative_sigma(c.g_S[i] / c.device.g_max_S, t_s);
    c.g_S[i] = at_least_zero(c.g_S[i] * (1 + sigma * sum[i]));
  }
}

void fluctuate(const TelegraphNoise& model, double t_s, const AgedChunk& c) {
  const std::size_t n = c.ids.size();
  std::uint32_t trap[chunk_size], rate[chunk_size], state[chunk_size];
  words(c.random, Purpose::slow_noise, c.ids, {trap, n});
  words(c.random, Purpose::slow_noise, c.ids, {rate, n}, true);
  words(c.random, Purpose::slow_noise, c.ids, {state, n}, false, 1);
  for (std::size_t i = 0; i < n; ++i) {
    const double which = uniform(trap[i]);
    if (which >= model.share) continue;
    const double tau_s = model.tau_min_s * std::pow(model.tau_max_s / model.tau_min_s, uniform(rate[i]));
    if (uniform(state[i]) >= 0.5 * -std::expm1(-t_s / tau_s)) continue;
    c.g_S[i] *= which < 0.5 * model.share ? 1 + model.amplitude : 1 - model.amplitude;
  }
}

}  // namespace

double ClippedLog::at(double g) const {
  return std::clamp(g > 0 ? per_ln * std::log(g) + constant : per_ln < 0 ? max : per_ln > 0 ? min : constant, min, max);
}

double FlickerNoise::relative_sigma(double g, double t_s) const {
  const double seen = std::log((t_s + t0_s + t_read_s) / (2 * t_read_s));
  return seen > 0 ? std::min(q1 * std::pow(std::max(g, 0.0), -exponent), q_max) * std::sqrt(seen) : 0;
}

double arrhenius(double energy_eV, double reference_K, double temperature_K) {
  constexpr double boltzmann_eV_per_K = 8.617333262e-5;
  return std::exp(energy_eV / boltzmann_eV_per_K * (1 / reference_K - 1 / temperature_K));
}

bool ages(const Device& d) {
  return !std::holds_alternative<NoRelaxation>(d.relaxation) || !std::holds_alternative<NoDrift>(d.drift) ||
         !std::holds_alternative<NoSlowNoise>(d.slow_noise);
}

void age_cells(const Device& device, double t_s, const Random& random, std::span<const CellId> ids,
               std::span<const double> written_S, std::span<const std::uint8_t> faulty, std::span<double> aged_S,
               std::span<const std::uint8_t> round, std::uint32_t write_number) {
  if (written_S.size() != ids.size() || aged_S.size() != ids.size() ||
      (!faulty.empty() && faulty.size() != ids.size()) || (!round.empty() && round.size() != ids.size())) {
    throw std::invalid_argument("age_cells: spans of different lengths");
  }
  if (!(t_s >= 0 && std::isfinite(t_s))) {
    throw InputError(fmt::format("cannot age devices by {} s: the time after writing is finite and not negative", t_s));
  }
  const DriftedAt drifted(device.drift, device.g_max_S,
                          at_reference_s(device.thermal, device.temperature_K, device.thermal.drift_eV, t_s));
  const double relaxed_s = at_reference_s(device.thermal, device.temperature_K, device.thermal.relaxation_eV, t_s);
  const auto* verify = std::get_if<WriteVerify>(&device.write);
  const int rounds = verify && !round.empty() ? verify->rounds : 1;
  std::vector<RelaxedAt> relaxed;
  for (int r = 0; r < rounds; ++r) {
    const double waited_s = rounds > 1 ? (rounds - 1 - r) * verify->wait_s : 0;
    relaxed.emplace_back(device.relaxation, device.g_max_S, waited_s + relaxed_s);
  }
  for (std::size_t begin = 0; begin < ids.size(); begin += chunk_size) {
    const std::size_t n = std::min(chunk_size, ids.size() - begin);
    double g[chunk_size];
    std::copy_n(written_S.begin() + begin, n, g);
    const AgedChunk chunk{device, random,      ids.subspan(begin, n), round.empty() ? round : round.subspan(begin, n),
                          {g, n}, write_number};
    if (t_s > 0 || rounds > 1) relax(relaxed, chunk);
    if (t_s > 0) drift(drifted, chunk);
    std::visit([&](const auto& model) { fluctuate(model, t_s, chunk); }, device.slow_noise);
    for (std::size_t i = 0; i < n; ++i) {
      const bool stuck = !faulty.empty() && faulty[begin + i];
      aged_S[begin + i] = stuck ? written_S[begin + i] : g[i];
    }
  }
}

double read_noise_variance(const Device& device, double g_S) {
  const double relative_S = device.read_noise.relative * g_S;
  double variance_S2 = device.read_noise.sigma_S * device.read_noise.sigma_S + relative_S * relative_S;
  if (const auto& points = device.read_noise.by_conductance; !points.empty()) {
    const Between at = between(
        points.size(), [&](std::size_t k) { return points[k].g_S; }, g_S);
    const double here_S =
        at.share == 0 ? points[at.low].sigma_S : mix(points[at.low].sigma_S, points[at.low + 1].sigma_S, at);
    variance_S2 += here_S * here_S;
  }
  return variance_S2;
}

double read_noise_sigma(const Device& device, double g_S) { return std::sqrt(read_noise_variance(device, g_S)); }

}  // namespace bitline::device
