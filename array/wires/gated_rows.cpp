// SPDX-License-Identifier: Apache-2.0
#include "array/wires/gated_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "array/wires/line_resistances.h"
#include "base/error.h"

namespace bitline::array {
namespace {

using namespace simd;

// Far from both ends of the range of float, and beyond what 24 bits notice beside devices of 1e-8 to 1 S.
constexpr double open_ohm = 1e20, short_S = 1e12;

void grow(std::vector<Lanes>& list, std::size_t size) {
  if (list.size() < size) list.resize(size);
}

}  // namespace

GatedRows::GatedRows(const Crossbar& crossbar) {
  check(crossbar);
  const LineResistances wires = line_resistances(crossbar);
  rows_ = static_cast<std::size_t>(crossbar.rows);
  columns_ = static_cast<std::size_t>(crossbar.columns);
  lanes_ = (columns_ + wide - 1) / wide;
  driven_ = wires.driven;
  // Columns beyond the last: no device, no resistance.
  const Lanes zeros{}, ones{{1, 1, 1, 1, 1, 1, 1, 1}};
  g_S_.assign((rows_ + 1) * lanes_, zeros);
  row_pass_.assign((rows_ + 1) * lanes_, ones);
  row_lift_ohm_ = g_S_;
  first_S_.assign(rows_ * lanes_, zeros);
  column_ohm_ = first_S_;
  column_far_ohm_.assign(lanes_, zeros);
  row_far_S_.assign(rows_ + 1, 0);
  first_driver_S_.assign(rows_ + 1, 0);
  const auto put = [&](std::vector<Lanes>& list, std::size_t i, std::size_t j, double value) {
    list[i * lanes_ + j / wide].value[j % wide] = static_cast<float>(value);
  };
  std::vector<double> sum_S(columns_), pass(columns_), lift_ohm(columns_);
  for (std::size_t i = 0; i < rows_; ++i) {
    const double far_S = std::min(wires.row_far_S[i], short_S);
    double beyond_S = far_S, passed_S = 0, drop = 0;  // the latter two for a source of 1 V
    for (std::size_t j = columns_; j-- > 0;) {
      const double g_S = crossbar.g_S[i * columns_ + j], ohm = std::min(wires.row_ohm[i * columns_ + j], open_ohm);
      beyond_S += g_S;
      pass[j] = 1 / (1 + ohm * beyond_S);
      lift_ohm[j] = ohm * pass[j];
      beyond_S *= pass[j];
      sum_S[j] = g_S + passed_S;
      passed_S = pass[j] * sum_S[j];
      put(g_S_, i, j, g_S);
      put(row_pass_, i, j, pass[j]);
      put(row_lift_ohm_, i, j, lift_ohm[j]);
      put(column_ohm_, i, j, std::min(wires.column_ohm[i * columns_ + j], open_ohm));
    }
    for (std::size_t j = 0; j < columns_; ++j) {
      drop = lift_ohm[j] * sum_S[j] + pass[j] * drop;
      put(first_S_, i, j, crossbar.g_S[i * columns_ + j] * (1 - drop));
    }
    row_far_S_[i] = static_cast<float>(far_S);
    first_driver_S_[i] = static_cast<float>(passed_S + far_S * drop);
  }
  for (std::size_t j = 0; j < lanes_ * wide; ++j)
    put(column_far_ohm_, 0, j, j < columns_ ? std::clamp(1 / wires.column_far_S[j], 1 / short_S, open_ohm) : open_ohm);
}

void GatedRows::prepare(Workspace& w) const {
  const std::size_t devices = w.active.size() * lanes_;
  for (auto* list : {&w.row_drop_V, &w.column_V, &w.column_pass, &w.column_lift_ohm, &w.row_pass, &w.row_lift_ohm})
    grow(*list, devices);
  grow(w.sum_A, std::max(4 * w.active.size(), 2 * wide * lanes_));
  grow(w.sense_A, lanes_);
  grow(w.column_far_S, lanes_);
}

// A node sees the conductance `beyond` of what lies toward the far end, and through the wire down to the next active
// row it appears as pass * beyond: nothing is subtracted, so that no digits are lost.
void GatedRows::column_pivots(Workspace& w) const {
  const std::size_t active = w.source_V.size();
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    Vec far_ohm = load(column_far_ohm_[lane]);
    for (int i = 0; i < w.active[0]; ++i) far_ohm += load(column_ohm_[static_cast<std::size_t>(i) * lanes_ + lane]);
    store(w.column_far_S[lane], 1.0F / far_ohm);
  }
  constexpr std::size_t strip = 4;  // as many divisions under way
  for (std::size_t first = 0; first < lanes_; first += strip) {
    const std::size_t width = std::min(strip, lanes_ - first);
    Vec beyond_S[strip];
    for (std::size_t k = 0; k < width; ++k) beyond_S[k] = load(w.column_far_S[first + k]);
    for (std::size_t a = 0; a < active; ++a) {
      const auto row = static_cast<std::size_t>(w.active[a]);
      const std::size_t end = a + 1 < active ? static_cast<std::size_t>(w.active[a + 1]) : rows_;
      for (std::size_t k = 0; k < width; ++k) {
        Vec ohm = load(column_ohm_[row * lanes_ + first + k]);
        for (std::size_t i = row + 1; i < end; ++i) ohm += load(column_ohm_[i * lanes_ + first + k]);
        beyond_S[k] += load(g_S_[row * lanes_ + first + k]);
        const Vec pass = 1.0F / (1.0F + ohm * beyond_S[k]);
        beyond_S[k] *= pass;
        store(w.column_pass[a * lanes_ + first + k], pass);
        store(w.column_lift_ohm[a * lanes_ + first + k], ohm * pass);
      }
    }
  }
}

void GatedRows::gather_row_pivots(Workspace& w) const {
  const auto gather = [&](const std::vector<Lanes>& from, std::vector<Lanes>& to) {
    for (std::size_t a = 0; a < w.active.size(); a += wide) {
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        Vec block[wide];
        for (std::size_t k = 0; k < wide; ++k)
          block[k] = load(from[static_cast<std::size_t>(w.active[a + k]) * lanes_ + lane]);
        transpose(block);
        for (std::size_t k = 0; k < wide; ++k) store(to[a * lanes_ + lane * wide + k], block[k]);
      }
    }
  };
  gather(row_pass_, w.row_pass);
  gather(row_lift_ohm_, w.row_lift_ohm);
}

template <int width>
float GatedRows::solve_columns(Workspace& w, std::size_t first_lane, bool first) const {
  const std::size_t active = w.source_V.size();
  Vec passed_A[width] = {}, column_V[width] = {}, error_A[width] = {};
  Lanes* sum = w.sum_A.data();
  for (std::size_t a = 0; a < active; ++a) {
    const std::size_t at = a * lanes_ + first_lane, row = static_cast<std::size_t>(w.active[a]) * lanes_ + first_lane;
    const Vec source_V = Vec{} + w.source_V[a];
    for (int k = 0; k < width; ++k) {
      const Vec device_A =
          first ? load(first_S_[row + k]) * source_V : load(g_S_[row + k]) * (source_V - load(w.row_drop_V[at + k]));
      const Vec sum_A = device_A + passed_A[k];
      store(sum[a * width + k], sum_A);
      passed_A[k] = load(w.column_pass[at + k]) * sum_A;
    }
  }
  for (std::size_t a = active; a-- > 0;) {
    const std::size_t at = a * lanes_ + first_lane, row = static_cast<std::size_t>(w.active[a]) * lanes_ + first_lane;
    for (int k = 0; k < width; ++k) {
      column_V[k] =
          load(w.column_lift_ohm[at + k]) * load(sum[a * width + k]) + load(w.column_pass[at + k]) * column_V[k];
      const Vec change_V = first ? column_V[k] : column_V[k] - load(w.column_V[at + k]);
      error_A[k] += magnitude(load(g_S_[row + k]) * change_V);
      store(w.column_V[at + k], column_V[k]);
    }
  }
  float worst_A = 0;
  for (int k = 0; k < width; ++k) {
    store(w.sense_A[first_lane + k], passed_A[k] + load(w.column_far_S[first_lane + k]) * column_V[k]);
    for (std::size_t i = 0; i < wide; ++i)
      if (!(error_A[k][i] <= worst_A)) worst_A = error_A[k][i];  // a NaN stays
  }
  return worst_A;
}

float GatedRows::solve_columns(Workspace& w, bool first) const {
  float worst_A = 0;
  std::size_t lane = 0;
  const auto keep = [&](float error_A) { worst_A = error_A <= worst_A ? worst_A : error_A; };
  for (; lane + 4 <= lanes_; lane += 4) keep(solve_columns<4>(w, lane, first));
  for (; lane < lanes_; ++lane) keep(solve_columns<1>(w, lane, first));
  return worst_A;
}

// Groups of eight rows, several at a time because each recursion waits for its own last result.
template <int groups>
void GatedRows::solve_rows(Workspace& w, std::size_t first_active) const {
  Vec passed_A[groups] = {}, drop_V[groups] = {}, far_S[groups];
  for (int group = 0; group < groups; ++group)
    for (std::size_t k = 0; k < wide; ++k)
      far_S[group][k] = row_far_S_[static_cast<std::size_t>(w.active[first_active + group * wide + k])];
  Lanes* sum = w.sum_A.data();
  for (std::size_t lane = lanes_; lane-- > 0;) {
    for (int group = 0; group < groups; ++group) {
      const std::size_t a = first_active + group * wide;
      Vec block[wide];
      for (std::size_t k = 0; k < wide; ++k) {
        const std::size_t row = static_cast<std::size_t>(w.active[a + k]);
        const Vec source_V = Vec{} + (a + k < w.source_V.size() ? w.source_V[a + k] : 0);
        block[k] = load(g_S_[row * lanes_ + lane]) * (source_V - load(w.column_V[(a + k) * lanes_ + lane]));
      }
      transpose(block);
      const Lanes* pass = w.row_pass.data() + a * lanes_ + lane * wide;
      Lanes* to = sum + (group * lanes_ + lane) * wide;
      for (std::size_t k = wide; k-- > 0;) {
        const Vec sum_A = block[k] + passed_A[group];
        store(to[k], sum_A);
        passed_A[group] = load(pass[k]) * sum_A;
      }
    }
  }
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    for (int group = 0; group < groups; ++group) {
      const std::size_t a = first_active + group * wide, at = a * lanes_ + lane * wide;
      const Lanes* from = sum + (group * lanes_ + lane) * wide;
      Vec block[wide];
      for (std::size_t k = 0; k < wide; ++k) {
        drop_V[group] = load(w.row_lift_ohm[at + k]) * load(from[k]) + load(w.row_pass[at + k]) * drop_V[group];
        block[k] = drop_V[group];
      }
      transpose(block);
      for (std::size_t k = 0; k < wide; ++k) store(w.row_drop_V[(a + k) * lanes_ + lane], block[k]);
    }
  }
  for (int group = 0; group < groups; ++group) {
    const Vec driver_A = passed_A[group] + far_S[group] * drop_V[group];
    for (std::size_t k = 0; k < wide; ++k) w.driver_A[first_active + group * wide + k] = driver_A[k];
  }
}

void GatedRows::solve_rows(Workspace& w) const {
  std::size_t a = 0;
  for (; a + 2 * wide <= w.active.size(); a += 2 * wide) solve_rows<2>(w, a);
  for (; a < w.active.size(); a += wide) solve_rows<1>(w, a);
}

// By reciprocity a column node's voltage takes from the driver what the driver's voltage gives to the device. With the
// last column voltages this is one row solve ahead of driver_A.
double GatedRows::source_power_W(const Workspace& w) const {
  double power_W = 0;
  for (std::size_t a = 0; a < w.source_V.size(); ++a) {
    const auto row = static_cast<std::size_t>(w.active[a]);
    Vec taken_A{};
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      taken_A += load(first_S_[row * lanes_ + lane]) * load(w.column_V[a * lanes_ + lane]);
    double driver_A = double{w.source_V[a]} * first_driver_S_[row];
    for (std::size_t k = 0; k < wide; ++k) driver_A -= taken_A[k];
    power_W += w.source_V[a] * driver_A;
  }
  return power_W;
}

SweepStatus GatedRows::solve(std::span<const float> v_V, std::span<const std::uint8_t> gates, std::span<float> sense_A,
                             Workspace& w, const SweepLimits& limits, double* source_W) const {
  if (v_V.size() != rows_ || gates.size() != rows_ || sense_A.size() != columns_)
    throw InputError(fmt::format("{} source voltages, {} gates and {} outputs for {} rows and {} columns", v_V.size(),
                                 gates.size(), sense_A.size(), rows_, columns_));
  w.active.clear();
  w.source_V.clear();
  for (std::size_t i = 0; i < rows_; ++i) {
    if (!std::isfinite(v_V[i])) throw InputError(fmt::format("source voltage of row {} is {} V", i, v_V[i]));
    if (!gates[i]) continue;
    w.active.push_back(static_cast<int>(i));
    w.source_V.push_back(driven_[i] ? v_V[i] : 0);
  }
  if (source_W) *source_W = 0;
  std::fill(sense_A.begin(), sense_A.end(), 0.0F);
  if (w.active.empty()) return {};
  const std::size_t active = w.active.size();
  while (w.active.size() % wide) w.active.push_back(static_cast<int>(rows_));
  prepare(w);
  w.driver_A.assign(w.active.size(), 0);
  for (std::size_t a = 0; a < active; ++a)
    w.driver_A[a] = w.source_V[a] * first_driver_S_[static_cast<std::size_t>(w.active[a])];
  std::fill(w.column_V.begin() + static_cast<std::ptrdiff_t>(active * lanes_),
            w.column_V.begin() + static_cast<std::ptrdiff_t>(w.active.size() * lanes_), Lanes{});
  column_pivots(w);
  SweepStatus status{0, 0, false};
  do {
    if (status.sweeps == 1) gather_row_pivots(w);
    if (status.sweeps > 0) solve_rows(w);
    const float error_A = solve_columns(w, status.sweeps == 0);
    ++status.sweeps;
    float scale_A = 0;
    for (std::size_t a = 0; a < active; ++a) scale_A = std::max(scale_A, std::abs(w.driver_A[a]));
    for (std::size_t j = 0; j < columns_; ++j)
      scale_A = std::max(scale_A, std::abs(w.sense_A[j / wide].value[j % wide]));
    status.residual = error_A == 0 ? 0 : static_cast<double>(error_A / scale_A);
    status.converged = status.residual <= limits.residual;
  } while (!status.converged && status.sweeps < limits.sweeps);
  for (std::size_t j = 0; j < columns_; ++j) sense_A[j] = w.sense_A[j / wide].value[j % wide];
  if (source_W) *source_W = source_power_W(w);
  return status;
}

}  // namespace bitline::array
