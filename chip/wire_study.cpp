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

// Drops of every device, (devices, vectors) with all vectors of a device together. Vectors are filled up to whole
// groups of four with such as drive nothing.
struct Drops {
  std::size_t vectors = 0;
  std::vector<double> v_V, sense_V, drop_V;

  // Returns the vector's number.
  std::size_t add(std::span<const double> lines, std::span<const double> senses) {
    v_V.insert(v_V.end(), lines.begin(), lines.end());
    sense_V.insert(sense_V.end(), senses.begin(), senses.end());
    return vectors++;
  }
  void solve(const NodeVoltages& circuit) {
    const array::EffectiveMatrix& e = circuit.effective();
    const std::vector<double> no_lines(static_cast<std::size_t>(e.rows), 0),
        no_senses(static_cast<std::size_t>(e.columns), 0);
    while (vectors % 4 != 0) add(no_lines, no_senses);
    drop_V.resize(e.transfer_S.size() * vectors);
    circuit.drops(v_V, sense_V, drop_V);
  }
  const double* of(std::size_t device) const { return drop_V.data() + device * vectors; }
};

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

bool draws_read_noise(const Chip& chip) {
  const device::ReadNoise& noise = chip.config.device.read_noise;
  return noise.sigma_S > 0 || noise.relative > 0;
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

  // `left`: set to what is left across each device with all rows driven, unless null.
  BlockStudy study(std::size_t b, std::span<const std::int16_t> inputs, std::vector<double>* left) const {
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
      for (std::size_t k = 0; k < own_.size(); ++k) left->push_back(drops.of(k)[all] * all_V[k / senses]);
    if (reads.x.empty()) return out;
    out.currents = currents(b, reads);
    out.residual = column_residual(drops, reads);
    if (noisy) add_noise(b, reads, columns, drops, out);
    return out;
  }

  const NodeVoltages& voltages() const { return voltages_; }
  const ArrayCircuit& circuit() const { return circuit_; }

 private:
  // All rows driven with one volt, and the second line of a row with minus one.
  std::vector<double> all_driven() const {
    std::vector<double> v(static_cast<std::size_t>(circuit_.crossbar().rows), 1);
    for (std::size_t i = 1; circuit_.lines_per_row() == 2 && i < v.size(); i += 2) v[i] = -1;
    return v;
  }

  // Of `drops` the first vectors are reads, the next what columns sense.
  void add_noise(std::size_t b, const SampledReads& reads, const std::vector<int>& columns, const Drops& drops,
                 BlockStudy& out) const {
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
  double column_residual(const Drops& drops, const SampledReads& reads) const {
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
  std::vector<double> by_line(const SampledReads& reads) const {
    const auto m = static_cast<std::size_t>(circuit_.crossbar().rows);
    std::vector<double> v_V(reads.v_V.size());
    for (std::size_t k = 0; k < v_V.size(); ++k) v_V[k % m * reads.x.size() + k / m] = reads.v_V[k];
    return v_V;
  }

  Currents currents(std::size_t b, const SampledReads& reads) const {
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
  Drops drops;
  drops.add(v_V, std::vector<double>(sense_weight.size(), 0));
  drops.add(std::vector<double>(v_V.size(), 0), sense_weight);
  drops.solve(circuit);
  return weighted_variances(drops, variance_S2, 0, 1, 1, 1).front();
}

namespace {

// The study of one layer: of its block number `mine` in the array.
struct Task {
  std::size_t layer, mine;
  BlockStudy study;
};

// An array that is looked at, with the tasks of the layers it stands for.
struct Studied {
  int array;
  std::vector<LayerBlock> blocks;
  std::vector<Task> tasks;
};

// The array with most cells in use, the first of several.
int fullest_array(const std::vector<std::vector<LayerBlock>>& arrays) {
  double most = -1;
  int fullest = 0;
  for (const auto& blocks : arrays) {
    double cells = 0;
    for (const auto& [plan, block] : blocks)
      cells += static_cast<double>(block->rows) * block->columns * plan->cell.columns_per_weight;
    if (cells > most) most = cells, fullest = blocks.front().block->array;
  }
  return fullest;
}

// Factors of noise, which reads draw by, need the first block of every layer, which stands for the layer's others:
// their columns lie alike. Layers whose first blocks share an array share its circuit, which is the dear part. Where
// the study is only shown one array does, the fullest.
std::vector<Studied> studied_arrays(const Chip& chip, bool only_shown) {
  const std::vector<std::vector<LayerBlock>> all = by_array(chip);
  const int fullest = fullest_array(all);
  std::vector<Studied> arrays;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const std::vector<Block>& blocks = chip.layers[l].blocks;
    const auto first = std::find_if(blocks.begin(), blocks.end(),
                                    [&](const Block& block) { return !only_shown || block.array == fullest; });
    if (first == blocks.end()) continue;
    auto studied =
        std::find_if(arrays.begin(), arrays.end(), [&](const Studied& s) { return s.array == first->array; });
    if (studied == arrays.end()) {
      const auto own =
          std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.front().block->array == first->array; });
      studied = arrays.insert(arrays.end(), Studied{first->array, *own, {}});
    }
    std::size_t mine = 0;
    while (studied->blocks[mine].block != &*first) ++mine;
    studied->tasks.push_back({l, mine, {}});
  }
  return arrays;
}

// Their cells of the first chip, as its reads see them.
State written_state(const Chip& chip, std::span<const Studied> arrays) {
  std::vector<mapping::BlockId> blocks;
  for (const Studied& studied : arrays)
    for (const LayerBlock& b : studied.blocks) blocks.push_back(b.block->id);
  State state = new_state(chip, 0);
  write(chip, state, blocks);
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
  chip.reduced.clear();

  const bool decides_reads = draws_read_noise(chip) && !solved;
  std::vector<Studied> arrays = studied_arrays(chip, !decides_reads);
  result.arrays = arrays.size();
  std::vector<std::shared_ptr<const ReducedArray>> reduced(arrays.size());
  const State state = written_state(chip, arrays);
  parallel_for(arrays.size(), [&](std::size_t a) {
    std::vector<BlockDevices> devices;
    std::vector<PlacedDevices> blocks;
    for (const auto& [plan, block] : arrays[a].blocks)
      devices.push_back(
          block_devices(chip, chip.config.device, state.random, *plan, *block, state.blocks[block->id], state.now_s));
    for (std::size_t b = 0; b < devices.size(); ++b)
      blocks.push_back({arrays[a].blocks[b].plan, arrays[a].blocks[b].block, &devices[b]});
    if (solved) {
      const SolvedArray array(chip, chip.config.device, blocks);
      for (Task& task : arrays[a].tasks) task.study = solved_study(chip, array, blocks, task.mine, inputs[task.layer]);
      if (a == 0) {
        result.method = array.method();
        keep_map(chip, array.circuit(), array.all_on_drops(), result);
      }
      return;
    }
    const ArrayStudy study(chip, blocks);
    std::vector<double> left;
    for (Task& task : arrays[a].tasks)
      task.study = study.study(task.mine, inputs[task.layer], a == 0 && left.empty() ? &left : nullptr);
    if (a == 0) keep_map(chip, study.circuit(), left, result);
    if (a < most_reduced_kept) reduced[a] = reduced_array(study.circuit(), study.voltages().effective(), blocks);
  });
  std::erase(reduced, nullptr);
  chip.reduced = std::move(reduced);

  std::vector<Task> tasks;  // in order of layers
  for (Studied& studied : arrays)
    for (Task& task : studied.tasks) tasks.push_back(std::move(task));
  std::sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.layer < b.layer; });
  double squared = 0, largest = 0, reference = 0, difference = 0, factors = 0;
  std::size_t compared = 0, columns = 0;
  if (decides_reads) chip.noise_factors.resize(chip.placement.blocks);
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
    if (!decides_reads) continue;
    for (const auto& block : chip.layers[task.layer].blocks) {
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
