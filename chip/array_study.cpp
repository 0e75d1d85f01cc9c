// SPDX-License-Identifier: Apache-2.0
#include "chip/array_study.h"

#include <algorithm>
#include <cmath>

namespace bitline::chip {

using array::CellLayout;
using array::NodeVoltages;
using mapping::Block;

namespace {

constexpr std::size_t most_columns = 16;

// sums[vector i of `first`, vector j of `second`]: of variance_S2 d_i^2 s_j^2 over devices.
std::vector<double> weighted_variances(const Drops& drops, std::span<const double> variance_S2, std::size_t first,
                                       std::size_t first_count, std::size_t second, std::size_t second_count) {
  std::vector<double> sums(first_count * second_count, 0);
  for (std::size_t k = 0; k < variance_S2.size(); ++k) {
    const double *d = drops.of(k) + first, *s = drops.of(k) + second, variance = variance_S2[k];
    for (std::size_t i = 0; i < first_count; ++i) {
      double* const sum = sums.data() + i * second_count;
      for (std::size_t j = 0; j < second_count; ++j) {
        const double ds = d[i] * s[j];
        sum[j] += variance * ds * ds;
      }
    }
  }
  return sums;
}

// Columns that are solved for; the others' factors lie between theirs.
std::vector<int> sampled_columns(int count) {
  std::vector<int> some;
  const int n = std::min<int>(count, static_cast<int>(most_columns));
  for (int i = 0; i < n; ++i) some.push_back(n == 1 ? 0 : static_cast<int>(std::lround(i * (count - 1.0) / (n - 1))));
  return some;
}

double between(const std::vector<int>& at, const std::vector<double>& value, int x) {
  const auto above = std::lower_bound(at.begin(), at.end(), x);
  const auto i = static_cast<std::size_t>(above - at.begin());
  if (i == 0) return value.front();
  const double share = static_cast<double>(x - at[i - 1]) / (at[i] - at[i - 1]);
  return value[i - 1] + share * (value[i] - value[i - 1]);
}

}  // namespace

bool draws_read_noise(const Chip& chip) {
  const device::ReadNoise& noise = chip.config.device.read_noise;
  return noise.sigma_S > 0 || noise.relative > 0;
}

ArrayStudy::ArrayStudy(const Chip& chip, std::span<const PlacedDevices> blocks)
    : chip_(chip), blocks_(blocks), circuit_(chip, chip.config.device, blocks), voltages_(circuit_.crossbar()) {
  const device::Device& device = chip.config.device;
  const double access_ohm = chip.config.wires.access_ohm;
  const std::size_t devices = circuit_.crossbar().g_S.size();
  variance_S2_.resize(devices);
  seen_variance_S2_.resize(devices);
  const std::vector<double>& transfer_S = voltages_.effective().transfer_S;
  for (std::size_t k = 0; k < devices; ++k) {
    // The device itself, in front of its transistor.
    const double behind_S = circuit_.crossbar().g_S[k], g_S = behind_S / (1 - behind_S * access_ohm);
    const double slope = behind_S > 0 ? behind_S / g_S * (behind_S / g_S) : 1;
    const double sigma_S = read_noise_sigma(device, g_S) * slope;
    variance_S2_[k] = sigma_S * sigma_S;
    const double reached = behind_S > 0 ? transfer_S[k] / behind_S : 1;
    seen_variance_S2_[k] = variance_S2_[k] * reached * reached;
  }
}

// `left`: set to what is left across each device with all rows driven, unless null.
BlockStudy ArrayStudy::study(std::size_t b, std::span<const std::int16_t> inputs, std::vector<double>* left) const {
  const LayerPlan& plan = *blocks_[b].plan;
  const Block& block = *blocks_[b].block;
  const int width = block.columns * plan.cell.conversions_per_weight();
  const SampledReads reads = sampled_reads(plan, block, circuit_, inputs);
  BlockStudy out;
  out.factor.assign(static_cast<std::size_t>(width), 1);
  out.reads = reads.x.size();
  const bool noisy = !reads.x.empty() && draws_read_noise(chip_);
  const std::vector<int> columns = noisy ? sampled_columns(width) : std::vector<int>();

  const auto lines = static_cast<std::size_t>(circuit_.crossbar().rows),
             senses = static_cast<std::size_t>(circuit_.crossbar().columns);
  const std::vector<double> no_lines(lines, 0), no_senses(senses, 0);
  Drops drops;
  for (std::size_t read = 0; read < reads.x.size(); ++read)
    drops.add({reads.v_V.data() + read * lines, lines}, no_senses);
  for (int c : columns) drops.add(no_lines, sense_weights(circuit_, plan.cell, b, c));
  const std::vector<double> all_V = all_driven();
  const std::size_t all = left ? drops.add(all_V, no_senses) : 0;
  if (drops.vectors == 0) return out;
  drops.solve(voltages_);
  if (left)
    for (std::size_t k = 0; k < variance_S2_.size(); ++k) left->push_back(drops.of(k)[all] * all_V[k / senses]);
  if (reads.x.empty()) return out;
  out.currents = currents(b, reads);
  out.residual = column_residual(drops, reads);
  if (noisy) add_noise(b, reads, columns, drops, out);
  return out;
}

// All rows driven with one volt, and the second line of a row with minus one.
std::vector<double> ArrayStudy::all_driven() const {
  std::vector<double> v(static_cast<std::size_t>(circuit_.crossbar().rows), 1);
  for (std::size_t i = 1; circuit_.lines_per_row() == 2 && i < v.size(); i += 2) v[i] = -1;
  return v;
}

// Of `drops` the first vectors are reads, the next what columns sense.
void ArrayStudy::add_noise(std::size_t b, const SampledReads& reads, const std::vector<int>& columns,
                           const Drops& drops, BlockStudy& out) const {
  const std::size_t count = reads.x.size();
  const std::vector<double> exact =
      weighted_variances(drops, variance_S2_, 0, count, count, columns.size());  // (reads, columns)
  std::vector<double> factors;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::vector<double> own;
    double exact_sum = 0, own_sum = 0;
    for (std::size_t read = 0; read < count; ++read) {
      own.push_back(own_variance(b, columns[c], reads.x[read]));
      exact_sum += exact[read * columns.size() + c], own_sum += own.back();
    }
    const double factor = own_sum > 0 ? exact_sum / own_sum : 1;
    factors.push_back(factor);
    for (std::size_t read = 0; read < count; ++read) {
      const double right = exact[read * columns.size() + c];
      if (right <= 0) continue;
      const double error = std::sqrt(factor * own[read] / right) - 1;
      out.squared_error += error * error;
      ++out.compared;
    }
  }
  for (std::size_t c = 0; c < out.factor.size(); ++c) out.factor[c] = between(columns, factors, static_cast<int>(c));
}

// Kirchhoff's law of whole columns: the currents of their devices, from the nodes, against what the matrix delivers;
// of the largest of a read, the worst read. The first vectors of `drops` are the reads.
double ArrayStudy::column_residual(const Drops& drops, const SampledReads& reads) const {
  const array::Crossbar& x = circuit_.crossbar();
  const std::vector<double>& transfer_S = voltages_.effective().transfer_S;
  const auto m = static_cast<std::size_t>(x.rows), n = static_cast<std::size_t>(x.columns);
  const std::size_t count = reads.x.size();
  const std::vector<double> v_V = by_line(reads);
  std::vector<double> delivered(n * count, 0), arrived(n * count, 0);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t k = i * n + j;
      const double *v = v_V.data() + i * count, *drop = drops.of(k);
      double *from_matrix = delivered.data() + j * count, *from_devices = arrived.data() + j * count;
      for (std::size_t read = 0; read < count; ++read) {
        from_matrix[read] += v[read] * transfer_S[k];
        from_devices[read] += x.g_S[k] * drop[read];
      }
    }
  double residual = 0;
  for (std::size_t read = 0; read < count; ++read) {
    double largest = 0, worst = 0;
    for (std::size_t at = read; at < delivered.size(); at += count) {
      largest = std::max(largest, std::abs(delivered[at]));
      worst = std::max(worst, std::abs(delivered[at] - arrived[at]));
    }
    if (largest > 0) residual = std::max(residual, worst / largest);
  }
  return residual;
}

// Voltages (lines, reads).
std::vector<double> ArrayStudy::by_line(const SampledReads& reads) const {
  const auto m = static_cast<std::size_t>(circuit_.crossbar().rows);
  std::vector<double> v_V(reads.v_V.size());
  for (std::size_t k = 0; k < v_V.size(); ++k) v_V[k % m * reads.x.size() + k / m] = reads.v_V[k];
  return v_V;
}

Currents ArrayStudy::currents(std::size_t b, const SampledReads& reads) const {
  const CellLayout& cell = blocks_[b].plan->cell;
  const auto lines = static_cast<std::size_t>(circuit_.crossbar().rows);
  const std::vector<double>& transfer_S = voltages_.effective().transfer_S;
  const std::vector<double> v_V = by_line(reads);
  const std::size_t count = reads.x.size();
  Currents out;
  std::vector<double> with(count);
  for (int c = 0; c < blocks_[b].block->columns * cell.conversions_per_weight(); ++c) {
    const std::vector<double> w = sense_weights(circuit_, cell, b, c);
    with.assign(count, 0);
    for (std::size_t j = 0; j < w.size(); ++j)
      for (std::size_t i = 0; w[j] != 0 && i < lines; ++i)
        for (std::size_t read = 0; read < count; ++read)
          with[read] += w[j] * v_V[i * count + read] * transfer_S[i * w.size() + j];
    for (std::size_t read = 0; read < count; ++read) {
      out.with_wires.push_back(static_cast<float>(with[read] / chip_.gain()));
      out.without_wires.push_back(static_cast<float>(without_wires(blocks_[b], c, reads.x[read])));
    }
  }
  return out;
}

double ArrayStudy::own_variance(std::size_t b, int conversion, const std::vector<int>& x) const {
  const CellLayout& cell = blocks_[b].plan->cell;
  const int devices = cell.devices_per_slice(), conversions = cell.conversions_per_weight();
  const int k = conversion % conversions;
  const int first = (conversion / conversions * cell.slices + (cell.split_columns ? k / 2 : k)) * devices;
  double sum = 0;
  for (std::size_t r = 0; r < x.size(); ++r) {
    if (x[r] == 0) continue;
    double own = 0;
    for (int i = 0; i < devices; ++i)
      if (!cell.split_columns || i == k % 2)
        own += seen_variance_S2_[circuit_.index(circuit_.place(b, static_cast<int>(r), first + i))];
    sum += own * x[r] * x[r];
  }
  return sum;
}

BlockStudy study_solved(const Chip& chip, const SolvedArray& array, std::span<const PlacedDevices> blocks,
                        std::size_t b, std::span<const std::int16_t> inputs) {
  const LayerPlan& plan = *blocks[b].plan;
  const Block& block = *blocks[b].block;
  const SampledReads reads = sampled_reads(plan, block, array.circuit(), inputs);
  BlockStudy out;
  out.factor.assign(static_cast<std::size_t>(block.columns * plan.cell.conversions_per_weight()), 1);
  out.reads = reads.x.size();
  SolvedArray::Workspace workspace;
  std::vector<std::int16_t> x(static_cast<std::size_t>(chip.config.array.rows), 0);
  for (std::size_t read = 0; read < reads.x.size(); ++read) {
    for (std::size_t r = 0; r < reads.x[read].size(); ++r)
      x[static_cast<std::size_t>(block.array_row) + r] = static_cast<std::int16_t>(reads.x[read][r]);
    array.read(b, x, workspace);
    for (std::size_t c = 0; c < out.factor.size(); ++c) {
      const auto conversion = static_cast<int>(c);
      out.currents.with_wires.push_back(static_cast<float>(array.converted(workspace, b, conversion)));
      out.currents.without_wires.push_back(static_cast<float>(without_wires(blocks[b], conversion, reads.x[read])));
    }
  }
  return out;
}

double noise_variance_A2(const NodeVoltages& circuit, std::span<const double> variance_S2, std::span<const double> v_V,
                         std::span<const double> sense_weight) {
  Drops drops;
  drops.add(v_V, std::vector<double>(sense_weight.size(), 0));
  drops.add(std::vector<double>(v_V.size(), 0), sense_weight);
  drops.solve(circuit);
  return weighted_variances(drops, variance_S2, 0, 1, 1, 1).front();
}

}  // namespace bitline::chip
