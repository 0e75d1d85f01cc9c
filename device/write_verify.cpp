// SPDX-License-Identifier: Apache-2.0
#include "device/write_verify.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "device/draws.h"
#include "device/relax.h"

namespace bitline::device {
namespace {

using namespace device_draws;

constexpr double overshoot = 1.25;  // of g_max: no pulse goes further

// Numbers of the tables: the same for every seed and chip, since a law is no draw.
const Random& table_draws() {
  static const Random random(0x7e61f7, 0);
  return random;
}

std::array<float, 4> normals_of(int path, int round, int pulse) {
  return table_draws().normal4({Purpose::write_pulses, static_cast<std::uint16_t>(round),
                                static_cast<std::uint32_t>(path), 0, static_cast<std::uint32_t>(pulse)});
}

// One device through all rounds.
struct Path {
  double written_S = 0;
  float z = 0;  // its relaxation since the last write
  int round = 0;
  bool failed = false;
};

}  // namespace

VerifyOutcome write_by_pulses(const WriteVerify& w, double g_max_S, double target_S, double start_S, double factor,
                              const std::function<std::array<float, 2>(int pulse)>& normal2, WritePath* path) {
  const std::vector<double>& down = w.reset_step_S.empty() ? w.set_step_S : w.reset_step_S;
  const double window_S = w.window_S(target_S, g_max_S);
  double g_S = start_S;
  int in_a_row = 0, direction = 0;
  for (int pulse = 0;; ++pulse) {
    const auto [read, step_z] = normal2(pulse);
    const double seen_S = g_S + w.verify_noise_S * read;
    const bool inside = std::abs(seen_S - target_S) <= window_S;
    if (inside || pulse == w.max_pulses)
      return {static_cast<float>(g_S - target_S), static_cast<std::uint16_t>(pulse),
              static_cast<std::uint16_t>(!inside)};
    const int towards = seen_S < target_S ? 1 : -1;
    in_a_row = towards == direction ? in_a_row + 1 : 0;
    direction = towards;
    const double g = std::clamp(g_S / g_max_S, 0.0, 1.0);
    const double mean_S = polynomial(towards > 0 ? w.set_step_S : down, g) * factor * (1 + w.growth * in_a_row);
    const double before_S = g_S;
    g_S = std::clamp(g_S + towards * mean_S * (1 + w.spread * step_z), 0.0, overshoot * g_max_S);
    if (path) path->step(before_S, g_S);
  }
}

VerifyTables::VerifyTables(const Device& device, std::vector<double> targets_S) : targets_S_(std::move(targets_S)) {
  const auto& w = std::get<WriteVerify>(device.write);
  std::sort(targets_S_.begin(), targets_S_.end());
  targets_S_.erase(std::unique(targets_S_.begin(), targets_S_.end()), targets_S_.end());
  if (targets_S_.empty()) throw std::invalid_argument("VerifyTables: no target");
  if (targets_S_.size() > most_targets) {
    const double low = targets_S_.front(), high = targets_S_.back();
    targets_S_.resize(most_targets);
    for (std::size_t i = 0; i < most_targets; ++i)
      targets_S_[i] = low + (high - low) * static_cast<double>(i) / (most_targets - 1);
  }
  const std::size_t count = targets_S_.size();
  const double range_S = targets_S_.back() - targets_S_.front();
  lowest_S_ = targets_S_.front();
  bins_per_S_ = range_S > 0 ? bins / range_S : 0;
  std::size_t target = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    const double middle_S = lowest_S_ + (static_cast<double>(b) + 0.5) / bins * range_S;
    while (target + 1 < count && targets_S_[target] + targets_S_[target + 1] < 2 * middle_S) ++target;
    nearest_[b] = static_cast<std::uint8_t>(target);
  }
  std::vector<RelaxedAt> after;  // so many waits
  for (int r = 0; r < w.rounds; ++r) after.emplace_back(device.relaxation, device.g_max_S, r * w.wait_s);

  const auto rounds = static_cast<std::size_t>(w.rounds);
  outcomes_.resize(count * rounds * kept);
  for (std::size_t t = 0; t < count; ++t) {
    const double target_S = targets_S_[t];
    std::vector<Path> all(paths);
    std::array<WritePath, 256> met{};  // of every 256th path, so that little is lost to rounding
    for (int round = 0; round < w.rounds; ++round) {
      std::vector<VerifyOutcome> found;
      for (int p = 0; p < paths; ++p) {
        Path& path = all[static_cast<std::size_t>(p)];
        const auto own = normals_of(p, round, 0);
        double start_S = w.start_S;
        if (round > 0) {
          start_S = after[static_cast<std::size_t>(round - path.round)](path.written_S, path.z);
          if (std::abs(start_S + w.verify_noise_S * own[2] - target_S) <= w.window_S(target_S, device.g_max_S))
            continue;
        }
        const double factor = w.device_spread > 0 ? std::exp(w.device_spread * normals_of(p, 0, 0)[3]) : 1;
        const VerifyOutcome one = write_by_pulses(
            w, device.g_max_S, target_S, start_S, factor,
            [&](int pulse) {
              const auto z = normals_of(p, round, pulse + 1);
              return std::array<float, 2>{z[0], z[1]};
            },
            &met[static_cast<std::size_t>(p) % met.size()]);
        found.push_back(one);
        path = {target_S + static_cast<double>(one.offset_S), normals_of(p, round, 0)[1], round, one.failed != 0};
      }
      VerifyOutcome* table = outcomes_.data() + (t * rounds + static_cast<std::size_t>(round)) * kept;
      if (found.empty()) {  // none of these paths is written again; a device that still is takes the round's before
        std::copy_n(table - kept, kept, table);
        continue;
      }
      std::sort(found.begin(), found.end(), [](const VerifyOutcome& a, const VerifyOutcome& b) {
        return std::pair(a.pulses, a.offset_S) < std::pair(b.pulses, b.offset_S);
      });
      for (std::size_t i = 0; i < kept; ++i) table[i] = found[(2 * i + 1) * found.size() / (2 * kept)];
    }
    double failed = 0;
    for (const Path& path : all) failed += path.failed;
    WritePath sum;
    for (const WritePath& part : met) sum += part;
    path_.push_back(sum.over(paths));
    failed_.push_back(failed / paths);
  }
  for (std::size_t round = 0; round < rounds; ++round)
    for (const std::size_t t : nearest_) first_.push_back(static_cast<std::uint32_t>((t * rounds + round) * kept));
}

void VerifyTables::draw(int round, std::span<const double> target_S, std::span<const std::uint32_t> word,
                        std::span<VerifyOutcome> outcome) const {
  // Without branches, since which level a device gets nobody can predict.
  const std::size_t n = target_S.size();
  double in_bins[chunk_size];
  std::int32_t at[chunk_size];
  for (std::size_t i = 0; i < n; ++i) in_bins[i] = bin(target_S[i]);
  for (std::size_t i = 0; i < n; ++i) at[i] = static_cast<std::int32_t>(in_bins[i]);
  const std::uint32_t* first = first_.data() + static_cast<std::size_t>(round) * bins;
  for (std::size_t i = 0; i < n; ++i) outcome[i] = outcomes_[first[at[i]] + (word[i] >> (32 - kept_bits))];
}

double VerifyTables::mean_pulses() const {
  double sum = 0;
  for (const WritePath& path : path_) sum += path.pulses;
  return sum / static_cast<double>(path_.size());
}

void write_verified(const Device& device, const VerifyTables& tables, const Random& random, std::span<const CellId> ids,
                    std::span<const double> target_S, std::span<double> g_S, const WriteRecord& record,
                    std::uint32_t write_number) {
  const auto& w = std::get<WriteVerify>(device.write);
  const std::size_t n = ids.size();
  std::uint32_t word[chunk_size];
  VerifyOutcome one[chunk_size];
  std::uint8_t round[chunk_size];
  words(random, Purpose::write_error, ids, {word, n}, false, step_of(write_number));
  tables.draw(0, target_S, {word, n}, {one, n});
  std::fill_n(round, n, std::uint8_t{0});
  double aim_S[chunk_size];
  float z[chunk_size];
  std::vector<RelaxedAt> after;  // so many waits
  if (w.rounds > 1) {
    std::copy(g_S.begin(), g_S.end(), aim_S);
    normals(random, Purpose::relaxation, ids, {z, n}, false, step_of(write_number));
    for (int waits = 0; waits < w.rounds; ++waits)
      after.emplace_back(device.relaxation, device.g_max_S, waits * w.wait_s);
  }
  for (std::size_t i = 0; i < n; ++i) g_S[i] += static_cast<double>(one[i].offset_S);
  for (int r = 1; r < w.rounds; ++r) {
    const std::uint32_t step = step_of(write_number, static_cast<std::uint32_t>(r));
    float read[chunk_size], new_z[chunk_size];
    VerifyOutcome again[chunk_size];
    normals(random, Purpose::write_error, ids, {read, n}, true, step);
    words(random, Purpose::write_error, ids, {word, n}, false, step);
    tables.draw(r, target_S, {word, n}, {again, n});
    normals(random, Purpose::relaxation, ids, {new_z, n}, false, step);  // as age.cpp draws it
    for (std::size_t i = 0; i < n; ++i) {
      const double now_S = after[static_cast<std::size_t>(r - round[i])](at_least_zero(g_S[i]), z[i]);
      if (std::abs(now_S + w.verify_noise_S * read[i] - aim_S[i]) <= w.window_S(aim_S[i], device.g_max_S)) continue;
      g_S[i] = aim_S[i] + static_cast<double>(again[i].offset_S);
      again[i].pulses = static_cast<std::uint16_t>(std::min(one[i].pulses + again[i].pulses, 65535));
      one[i] = again[i], z[i] = new_z[i], round[i] = static_cast<std::uint8_t>(r);
    }
  }
  const auto [faulty, pulses, failed, last_round] = record;
  for (std::size_t i = 0; i < pulses.size(); ++i) pulses[i] = one[i].pulses;
  for (std::size_t i = 0; i < failed.size(); ++i) failed[i] = static_cast<std::uint8_t>(one[i].failed);
  std::copy_n(round, last_round.size(), last_round.begin());
}

}  // namespace bitline::device
