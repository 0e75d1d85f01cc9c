// SPDX-License-Identifier: Apache-2.0
#include "chip/wire_study.h"

#include <algorithm>
#include <cmath>

#include "arch/lines.h"
#include "array/wires/reduction.h"
#include "base/parallel.h"
#include "chip/solved_array.h"
#include "chip/wire_sample.h"

namespace bitline::chip {

using array::CellLayout;
using array::NodeVoltages;
using mapping::Block;

namespace {

constexpr std::size_t most_columns = 16;

// Drops d, or sensitivities s, of every device: row node minus column node.
std::vector<double> drops(const NodeVoltages& circuit, std::span<const double> v_V, std::span<const double> sense_V) {
  const std::size_t devices = circuit.effective().transfer_S.size(),
                    batch = v_V.size() / static_cast<std::size_t>(circuit.effective().rows);
  std::vector<double> row_V(batch * devices), column_V(row_V.size());
  circuit.solve(v_V, sense_V, row_V, column_V);
  for (std::size_t k = 0; k < row_V.size(); ++k) row_V[k] -= column_V[k];
  return row_V;
}

double weighted_variance(std::span<const double> variance_S2, const double* d, const double* s) {
  double sum = 0;
  for (std::size_t k = 0; k < variance_S2.size(); ++k) {
    const double ds = d[k] * s[k];
    sum += variance_S2[k] * ds * ds;
  }
  return sum;
}

// Column currents of sampled reads, in siemens times input steps.
struct Currents {
  std::vector<float> with_wires, without_wires;
};

struct BlockStudy {
  std::size_t reads = 0;
  double residual = 0;         // of Kirchhoff's current law
  std::vector<double> factor;  // by conversion column
  double squared_error = 0;    // of the standard deviation, over columns and reads
  std::size_t compared = 0;
  Currents currents;
};

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

class ArrayStudy {
 public:
  ArrayStudy(const Chip& chip, std::span<const PlacedDevices> blocks)
      : chip_(chip), blocks_(blocks), circuit_(chip, chip.config.device, blocks), voltages_(circuit_.crossbar()) {
    const device::Device& device = chip.config.device;
    const double access_ohm = chip.config.wires.access_ohm;
    const std::size_t devices = circuit_.crossbar().g_S.size();
    variance_S2_.resize(devices);
    own_.resize(devices);
    const std::vector<double>& transfer_S = voltages_.effective().transfer_S;
    for (std::size_t k = 0; k < devices; ++k) {
      // The device itself, in front of its transistor.
      const double behind_S = circuit_.crossbar().g_S[k], g_S = behind_S / (1 - behind_S * access_ohm);
      const double slope = behind_S > 0 ? behind_S / g_S * (behind_S / g_S) : 1;
      const double sigma_S = read_noise_sigma(device, g_S) * slope;
      variance_S2_[k] = sigma_S * sigma_S;
      const double reached = behind_S > 0 ? transfer_S[k] / behind_S : 1;
      own_[k] = variance_S2_[k] * reached * reached;
    }
  }

  BlockStudy study(std::size_t b, std::span<const std::int16_t> inputs) const {
    const LayerPlan& plan = *blocks_[b].plan;
    const Block& block = *blocks_[b].block;
    const int width = block.columns * plan.cell.conversions_per_weight();
    const SampledReads reads = sampled_reads(plan, block, circuit_, inputs);
    BlockStudy out;
    out.factor.assign(static_cast<std::size_t>(width), 1);
    out.reads = reads.x.size();
    if (reads.x.empty()) return out;
    out.currents = currents(b, reads);
    const auto lines = static_cast<std::size_t>(circuit_.crossbar().rows),
               senses = static_cast<std::size_t>(circuit_.crossbar().columns), devices = own_.size();
    const std::vector<double> d = drops(voltages_, reads.v_V, std::vector<double>(reads.x.size() * senses, 0));
    for (std::size_t read = 0; read < reads.x.size(); ++read)
      out.residual = std::max(out.residual, column_residual({reads.v_V.data() + read * lines, lines},
                                                            {d.data() + read * devices, devices}));
    if (chip_.config.device.read_noise.sigma_S <= 0 && chip_.config.device.read_noise.relative <= 0) return out;

    const std::vector<int> columns = sampled_columns(width);
    std::vector<double> weights;
    for (int c : columns) {
      const std::vector<double> w = sense_weights(circuit_, plan.cell, b, c);
      weights.insert(weights.end(), w.begin(), w.end());
    }
    const std::vector<double> s = drops(voltages_, std::vector<double>(columns.size() * lines, 0), weights);
    std::vector<double> factors;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      std::vector<double> exact, own;
      double exact_sum = 0, own_sum = 0;
      for (std::size_t read = 0; read < reads.x.size(); ++read) {
        exact.push_back(weighted_variance(variance_S2_, d.data() + read * devices, s.data() + c * devices));
        own.push_back(own_variance(b, columns[c], reads.x[read]));
        exact_sum += exact.back(), own_sum += own.back();
      }
      const double factor = own_sum > 0 ? exact_sum / own_sum : 1;
      factors.push_back(factor);
      for (std::size_t read = 0; read < exact.size(); ++read) {
        if (exact[read] <= 0) continue;
        const double error = std::sqrt(factor * own[read] / exact[read]) - 1;
        out.squared_error += error * error;
        ++out.compared;
      }
    }
    for (int c = 0; c < width; ++c) out.factor[static_cast<std::size_t>(c)] = between(columns, factors, c);
    return out;
  }

  const NodeVoltages& voltages() const { return voltages_; }
  const ArrayCircuit& circuit() const { return circuit_; }

 private:
  // Kirchhoff's law of whole columns: the currents of their devices, from the nodes, against what the matrix delivers;
  // of the largest.
  double column_residual(std::span<const double> v_V, std::span<const double> drop_V) const {
    const array::Crossbar& x = circuit_.crossbar();
    const std::vector<double>& transfer_S = voltages_.effective().transfer_S;
    const auto n = static_cast<std::size_t>(x.columns);
    double largest = 0, worst = 0;
    for (std::size_t j = 0; j < n; ++j) {
      double delivered = 0, arrived = 0;
      for (std::size_t i = 0; i < v_V.size(); ++i) {
        delivered += v_V[i] * transfer_S[i * n + j];
        arrived += x.g_S[i * n + j] * drop_V[i * n + j];
      }
      largest = std::max(largest, std::abs(delivered));
      worst = std::max(worst, std::abs(delivered - arrived));
    }
    return largest > 0 ? worst / largest : 0;
  }

  Currents currents(std::size_t b, const SampledReads& reads) const {
    const CellLayout& cell = blocks_[b].plan->cell;
    const auto lines = static_cast<std::size_t>(circuit_.crossbar().rows);
    const std::vector<double>& transfer_S = voltages_.effective().transfer_S;
    Currents out;
    for (int c = 0; c < blocks_[b].block->columns * cell.conversions_per_weight(); ++c) {
      const std::vector<double> w = sense_weights(circuit_, cell, b, c);
      for (std::size_t read = 0; read < reads.x.size(); ++read) {
        const std::span<const double> v(reads.v_V.data() + read * lines, lines);
        double with = 0;
        for (std::size_t j = 0; j < w.size(); ++j)
          for (std::size_t i = 0; w[j] != 0 && i < lines; ++i) with += w[j] * v[i] * transfer_S[i * w.size() + j];
        out.with_wires.push_back(static_cast<float>(with / chip_.gain()));
        out.without_wires.push_back(static_cast<float>(without_wires(blocks_[b], c, reads.x[read])));
      }
    }
    return out;
  }

  double own_variance(std::size_t b, int conversion, const std::vector<int>& x) const {
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
          own += own_[circuit_.index(circuit_.place(b, static_cast<int>(r), first + i))];
      sum += own * x[r] * x[r];
    }
    return sum;
  }

  const Chip& chip_;
  std::span<const PlacedDevices> blocks_;
  ArrayCircuit circuit_;
  NodeVoltages voltages_;
  std::vector<double> variance_S2_, own_;  // of each device: of its conductance; of what its column sees of it
};

// Voltage left across each cell, the lesser of a pair's devices: what the column takes from one it gives to the other,
// so their mean would hide it; `left`: of every device of the circuit.
void keep_map(const Chip& chip, const ArrayCircuit& circuit, std::span<const double> left, WireResult& result) {
  const int lines = circuit.lines_per_row();
  const arch::Array& array = chip.config.array;
  result.map_rows = array.rows, result.map_columns = array.columns;
  double sum = 0;
  result.drop_min = 1;
  for (int r = 0; r < array.rows; ++r)
    for (int c = 0; c < array.columns; ++c) {
      double cell = HUGE_VAL;
      for (int l = 0; l < lines; ++l) cell = std::min(cell, left[circuit.index({r * lines + l, c})]);
      sum += cell;
      result.drop_min = std::min(result.drop_min, cell);
      result.drop_map.push_back(static_cast<float>(cell));
    }
  result.drop_mean = sum / (static_cast<double>(array.rows) * array.columns);
}

// All rows driven with one volt, and the second line of a row with minus one.
std::vector<double> all_driven(const ArrayCircuit& circuit, const NodeVoltages& voltages) {
  std::vector<double> v(static_cast<std::size_t>(circuit.crossbar().rows), 1);
  for (std::size_t i = 1; circuit.lines_per_row() == 2 && i < v.size(); i += 2) v[i] = -1;
  const auto senses = static_cast<std::size_t>(circuit.crossbar().columns);
  std::vector<double> left = drops(voltages, v, std::vector<double>(senses, 0));
  for (std::size_t k = 0; k < left.size(); ++k) left[k] *= v[k / senses];
  return left;
}

// An array that is solved read by read: currents only; its noise is taken as that of its cells without wires.
BlockStudy solved_study(const Chip& chip, const SolvedArray& array, std::span<const PlacedDevices> blocks,
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

}  // namespace

double noise_variance_A2(const NodeVoltages& circuit, std::span<const double> variance_S2, std::span<const double> v_V,
                         std::span<const double> sense_weight) {
  const std::vector<double> d = drops(circuit, v_V, std::vector<double>(sense_weight.size(), 0)),
                            s = drops(circuit, std::vector<double>(v_V.size(), 0), sense_weight);
  return weighted_variance(variance_S2, d.data(), s.data());
}

namespace {

// The first chip as reads see it.
State written_state(const Chip& chip) {
  State state = new_state(chip, 0);
  write(chip, state);
  pass(state, age_since_write_s(chip.config));
  return state;
}

}  // namespace

WireResult study_wires(Chip& chip, std::span<const std::vector<std::int16_t>> inputs) {
  WireResult result;
  const arch::SegmentResistance segment = segment_resistance(chip.config);
  result.row_ohm = segment.row_ohm, result.column_ohm = segment.column_ohm;
  const bool solved = chip.solves_reads();
  result.supplied_beside_columns = chip.config.array.topology == arch::Topology::gated_ladder;
  result.method = "direct reduction of each array";
  chip.noise_factors.clear();

  // The first block of each layer stands for the layer's others: their columns lie alike. Layers whose first blocks
  // share an array share its circuit, which is the dear part.
  struct Task {
    std::size_t layer;
    std::size_t mine = 0;  // of the array's blocks
    BlockStudy study;
  };
  struct Studied {
    int array;
    std::vector<PlacedDevices> blocks;
    std::vector<std::size_t> tasks;
  };
  std::vector<Task> tasks;
  std::vector<Studied> arrays;
  std::vector<std::vector<BlockDevices>> devices;
  const State state = written_state(chip);
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    if (chip.layers[l].blocks.empty()) continue;
    const Block& first = chip.layers[l].blocks.front();
    auto studied = std::find_if(arrays.begin(), arrays.end(), [&](const Studied& s) { return s.array == first.array; });
    if (studied == arrays.end()) {
      studied = arrays.insert(arrays.end(), Studied{first.array, {}, {}});
      std::vector<BlockDevices>& mine = devices.emplace_back();
      for (const auto& plan : chip.layers)
        for (const auto& block : plan.blocks) {
          if (block.array != first.array) continue;
          studied->blocks.push_back({&plan, &block, nullptr});
          mine.push_back(
              block_devices(chip, chip.config.device, state.random, plan, block, state.blocks[block.id], state.now_s));
        }
      for (std::size_t b = 0; b < mine.size(); ++b) studied->blocks[b].devices = &mine[b];
    }
    std::size_t mine = 0;
    while (studied->blocks[mine].block != &first) ++mine;
    studied->tasks.push_back(tasks.size());
    tasks.push_back({l, mine, {}});
  }
  parallel_for(arrays.size(), [&](std::size_t a) {
    const std::vector<PlacedDevices>& blocks = arrays[a].blocks;
    const auto study_all = [&](const auto& study) {
      for (const std::size_t t : arrays[a].tasks) tasks[t].study = study(tasks[t].mine, inputs[tasks[t].layer]);
    };
    if (solved) {
      const SolvedArray array(chip, chip.config.device, blocks);
      study_all([&](std::size_t b, const auto& in) { return solved_study(chip, array, blocks, b, in); });
      if (a == 0) {
        result.method = array.method();
        keep_map(chip, array.circuit(), array.all_on_drops(), result);
      }
      return;
    }
    const ArrayStudy study(chip, blocks);
    study_all([&](std::size_t b, const auto& in) { return study.study(b, in); });
    if (a == 0) keep_map(chip, study.circuit(), all_driven(study.circuit(), study.voltages()), result);
  });

  double squared = 0, largest = 0, reference = 0, difference = 0, factors = 0;
  std::size_t compared = 0, columns = 0;
  chip.noise_factors.resize(chip.placement.blocks);
  for (auto& task : tasks) {
    BlockStudy& s = task.study;
    squared += s.squared_error, compared += s.compared;
    if (!solved) result.residual = std::max(result.residual.value_or(0), s.residual);
    result.reads += s.reads;
    for (double f : s.factor) factors += f, ++columns;
    for (float i : s.currents.without_wires) largest = std::max(largest, std::abs(static_cast<double>(i)));
    for (std::size_t i = 0; i < s.currents.with_wires.size(); ++i) {
      const double without = s.currents.without_wires[i], change = s.currents.with_wires[i] - without;
      reference += without * without, difference += change * change;
    }
    const auto& blocks = chip.layers[task.layer].blocks;
    for (const auto& block : blocks) {
      std::vector<double>& factor = chip.noise_factors[block.id];
      const std::size_t width =
          static_cast<std::size_t>(block.columns * chip.layers[task.layer].cell.conversions_per_weight());
      for (std::size_t c = 0; c < width; ++c) factor.push_back(s.factor[std::min(c, s.factor.size() - 1)]);
    }
  }
  for (auto& task : tasks)
    for (std::size_t i = 0; i < task.study.currents.with_wires.size() && largest > 0; ++i) {
      result.with_wires.push_back(static_cast<float>(task.study.currents.with_wires[i] / largest));
      result.without_wires.push_back(static_cast<float>(task.study.currents.without_wires[i] / largest));
    }
  result.current_error_rms = reference > 0 ? std::sqrt(difference / reference) : 0;
  result.noise_factor_mean = columns ? factors / static_cast<double>(columns) : 1;
  choose_lattices(chip);
  result.noise_sigma_error = compared ? std::sqrt(squared / static_cast<double>(compared)) : 0;
  return result;
}

}  // namespace bitline::chip
