// SPDX-License-Identifier: Apache-2.0
#include "base/npy.h"
#include "run/run.h"
#include "tests/fuzz/targets.h"

namespace bitline::fuzz {
namespace fs = std::filesystem;
namespace {

// Short ones; what the shipped ones resolve to follows.
constexpr const char* small_chip = R"(name: small
seed: 3
instances: 2
chips: auto
tiles: 1
arrays: 2
age: 1 day
array: {rows: 16, columns: 8, topology: voltage-rows, active_rows: 4}
cell: {type: 2t2r}
quantization: {weight_bits: 4, clip_percentile: 99 %}
device:
  g_min: 1 uS
  g_max: 20 uS
  write: {type: level-accuracy, accuracy: 84.56 %}
input: {encoding: bit-serial, bits: 8}
adc: {type: sar, bits: 8, range: {type: full-scale}, errors: {offset: 0.5, noise: 0.3}}
layers: {fc1: {adc.bits: 6}, fc2: {digital: true}}
technology: 130nm
)";
constexpr const char* shipped_network = "base: ideal\nworkload: {network: fashion-mlp.onnx, images: 10}\n";
constexpr const char* ideal_chip = R"(base: ideal
array: {rows: 8, columns: 8}
cell: {type: 1t1r-differential, slices: 2}
)";

// No file system takes it as a name.
constexpr std::string_view long_name =
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";

constexpr std::string_view yaml_words[] = {"0",
                                           "-1",
                                           "1",
                                           "2",
                                           "3",
                                           "8",
                                           "16",
                                           "17",
                                           "64",
                                           "65536",
                                           "2147483648",
                                           "9223372036854775808",
                                           "1e308",
                                           "1e-308",
                                           "1e999",
                                           "-0.0",
                                           "nan",
                                           ".nan",
                                           "inf",
                                           ".inf",
                                           "-.inf",
                                           "0x10",
                                           "010",
                                           "1_000",
                                           "100 %",
                                           "101 %",
                                           "-5 %",
                                           "1 uS",
                                           "0 S",
                                           "1e300 S",
                                           "1 V",
                                           "1 day",
                                           "1e30 s",
                                           "null",
                                           "~",
                                           "",
                                           "true",
                                           "auto",
                                           "all",
                                           "[]",
                                           "{}",
                                           "[1, 2]",
                                           "{a: 1}",
                                           "[[[[",
                                           "}}",
                                           "\"\\0\"",
                                           "'",
                                           "\"",
                                           ": ",
                                           "- ",
                                           "\n",
                                           "\t",
                                           "&a ",
                                           "*a",
                                           "!!int ",
                                           "<<: ",
                                           "---\n",
                                           "...\n",
                                           "%YAML 1.2\n",
                                           "# ",
                                           "|\n",
                                           ">\n",
                                           "base: ideal\n",
                                           "base: fashion-mlp",
                                           "base: ../",
                                           long_name,
                                           "./..",
                                           "a.b.c: 1\n",
                                           "type: sar",
                                           "type: flash",
                                           "type: ramp",
                                           "type: ideal",
                                           "ideal",
                                           "exact",
                                           "two-sided",
                                           "one-sided",
                                           "1t1r",
                                           "2t2r",
                                           "slices: 2",
                                           "analog",
                                           "ternary",
                                           "twos-complement",
                                           "gated-ladder",
                                           "gated-rows",
                                           "range: {type: fixed, current: 1 uA}",
                                           "range: {type: calibrated}",
                                           "per-array",
                                           "per-chip",
                                           "levels: [0 uS, 1 uS]",
                                           "faults: {stuck_on: 1 %}",
                                           "read_noise: 1 %",
                                           "drift",
                                           "relaxation",
                                           "digital: true",
                                           "\xff\xfe",
                                           "\xc3\x28",
                                           "\xe2\x80\xa8"};

fs::path shipped() { return fs::path(BITLINE_SOURCE_DIR) / "configs"; }

void read_yaml(const fs::path& file) {
  const arch::LoadedConfig loaded = arch::load(file, {}, {{shipped()}});
  config_hash(loaded.config);
  arch::resolved_yaml(loaded);
  layer_config(loaded.config, "fc1");
  const NpyArray weights{{5, 3}, {7, -7, 0, 1, 2, -3, 4, 5, -6, 0.5, 7, 1, 0, 0, 2}, "<f8"};
  const NpyArray inputs{{2, 5}, {0, 255, 3, 17, 9, 1, 2, 0, 128, 64}, "<f8"};
  run::mvm(loaded.config, weights, inputs, {});
}

std::string npy(const std::string& header, std::size_t data_bytes, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  const std::size_t length = header.size() + 1;
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(length >> (8 * i));
  bytes += header + '\n';
  for (std::size_t i = 0; i < data_bytes; ++i)
    bytes += static_cast<char>(i % 8 < 6 ? i * 37 : 0);  // no 8-byte integer beyond 2^53
  return bytes;
}

constexpr std::string_view npy_words[] = {"0",
                                          "1",
                                          "-1",
                                          "18446744073709551615",
                                          "999999999999999999",
                                          "4294967296",
                                          "(",
                                          ")",
                                          "()",
                                          ",",
                                          "'",
                                          "True",
                                          "False",
                                          "'<f4'",
                                          "'<f8'",
                                          "'|i1'",
                                          "'<i8'",
                                          "'>f4'",
                                          "'|u1'",
                                          "'|O'",
                                          "'<f2'",
                                          "'shape': ",
                                          "'descr': ",
                                          "'fortran_order': ",
                                          "{",
                                          "}",
                                          "(0, 1)",
                                          "(1, 1, 1, 1)",
                                          "\n"};

}  // namespace

Target yaml_target() {
  Target target{"yaml", ".yaml", {}, {std::begin(yaml_words), std::end(yaml_words)}, read_yaml};
  target.seeds = {small_chip, ideal_chip, shipped_network};
  // With every key written out, so that every key is met.
  for (const char* name : {"ideal.yaml", "fashion-mlp.yaml", "chip/rram-144k.yaml"})
    target.seeds.push_back(arch::resolved_yaml(arch::load(shipped() / name, {}, {{shipped()}})));
  return target;
}

Target npy_target() {
  const std::vector<std::string> seeds = {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }", 48),
                                          npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3, 2), }", 96),
                                          npy("{'descr': '|i1', 'fortran_order': False, 'shape': (7,), }", 7, 2),
                                          npy("{'descr': '<i8', 'fortran_order': False, 'shape': (), }", 8),
                                          npy("{'descr': '|u1', 'fortran_order': True, 'shape': (0, 5), }", 0)};
  return {
      "npy", ".npy", seeds, {std::begin(npy_words), std::end(npy_words)}, [](const fs::path& file) { read_npy(file); }};
}

}  // namespace bitline::fuzz
