// SPDX-License-Identifier: Apache-2.0
// aihwkit. Meanings of its parameters: their documentation in src/aihwkit/simulator/parameters (io.py, mapping.py,
// inference.py) and src/aihwkit/inference (noise/pcm.py, converter/conductance.py) of github.com/IBM/aihwkit. Weights,
// inputs and outputs are numbers there, the largest weight and input being 1; a conductance of g_max is a weight of 1.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "arch/foreign/parameters.h"

namespace bitline::arch {
namespace {

constexpr int pair_weight_bits = 8;
constexpr double read_voltage_V = 0.2;  // of our default chip; aihwkit has none
constexpr double micro = 1e-6;

double steps_of(double resolution) { return std::min(resolution < 1 ? 1 / resolution : resolution, 1e12); }

// Steps or their inverse to bits of a signed code: 2^b - 2 steps from the lowest to the highest.
int bits_of(double resolution) { return static_cast<int>(std::lround(std::log2(steps_of(resolution) + 2))); }
double steps_of_bits(int bits) { return std::exp2(bits) - 2; }
bool same_steps(double resolution, int bits) { return std::abs(steps_of(resolution) / steps_of_bits(bits) - 1) < 1e-6; }
std::string steps_note(double resolution, int bits) {
  return fmt::format("{:.4g} steps there, {:g} here", steps_of(resolution), steps_of_bits(bits));
}

class Aihwkit {
 public:
  explicit Aihwkit(const std::filesystem::path& json) : p_(json) {}

  ForeignConfig config() {
    if (!p_.has("forward"))
      p_.problem("", "holds no 'forward'", "write the whole rpu_config, as docs/tutorial/other-simulators.md does");
    mapping();
    noise_model();
    forward();
    for (const char* part : {"modifier", "clip", "remap", "backward", "update", "pre_post"})
      if (p_.has(part)) p_.without_effect(part, "of training, or of what is computed digitally");
    if (p_.has("device"))
      p_.not_mapped("device",
                    "how pulses change it in training; here devices have what noise_model says "
                    "(device.plasticity; bitline fit makes one from curves)");
    constexpr ForeignParameters::Idle idle[] = {{"*.class", "counted with what it is the class of"},
                                                {"runtime", "of that program's own work"},
                                                {"mapping.learn_out_scaling", "of training"},
                                                {"mapping.out_scaling_columnwise", "of training"},
                                                {"mapping.weight_scaling_lr_compensation", "of training"},
                                                {"forward.max_bm_factor", "of bound_management"},
                                                {"forward.max_bm_res", "of bound_management"},
                                                {"forward.bm_test_negative_bound", "of bound_management"},
                                                {"forward.nm_thres", "of noise_management"},
                                                {"forward.nm_assumed_wmax", "of noise_management"},
                                                {"forward.nm_decay", "of noise_management"}};
    ForeignConfig out;
    out.rows = p_.finish(idle);
    out.yaml = lines_.yaml();
    return out;
  }

 private:
  std::string uS(double g_uS) const { return rounded_quantity(g_uS * micro, Unit::siemens); }

  void mapping() {
    lines_.set("cell", "{type: 2t2r, pair: one-sided}");
    lines_.set("quantization.weight_bits", std::to_string(pair_weight_bits));
    for (const auto& [theirs, ours] :
         {std::pair{"mapping.max_input_size", "array.rows"}, std::pair{"mapping.max_output_size", "array.columns"}}) {
      const int size = p_.whole(theirs, 512, 0, 1 << 16);
      if (size == 0) {
        p_.stands_in(theirs, std::string(ours) + " of the base", "tiles have no limit there");
        continue;
      }
      lines_.set(ours, std::to_string(size));
      p_.mapped(theirs, fmt::format("{}: {}", ours, size));
    }
    const bool by_column = p_.flag("mapping.weight_scaling_columnwise", false);
    lines_.set("quantization.weight_scale", by_column ? "per-column" : "per-tensor");
    p_.mapped("mapping.weight_scaling_columnwise",
              fmt::format("quantization.weight_scale: {}", by_column ? "per-column" : "per-tensor"));
    const bool digital = p_.flag("mapping.digital_bias", true);
    lines_.set("bias", digital ? "digital" : "rows");
    p_.mapped("mapping.digital_bias", fmt::format("bias: {}", digital ? "digital" : "rows"));
    if (p_.has("mapping.weight_scaling_omega"))
      p_.stands_in("mapping.weight_scaling_omega", "the largest weight is g_max",
                   "weights are continuous there; here they have quantization.weight_bits (8 stand in)");
  }

  void converter_conductances() {
    const std::string at = "noise_model.g_converter.";
    const std::string kind = p_.word(at + "class", "SinglePairConductanceConverter");
    g_max_uS_ = p_.number(at + "g_max", p_.number("noise_model.g_max", 25, 1e-6, 1e6), 1e-6, 1e6);
    g_min_uS_ = p_.number(at + "g_min", 0, 0, 1e6);
    if (g_min_uS_ >= g_max_uS_) p_.problem(at + "g_min", "is not below g_max", "exchange them");
    lines_.set("device.g_min", uS(g_min_uS_)), lines_.set("device.g_max", uS(g_max_uS_));
    p_.mapped(at + "g_max", "device.g_max: " + uS(g_max_uS_), p_.has(at + "g_max") ? "" : "its default");
    p_.mapped(at + "g_min", "device.g_min: " + uS(g_min_uS_));
    if (kind != "SinglePairConductanceConverter")
      p_.not_mapped(at + "class", "weights are pairs of devices with one scale (cell.type: 2t2r)");
    else
      p_.mapped(at + "class", "cell.type: 2t2r, pair: one-sided");
  }

  // PCMLikeNoiseModel: the laws of the shipped device `pcm`, with these constants.
  void pcm() {
    const std::string at = "noise_model.";
    std::vector<double> c = p_.numbers(at + "prog_coeff");
    if (c.empty()) c = {0.26348, 1.9650, -1.1731};
    const double reference = p_.number(at + "prog_coeff_g_max_reference", 25, 1e-6, 1e6);
    const double scale = p_.number(at + "prog_noise_scale", 1, 0, 1e6) * g_max_uS_ / reference;
    std::string sigma;
    for (const double x : c) sigma += (sigma.empty() ? "" : ", ") + uS(x * scale);
    lines_.set("device.write", "{type: gaussian, sigma: [" + sigma + "]}");
    p_.mapped(at + "prog_coeff", "device.write: gaussian, sigma [" + sigma + "]");
    for (const char* key : {"prog_noise_scale", "prog_coeff_g_max_reference"})
      if (p_.has(at + key)) p_.mapped(at + key, "in device.write.sigma");

    const double t0_s = p_.number(at + "t_0", 20, 1e-9, 1e12), drift = p_.number(at + "drift_scale", 1, 0, 1e3);
    const auto log_law = [&](double per_ln, double constant, double min, double max) {
      return fmt::format("{{per_ln: {:.17g}, constant: {:.17g}, min: {:.17g}, max: {:.17g}}}", per_ln * drift,
                         constant * drift, min * drift, max * drift);
    };
    const std::string t0 = rounded_quantity(t0_s, Unit::second);
    lines_.set("device.drift",
               drift == 0 ? "{type: none}"
                          : fmt::format("{{type: power-law-by-state, t0: {}, nu_mean: {}, nu_sigma: {}}}", t0,
                                        log_law(-0.0155, 0.0244, 0.049, 0.1), log_law(-0.0125, -0.0059, 0.008, 0.045)));
    p_.mapped(at + "t_0", "device.drift.t0: " + t0);
    p_.mapped(at + "drift_scale", "in device.drift.nu_mean and nu_sigma");
    const double read = p_.number(at + "read_noise_scale", 1, 0, 1e3),
                 t_read_s = p_.number(at + "t_read", 250e-9, 1e-12, 1);
    const std::string t_read = rounded_quantity(t_read_s, Unit::second);
    lines_.set("device.slow_noise",
               read == 0
                   ? "{type: none}"
                   : fmt::format("{{type: flicker, q1: {:.17g}, exponent: 0.65, q_max: {:.17g}, t0: {}, t_read: {}}}",
                                 0.0088 * read, 0.2 * read, t0, t_read));
    p_.mapped(at + "read_noise_scale", "in device.slow_noise.q1 and q_max");
    p_.mapped(at + "t_read", "device.slow_noise.t_read: " + t_read);
  }

  void noise_model() {
    converter_conductances();
    const std::string kind = p_.word("noise_model.class", "");
    if (kind == "PCMLikeNoiseModel") {
      p_.mapped("noise_model.class", "device.write, device.drift, device.slow_noise");
      pcm();
    } else {
      lines_.set("device.write", "exact");
      if (!kind.empty())
        p_.not_mapped("noise_model.class",
                      "its law is not here: devices are exact (device.write, device.drift; the "
                      "nearest of ReRamWan2022NoiseModel is device: rram-neurram)");
    }
    const std::string compensation = p_.word("drift_compensation.class", "");
    if (compensation == "GlobalDriftCompensation") {
      lines_.set("compensate", "global");
      p_.mapped("drift_compensation.class", "compensate: global");
    } else if (!compensation.empty()) {
      p_.not_mapped("drift_compensation.class", "compensate knows none, global, column and reference");
    }
  }

  void forward() {
    const std::string at = "forward.";
    lines_.set("input.v_read", rounded_quantity(read_voltage_V, Unit::volt));
    if (p_.flag(at + "is_perfect", false)) {
      lines_.set("adc", "ideal");
      p_.mapped(at + "is_perfect", "adc: ideal");
      p_.without_effect("forward", "is_perfect");
      return;
    }
    dac(at);
    adc(at);
    const double w_noise = p_.number(at + "w_noise", 0, 0, 100);
    const std::string w_type = p_.word(at + "w_noise_type", "NONE");
    if (w_noise > 0 && w_type == "ADDITIVE_CONSTANT") {
      // A pair has two devices, whose variances add.
      const std::string sigma = uS(w_noise * (g_max_uS_ - g_min_uS_) / std::sqrt(2.0));
      lines_.set("device.read_noise.sigma", sigma);
      p_.mapped(at + "w_noise", "device.read_noise.sigma: " + sigma);
    } else if (w_noise > 0 && w_type != "NONE") {
      p_.not_mapped(at + "w_noise", "of the type " + w_type + ": device.read_noise is constant or in proportion");
    }
    ir_drop(at);
    constexpr std::pair<const char*, const char*> absent[] = {
        {"inp_noise", "drivers are without noise here"},
        {"inp_asymmetry", "both signs are driven alike"},
        {"out_noise_std", "all outputs are as noisy"},
        {"out_asymmetry", "both signs are converted alike"},
        {"out_nonlinearity", "converters bend by adc.errors.inl alone"},
        {"v_offset_std", "adc.errors.gain is a converter's own factor"},
        {"r_series", "wires.sense is a resistance in series with each column"},
        {"w_read_asymmetry_dtod", "devices conduct alike in both directions"}};
    for (const auto& [key, note] : absent)
      if (p_.number(at + key, 0) != 0) p_.not_mapped(at + key, note);
    if (const double scale = p_.number(at + "out_scale", 1); scale != 1)
      p_.not_mapped(at + "out_scale", "products keep their scale");
    if (const std::string way = p_.word(at + "mv_type", "ONE_PASS"); way != "ONE_PASS")
      p_.not_mapped(at + "mv_type", "both signs of the inputs are driven in one read (input.encoding: analog)");
    for (const char* key : {"inp_sto_round", "out_sto_round"})
      if (p_.flag(at + key, false)) p_.not_mapped(at + key, "codes are the nearest");
    for (const char* key : {"noise_management", "bound_management"})
      if (const std::string kind = p_.word(at + key, "NONE"); kind != "NONE")
        p_.stands_in(at + key, "one scale for each tensor",
                     "scales follow each vector there; here they come from the calibration samples");
  }

  void dac(const std::string& at) {
    const double resolution = p_.number(at + "inp_res", 1.0 / 126, -1e9, 1e9);
    lines_.set("input.encoding", "analog");
    const int bits = resolution > 0 ? bits_of(resolution) : 12;
    if (bits < 2 || bits > 12) return p_.problem(at + "inp_res", "means no 2 to 12 bits", "give 1/(2^bits - 2)");
    lines_.set("input.bits", std::to_string(bits));
    const std::string ours = fmt::format("input: analog, {} bits", bits);
    if (resolution > 0 && same_steps(resolution, bits))
      p_.mapped(at + "inp_res", ours, "of inputs of both signs; others have one step more of twice as many here");
    else if (resolution > 0)
      p_.stands_in(at + "inp_res", ours, steps_note(resolution, bits));
    else
      p_.stands_in(at + "inp_res", "input.bits: 12", "inputs are not quantized there");
    const double bound = p_.number(at + "inp_bound", 1, -1e9, 1e9);
    if (bound == 1)
      p_.mapped(at + "inp_bound", "the largest input is input.v_read");
    else
      p_.stands_in(at + "inp_bound", "the largest input is input.v_read",
                   fmt::format("inputs end at {:g} of the scale there, at 1 here", bound));
  }

  void adc(const std::string& at) {
    const double resolution = p_.number(at + "out_res", 1.0 / 510, -1e9, 1e9),
                 bound = p_.number(at + "out_bound", 12, 0, 1e9);
    if (resolution <= 0 || bound <= 0) {
      lines_.set("adc", "ideal");
      p_.mapped(at + "out_res", "adc: ideal");
      if (p_.number(at + "out_noise", 0.06, 0) > 0) p_.not_mapped(at + "out_noise", "an ideal converter has no noise");
      return;
    }
    const int bits = bits_of(resolution);
    if (bits < 2 || bits > 16) return p_.problem(at + "out_res", "means no 2 to 16 bits", "give 1/(2^bits - 2)");
    const std::string current =
        rounded_quantity(bound * read_voltage_V * (g_max_uS_ - g_min_uS_) * micro, Unit::ampere);
    lines_.set("adc.type", "sar"), lines_.set("adc.bits", std::to_string(bits));
    lines_.set("adc.codes", "symmetric");
    lines_.set("adc.range", "{type: fixed, current: " + current + "}");
    p_.stands_in(at + "out_res", fmt::format("adc: sar, {} bits", bits),
                 (same_steps(resolution, bits) ? "rounding alone" : steps_note(resolution, bits)) +
                     std::string("; costs are those of a SAR"));
    p_.mapped(at + "out_bound", "adc.range: fixed, " + current, "at a read voltage of 0.2 V, which sums scale with");
    if (const double noise = p_.number(at + "out_noise", 0.06, 0, 1e9); noise > 0) {
      const double lsb = noise / bound * ((1 << (bits - 1)) - 1);
      lines_.set("adc.errors.noise", fmt::format("{:.17g}", lsb));
      p_.mapped(at + "out_noise", fmt::format("adc.errors.noise: {:.4g} LSB", lsb));
    }
  }

  void ir_drop(const std::string& at) {
    const double scale = p_.number(at + "ir_drop", 0, 0, 1e6);
    if (scale == 0) {
      lines_.set("wires.mode", "ideal");
      return;
    }
    const double ratio = p_.number(at + "ir_drop_g_ratio", 1 / 0.35 / 5e-6, 1e-9, 1e18);
    const std::string ohms = rounded_quantity(scale / (ratio * g_max_uS_ * micro), Unit::ohm);
    lines_.set("wires.mode", "exact"), lines_.set("wires.row", "0 ohm"), lines_.set("wires.column", ohms);
    p_.stands_in(at + "ir_drop", "wires.column: " + ohms,
                 "an approximation along the outputs there; exact at every node here");
    p_.mapped(at + "ir_drop_g_ratio", "in wires.column");
  }

  ForeignParameters p_;
  ConfigLines lines_;
  double g_max_uS_ = 25, g_min_uS_ = 0;
};

}  // namespace

ForeignConfig aihwkit_config(const std::filesystem::path& json) { return Aihwkit(json).config(); }

}  // namespace bitline::arch
