// SPDX-License-Identifier: Apache-2.0
// Energy, latency and area against figures computed by hand, and how they must move with what a user turns.
#include "sim/cost.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "tests/sim/helpers.h"

using namespace bitline;
using namespace bitline::testing;

namespace {

// Equal to twelve digits. Doctest's own tolerance is at least epsilon itself, far above a femtojoule.
doctest::Approx relative(double expected) { return doctest::Approx(expected).epsilon(1e-12).scale(1e-30); }

using Images = std::vector<std::vector<std::int16_t>>;  // by image, one vector each

// Unit costs that no two parts share, so that a wrong factor shows.
const std::string units = R"(
tiles: 1
arrays: 2
array: {rows: 4, columns: 4, active_rows: 2}
quantization: {weight_bits: 3}
input: {bits: 2, v_read: 0.2 V, t_read: 50 ns}
adc: {type: sar, bits: 4, shared_by: 2, range: full-scale, cost: {energy: 5 pJ, time: 30 ns, area: 100 um2, leakage: 3 nW}}
technology: {vdd: 1.3 V, clock: 100 MHz, wire_capacitance: 0.2 fF/um, cell_area: 4 um2, adder_energy: 2 fJ, adder_area: 19 um2,
  register_energy: 3 fJ, register_area: 17 um2, buffer_energy: 7 fJ, buffer_area: 23 um2, driver_area: 13 um2, leakage: 11 nW,
  write_energy: 0.5 pJ, write_time: 1 us}
)";

// `units` with changes on top.
Config tiny(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  Value tree = parse_yaml(units, "units");
  for (const auto& [path, value] : changes)
    tree = merged(tree, expand_dotted(parse_yaml(path + ": " + value, "change")));
  static const std::string base = R"(
instances: 1
device: {g_min: 2 uS, g_max: 20 uS, write: exact}
technology: {node: 130 nm}
)";
  tree = merged(parse_yaml(base, "base"), tree);
  ConfigReader reader(tree, {});
  Config config;
  reader.read(config);
  reader.finish();
  return config;
}

MatrixLayer layer_of(const std::string& name, int index, int rows, int columns, std::vector<std::int16_t> weights,
                     InputScale input, int weight_bits = 3) {
  MatrixLayer m;
  m.name = name;
  m.index = index;
  m.rows = rows;
  m.columns = columns;
  m.inputs = rows;
  m.weight_bits = weight_bits;
  m.weights = std::move(weights);
  m.weight_scale.assign(static_cast<std::size_t>(columns), 1);
  m.bias.assign(static_cast<std::size_t>(columns), 0);
  m.input = input;
  return m;
}

// 3 x 2 weights of the hand calculations.
MatrixLayer small_layer(InputScale input = {1, 2, false}) {
  return layer_of("small", 0, 3, 2, {3, -1, 0, 2, -3, 1}, input);
}
const Images small_images = {{3, 1, 0}, {2, 0, 1}};

Chip chip_with(const Config& config, const std::vector<MatrixLayer>& layers) {
  std::vector<LayerConfig> settings;
  for (const auto& m : layers) settings.push_back(layer_config(config, m.name));
  return build_chip(config, layers, place(config, layers, settings));
}

// Costs of a network whose layers see the images `of_layer[l]`.
Result network_costs(const Config& config, const std::vector<MatrixLayer>& layers,
                     const std::vector<Images>& of_layer) {
  const Chip chip = chip_with(config, layers);
  ChipState state = write_chip(chip, 0);
  CurrentSamples none(chip.layers.size());
  for (std::size_t l = 0; l < none.size(); ++l) none[l].resize(state.layers[l].blocks.size());
  set_ranges(chip, state, none);
  std::vector<LayerCounts> counts;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const MatrixLayer& m = layers[l];
    const double images = static_cast<double>(of_layer[l].size());
    std::vector<std::int16_t> in;
    for (const auto& image : of_layer[l]) in.insert(in.end(), image.begin(), image.end());
    const std::size_t vectors = in.size() / static_cast<std::size_t>(m.rows);
    std::vector<double> out(vectors * static_cast<std::size_t>(m.columns));
    Activity activity;
    execute_layer(chip, state, l, in, vectors, 0, out, &activity);
    LayerCounts c = array_counts(chip.layers[l], state.layers[l], activity);
    c.array_J /= images, c.line_drive /= images, c.line_activations /= images;
    counts.push_back(c);
    // Conversions are planned from the placement and counted by the run: they must agree.
    const bool counted = common(chip.layers[l].settings().adc) && !chip.layers[l].settings().digital;
    if (counted) {
      Result planned;
      counts.resize(layers.size());
      add_costs(chip, counts, planned);
      counts.resize(l + 1);
      CHECK(planned.layers[l].conversions == static_cast<double>(activity.conversions) / images);
    }
  }
  Result result;
  add_costs(chip, counts, result);
  return result;
}
Result costs(const Config& config, const MatrixLayer& layer = small_layer(), const Images& images = small_images) {
  return network_costs(config, {layer}, {images});
}

double part(const Breakdown& parts, const std::string& name) {
  for (const auto& [key, value] : parts)
    if (key == name) return value;
  FAIL("no part " << name);
  return 0;
}

// Every part of `parts` is as expected and there are no others.
void check_parts(const Breakdown& parts, const std::map<std::string, double>& expected) {
  CHECK(parts.size() == expected.size());
  for (const auto& [name, value] : expected) {
    CAPTURE(name);
    CHECK(part(parts, name) == relative(value));
  }
}

bool contains(const std::vector<std::string>& texts, const std::string& what) {
  for (const auto& t : texts)
    if (t.find(what) != std::string::npos) return true;
  return false;
}

constexpr double fJ = 1e-15, nJ = 1e-9, ns = 1e-9, um2 = 1e-12;

}  // namespace

TEST_CASE("cost: every part of one small 2T2R layer by hand") {
  const Result r = costs(tiny());
  // Step (20 - 2) / 3 = 6 uS. Row totals with two unused 2T2R columns at 2 x 2 uS each (+8 uS):
  //   row 0: weights 3, -1: (20+2) + (2+8) + 8 = 40; row 1: 0, 2: (2+2) + (14+2) + 8 = 28; row 2: -3, 1: as row 0, 40
  //   uS.
  // Ones among the input bits, mean of two images: row 0: (2+1)/2, row 1: (1+0)/2, row 2: (0+1)/2.
  const double array_J = 0.2 * 0.2 * 50 * ns * (1.5 * 40e-6 + 0.5 * 28e-6 + 0.5 * 40e-6);
  // Two row groups (2 + 1 rows), two planes: 4 reads, 2 columns: 8 conversions. Largest code 2^3 = 8, plane weights
  // 1 + 2, two pieces: 48 needs 6 bits, and a sign: 7 bits. Pieces: one addition for each of two outputs.
  const double line_F = 4 * 2 * 0.2 * fJ;  // four columns of 2 um at 0.2 fF/um
  check_parts(r.energy_J,
              {{"array", array_J},
               {"adc", 8 * 5e-12},
               {"driver", 2 * 2.5 * line_F * 0.2 * 0.2 + 3 * 2 * 1 * 3 * fJ},  // two lines a row; 6 register bits
               {"shift_add", 8 * 7 * (2 + 3) * fJ},
               {"accumulate", 2 * 7 * (2 + 3) * fJ},
               {"buffer", (3 * 2 + 2 * 2) * 7 * fJ},
               {"interconnect", 0.25 * 10 * 8 * 0.2 * fJ * 1.3 * 1.3},  // a side of 4 x 2 um
               {"activation", 2 * (2 + 1) * 7 * 2 * fJ},
               {"digital", 0},
               {"reload", 0},
               // 11 nW an array, two converters of 3 nW; two arrays; 480 ns
               {"leakage", 2 * (11 + 2 * 3) * nJ * 480 * ns}});
  CHECK(r.energy_per_inference_J == relative(total(r.energy_J)));
  // Two columns in turn at a converter; 1 cycle of shift-add, 2 turns at the rescaling unit, 1 for two pieces.
  check_parts(r.latency_s,
              {{"array", 4 * 50 * ns}, {"adc", 4 * 2 * 30 * ns}, {"digital", (1 + 2 + 1) * 10 * ns}, {"reload", 0}});
  CHECK(r.latency_per_inference_s == relative(480 * ns));
  CHECK(r.throughput_per_s == relative(1 / (480 * ns)));
  check_parts(r.area_breakdown_m2, {{"array", 2 * 16 * 4 * um2},
                                    {"adc", 2 * 2 * 100 * um2},
                                    {"driver", 2 * (8 * 13 + 4 * 2 * 17) * um2},  // a register holds a bit and a sign
                                    {"shift_add", 2 * 2 * 7 * 19 * um2},
                                    {"accumulate", 2 * 4 * 7 * 17 * um2},
                                    {"buffer", 2 * 6 * 23 * um2},  // twice the larger of 3 x 2 and 2 x 2 bits
                                    {"activation", 2 * 2 * (2 + 1) * 7 * 19 * um2}});
  CHECK(r.area_m2 == relative(total(r.area_breakdown_m2)));
  REQUIRE(r.energy_write_J);
  CHECK(*r.energy_write_J == relative(12 * 0.5e-12));  // six weights of two devices
  CHECK(r.layers[0].macs == 6);
  CHECK(r.layers[0].conversions == 8);
  CHECK(r.layers[0].arrays == 1);
  CHECK(r.layers[0].latency_s == relative(480 * ns));
  CHECK(r.layers[0].energy_J == relative(r.energy_per_inference_J - part(r.energy_J, "leakage")));
  CHECK(r.tops_per_w == relative(12 / r.energy_per_inference_J * 1e-12));
  CHECK(r.tops_per_mm2 == relative(12 / (480 * ns) / (r.area_m2 * 1e6) * 1e-12));
  CHECK(r.warnings.empty());
}

TEST_CASE("cost: offset cells on gated rows: gates swing to the supply, a reference column, one line a row") {
  const Result r = costs(tiny({{"cell", "{type: 1t1r-offset}"}, {"array.topology", "gated-rows"}}));
  // Digits 0..6, step 3 uS, reference digit 3 (11 uS). Rows of digits w + 3 plus reference plus two unused devices:
  //   6, 2: 20 + 8 + 11 + 4 = 43; 3, 5: 11 + 17 + 11 + 4 = 43; 0, 4: 2 + 14 + 11 + 4 = 31 uS.
  CHECK(part(r.energy_J, "array") == relative(0.04 * 50 * ns * (1.5 * 43e-6 + 0.5 * 43e-6 + 0.5 * 31e-6)));
  // One device has half of the cell's area: pitch sqrt(2) um.
  const double line_F = 4 * std::sqrt(2.0) * 0.2 * fJ;
  CHECK(part(r.energy_J, "driver") == relative(2.5 * line_F * 1.3 * 1.3 + 6 * 3 * fJ));
  CHECK(part(r.area_breakdown_m2, "array") == relative(2 * 4 * (4 + 1) * 2 * um2));
  CHECK(part(r.area_breakdown_m2, "driver") == relative(2 * (4 * 13 + 4 * 2 * 17) * um2));
  CHECK(part(r.area_breakdown_m2, "adc") == relative(2 * 2 * 100 * um2));
  CHECK(part(r.energy_J, "interconnect") == relative(0.25 * 10 * 4 * std::sqrt(2.0) * 0.2 * fJ * 1.69));
  CHECK(*r.energy_write_J == relative(6 * 0.5e-12));
  // A gate does not care about the read voltage, a voltage row does, and the other way round for the supply.
  for (const char* topology : {"voltage-rows", "gated-rows", "gated-ladder"}) {
    CAPTURE(topology);
    const auto driver = [&](const char* key, const char* value) {
      const Result with =
          costs(tiny({{"array.topology", topology}, {"technology.register_energy", "0 fJ"}, {key, value}}));
      return part(with.energy_J, "driver");
    };
    const bool gated = std::string(topology) != "voltage-rows";
    CHECK(driver("input.v_read", "0.4 V") / driver("input.v_read", "0.2 V") == relative(gated ? 1 : 4));
    CHECK(driver("technology.vdd", "2.6 V") / driver("technology.vdd", "1.3 V") == relative(gated ? 4 : 1));
  }
}

TEST_CASE("cost: a converter's full scale is the largest current its rows can give") {
  const auto full_scale = [](const std::string& cell) {
    const Chip chip = chip_with(tiny({{"cell", cell}}), {small_layer()});
    return full_scale_A(chip, chip.layers[0], {});
  };
  // Two rows at once, 0.2 V: digits up to 3 of 6 uS; offset cells keep 3 of 0..6 (3 uS each) after the reference;
  // g_max.
  CHECK(full_scale("{type: 2t2r}") == relative(2 * 0.2 * 18e-6));
  CHECK(full_scale("{type: 1t1r-offset}") == relative(2 * 0.2 * 9e-6));
  CHECK(full_scale("{type: 1t1r-differential}") == relative(2 * 0.2 * 20e-6));
  // Slices of digits 0..3 (base 4, 6 uS) against references 3 and 0: the second slice keeps up to 3 of them.
  CHECK(full_scale("{type: 1t1r-offset, slices: 2}") == relative(2 * 0.2 * 18e-6));
}

TEST_CASE("cost: an analog row is charged to its own voltage and its register holds the whole code") {
  const Result r = costs(tiny({{"input.encoding", "analog"}, {"array.active_rows", "all"}}));
  // One plane, step 0.2 / 3 V; x^2: row 0: (9 + 4)/2, row 1: 1/2, row 2: 1/2.
  const double step = 0.2 / 3, line_F = 4 * 2 * 0.2 * fJ;
  CHECK(part(r.energy_J, "array") == relative(step * step * 50 * ns * (6.5 * 40e-6 + 0.5 * 28e-6 + 0.5 * 40e-6)));
  CHECK(part(r.energy_J, "driver") == relative(2 * 7.5 * line_F * step * step + 3 * 2 * 3 * fJ));
  // Code 8, one plane, one piece: 8 needs 4 bits, and a sign. One read of two columns.
  CHECK(part(r.energy_J, "shift_add") == relative(2 * 5 * 5 * fJ));
  CHECK(part(r.energy_J, "accumulate") == 0);
  CHECK(part(r.latency_s, "digital") == relative((1 + 2) * 10 * ns));
  // Signed: sign-magnitude codes of one bit and a sign; the chip's registers too have two bits.
  const Result s = costs(tiny({{"input.encoding", "analog"}}), small_layer({1, 2, true}), {{1, -1, 0}});
  CHECK(part(s.energy_J, "driver") == relative(2 * 2 * line_F * 0.04 + 3 * 2 * 3 * fJ));
  CHECK(part(s.area_breakdown_m2, "driver") == relative(2 * (8 * 13 + 4 * 2 * 17) * um2));
}

TEST_CASE("cost: signed planes, two passes, slices and pairs on two columns") {
  // Gated offset cells need two passes for signed inputs: 2 x (2 - 1) planes of weights +1, -1.
  const Result passes = costs(tiny({{"cell", "{type: 1t1r-offset}"}, {"array.topology", "gated-rows"}}),
                              small_layer({1, 2, true}), {{1, -1, 0}});
  // 8 x (1 + 1) x 2 pieces = 32: six bits and a sign; 2 planes x 2 groups x 2 columns conversions.
  CHECK(part(passes.energy_J, "shift_add") == relative(8 * 7 * 5 * fJ));

  // Voltage rows take both signs: one plane of a bit and a sign.
  const Result both = costs(tiny(), small_layer({1, 2, true}), {{1, -1, 0}});
  CHECK(both.layers[0].conversions == 4);
  CHECK(part(both.energy_J, "driver") == relative(2 * 2 * 8 * 0.2 * fJ * 0.04 + 3 * 1 * 2 * 3 * fJ));

  // Subtracted as currents: two columns give one conversion, so half of the converters; digitally: all of them.
  const Result analog = costs(tiny({{"cell", "{type: 1t1r-differential, subtract: analog}"}}));
  CHECK(analog.layers[0].conversions == 8);
  CHECK(part(analog.area_breakdown_m2, "adc") == relative(2 * 1 * 100 * um2));
  CHECK(part(analog.energy_J, "leakage") == relative(2 * (11 + 3) * nJ * analog.latency_per_inference_s));
  const Result digital = costs(tiny({{"cell", "{type: 1t1r-differential, subtract: digital}"}}));
  CHECK(digital.layers[0].conversions == 16);
  CHECK(part(digital.area_breakdown_m2, "adc") == relative(2 * 2 * 100 * um2));
  CHECK(part(digital.area_breakdown_m2, "array") == relative(2 * 16 * 2 * um2));
  // Unsigned codes up to 2^4: 16 x 3 x 2 = 96 needs seven bits, and a sign for the subtraction.
  CHECK(part(digital.energy_J, "shift_add") == relative(16 * 8 * 5 * fJ));

  // Two slices of one bit (digits 0, 1; base 2): 8 x 3 x (1 + 2) x 2 = 144: eight bits and a sign.
  const Result slices = costs(tiny({{"cell", "{type: 2t2r, slices: 2}"}}));
  CHECK(slices.layers[0].conversions == 16);
  CHECK(part(slices.energy_J, "shift_add") == relative(16 * 9 * 5 * fJ));
  CHECK(*slices.energy_write_J == relative(24 * 0.5e-12));
  const Result reference = costs(tiny({{"cell", "{type: 1t1r-offset, slices: 2}"}}));
  CHECK(part(reference.area_breakdown_m2, "array") == relative(2 * 4 * (4 + 2) * 2 * um2));
}

TEST_CASE("cost: an ideal converter is free and takes no time") {
  const Result r = costs(tiny({{"adc", "ideal"}}));
  CHECK(part(r.energy_J, "adc") == 0);
  CHECK(part(r.latency_s, "adc") == 0);
  CHECK(part(r.area_breakdown_m2, "adc") == 0);
  // Sums up to 4 rows x digit 3 x planes 3 x pieces 2 = 72: seven bits and a sign. One adder and rescaling unit an
  // array.
  CHECK(part(r.energy_J, "shift_add") == relative(8 * 8 * 5 * fJ));
  CHECK(part(r.area_breakdown_m2, "shift_add") == relative(2 * 8 * 19 * um2));
  CHECK(part(r.area_breakdown_m2, "activation") == relative(2 * 3 * 8 * 19 * um2));
  CHECK(part(r.latency_s, "digital") == relative((1 + 1 + 1) * 10 * ns));
  CHECK(part(r.energy_J, "leakage") == relative(2 * 11 * nJ * r.latency_per_inference_s));
}

TEST_CASE("cost: configured converter figures win one by one; the rest is the survey's") {
  const auto adc = [](const std::string& cost) {
    return tiny({{"adc", "ideal"}, {"adc", "{type: sar, bits: 8, shared_by: 2, range: full-scale" + cost + "}"}});
  };
  const Result survey = costs(adc("")), priced = costs(adc(", cost: {energy: 1 pJ}")),
               sized = costs(adc(", cost: {area: 1 um2}")),
               timed = costs(adc(", cost: {energy: 1 pJ, area: 1 um2, time: 1 us}")),
               leaking = costs(adc(", cost: {leakage: 1 uW}"));
  const UnitCost model = adc_survey_model(8, 130e-9, 100e6 / 9);
  CHECK(part(survey.energy_J, "adc") == relative(8 * model.energy_J));
  CHECK(part(survey.area_breakdown_m2, "adc") == relative(4 * model.area_m2));
  CHECK(part(survey.latency_s, "adc") == relative(8 * 90 * ns));
  CHECK(part(priced.energy_J, "adc") == relative(8e-12));
  CHECK(part(priced.area_breakdown_m2, "adc") == part(survey.area_breakdown_m2, "adc"));
  CHECK(part(sized.area_breakdown_m2, "adc") == relative(4 * um2));
  CHECK(part(sized.energy_J, "adc") == part(survey.energy_J, "adc"));
  CHECK(part(timed.latency_s, "adc") == relative(8e-6));
  CHECK(part(leaking.energy_J, "leakage") - part(survey.energy_J, "leakage") ==
        relative(4 * 1e-6 * survey.latency_per_inference_s));
}

TEST_CASE("cost: twice the images with every image twice leaves all means in place") {
  const Images twice = {small_images[0], small_images[1], small_images[0], small_images[1]};
  const Result once = costs(tiny()), again = costs(tiny(), small_layer(), twice);
  for (std::size_t i = 0; i < once.energy_J.size(); ++i) {
    CAPTURE(once.energy_J[i].first);
    CHECK(once.energy_J[i].second == relative(again.energy_J[i].second));
  }
  CHECK(once.latency_per_inference_s == again.latency_per_inference_s);
}

TEST_CASE("cost: bias rows drive and are written, but are neither operations nor activations") {
  MatrixLayer with = small_layer();
  with.rows = 4, with.bias_rows = 1, with.inputs = 3;
  with.weights.insert(with.weights.end(), {1, -2});
  const Result plain = costs(tiny()), biased = costs(tiny(), with, {{3, 1, 0, 3}, {2, 0, 1, 3}});
  CHECK(biased.layers[0].macs == 6);
  CHECK(part(biased.energy_J, "buffer") == part(plain.energy_J, "buffer"));
  CHECK(part(biased.energy_J, "interconnect") == part(plain.energy_J, "interconnect"));
  // Weights 1, -2: (8+2) + (2+14) + 8 unused = 34 uS, both bits on in every image.
  CHECK(part(biased.energy_J, "array") - part(plain.energy_J, "array") == relative(0.04 * 50 * ns * 2 * 34e-6));
  CHECK(*biased.energy_write_J == relative(16 * 0.5e-12));
}

TEST_CASE("cost: positions, copies and patches of a convolution") {
  MatrixLayer conv = small_layer();
  conv.positions = 5;
  conv.inputs = 9;
  const Images patches = {{3, 1, 0, 2, 0, 1, 3, 1, 0, 2, 0, 1, 3, 1, 0}};
  const Config base = tiny();
  const Result one = costs(base, conv, patches),
               two = costs(tiny({{"layers", "{small: {duplicate: 2}}"}}), conv, patches);
  CHECK(one.latency_per_inference_s == relative(5 * 480 * ns));
  CHECK(one.layers[0].conversions == 40);
  CHECK(two.layers[0].conversions == 40);
  CHECK(part(one.energy_J, "adc") == part(two.energy_J, "adc"));
  CHECK(part(one.energy_J, "buffer") == relative((5 * 3 * 2 + 5 * 2 * 2) * 7 * fJ));
  // 9 activations of 2 bits against 10 outputs of 2: the buffer holds 20 bits, twice.
  CHECK(part(one.area_breakdown_m2, "buffer") == relative(2 * 20 * 23 * um2));
  CHECK(*two.energy_write_J == relative(2 * *one.energy_write_J));
  // Each copy has an array of its own: three positions and two at the same time.
  CHECK(two.latency_per_inference_s == relative(3 * 480 * ns));
  CHECK(two.layers[0].arrays == 2);
  // Where there is one array only they lie beside each other and take turns.
  const Result shared =
      costs(tiny({{"layers", "{small: {duplicate: 2}}"}, {"chips", "1"}, {"arrays", "1"}}), conv, patches);
  CHECK(part(shared.latency_s, "array") == relative(5 * 200 * ns));
  CHECK(part(shared.latency_s, "digital") == relative(3 * 40 * ns));
  CHECK(shared.layers[0].arrays == 1);
}

TEST_CASE("cost: two layers in sequence or as a pipeline") {
  const std::vector<MatrixLayer> layers = {small_layer(),
                                           layer_of("next", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false})};
  const std::vector<Images> images = {small_images, {{1, 2}, {3, 0}}};
  const Result sequential = network_costs(tiny(), layers, images),
               pipelined = network_costs(tiny({{"mapping.schedule", "pipelined"}}), layers, images);
  // The second has one row group, both columns of each converter in turn: 2 x 50 + 2 x 2 x 30 + (1 + 2) x 10 = 250 ns.
  CHECK(sequential.layers[1].latency_s == relative(250 * ns));
  CHECK(sequential.latency_per_inference_s == relative(730 * ns));
  CHECK(sequential.throughput_per_s == relative(1 / (730 * ns)));
  CHECK(pipelined.latency_per_inference_s == sequential.latency_per_inference_s);
  CHECK(pipelined.throughput_per_s == relative(1 / (480 * ns)));  // they are on two arrays
  CHECK(part(pipelined.energy_J, "leakage") < part(sequential.energy_J, "leakage"));
  // On one array they take turns on it: (200 + 240) + (100 + 120) ns.
  const std::vector<std::pair<std::string, std::string>> tall = {{"array.rows", "8"},
                                                                 {"mapping.schedule", "pipelined"}};
  CHECK(network_costs(tiny(tall), layers, images).throughput_per_s == relative(1 / (660 * ns)));
}

TEST_CASE("cost: reloading writes the mapped devices for every image, and nothing for digital layers") {
  const std::vector<MatrixLayer> layers = {small_layer(),
                                           layer_of("next", 1, 2, 4, {1, 2, 3, -1, -2, -3, 0, 1}, {1, 2, false})};
  const std::vector<Images> images = {small_images, {{1, 2}, {3, 0}}};
  using Changes = std::vector<std::pair<std::string, std::string>>;
  const Changes one_array = {{"chips", "1"}, {"arrays", "1"}, {"reload", "true"}, {"mapping.schedule", "pipelined"}};
  const Result r = network_costs(tiny(one_array), layers, images);
  CHECK(part(r.energy_J, "reload") == relative((6 + 8) * 2 * 0.5e-12));
  CHECK(*r.energy_write_J == part(r.energy_J, "reload"));
  CHECK(part(r.latency_s, "reload") == relative(28 * 1e-6));
  CHECK(r.throughput_per_s == relative(1 / r.latency_per_inference_s));  // no pipeline
  CHECK(part(r.area_breakdown_m2, "array") == relative(16 * 4 * um2));

  // Two blocks of one layer that take the same array in turn cannot be read at the same time.
  const MatrixLayer tall = layer_of("small", 0, 8, 2, std::vector<std::int16_t>(16, 3), {1, 2, false});
  const Images eight = {{3, 1, 0, 2, 3, 1, 0, 2}};
  Changes narrow = one_array;
  narrow.push_back({"array.columns", "2"});
  const Result apart = costs(tiny({{"array.columns", "2"}}), tall, eight), in_turn = costs(tiny(narrow), tall, eight);
  CHECK(part(apart.latency_s, "array") == relative(4 * 50 * ns));
  CHECK(part(in_turn.latency_s, "array") == relative(8 * 50 * ns));
  CHECK(part(in_turn.latency_s, "adc") == relative(2 * part(apart.latency_s, "adc")));
  CHECK(apart.layers[0].arrays == 2);
  CHECK(in_turn.layers[0].arrays == 1);

  // Both fit when one is digital: nothing to reload, and writing is that of the other.
  Changes digital = one_array;
  digital.push_back({"layers", "{next: {digital: true}}"});
  const Result d = network_costs(tiny(digital), layers, images);
  CHECK(part(d.energy_J, "reload") == 0);
  CHECK(*d.energy_write_J == relative(12 * 0.5e-12));
  // Its own: 8 multiplications of 3 x 2 bits, and an accumulator up to 2 x 3 x 3 = 18: five bits and a sign.
  CHECK(part(d.layers[1].energy_breakdown_J, "digital") == relative(8 * (3 * 2 + 6) * 2 * fJ));
  for (const char* name : {"array", "adc", "driver", "shift_add", "accumulate"})
    CHECK(part(d.layers[1].energy_breakdown_J, name) == 0);
  CHECK(d.layers[1].latency_s == relative(2 * 10 * ns));  // a row each cycle
  CHECK(contains(d.warnings, "digital layers"));
  // Smaller arrays: the first layer alone needs two loads; still only its twelve devices are written.
  digital.push_back({"array.rows", "2"});
  digital.push_back({"array.columns", "2"});
  digital.push_back({"mapping.min_piece_rows", "1"});
  CHECK(part(network_costs(tiny(digital), layers, images).energy_J, "reload") == relative(12 * 0.5e-12));
}

TEST_CASE("cost: a wide digital layer does not widen the accumulators of the arrays") {
  const std::vector<MatrixLayer> layers = {
      small_layer(), layer_of("next", 1, 200, 1, std::vector<std::int16_t>(200, 3), {1, 2, false})};
  const std::vector<Images> images = {small_images, {std::vector<std::int16_t>(200, 1)}};
  const Result r = network_costs(tiny({{"layers", "{next: {digital: true}}"}}), layers, images);
  CHECK(part(r.area_breakdown_m2, "accumulate") == part(costs(tiny()).area_breakdown_m2, "accumulate"));
}

TEST_CASE("cost: unset figures are told") {
  Config config = tiny({{"chips", "1"},
                        {"arrays", "1"},
                        {"reload", "true"},
                        {"array.rows", "2"},
                        {"array.columns", "2"},
                        {"mapping.min_piece_rows", "1"}});
  config.technology.write_energy_J.reset();
  config.technology.leakage_W_per_array.reset();
  const Result r = costs(config);
  CHECK(!r.energy_write_J);
  CHECK(part(r.energy_J, "reload") == 0);
  CHECK(part(r.energy_J, "leakage") == relative(3 * nJ / r.throughput_per_s));  // the one converter's
  CHECK(contains(r.warnings, "write_energy"));
  CHECK(contains(r.warnings, "leakage"));
}

TEST_CASE("cost: finer converters, larger nodes and larger arrays cost more; a faster clock is quicker") {
  const auto with = [](const std::vector<std::pair<std::string, std::string>>& changes) {
    // The survey's converter at a fixed conversion time: at a fixed clock a finer one is slower, which saves area.
    std::vector<std::pair<std::string, std::string>> all = {
        {"adc", "ideal"}, {"adc", "{type: sar, bits: 8, shared_by: 2, range: full-scale, cost: {time: 90 ns}}"}};
    all.insert(all.end(), changes.begin(), changes.end());
    return costs(tiny(all));
  };
  const auto rises = [&](const char* key, std::vector<const char*> values) {
    double energy_J = 0, area_m2 = 0;
    for (const char* value : values) {
      CAPTURE(key);
      CAPTURE(value);
      const Result r = with({{key, value}});
      CHECK(r.energy_per_inference_J > energy_J);
      CHECK(r.area_m2 > area_m2);
      energy_J = r.energy_per_inference_J;
      area_m2 = r.area_m2;
    }
  };
  rises("adc.bits", {"4", "5", "6", "7", "8", "9", "10", "11", "12"});
  rises("technology.node", {"22 nm", "40 nm", "65 nm", "130 nm", "180 nm"});
  rises("array.columns", {"4", "6", "8", "16", "32"});  // longer lines, more unused cells crossed
  rises("array.rows", {"4", "8", "16", "64"});
  // The converter's rate comes from the clock when no time is given: quicker, never cheaper or smaller.
  double latency_s = 1, area_m2 = 0, adc_J = 0;
  for (const char* clock : {"10 MHz", "100 MHz", "1 GHz", "20 GHz"}) {
    CAPTURE(clock);
    const Result r = costs(tiny({{"adc", "ideal"},
                                 {"adc", "{type: sar, bits: 8, shared_by: 2, range: full-scale}"},
                                 {"technology.clock", clock}}));
    CHECK(r.latency_per_inference_s < latency_s);
    CHECK(r.area_m2 > area_m2);
    CHECK(part(r.energy_J, "adc") >= adc_J);
    latency_s = r.latency_per_inference_s, area_m2 = r.area_m2, adc_J = part(r.energy_J, "adc");
  }
}

namespace {

Result cnn(const std::vector<Override>& more) {
  std::vector<Override> overrides = {{"instances", "1"},
                                     {"workload.network", "fashion-cnn.onnx"},
                                     {"workload.dataset", "fashion-mnist"},
                                     {"workload.images", "12"},
                                     {"workload.calibration_images", "16"}};
  overrides.insert(overrides.end(), more.begin(), more.end());
  return run(load(source / "configs/ideal.yaml", overrides, {{source / "configs"}}), run_options());
}

}  // namespace

TEST_CASE("cost: copies of a convolution shorten it and leave an ideal chip's answers alone") {
  if (!have_fashion_mnist()) {
    MESSAGE("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
    return;
  }
  const Result one = cnn({}), four = cnn({{"layers", "{conv1: {duplicate: 4}}"}});
  CHECK(one.quality.value == one.quality.reference_quantized);
  CHECK(four.quality.value == one.quality.value);
  CHECK(four.quality.reference_quantized == one.quality.reference_quantized);
  CHECK(four.layers[0].latency_s < 0.3 * one.layers[0].latency_s);  // each copy on an array of its own
  for (std::size_t l = 1; l < one.layers.size(); ++l) {
    CHECK(four.layers[l].macs == one.layers[l].macs);
    CHECK(four.layers[l].conversions == one.layers[l].conversions);
  }
  CHECK(four.layers[0].conversions == one.layers[0].conversions);
  // As many drives of as much conductance: copies of a layer differ only in the other columns their rows cross.
  CHECK(part(four.layers[0].energy_breakdown_J, "driver") ==
        relative(part(one.layers[0].energy_breakdown_J, "driver")));
  CHECK(cnn({{"mapping.schedule", "pipelined"}}).throughput_per_s >= one.throughput_per_s);
  CHECK(cnn({{"mapping.schedule", "pipelined"}, {"layers", "{conv1: {duplicate: 4}}"}}).throughput_per_s >=
        four.throughput_per_s);
}

TEST_CASE("cost: a run with fewer chips reloads the mapped devices of the network") {
  if (!have_fashion_mnist()) {
    MESSAGE("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
    return;
  }
  const auto mlp = [](std::vector<Override> more) {
    more.insert(more.end(), {{"instances", "1"},
                             {"workload.images", "4"},
                             {"workload.calibration_images", "16"},
                             {"reload", "true"},
                             {"technology.write_energy", "1 nJ"},
                             {"technology.write_time", "1 us"}});
    return run(load(source / "configs/fashion-mlp.yaml", more, {{source / "configs"}}), run_options());
  };
  const Result all = mlp({}), half = mlp({{"chips", "1"}});
  const double devices = 2.0 * (784 * 256 + 256 * 128 + 128 * 10);
  CHECK(part(all.energy_J, "reload") == 0);
  CHECK(part(half.energy_J, "reload") == relative(devices * 1e-9));
  CHECK(part(half.latency_s, "reload") == relative(devices * 1e-6 / 2));
  CHECK(*half.energy_write_J == relative(devices * 1e-9));
  CHECK(half.quality.value == all.quality.value);  // the same cells, written the same way
  const Result digital = mlp({{"chips", "1"}, {"layers", "{fc2: {digital: true}, fc3: {digital: true}}"}});
  CHECK(part(digital.energy_J, "reload") == relative(2.0 * 784 * 256 * 1e-9));
}
