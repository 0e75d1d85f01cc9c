// SPDX-License-Identifier: Apache-2.0
// What other programs and instruments write: traces, tables of conductances, parameters of simulators.
#include <exception>

#include "arch/foreign/foreign.h"
#include "base/error.h"
#include "chip/conductance_csv.h"
#include "tests/fuzz/targets.h"
#include "workloads/trace.h"

namespace bitline::fuzz {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view text_words[] = {"0",
                                           "1",
                                           "-1",
                                           "1e308",
                                           "1e-400",
                                           "nan",
                                           "inf",
                                           "0x1p3",
                                           "99999999999999999999",
                                           "16777217",
                                           ".",
                                           ",",
                                           ",,",
                                           ";",
                                           "\t",
                                           "\n",
                                           "\r\n",
                                           "\"",
                                           "#",
                                           "# unit: uS\n",
                                           "null",
                                           "true",
                                           "# unit:",
                                           "-",
                                           "\xef\xbb\xbf",
                                           "\xff",
                                           " ",
                                           "{",
                                           "}",
                                           "[]"};

// Any of the three files of a trace; refused as all of them only where none takes it.
void read_trace(const fs::path& file) {
  std::exception_ptr refused;
  int taken = 0;
  const auto as = [&](auto&& read) {
    try {
      read();
      ++taken;
    } catch (const InputError&) {
      refused = std::current_exception();
    }
  };
  std::vector<workloads::TraceLayer> layers;
  as([&] { layers = workloads::read_trace_network(file); });
  for (auto& layer : layers)
    as([&] {
      if (problems(layer.shape).empty()) find_padding(layer.shape, file, 3);
    });
  as([&] { workloads::read_trace_weights(file, 3, 4, 4); });
  as([&] { workloads::read_trace_inputs(file, 3, 4, 3); });
  if (taken == 0) std::rethrow_exception(refused);
}

constexpr const char* crosssim = R"({"core": {"style": 1, "rows_max": 64, "cols_max": 32, "weight_bits": 4,
 "balanced": {"style": 1, "interleaved_posneg": true}, "bit_sliced": {"style": 3, "num_slices": 2}, "offset": {"style": 2},
 "mapping": {"weights": {"percentile": 0.99}}},
 "xbar": {"device": {"cell_bits": 3, "Rmin": 10000.0, "Rmax": 100000.0, "Vread": 0.1,
 "programming_error": {"enable": true, "model": "NormalProportionalDevice", "magnitude": 0.05}},
 "array": {"Icol_max": 3, "parasitics": {"enable": true, "Rp_row": 1, "Rp_col": 2.5, "current_from_input": true}},
 "adc": {"mvm": {"model": "SarADC", "bits": 7, "calibrated_range": [-4.0, 4.0], "adc_range_option": 1, "group_size": 8}},
 "dac": {"mvm": {"bits": 8, "input_bitslicing": true, "slice_size": 1}}}}
)";
constexpr const char* aihwkit = R"({"class": "InferenceRPUConfig",
 "forward": {"inp_res": 0.00390625, "out_res": 0.00196, "out_bound": 12.0, "out_noise": 0.06, "ir_drop": 1.0,
 "w_noise": 0.02, "w_noise_type": "ADDITIVE_CONSTANT", "noise_management": "ABS_MAX"},
 "mapping": {"max_input_size": 256, "max_output_size": 256, "digital_bias": true},
 "noise_model": {"class": "PCMLikeNoiseModel", "prog_coeff": [0.26348, 1.965, -1.1731], "t_0": 20.0,
 "g_converter": {"class": "SinglePairConductanceConverter", "g_max": 25.0, "g_min": 0.0}},
 "drift_compensation": {"class": "GlobalDriftCompensation"}}
)";

void read_parameters(const fs::path& file) {
  std::exception_ptr refused;
  for (const auto config : {arch::crosssim_config, arch::aihwkit_config}) try {
      config(file);
      return;
    } catch (const ConfigError&) {
      refused = std::current_exception();
    }
  std::rethrow_exception(refused);
}

}  // namespace

Target trace_target() {
  return {"trace",
          ".csv",
          {"4,4,2,3,3,8,1,1\n1,1,32,1,1,10,0,1\n", "1,1,784,1,1,100,0\n",
           "   0.12500,  -0.87500,   0.00000,   1.00000\n   0.25000,   0.50000,  -0.12500,   0.00000\n1,2,-3e-1,4\n",
           "0,1,1,0,0,0,1,1,1,0,1,0\n0,0,1,0,0,0,1,1,0,0,1,0\n0,1,1,0,1,0,0,1,1,0,1,0\n"},
          {std::begin(text_words), std::end(text_words)},
          read_trace};
}

Target conductances_target() {
  return {"conductances",
          ".csv",
          {"1e-6,2e-6,,4e-6\n1e-6,NaN,3e-6,0\n", "# unit: uS\n1;2;3;4\n5;6;7;nan\n",
           "# unit: kohm\n9\t9\t9\t9\r\n1\t2\t3\t4\r\n"},
          {std::begin(text_words), std::end(text_words)},
          [](const fs::path& file) { chip::read_conductance_csv(file, 2, 2, 2); }};
}

Target parameters_target() {
  return {"parameters", ".json", {crosssim, aihwkit}, {std::begin(text_words), std::end(text_words)}, read_parameters};
}

}  // namespace bitline::fuzz
