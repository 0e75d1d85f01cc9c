// SPDX-License-Identifier: Apache-2.0
// Parameters of other simulators: what they become, by hand, and what is no such file.
#include "arch/foreign/foreign.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/arch/helpers.h"

namespace bitline::foreign_test {
using namespace arch;
using namespace bitline::test;

namespace {

const ForeignRow* row_of(const ForeignConfig& c, std::string_view parameter) {
  const auto at =
      std::find_if(c.rows.begin(), c.rows.end(), [&](const ForeignRow& r) { return r.theirs == parameter; });
  return at == c.rows.end() ? nullptr : &*at;
}

// The imported keys on top of an ideal chip.
Config loaded(const TemporaryFolder& f, const ForeignConfig& c) {
  const auto file = f.file("imported.yaml", "base: ideal\n" + c.yaml);
  return load(file, {}, {{std::filesystem::path(BITLINE_SOURCE_DIR) / "configs"}}).config;
}

std::string crosssim(const std::string& core, const std::string& device, const std::string& rest) {
  return "{\"core\": {" + core + "}, \"xbar\": {\"device\": {" + device + "}" + rest + "}}";
}

}  // namespace

TEST_CASE("CrossSim: a balanced core with serial inputs and a SAR converter") {
  const TemporaryFolder f;
  const ForeignConfig c = crosssim_config(f.file(
      "p.json", crosssim(R"("style": 1, "rows_max": 128, "cols_max": 64, "weight_bits": 4, "balanced": {"style": 2,
 "interleaved_posneg": false, "subtract_current_in_xbar": true})",
                         R"("cell_bits": 3, "Rmin": 10000.0, "Rmax": 100000.0, "Vread": 0.1,
 "programming_error": {"enable": true, "model": "NormalProportionalDevice", "magnitude": 0.05},
 "read_noise": {"enable": true, "model": "NormalIndependentDevice", "magnitude": 0.01})",
                         R"(, "array": {"Icol_max": 0, "parasitics": {"enable": false, "current_from_input": true}},
 "adc": {"mvm": {"model": "SarADC", "bits": 7, "calibrated_range": [-4.0, 4.0], "adc_range_option": 1,
 "sigma_capacitor": 0.05, "group_size": 8, "adc_per_ibit": true, "gain_db": 60}},
 "dac": {"mvm": {"model": "QuantizerDAC", "bits": 8, "input_bitslicing": true, "slice_size": 1}})")));
  const Config ours = loaded(f, c);
  CHECK(ours.array.rows == 128);
  CHECK(ours.array.columns == 128);  // two for each of 64 weights
  const auto& cell = std::get<array::DifferentialCell>(ours.cell);
  CHECK(cell.pair == array::Pair::two_sided);
  CHECK(cell.subtract == array::Subtract::analog);
  CHECK(ours.quantization.weight_bits == 4);
  CHECK(ours.device.g_max_S == doctest::Approx(1e-4).epsilon(1e-12));
  CHECK(ours.device.g_min_S == doctest::Approx(1e-5).epsilon(1e-12));
  // 5 % of the conductance: no constant part, 0.05 g_max for g = G / g_max.
  const auto& sigma = std::get<device::GaussianWrite>(ours.device.write).sigma_S;
  REQUIRE(sigma.size() == 2);
  CHECK(sigma[0] == 0);
  CHECK(sigma[1] == doctest::Approx(5e-6).epsilon(1e-12));
  CHECK(ours.device.read_noise.sigma_S == doctest::Approx(1e-6).epsilon(1e-12));
  CHECK(ours.input.bits == 8);
  CHECK(ours.input.encoding == periphery::Encoding::bit_serial);
  CHECK(ours.input.v_read_V == doctest::Approx(0.1).epsilon(1e-12));
  const auto& adc = std::get<periphery::SarAdc>(ours.adc);
  CHECK(adc.common.bits == 7);
  CHECK(adc.common.shared_by == 8);
  CHECK(adc.capacitor_mismatch == 0.05);
  // Four devices at 0.1 mS and 0.1 V.
  CHECK(std::get<periphery::FixedRange>(adc.common.range).current_A == doctest::Approx(4e-5).epsilon(1e-12));
  REQUIRE(row_of(c, "xbar.adc.mvm.gain_db"));
  CHECK(row_of(c, "xbar.adc.mvm.gain_db")->fate == ForeignRow::Fate::not_mapped);
  REQUIRE(row_of(c, "core.weight_bits"));
  CHECK(row_of(c, "core.weight_bits")->ours == "quantization.weight_bits: 4");
}

TEST_CASE("CrossSim: slices of offset cells, wires, gated inputs") {
  const TemporaryFolder f;
  const ForeignConfig sliced = crosssim_config(
      f.file("p.json", crosssim(R"("style": 2, "rows_max": 128, "cols_max": 16, "weight_bits": 8,
 "bit_sliced": {"style": 3, "num_slices": 4}, "offset": {"style": 2})",
                                R"("cell_bits": 2, "Rmin": 1e4, "infinite_on_off_ratio": true)",
                                R"(, "adc": {"mvm": {"model": "QuantizerADC", "bits": 9, "adc_range_option": 3}},
 "dac": {"mvm": {"bits": 12, "input_bitslicing": true}})")));
  const Config ours = loaded(f, sliced);
  CHECK(std::get<array::OffsetCell>(ours.cell).slices == 4);
  CHECK(ours.array.columns == 64);
  CHECK(ours.device.g_min_S == 0);
  CHECK(row_of(sliced, "xbar.device.cell_bits")->fate == ForeignRow::Fate::mapped);
  CHECK(row_of(sliced, "core.offset.style")->fate == ForeignRow::Fate::stands_in);
  CHECK(row_of(sliced, "xbar.adc.mvm.adc_range_option")->fate == ForeignRow::Fate::stands_in);

  const ForeignConfig wired = crosssim_config(f.file(
      "p.json",
      crosssim(R"("style": 1, "weight_bits": 4, "balanced": {"interleaved_posneg": true})",
               R"("Rmin": 1e4, "Rmax": 1e5, "Vread": 0.1, "cell_bits": 3)",
               R"(, "array": {"parasitics": {"enable": true, "Rp_row": 2.0, "Rp_col": 8.0, "Rp_col_terminal": 100.0,
 "current_from_input": false}}, "dac": {"mvm": {"bits": 8, "input_bitslicing": true}})")));
  const Config gated = loaded(f, wired);
  CHECK(std::holds_alternative<array::SignWeightedCell>(gated.cell));
  CHECK(gated.array.topology == Topology::gated_ladder);
  CHECK(gated.wires.exact());
  CHECK(gated.wires.row_ohm == 2);
  CHECK(gated.wires.column_ohm == 8);
  CHECK(gated.wires.sense_ohm == 100);
  CHECK(std::holds_alternative<periphery::IdealAdc>(gated.adc));
}

TEST_CASE("aihwkit: phase-change noise, converters in steps, drift compensation") {
  const TemporaryFolder f;
  const ForeignConfig c = aihwkit_config(f.file("r.json", R"({"class": "StandardHWATrainingPreset",
 "forward": {"class": "IOParameters", "inp_res": 0.003937007874015748, "out_res": 0.00196078431372549, "out_bound": 10.0,
  "out_noise": 0.04, "w_noise": 0.0, "w_noise_type": "NONE", "inp_noise": 0.01, "noise_management": "NONE", "bound_management": "NONE"},
 "mapping": {"max_input_size": 256, "max_output_size": 128, "digital_bias": false, "weight_scaling_columnwise": true},
 "noise_model": {"class": "PCMLikeNoiseModel", "prog_coeff": [0.26348, 1.965, -1.1731], "prog_coeff_g_max_reference": 25.0,
  "prog_noise_scale": 2.0, "read_noise_scale": 0.5, "drift_scale": 1.0, "t_0": 20.0, "t_read": 2.5e-07,
  "g_converter": {"class": "SinglePairConductanceConverter", "g_max": 50.0, "g_min": 0.0}},
 "drift_compensation": {"class": "GlobalDriftCompensation"}, "modifier": {"std_dev": 0.1}})"));
  const Config ours = loaded(f, c);
  CHECK(ours.array.rows == 256);
  CHECK(ours.array.columns == 128);
  CHECK(ours.mapping.bias == BiasPlace::rows);
  CHECK(ours.quantization.weight_scale == workloads::WeightScale::per_column);
  CHECK(ours.input.encoding == periphery::Encoding::analog);
  CHECK(ours.input.bits == 8);  // 254 steps
  const auto& adc = std::get<periphery::SarAdc>(ours.adc);
  CHECK(adc.common.bits == 9);  // 510 steps
  // Ten devices of 50 uS at 0.2 V; a noise of 0.04 of 10 over 255 codes.
  CHECK(std::get<periphery::FixedRange>(adc.common.range).current_A == doctest::Approx(1e-4).epsilon(1e-12));
  CHECK(adc.common.errors.noise_lsb == doctest::Approx(1.02).epsilon(1e-12));
  // Twice the noise at twice the largest conductance.
  const auto& sigma = std::get<device::GaussianWrite>(ours.device.write).sigma_S;
  REQUIRE(sigma.size() == 3);
  CHECK(sigma[0] == doctest::Approx(4 * 0.26348e-6).epsilon(1e-12));
  CHECK(sigma[2] == doctest::Approx(-4 * 1.1731e-6).epsilon(1e-12));
  CHECK(std::get<device::StateDrift>(ours.device.drift).nu_mean.max == 0.1);
  const auto& slow = std::get<device::FlickerNoise>(ours.device.slow_noise);
  CHECK(slow.q1 == doctest::Approx(0.0044).epsilon(1e-12));
  CHECK(slow.q_max == doctest::Approx(0.1).epsilon(1e-12));
  CHECK(ours.compensate == DriftCompensation::global);
  CHECK(row_of(c, "forward.inp_noise")->fate == ForeignRow::Fate::not_mapped);
  CHECK(row_of(c, "modifier")->fate == ForeignRow::Fate::without_effect);
}

TEST_CASE("parameters of other simulators that are none are refused with their place") {
  const TemporaryFolder f;
  const auto one = [&](const std::string& text, auto read, const std::string& part, int line, int column) {
    const auto found = diagnostics_of([&] { read(f.file("p.json", text)); });
    CAPTURE(text);
    REQUIRE(!found.empty());
    CAPTURE(to_string(found[0]));
    CHECK(has(to_string(found[0]), part));
    CHECK(found[0].where.line == line);
    CHECK(found[0].where.column == column);
  };
  one("[1]", crosssim_config, "no JSON object", 1, 1);
  one("{}", crosssim_config, "'core' and 'xbar'", 1, 1);
  one("{}", aihwkit_config, "'forward'", 1, 1);
  one("{\"core\": {\"style\":\n 7}, \"xbar\": {}}", crosssim_config, "outside of 1 .. 3", 2, 2);
  one("{\"core\": {}, \"xbar\": {\"device\": {\"Rmin\": \"x\"}}}", crosssim_config, "not a number", 1, 42);
  one("{\"core\": {}, \"xbar\": {\"device\": {\"Rmin\": NaN}}}", crosssim_config, "not a number", 1, 42);
  one("{\"core\": {}, \"xbar\": {\"device\": {\"Rmin\": 1e5, \"Rmax\": 10}}}", crosssim_config, "below Rmin", 1, 55);
  one("{\"forward\": {\"out_res\": 1e-300}}", aihwkit_config, "2 to 16 bits", 1, 25);
  one("{\"forward\": {\"is_perfect\": 3}}", aihwkit_config, "not true or false", 1, 28);
}

}  // namespace bitline::foreign_test
