// SPDX-License-Identifier: Apache-2.0
// Chips with exact wires, for every topology and cell, against nodal analysis of their arrays. Circuits are assembled
// here from the weights and the places of the blocks.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/config_writer.h"
#include "tests/array/crossbar_network.h"
#include "tests/device/worst.h"
#include "tests/run/helpers.h"

namespace bitline::wired_chips_test {
using namespace device;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace mapping;
using namespace chip;
using namespace read;
using namespace run;
using namespace bitline::test;

namespace {

constexpr int array_rows = 24, array_columns = 20;
constexpr double g_min_S = 2e-6, window_S = 18e-6;
constexpr double row_ohm = 5, column_ohm = 8, driver_ohm = 20, sense_ohm = 10, access_ohm = 500;

const std::string wired_array =
    "{device: {g_min: 2 uS, g_max: 20 uS, write: exact}, wires: {row: 5 ohm, column: 8 ohm, driver: 20 ohm, sense: 10 "
    "ohm, access: 500 ohm}, array: {rows: 24, columns: 20}}";

// A cell as this file understands it, for weights of 4 bits, -7..7.
struct CellKind {
  const char* text;
  int columns_per_weight, slices, base, highest_digit;
  bool pairs_on_lines;           // 2T2R: the negative device hangs on the same column, on a line of its own
  std::vector<int> reference;    // digits of the reference column of each slice: one device per digit
  bool converted_apart = false;  // two conversions per digit, each rounded to the lattice
  bool two_columns() const { return !pairs_on_lines && reference.empty(); }
};
const CellKind cells[] = {
    {"{type: 2t2r}", 1, 1, 1, 7, true, {}},
    {"{type: 2t2r, slices: 2}", 2, 2, 4, 3, true, {}},
    {"{type: 1t1r-differential}", 2, 1, 1, 7, false, {}, true},
    {"{type: 1t1r-differential, slices: 2}", 4, 2, 4, 3, false, {}, true},
    {"{type: 1t1r-differential, subtract: analog}", 2, 1, 1, 7, false, {}},
    {"{type: 1t1r-offset}", 1, 1, 1, 14, false, {7}},
    {"{type: 1t1r-offset, slices: 2}", 2, 2, 4, 3, false, {3, 1}},
};
const char* const topologies[] = {"voltage-rows", "gated-ladder", "gated-rows"};

struct Encoded {
  const char* text;
  InputScale input;
};
const Encoded encodings[] = {{"{encoding: bit-serial, bits: 3}", {1, 3, false}},
                             {"{encoding: ternary, bits: 2}", {1, 2, true}}};

// One array, assembled: its own columns, then the reference columns of each block.
struct Array {
  Crossbar crossbar;
  std::vector<int> first_reference;  // column, by block in order of the layers
};

Array assemble(const Chip& chip, const CellKind& kind, int number) {
  const int lines = kind.pairs_on_lines ? 2 : 1;
  const double step_S = window_S / kind.highest_digit;
  Array a;
  int columns = array_columns;
  for (const LayerPlan& plan : chip.layers)
    for (const Block& block : plan.blocks)
      if (block.array == number) {
        a.first_reference.push_back(columns);
        columns += static_cast<int>(kind.reference.size());
      }
  a.crossbar = {lines * array_rows,
                columns,
                std::vector<double>(static_cast<std::size_t>(lines * array_rows * columns), 0),
                {{row_ohm}, {column_ohm}, {driver_ohm}, {sense_ohm}}};
  const auto device = [&](int line, int column) -> double& {
    return a.crossbar.g_S[static_cast<std::size_t>(line * columns + column)];
  };
  for (int line = 0; line < lines * array_rows; ++line)
    for (int column = 0; column < array_columns; ++column) device(line, column) = g_min_S;  // as unmapped cells stay
  std::size_t b = 0;
  for (const LayerPlan& plan : chip.layers)
    for (const Block& block : plan.blocks) {
      if (block.array != number) continue;
      for (int r = 0; r < block.rows; ++r) {
        const int row = block.array_row + r;
        for (std::size_t s = 0; s < kind.reference.size(); ++s)
          device(row, a.first_reference[b] + static_cast<int>(s)) = g_min_S + kind.reference[s] * step_S;
        for (int c = 0; c < block.columns; ++c) {
          const int w = plan.matrix.panels[0]
                            .codes[static_cast<std::size_t>((block.row + r) * plan.matrix.columns + block.column + c)];
          int rest = kind.reference.empty() ? std::abs(w) : w + 7;
          const int first = block.array_column + c * kind.columns_per_weight;
          for (int s = 0; s < kind.slices; ++s) {
            const int digit = kind.slices == 1 ? rest : rest % kind.base;
            rest /= kind.base;
            const bool negative = kind.reference.empty() && w < 0;
            if (kind.pairs_on_lines)
              device(2 * row + negative, first + s) += digit * step_S;
            else if (kind.two_columns())
              device(row, first + 2 * s + negative) += digit * step_S;
            else
              device(row, first + s) += digit * step_S;
          }
        }
      }
      ++b;
    }
  return a;
}

// One column of a gated ladder: supply lines of +1 V and -1 V beside the bit line; where no device is on one of them,
// it carries nothing.
double ladder_current_A(const Crossbar& x, int lines, int column, const std::vector<int>& on) {
  test::Network circuit;
  const int ground = circuit.held_node();
  std::vector<double> held_V{0};
  std::vector<std::vector<int>> supply(2);
  for (std::size_t l = 0; l < supply.size(); ++l) {
    int last = circuit.held_node();
    held_V.push_back(l == 0 ? 1 : -1);
    for (int r = 0; r < array_rows; ++r) {
      const int node = circuit.node();
      circuit.resistor(last, node, row_ohm + (r == 0 ? driver_ohm : 0));
      supply[l].push_back(last = node);
    }
  }
  std::vector<int> bit, devices;
  for (int r = 0; r < array_rows; ++r) bit.push_back(circuit.node());
  for (int r = 0; r < array_rows; ++r) {
    const auto at = static_cast<std::size_t>(r);
    circuit.resistor(bit[at], r + 1 < array_rows ? bit[at + 1] : ground,
                     column_ohm + (r + 1 < array_rows ? 0 : sense_ohm));
    for (int l = 0; l < lines && on[at] != 0; ++l) {
      const double g_S = x.g_S[static_cast<std::size_t>((r * lines + l) * x.columns + column)];
      const auto wire = static_cast<std::size_t>(on[at] > 0 ? l : 1 - l);  // -1 swaps the rails
      if (g_S > 0) devices.push_back(circuit.device(supply[wire][at], bit[at], g_S, {.access_ohm = access_ohm}));
    }
  }
  const int into_ground = circuit.meter(devices);
  return test::nodal_solver(circuit, test::Digits::of_double)
      ->solve(held_V)
      .meter_A[static_cast<std::size_t>(into_ground)];
}

// Currents of all columns of an array whose rows are driven with -1, 0 or 1.
class ArrayTruth {
 public:
  ArrayTruth(Array array, const CellKind& kind, std::string topology)
      : array_(std::move(array)), lines_(kind.pairs_on_lines ? 2 : 1), topology_(std::move(topology)) {
    if (topology_ == "voltage-rows")
      fixed_ = std::make_unique<test::CrossbarTruth>(array_.crossbar, std::span<const std::uint8_t>{},
                                                     DeviceLaw{.access_ohm = access_ohm});
  }
  const Array& array() const { return array_; }
  std::vector<double> currents_A(const std::vector<int>& x) const {
    if (topology_ == "gated-ladder") {
      std::vector<double> out;
      for (int c = 0; c < array_.crossbar.columns; ++c) out.push_back(ladder_current_A(array_.crossbar, lines_, c, x));
      return out;
    }
    std::vector<double> line_V;
    std::vector<std::uint8_t> gates;
    for (int v : x)
      for (int l = 0; l < lines_; ++l) line_V.push_back(l == 0 ? v : -v), gates.push_back(v != 0);
    if (fixed_) return fixed_->solve(line_V).sense_A;
    return test::CrossbarTruth(array_.crossbar, gates, {.access_ohm = access_ohm}).solve(line_V).sense_A;
  }

 private:
  Array array_;
  int lines_;
  std::string topology_;
  std::unique_ptr<test::CrossbarTruth> fixed_;
};

// What rows carry in one read, and what its result counts.
struct Read {
  int weight;
  std::vector<int> x;
};
std::vector<Read> reads_of(std::span<const std::int16_t> x, const InputScale& input, bool rows_take_both_signs) {
  std::vector<Read> reads;
  const auto add = [&](int weight, auto value) {
    reads.push_back({weight, {}});
    for (int code : x) reads.back().x.push_back(value(code));
  };
  if (input.is_signed && rows_take_both_signs) add(1, [](int code) { return code; });
  for (const int sign : {1, -1})
    if (input.is_signed && !rows_take_both_signs) add(sign, [&](int code) { return code == sign ? 1 : 0; });
  for (int p = 0; p < input.bits && !input.is_signed; ++p) add(1 << p, [&](int code) { return code >> p & 1; });
  return reads;
}

struct Expected {
  std::vector<double> y;      // in weights times inputs
  double driven = 0;          // sum over reads of what a code that is off by one changes, in codes
  double largest_column = 0;  // the same of the largest current of any column, in steps
};

Expected expected_product(const Chip& chip, const std::vector<ArrayTruth>& arrays, const CellKind& kind,
                          std::size_t layer, std::span<const std::int16_t> x, const InputScale& input,
                          bool rows_take_both_signs) {
  const LayerPlan& plan = chip.layers[layer];
  const double step_S = window_S / kind.highest_digit;
  Expected out{std::vector<double>(static_cast<std::size_t>(plan.matrix.columns), 0)};
  for (const Block& block : plan.blocks) {
    const ArrayTruth& truth = arrays[static_cast<std::size_t>(block.array)];
    std::size_t b = 0;  // of the array's blocks
    for (const LayerPlan& other : chip.layers)
      for (const Block& before : other.blocks) {
        if (&before == &block) goto found;
        b += before.array == block.array;
      }
  found:
    for (const RowGroup& group : block.groups)
      for (const Read& read : reads_of(x, input, rows_take_both_signs)) {
        std::vector<int> driven(array_rows, 0);
        for (int r = group.row; r < group.row + group.rows; ++r)
          driven[static_cast<std::size_t>(block.array_row + r - block.row)] = read.x[static_cast<std::size_t>(r)];
        const std::vector<double> current_A = truth.currents_A(driven);
        double digit_weight = 1;
        for (int s = 0; s < kind.slices; ++s, digit_weight *= kind.base) {
          const double counts = std::abs(read.weight) * digit_weight;
          for (int v : driven) out.driven += counts * std::abs(v);
          out.largest_column += counts * test::largest(current_A) / step_S;
          for (int c = 0; c < block.columns; ++c) {
            const auto at = static_cast<std::size_t>(block.array_column + c * kind.columns_per_weight +
                                                     s * (kind.two_columns() ? 2 : 1));
            double seen_A = current_A[at];
            if (kind.two_columns()) seen_A -= current_A[at + 1];
            if (!kind.reference.empty())
              seen_A -= current_A[static_cast<std::size_t>(truth.array().first_reference[b] + s)];
            out.y[static_cast<std::size_t>(block.column + c)] += read.weight * digit_weight * seen_A / step_S;
          }
        }
      }
  }
  return out;
}

Config wired(const std::string& topology, const std::string& cell, const std::string& input, const std::string& more) {
  const std::string over =
      fmt::format("{{array: {{topology: {}}}, cell: {}, input: {}{}}}", topology, cell, input, more);
  return config_of(to_yaml(merged(parse_yaml(wired_array, "array"), parse_yaml(over, "over")), nullptr));
}

Chip chip_with(const Config& config, const std::vector<std::pair<int, int>>& shapes, const InputScale& input) {
  std::vector<workloads::IntegerWeights> layers;
  std::vector<LayerConfig> settings;
  for (const auto& [rows, columns] : shapes) {
    const int l = static_cast<int>(layers.size());
    layers.push_back(random_layer(rows, columns, layout(config.cell, 4), 4, input, 3 + static_cast<unsigned>(l)));
    layers.back().name = fmt::format("layer{}", l);
    layers.back().index = l;
    settings.push_back(layer_config(config, layers.back().name));
  }
  Placement placement = place(config, layers, settings);
  return build_chip(config, std::move(layers), std::move(placement));
}

// Compares all layers of a chip with the circuits of its arrays: the worst differences relative to what rounding to the
// lattice can make, and to the largest current of any column.
void check_chip(const CellKind& kind, const std::string& topology, const Chip& chip, const InputScale& input,
                double& worst_lattice, double& worst_single) {
  const View view = view_of(chip);
  std::vector<ArrayTruth> arrays;
  for (int a = 0; a < chip.placement.arrays_used; ++a) arrays.emplace_back(assemble(chip, kind, a), kind, topology);
  // Gated rows take -1 where a pair is subtracted as currents (docs/model/read.md).
  const bool both_signs = topology == "voltage-rows" || (kind.reference.empty() && !kind.converted_apart);
  constexpr std::size_t vectors = 3;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const workloads::IntegerWeights& m = chip.layers[l].matrix;
    const auto rows = static_cast<std::size_t>(m.rows), columns = static_cast<std::size_t>(m.columns);
    const auto x = random_inputs(vectors, m.rows, input, 5 + static_cast<unsigned>(l));
    std::vector<double> y(vectors * columns);
    execute_layer(chip, view, l, x, {vectors, 0, 0, 1}, y, nullptr);
    for (std::size_t v = 0; v < vectors; ++v) {
      const Expected e =
          expected_product(chip, arrays, kind, l, std::span(x).subspan(v * rows, rows), input, both_signs);
      for (std::size_t c = 0; c < columns; ++c) {
        const double difference = std::abs(y[v * columns + c] - e.y[c]);
        // Codes are rounded to the lattice, once where devices are subtracted before conversion; each of two columns
        // converted apart is rounded twice. Gated arrays are solved in single precision.
        const double roundings = kind.converted_apart ? 4 : 1;
        if (topology == "voltage-rows")
          test::keep_worst(worst_lattice,
                           difference / (e.driven * roundings * 0.5 / chip.layers[l].lattice.codes_per_step));
        else
          test::keep_worst(worst_single, difference / e.largest_column);
      }
    }
  }
}

}  // namespace

TEST_CASE("every topology and cell delivers what nodal analysis of its array gives") {
  double worst_lattice = 0, worst_single = 0;
  for (const CellKind& kind : cells)
    for (const std::string topology : topologies)
      for (const Encoded& encoded : encodings) {
        CAPTURE(std::string(kind.text));
        CAPTURE(topology);
        CAPTURE(std::string(encoded.text));
        const Config config = wired(topology, kind.text, encoded.text, "");
        const Chip chip = chip_with(config, {{20, 6}}, encoded.input);
        double lattice = 0, single = 0;
        check_chip(kind, topology, chip, encoded.input, lattice, single);
        CHECK(lattice < 1);
        CHECK(single < 1e-6);
        test::keep_worst(worst_lattice, lattice);
        test::keep_worst(worst_single, single);
      }
  MESSAGE("worst differences: " << worst_lattice << " of the lattice's rounding, " << worst_single
                                << " of a column's current");
}

TEST_CASE("layers and blocks that share an array read their own columns of its circuit") {
  double worst_lattice = 0, worst_single = 0;
  for (const CellKind& kind : cells)
    for (const std::string topology : topologies) {
      CAPTURE(std::string(kind.text));
      CAPTURE(topology);
      // 30 rows are cut in two. Rows are read in groups of 9, the others idle.
      const Config config = wired(topology + ", active_rows: 9", kind.text, encodings[0].text, "");
      const Chip chip = chip_with(config, {{14, 4}, {30, 3}}, encodings[0].input);
      std::set<int> of_first;
      bool shared = false;
      for (const Block& block : chip.layers[0].blocks) of_first.insert(block.array);
      for (const Block& block : chip.layers[1].blocks) shared |= of_first.count(block.array) > 0;
      CHECK(shared);
      CHECK(chip.layers[1].blocks.size() > 1);
      double lattice = 0, single = 0;
      check_chip(kind, topology, chip, encodings[0].input, lattice, single);
      CHECK(lattice < 1);
      CHECK(single < 1e-6);
      test::keep_worst(worst_lattice, lattice);
      test::keep_worst(worst_single, single);
    }
  MESSAGE("worst differences: " << worst_lattice << " of the lattice's rounding, " << worst_single
                                << " of a column's current");
}

TEST_CASE("wired chips are the same to the bit for any thread count, and no two instances are") {
  const std::string noisy =
      ", device: {write: {type: gaussian, sigma: [0.5 uS]}, read_noise: {relative: 3 %}}, seed: 11";
  for (const std::string topology : topologies)
    for (const std::string cell : {"{type: 2t2r}", "{type: 1t1r-differential}", "{type: 1t1r-offset, slices: 2}"}) {
      CAPTURE(topology);
      CAPTURE(cell);
      const InputScale input = encodings[0].input;
      const Config config = wired(topology, cell, encodings[0].text, noisy);
      const std::vector<std::pair<int, int>> shapes{{60, 12}, {30, 7}};  // several arrays, written at once
      constexpr std::size_t instances = 3, batches = 4, vectors = 5;
      const auto results = [&](int threads) {
        std::vector<std::vector<double>> y(instances);
        with_threads(threads, [&] {
          const Chip chip = chip_with(config, shapes, input);
          for (std::size_t i = 0; i < instances; ++i) {
            const View view = view_of(chip, static_cast<int>(i));
            for (std::size_t l = 0; l < shapes.size(); ++l) {
              const auto rows = static_cast<std::size_t>(shapes[l].first),
                         columns = static_cast<std::size_t>(shapes[l].second);
              const auto x = random_inputs(batches * vectors, shapes[l].first, input, 7);
              std::vector<double> out(batches * vectors * columns);
              parallel_for(batches, [&](std::size_t b) {
                const std::size_t first = b * vectors;
                execute_layer(chip, view, l, std::span(x).subspan(first * rows, vectors * rows), {vectors, first, 0, 1},
                              std::span(out).subspan(first * columns, vectors * columns), nullptr);
              });
              y[i].insert(y[i].end(), out.begin(), out.end());
            }
          }
        });
        return y;
      };
      const auto one = results(1);
      for (const auto& y : one)
        for (double value : y) REQUIRE(std::isfinite(value));
      CHECK(results(2) == one);
      CHECK(results(7) == one);
      CHECK(one[0] != one[1]);
      CHECK(one[1] != one[2]);
      CHECK(one[0] != one[2]);
    }
}

TEST_CASE("whole runs with wires give the same bits for any thread count and batch") {
  if (!have_fashion_mnist()) {
    MESSAGE("no Fashion-MNIST here: skipped");
    return;
  }
  for (const std::string topology : topologies) {
    CAPTURE(topology);
    const LoadedConfig loaded = load(source / "configs/fashion-mlp.yaml",
                                     {{"instances", "2"},
                                      {"workload.images", "8"},
                                      {"workload.calibration_images", "2"},
                                      {"array.rows", "128"},  // solved in a fraction of the time
                                      {"array.columns", "64"},
                                      {"chips", "auto"},
                                      {"array.topology", topology},
                                      {"wires", "{row: 5 ohm, column: 8 ohm, driver: 20 ohm, sense: 10 ohm}"}},
                                     {{source / "configs"}});
    RunOptions options = run_options();
    const auto numbers = [&](int threads, std::size_t batch) {
      options.threads = threads, options.batch = batch;
      const Result r = run::run(loaded, options);
      std::vector<double> n{r.quality.value, r.write.level_accuracy, r.costs.energy_per_inference_J};
      for (const auto& chip : r.quality.chips) n.push_back(chip.value);
      for (const auto& l : r.costs.layers) n.push_back(l.energy_J);
      for (const auto& l : r.reads) n.insert(n.end(), {l.snr_db, l.adc_clipped_frac, l.adc_full_scale_A});
      return n;
    };
    const std::vector<double> one = numbers(1, 64);
    for (double value : one) CHECK(std::isfinite(value));
    CHECK(numbers(2, 64) == one);
    CHECK(numbers(5, 3) == one);
  }
}

}  // namespace bitline::wired_chips_test
