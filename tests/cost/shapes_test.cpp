// SPDX-License-Identifier: Apache-2.0
// Costs from layer shapes against the counts of real reads, against enumeration, and against their own expectation.
#include "run/shapes.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "base/config_writer.h"
#include "base/npy.h"
#include "cost/chain_flow.h"
#include "cost/cost.h"
#include "tests/base/helpers.h"
#include "tests/run/helpers.h"
#include "workloads/windows.h"

namespace bitline::shapes_test {
using namespace device;
using namespace periphery;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace mapping;
using namespace chip;
using namespace read;
using namespace cost;
using namespace run;
using namespace bitline::test;

namespace {

doctest::Approx relative(double expected) { return doctest::Approx(expected).epsilon(1e-12).scale(1e-30); }

struct Shapes {
  Config config;
  std::vector<workloads::IntegerWeights> matrices;  // without weights
  std::vector<LayerConfig> settings;

  explicit Shapes(const std::string& text) : config(config_of(text)) {
    for (const LayerShape& s : config.workload.shapes) {
      settings.push_back(layer_config(config, s.name));
      matrices.push_back(matrix_of(s, static_cast<int>(matrices.size()), settings.back().quantization.weight_bits,
                                   input_bits(settings.back().input, s.signed_inputs)));
    }
  }
  Chip chip(const std::vector<workloads::IntegerWeights>& layers) const {
    return build_chip(config, layers, place(config, layers, settings));
  }
  std::vector<Ledger> counts(const std::vector<LayerCodes>& codes) const {
    return shape_ledgers(chip(matrices), codes);
  }
  std::vector<Ledger> counts() const { return counts(std::vector<LayerCodes>(matrices.size())); }

  // What a run of the same codes on perfect devices counts, for each image.
  std::vector<Ledger> of_run(const std::vector<LayerCodes>& codes) const {
    std::vector<workloads::IntegerWeights> layers = matrices;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      layers[l].panels[0].codes = codes[l].weights;
      layers[l].scale.assign(static_cast<std::size_t>(layers[l].columns), 1);
      layers[l].bias.assign(static_cast<std::size_t>(layers[l].columns), 0);
    }
    const Chip built = chip(layers);
    const View view = view_of(built);
    std::vector<Ledger> counts;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      Ledger& c = counts.emplace_back();
      if (settings[l].digital) continue;
      const std::size_t vectors = codes[l].inputs.size() / static_cast<std::size_t>(layers[l].rows);
      Activity activity;
      activity.count_drives(built.layers[l], codes[l].inputs, {vectors, 0, 0, layers[l].positions});
      c = read_ledger(built.layers[l], view, activity);
      const double images = static_cast<double>(vectors) / layers[l].positions;
      c.divide(images);
    }
    return counts;
  }
};

// Any codes that the layers allow.
std::vector<LayerCodes> some_codes(const Shapes& s, std::size_t images) {
  std::vector<LayerCodes> codes;
  for (const workloads::IntegerWeights& m : s.matrices) {
    const CellLayout cell = layout(s.settings[static_cast<std::size_t>(m.index)].cell, m.weight_bits);
    codes.push_back({random_layer(m.rows, m.columns, cell, m.weight_bits, m.input, 3).panels[0].codes,
                     random_inputs(images * static_cast<std::size_t>(m.positions), m.rows, m.input, 4)});
  }
  return codes;
}

void check_same(const std::vector<Ledger>& a, const std::vector<Ledger>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t l = 0; l < a.size(); ++l) {
    CAPTURE(l);
    CHECK(a[l].array_J == relative(b[l].array_J));
    CHECK(a[l][Action::line_drive] == relative(b[l][Action::line_drive]));
    CHECK(a[l][Action::line_activation] == relative(b[l][Action::line_activation]));
  }
}

// Two layers that share arrays and one that is cut.
const std::string layers = R"(
chips: auto
workload:
  shapes:
    - {name: conv, channels: 2, height: 5, width: 4, kernel: 3, padding: 1, stride: 2, outputs: 5}
    - {name: wide, channels: 70, outputs: 9, signed_inputs: SIGNED}
    - {name: last, channels: 11, outputs: 3}
)";
std::string with_sign(bool is_signed) {
  std::string text = layers;
  text.replace(text.find("SIGNED"), 6, is_signed ? "true" : "false");
  return text;
}

}  // namespace

TEST_CASE("shapes: codes of files count what a run of them counts: every cell, encoding and topology") {
  const std::string cells[] = {
      "{type: 2t2r}",
      "{type: 2t2r, slices: 3, pair: two-sided}",
      "{type: 1t1r-differential, slices: 2}",
      "{type: 1t1r-differential, subtract: analog, pair: two-sided}",
      "{type: 1t1r-offset}",
      "{type: 1t1r-offset, slices: 4}",
  };
  for (const std::string& cell : cells)
    for (const char* input : {"{encoding: bit-serial, bits: 5}", "{encoding: twos-complement, bits: 4}",
                              "{encoding: analog, bits: 4}", "{encoding: ternary}"})
      for (const char* topology : {"voltage-rows", "gated-rows"})
        for (const bool is_signed : {false, true}) {
          if (std::string(topology) != "voltage-rows" && std::string(input).find("analog") != std::string::npos)
            continue;
          CAPTURE(cell);
          CAPTURE(input);
          CAPTURE(topology);
          CAPTURE(is_signed);
          const Shapes s(
              fmt::format("cell: {}\ninput: {}\narray.topology: {}\n{}", cell, input, topology, with_sign(is_signed)));
          const auto codes = some_codes(s, 3);
          check_same(s.counts(codes), s.of_run(codes));
        }
}

TEST_CASE("shapes: copies, reload, digital layers, open cells, settings by layer and one-bit codes count as in a run") {
  for (const char* more :
       {"layers: {conv: {duplicate: 4}, last: {duplicate: 2}}", "{chips: 1, reload: true, array.rows: 32}",
        "{mapping.schedule: pipelined, layers: {conv: {duplicate: 4}, last: {duplicate: 2}}}",
        "layers: {wide: {digital: true}}", "mapping.unused: open", "array.active_rows: 7",
        "layers: {wide: {quantization.weight_bits: 8, cell.slices: 7}, conv: {input.bits: 3}}",
        "{quantization.weight_bits: 1, input.bits: 1}",
        "{quantization.weight_bits: 8, cell: {type: 1t1r-offset, slices: 8}}",
        "{device.levels: [2 uS, 3 uS, 5 uS, 6 uS, 9 uS, 12 uS, 15 uS, 20 uS]}"}) {
    CAPTURE(more);
    const Value tree = merged(parse_yaml(with_sign(false), "layers"), expand_dotted(parse_yaml(more, "more")));
    const Shapes s(to_yaml(tree));
    const auto codes = some_codes(s, 2);
    check_same(s.counts(codes), s.of_run(codes));
  }
}

TEST_CASE("shapes: a run from .npy files has the energies of the same codes on written devices") {
  const TemporaryFolder f;
  Shapes s(with_sign(false));
  const auto codes = some_codes(s, 2);
  for (std::size_t l = 0; l < codes.size(); ++l) {
    const auto save = [&](const char* what, const std::vector<std::int16_t>& c, int columns) {
      const auto file = f.path / fmt::format("{}{}.npy", what, l);
      const std::vector<double> data(c.begin(), c.end());
      write_npy(file, std::span<const double>(data),
                {data.size() / static_cast<std::size_t>(columns), static_cast<std::size_t>(columns)});
      return file.string();
    };
    s.config.workload.shapes[l].weights = save("w", codes[l].weights, s.matrices[l].columns);
    s.config.workload.shapes[l].inputs = save("x", codes[l].inputs, s.matrices[l].rows);
  }
  LoadedConfig loaded;
  loaded.config = s.config;
  const Result r = run::run(loaded, {});
  const Chip chip = s.chip(s.matrices);
  const Costs expected =
      price(chip, tariff(chip.config, chip, chain_flow(chip.config, chip)), s.of_run(codes), std::nullopt);
  REQUIRE(r.costs.energy_J.size() == expected.energy_J.size());
  for (const auto& [part, joules] : expected.energy_J) CHECK(r.costs.energy_J[part] == relative(joules));
  CHECK(r.costs.energy_per_inference_J == relative(expected.energy_per_inference_J));
  CHECK(r.costs.latency_per_inference_s == expected.latency_per_inference_s);
  CHECK(r.costs.area_m2 == expected.area_m2);
  REQUIRE(r.shapes);
  CHECK(has(r.shapes->note, "weights and inputs of conv"));
  CHECK(r.inputs.size() == 6);
  CHECK(r.warnings == expected.warnings);  // the note is none
}

TEST_CASE("shapes: the expectation is the mean over all weights and all images, each with its probability") {
  for (const char* statistics : {"activity: {type: bits, ones: 30 %}, weights: {type: normal, sigma: 0.6}",
                                 "activity: uniform, weights: {type: ternary, zero: 20 %}",
                                 "activity: {type: rectified-normal, sigma: 50 %}, weights: uniform"})
    for (const bool is_signed : {false, true})
      for (const char* chip : {"{}", "layers: {c: {duplicate: 2}}", "cell: {type: 1t1r-offset}"}) {
        CAPTURE(statistics);
        CAPTURE(is_signed);
        CAPTURE(chip);
        // A 2 x 1 image under a 2 x 2 kernel with padding: three lines of two positions, most of them on padding.
        const std::string text = fmt::format(
            "chips: auto\nworkload: {{{}, shapes: [{{name: c, channels: 1, height: 2, kernel: 2, padding: 1, outputs: "
            "1, "
            "signed_inputs: {}}}]}}\ninput: {{encoding: analog, bits: 2}}\nquantization.weight_bits: 2\n",
            statistics, is_signed);
        const Shapes s(to_yaml(merged(expand_dotted(parse_yaml(text, "text")), parse_yaml(chip, "chip"))));
        const LayerShape& shape = s.config.workload.shapes[0];
        const workloads::IntegerWeights& m = s.matrices[0];
        REQUIRE(m.positions == 6);
        const CodeProbabilities weight = probabilities(s.config.workload.weights, 2),
                                input = probabilities(s.config.workload.activity, m.input);
        Ledger mean;
        double all = 0;
        for (int w = 0; w < 81; ++w)
          for (std::size_t x = 0; x < input.p.size() * input.p.size(); ++x) {
            const std::size_t first = x % input.p.size(), second = x / input.p.size();
            double p = input.p[first] * input.p[second];
            LayerCodes codes;
            for (int k = 0, rest = w; k < 4; ++k, rest /= 3) {
              codes.weights.push_back(static_cast<std::int16_t>(rest % 3 - 1));
              p *= weight.p[static_cast<std::size_t>(rest % 3)];
            }
            const std::int16_t image[] = {static_cast<std::int16_t>(input.lowest + static_cast<int>(first)),
                                          static_cast<std::int16_t>(input.lowest + static_cast<int>(second))};
            codes.inputs.resize(24);
            workloads::patches(shape.window(), shape.input(), shape.output(), 0, shape.output().size(), image,
                               codes.inputs.data());
            const Ledger c = s.of_run({codes})[0];
            mean.array_J += p * c.array_J, mean[Action::line_drive] += p * c[Action::line_drive];
            mean[Action::line_activation] += p * c[Action::line_activation], all += p;
          }
        CHECK(all == relative(1));
        check_same(s.counts(), {mean});
      }
}

TEST_CASE("shapes: drawn counts are their expectation within five standard errors (false alarms below 2e-5 in all)") {
  for (const char* cell : {"{type: 2t2r}", "{type: 1t1r-offset, slices: 4}"}) {
    const auto with = [&](const char* statistics) {
      return Shapes(
          fmt::format("chips: auto\ncell: {}\nworkload: {{statistics: {}, images: 50, activity: {{type: bits, ones: 30 "
                      "%}}, weights: {{type: "
                      "normal, sigma: 0.4}}, shapes: [{{name: a, channels: 300, outputs: 40}}]}}\n",
                      cell, statistics));
    };
    const Shapes drawn = with("drawn"), expected = with("expected");
    // Inputs: 300 rows of 8 independent bits, 50 images; 2T2R has two lines for a row and four column blocks.
    const Ledger d = drawn.counts()[0], e = expected.counts()[0];
    const double bits = 300 * 8 * 50;
    CHECK(std::abs(d[Action::line_drive] / e[Action::line_drive] - 1) < 5 * std::sqrt(0.7 / 0.3 / bits));
    CHECK(d[Action::line_drive] != e[Action::line_drive]);
    // Weights: with the inputs of a file only they are random.
    const CellLayout layout_of = layout(drawn.settings[0].cell, 4);
    const CodeProbabilities p = probabilities(drawn.config.workload.weights, 4);
    std::vector<double> g, g2;
    for (int code = -7; code <= 7; ++code) {
      double sum = 0;
      for (int s = 0; s < layout_of.slices; ++s) {
        const Targets t = targets(layout_of, drawn.config.device, layout_of.digit(code, s));
        sum += t.positive_S + t.negative_S;
      }
      g.push_back(sum), g2.push_back(sum * sum);
    }
    const double variance = p.mean(g2) - p.mean(g) * p.mean(g);
    std::vector<LayerCodes> full(1);
    full[0].inputs.assign(300, 255);
    const double one_S_J = 0.2 * 0.2 * 50e-9 * 8;  // eight planes
    const double difference_S = (drawn.counts(full)[0].array_J - expected.counts(full)[0].array_J) / one_S_J;
    CHECK(difference_S != 0);
    CHECK(std::abs(difference_S) < 5 * std::sqrt(300 * 40 * variance));
  }
}

TEST_CASE("shapes: any number of threads draws and counts the same bits; another seed draws others") {
  const auto energy = [](int threads, const std::string& more) {
    LoadedConfig loaded;
    loaded.config = config_of(more + with_sign(true));
    loaded.config.workload.statistics = ShapeStatistics::drawn;
    loaded.config.workload.images = 9;
    RunOptions options;
    options.threads = threads;
    return run::run(loaded, options).costs.energy_per_inference_J;
  };
  CHECK(energy(1, "") == energy(4, ""));
  CHECK(energy(1, "") != energy(1, "seed: 2\n"));
}

TEST_CASE("shapes: a level accuracy, which only writing needs, is not solved for without weights") {
  LoadedConfig loaded;
  loaded.config = config_of("device.write: {type: level-accuracy, accuracy: 90 %}\n" + with_sign(false));
  const Result r = run::run(loaded, {});
  CHECK(r.costs.energy_per_inference_J > 0);
  CHECK(r.images.empty());
  CHECK(map_network(loaded, {}).arrays_used == r.mapping.arrays_used);
}

TEST_CASE("shapes: arrays that no layer uses are told with their area and the key that would leave fewer") {
  // 64 x 32 arrays; two are used.
  const auto chip = [](const std::string& size) {
    LoadedConfig loaded;
    loaded.config = config_of(size +
                              "workload: {shapes: [{name: fc, channels: 64, outputs: 64}], activity: {type: bits, "
                              "ones: 50 %}}\n");
    return run::run(loaded, {});
  };
  const Result r = chip("chips: 2\ntiles: 2\narrays: 3\n");
  CHECK(r.mapping.unused() == 10);
  CHECK(r.mapping.fits == "arrays: 1");
  double arrays_m2 = 0;
  for (const auto& [part, area_m2] : r.costs.area_breakdown_m2)
    if (info(part).boundary <= Boundary::macro) arrays_m2 += area_m2;
  CHECK(r.costs.unused_arrays_m2 == relative(arrays_m2 * 10 / 12));
  CHECK(chip("chips: 2\ntiles: 2\narrays: 1\n").mapping.fits == "tiles: 1");
  CHECK(chip("chips: 4\ntiles: 1\narrays: 1\n").mapping.fits == "chips: 2");
  const Result tight = chip("chips: 1\ntiles: 1\narrays: 2\n");
  CHECK(tight.mapping.unused() == 0);
  CHECK(tight.mapping.fits == "");
  CHECK(tight.costs.unused_arrays_m2 == 0);
}

}  // namespace bitline::shapes_test
