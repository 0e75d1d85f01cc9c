// SPDX-License-Identifier: Apache-2.0
// Writing: what conductance each device takes when it is told to take its target.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "device/draws.h"
#include "device/score_table.h"
#include "device/write_pulses.h"
#include "device/write_verify.h"

namespace bitline::device {
namespace {

using namespace device_draws;

struct WrittenChunk {
  const Device& device;
  const Random& random;
  std::span<const CellId> ids;
  std::span<const double> target_S;
  std::span<double> g_S;  // in: where an errorless write lands; out: where this one does
  const WriteRecord& record;
};

void add_error(const ExactWrite&, const SolvedWrite&, const WrittenChunk&) {}

void add_error(const GaussianWrite& write, const SolvedWrite& solved, const WrittenChunk& c) {
  float z[chunk_size];
  normals(c.random, Purpose::write_error, c.ids, {z, c.ids.size()}, false, step_of(solved.write_number));
  const double per_g_max = 1 / c.device.g_max_S;
  for (std::size_t i = 0; i < c.ids.size(); ++i) {
    c.g_S[i] += at_least_zero(polynomial(write.sigma_S, c.target_S[i] * per_g_max)) * z[i];
  }
}

void add_error(const WindowWrite& write, const SolvedWrite& solved, const WrittenChunk& c) {
  std::uint32_t u[chunk_size];
  words(c.random, Purpose::write_error, c.ids, {u, c.ids.size()}, false, step_of(solved.write_number));
  for (std::size_t i = 0; i < c.ids.size(); ++i) c.g_S[i] += write.half_width_S * (2 * uniform(u[i]) - 1);
}

void add_error(const LevelAccuracyWrite&, const SolvedWrite& solved, const WrittenChunk& c) {
  float z[chunk_size];
  normals(c.random, Purpose::write_error, c.ids, {z, c.ids.size()}, false, step_of(solved.write_number));
  for (std::size_t i = 0; i < c.ids.size(); ++i) c.g_S[i] += solved.sigma_S * z[i];
}

void add_error(const MeasuredWrite& write, const SolvedWrite& solved, const WrittenChunk& c) {
  float z[chunk_size];
  normals(c.random, Purpose::write_error, c.ids, {z, c.ids.size()}, false, step_of(solved.write_number));
  const auto& levels = write.levels;
  for (std::size_t i = 0; i < c.ids.size(); ++i) {
    const Between at = between(
        levels.size(), [&](std::size_t k) { return levels[k].g_S; }, c.target_S[i]);
    const double low = at_score(levels[at.low].error_S, z[i]);
    c.g_S[i] += at.share == 0 ? low : mix(low, at_score(levels[at.low + 1].error_S, z[i]), at);
  }
}

void add_error(const WriteVerify&, const SolvedWrite& solved, const WrittenChunk& c) {
  write_verified(c.device, *solved.verify, c.random, c.ids, c.target_S, c.g_S, c.record, solved.write_number);
}

void add_error(const PulseWrite&, const SolvedWrite& solved, const WrittenChunk& c) {
  const std::size_t n = c.ids.size();
  std::uint32_t word[chunk_size];
  words(c.random, Purpose::write_error, c.ids, {word, n}, false, step_of(solved.write_number));
  for (std::size_t i = 0; i < n; ++i) {
    const PulseTables::Outcome one = solved.pulses->draw(c.target_S[i], word[i]);
    c.g_S[i] += one.g_S - c.target_S[i];
    if (!c.record.pulses.empty()) c.record.pulses[i] = static_cast<std::uint16_t>(one.pulses);
  }
}

// One factor exp(sigma z) per device; `second` chooses the number of the pair of draws that is its own.
void scale_by_spread(double sigma, bool second, const Random& random, std::span<const CellId> ids,
                     std::span<double> g_S, std::uint32_t number = 0) {
  if (sigma == 0) return;
  float z[chunk_size];
  normals(random, Purpose::device_spread, ids, {z, ids.size()}, second, step_of(number));
  for (std::size_t i = 0; i < ids.size(); ++i) g_S[i] *= std::exp(sigma * z[i]);
}

bool can_be_written(double target_S) { return target_S >= 0 && target_S <= std::numeric_limits<double>::max(); }

[[noreturn]] void refuse(std::span<const CellId> ids, std::span<const double> target_S) {
  std::size_t i = 0;
  while (can_be_written(target_S[i])) ++i;
  throw InputError(fmt::format("cannot write {} S to weight {} of layer {}: a conductance is finite and not negative",
                               target_S[i], ids[i].weight, ids[i].layer));
}

void write_chunk(const Device& device, const SolvedWrite& solved, const Random& random, std::span<const CellId> ids,
                 std::span<const double> target_S, std::span<double> written_S, const WriteRecord& record) {
  const std::size_t n = ids.size();
  // `written_S` may be `target_S`, so the targets are left alone until the errors that depend on them are known.
  double g_S[chunk_size];
  std::uint64_t bad = 0;
  for (std::size_t i = 0; i < n; ++i) {
    bad += !can_be_written(target_S[i]);
    g_S[i] = target_S[i];
  }
  if (bad) refuse(ids, target_S);
  const bool varied = device.spread.device_to_device > 0;
  double window[chunk_size];  // if so, factor of each device's conductance window
  if (varied) {
    std::fill_n(window, n, 1.0);
    scale_by_spread(device.spread.device_to_device, false, random, ids, {window, n});
    for (std::size_t i = 0; i < n; ++i) g_S[i] *= window[i];
  }
  scale_by_spread(device.spread.cycle_to_cycle, true, random, ids, {g_S, n}, solved.write_number);
  std::visit(
      [&](const auto& model) {
        add_error(model, solved, {device, random, ids, target_S, {g_S, n}, record});
      },
      device.write);
  for (std::size_t i = 0; i < n; ++i) written_S[i] = at_least_zero(g_S[i]);

  const std::span<std::uint8_t> faulty = record.faulty;
  if (!faulty.empty()) std::fill(faulty.begin(), faulty.end(), std::uint8_t{0});
  const Faults& f = device.faults;
  if (f.stuck_on == 0 && f.stuck_off == 0) return;
  std::uint32_t u[chunk_size];
  words(random, Purpose::stuck_cell, ids, {u, n});
  const auto* verify = std::get_if<WriteVerify>(&device.write);  // tries in vain until it gives up
  const auto most_pulses =
      static_cast<std::uint16_t>(verify ? std::min(verify->max_pulses * verify->rounds, 65535) : 0);
  for (std::size_t i = 0; i < n; ++i) {
    // On from below, off from above: a larger share of either only adds devices.
    const double x = uniform(u[i]);
    const bool on = x < f.stuck_on, off = !on && x > 1 - f.stuck_off;
    if (!on && !off) continue;
    written_S[i] = (on ? device.g_max_S : device.g_min_S) * (varied ? window[i] : 1);
    if (!faulty.empty()) faulty[i] = 1;
    if (verify && !record.pulses.empty()) record.pulses[i] = most_pulses;
    if (!record.failed.empty()) record.failed[i] = most_pulses > 0;
  }
}

}  // namespace

void write_cells(const Device& device, const SolvedWrite& solved, const Random& random, std::span<const CellId> ids,
                 std::span<const double> target_S, std::span<double> written_S, std::span<std::uint8_t> faulty) {
  write_cells(device, solved, random, ids, target_S, written_S, WriteRecord{.faulty = faulty});
}

void write_cells(const Device& device, const SolvedWrite& solved, const Random& random, std::span<const CellId> ids,
                 std::span<const double> target_S, std::span<double> written_S, const WriteRecord& record) {
  const auto fits = [&](std::size_t size) { return size == 0 || size == ids.size(); };
  if (target_S.size() != ids.size() || written_S.size() != ids.size() || !fits(record.faulty.size()) ||
      !fits(record.pulses.size()) || !fits(record.failed.size()) || !fits(record.round.size())) {
    throw std::invalid_argument("write_cells: spans of different lengths");
  }
  if (std::holds_alternative<LevelAccuracyWrite>(device.write) &&
      !(solved.sigma_S >= 0 && std::isfinite(solved.sigma_S))) {
    throw std::invalid_argument("write_cells: the solved sigma is not a finite number from 0 on");
  }
  const bool verified = std::holds_alternative<WriteVerify>(device.write),
             pulsed = std::holds_alternative<PulseWrite>(device.write);
  if ((verified && !solved.verify) || (pulsed && !solved.pulses))
    throw std::invalid_argument("write_cells: pulses without their tables");
  if (!verified && !pulsed) std::fill(record.pulses.begin(), record.pulses.end(), std::uint16_t{0});
  if (!verified) {
    for (const auto& span : {record.failed, record.round}) std::fill(span.begin(), span.end(), std::uint8_t{0});
  }
  for (std::size_t begin = 0; begin < ids.size(); begin += chunk_size) {
    const std::size_t n = std::min(chunk_size, ids.size() - begin);
    const auto part = [&](auto span) { return span.empty() ? span : span.subspan(begin, n); };
    write_chunk(device, solved, random, ids.subspan(begin, n), target_S.subspan(begin, n), written_S.subspan(begin, n),
                {part(record.faulty), part(record.pulses), part(record.failed), part(record.round)});
  }
}

}  // namespace bitline::device
