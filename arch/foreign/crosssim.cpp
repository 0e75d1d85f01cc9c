// SPDX-License-Identifier: Apache-2.0
// CrossSim 3. Meanings of its parameters: their documentation in simulator/parameters of
// github.com/sandialabs/cross-sim (core_parameters.py, xbar_parameters.py). Currents there are in units of what one
// device at Rmin draws at Vread.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "arch/foreign/parameters.h"

namespace bitline::arch {
namespace {

constexpr int most_weight_bits = 8;     // of ours, and where nothing is quantized there
constexpr int input_bits_in_place = 8;  // likewise

constexpr const char *simulation = "of the simulation alone",
                     *other_side = "of products from the other side, which are not computed",
                     *pieces = "pieces are cut as large as the array", *other_style = "of another core.style",
                     *no_law = "of a law that is off", *no_wires = "of wires that are off";
constexpr ForeignParameters::Idle idle[] = {{"simulation", simulation},
                                            {"core.output_dtype", simulation},
                                            {"core.mapping.inputs.vmm", other_side},
                                            {"core.mapping.inputs._match", other_side},
                                            {"xbar.dac.vmm", other_side},
                                            {"xbar.dac._match", other_side},
                                            {"xbar.adc.vmm", other_side},
                                            {"xbar.adc._match", other_side},
                                            {"core.mapping.weights.row_partition_priority", pieces},
                                            {"core.mapping.weights.col_partition_priority", pieces},
                                            {"core.mapping.weights.clipping", "weights end at their scale in both"},
                                            {"core.balanced.style", other_style},
                                            {"core.balanced.interleaved_posneg", other_style},
                                            {"core.balanced.subtract_current_in_xbar", other_style},
                                            {"core.bit_sliced.style", other_style},
                                            {"core.bit_sliced.num_slices", other_style},
                                            {"core.offset.style", other_style},
                                            {"xbar.device.read_noise.model", no_law},
                                            {"xbar.device.read_noise.magnitude", no_law},
                                            {"xbar.device.programming_error.model", no_law},
                                            {"xbar.device.programming_error.magnitude", no_law},
                                            {"xbar.device.drift_error.model", no_law},
                                            {"xbar.device.drift_error.magnitude", no_law},
                                            {"xbar.device.nonlinear_IV.model", no_law},
                                            {"xbar.device.Rmax", "the ratio is infinite"},
                                            {"xbar.array.parasitics.Rp_row", no_wires},
                                            {"xbar.array.parasitics.Rp_col", no_wires},
                                            {"xbar.array.parasitics.Rp_row_terminal", no_wires},
                                            {"xbar.array.parasitics.Rp_col_terminal", no_wires}};

class CrossSim {
 public:
  explicit CrossSim(const std::filesystem::path& json) : p_(json) {}

  ForeignConfig config() {
    if (!p_.has("core") || !p_.has("xbar"))
      p_.problem("", "holds no 'core' and 'xbar'", "write all parameters: json.dump(params.as_dict(), file)");
    cells();
    array();
    device();
    errors();
    inputs();
    converter();
    for (const char* key : {"core.complex_matrix", "core.complex_input"})
      if (p_.flag(key, false)) p_.not_mapped(key, "numbers are real here");
    input_limits();
    ForeignConfig out;
    out.rows = p_.finish(idle);
    out.yaml = lines_.yaml();
    return out;
  }

 private:
  std::string siemens(double g_S) const { return rounded_quantity(g_S, Unit::siemens); }

  // --- core ---------------------------------------------------------------------------------------------------------

  // Two devices for each weight (of a slice), or one and an offset.
  void balanced(const std::string& style_path, int slices) {
    const bool one_column = p_.flag("core.balanced.interleaved_posneg", false),
               analog = p_.flag("core.balanced.subtract_current_in_xbar", true),
               two_sided = p_.whole("core.balanced.style", 1, 1, 2) == 2;
    const std::string type = one_column ? "2t2r" : "1t1r-differential";
    lines_.set("cell.type", type);
    columns_per_weight_ = one_column ? 1 : 2;
    if (slices > 1) lines_.set("cell.slices", std::to_string(slices));
    lines_.set("cell.pair", two_sided ? "two-sided" : "one-sided");
    p_.mapped(style_path, "cell.type: " + type);
    p_.mapped("core.balanced.interleaved_posneg", "cell.type: " + type,
              one_column ? "" : "the devices of a pair lie on neighbouring columns here, in two arrays there");
    p_.mapped("core.balanced.style", fmt::format("cell.pair: {}", two_sided ? "two-sided" : "one-sided"));
    if (!one_column) {
      lines_.set("cell.subtract", analog ? "analog" : "digital");
      p_.mapped("core.balanced.subtract_current_in_xbar",
                fmt::format("cell.subtract: {}", analog ? "analog" : "digital"));
    }
  }
  void offset(const std::string& style_path, int slices) {
    lines_.set("cell.type", "1t1r-offset");
    if (slices > 1) lines_.set("cell.slices", std::to_string(slices));
    columns_per_weight_ = 1;
    p_.mapped(style_path, "cell.type: 1t1r-offset");
    p_.stands_in("core.offset.style", "a reference column",
                 p_.whole("core.offset.style", 1, 1, 2) == 1
                     ? "the offset is exact there; here a column of devices gives it, subtracted before conversion"
                     : "the unit column is converted apart there; here it is subtracted before conversion");
  }

  void cells() {
    const int style = p_.whole("core.style", 1, 1, 3);
    slices_ = style == 2 ? p_.whole("core.bit_sliced.num_slices", 2, 1, 16) : 1;
    const bool by_offset = style == 3 || (style == 2 && p_.whole("core.bit_sliced.style", 1, 1, 3) == 3);
    if (style == 2) {
      p_.mapped("core.bit_sliced.num_slices", fmt::format("cell.slices: {}", slices_),
                "slices lie on neighbouring columns here, in arrays of their own there");
      p_.mapped("core.style", fmt::format("cell.slices: {}", slices_));
    }
    const std::string path = style == 2 ? "core.bit_sliced.style" : "core.style";
    by_offset ? offset(path, slices_) : balanced(path, slices_);
    const int asked = p_.whole("core.weight_bits", 0, 0, 64);
    const int bits = asked > 0 && asked < most_weight_bits ? asked : most_weight_bits;
    lines_.set("quantization.weight_bits", std::to_string(bits));
    const std::string ours = fmt::format("quantization.weight_bits: {}", bits);
    if (bits == asked)
      p_.mapped("core.weight_bits", ours);
    else
      p_.stands_in(
          "core.weight_bits", ours,
          asked ? "more bits than weights have here" : "weights are not quantized there; here they always are");
    const double percentile = p_.number("core.mapping.weights.percentile", 1, 0);
    if (percentile > 0 && percentile < 1) {
      lines_.set("quantization.clip_percentile", fmt::format("{:.17g}", percentile));
      p_.mapped("core.mapping.weights.percentile", fmt::format("quantization.clip_percentile: {:g}", percentile));
    } else if (percentile > 1) {
      p_.not_mapped("core.mapping.weights.percentile", "scales are at most the largest weight here");
    }
    cell_bits(bits, by_offset);
  }

  void cell_bits(int weight_bits, bool by_offset) {
    const int there = p_.whole("xbar.device.cell_bits", 0, 0, 16);
    const int digits = by_offset ? weight_bits : std::max(1, weight_bits - 1);  // a pair holds the sign
    const int here = (digits + slices_ - 1) / slices_;
    const std::string ours = fmt::format("{} bits, from weight bits and slices", here);
    if (there == here)
      p_.mapped("xbar.device.cell_bits", ours);
    else
      p_.stands_in(
          "xbar.device.cell_bits", ours,
          there == 0 ? "conductances are continuous there" : "levels of a device follow from the weights here");
  }

  void array() {
    const auto size = [&](const char* key, const char* ours, int times) {
      const std::string path = std::string("core.") + key;
      const int most = p_.whole(path, 1024, 0, 1 << 16);
      if (most == 0)
        return p_.stands_in(path, std::string(ours) + " of the base",
                            "an array is as large as its matrix there: set it to that");
      lines_.set(ours, std::to_string(most * times));
      p_.mapped(path, fmt::format("{}: {}", ours, most * times),
                times > 1 ? fmt::format("{} columns for each weight", times) : "");
    };
    size("rows_max", "array.rows", 1);
    size("cols_max", "array.columns", columns_per_weight_ * slices_);
    for (const char* key : {"row_partition_strategy", "col_partition_strategy"}) {
      const std::string path = std::string("core.mapping.weights.") + key;
      if (p_.has(path)) p_.not_mapped(path, "blocks are cut as large as the array (mapping.min_piece_rows)");
    }
    wires();
  }

  void wires() {
    const std::string at = "xbar.array.parasitics.";
    const bool gated = !p_.flag(at + "current_from_input", !p_.flag(at + "gate_input", false));
    const std::string told = p_.has(at + "gate_input") ? at + "gate_input" : at + "current_from_input";
    lines_.set("array.topology", gated ? "gated-ladder" : "voltage-rows");
    p_.mapped(told, fmt::format("array.topology: {}", gated ? "gated-ladder" : "voltage-rows"),
              gated ? "supply lines run beside the bit lines" : "");
    if (!p_.flag(at + "enable", false)) {
      p_.without_effect(at + "enable", "wires are ideal");
      lines_.set("wires.mode", "ideal");
      return;
    }
    p_.mapped(at + "enable", "wires.mode: exact");
    lines_.set("wires.mode", "exact");
    const auto ohms = [&](const char* theirs, const char* ours, const char* note = "") {
      const double r = p_.number(at + theirs, 0, 0);
      lines_.set(ours, rounded_quantity(r, Unit::ohm));
      p_.mapped(at + theirs, fmt::format("{}: {}", ours, rounded_quantity(r, Unit::ohm)), note);
    };
    ohms("Rp_row", "wires.row"), ohms("Rp_col", "wires.column");
    ohms("Rp_row_terminal", "wires.driver"), ohms("Rp_col_terminal", "wires.sense");
  }

  // --- device -------------------------------------------------------------------------------------------------------

  void device() {
    const double smallest = 1e-3, largest = 1e15;
    const double r_min = p_.number("xbar.device.Rmin", 1000, smallest, largest),
                 r_max = p_.number("xbar.device.Rmax", 10000, smallest, largest);
    if (r_max < r_min) p_.problem("xbar.device.Rmax", "is below Rmin", "exchange them");
    const bool infinite = p_.flag("xbar.device.infinite_on_off_ratio", false);
    g_max_S_ = 1 / r_min;
    const double g_min_S = infinite ? 0 : 1 / r_max;
    lines_.set("device.g_min", siemens(g_min_S)), lines_.set("device.g_max", siemens(g_max_S_));
    p_.mapped("xbar.device.Rmin", "device.g_max: " + siemens(g_max_S_));
    p_.mapped(infinite ? "xbar.device.infinite_on_off_ratio" : "xbar.device.Rmax", "device.g_min: " + siemens(g_min_S));
    v_read_V_ = p_.number("xbar.device.Vread", 0.1, 1e-6, 100);
    lines_.set("input.v_read", rounded_quantity(v_read_V_, Unit::volt));
    const std::string ours = "input.v_read: " + rounded_quantity(v_read_V_, Unit::volt);
    if (p_.has("xbar.device.Vread"))
      p_.mapped("xbar.device.Vread", ours);
    else
      p_.stands_in("xbar.device.Vread", ours, "not among the parameters of this version; currents scale with it");
  }

  // The generic models: normal, of one size (of Gmax) or in proportion to the conductance.
  void errors() {
    const std::string at = "xbar.device.";
    const auto model = [&](const std::string& error) {
      return p_.flag(at + error + ".enable", false) ? p_.word(at + error + ".model", "IdealDevice") : "IdealDevice";
    };
    const auto magnitude = [&](const std::string& error) { return p_.number(at + error + ".magnitude", 0, 0, 10); };
    lines_.set("device.write", "exact");
    const std::string written = model("programming_error"), error = at + "programming_error.model";
    const double size = magnitude("programming_error");
    if (written == "NormalIndependentDevice" || written == "NormalProportionalDevice") {
      const std::string sigma = siemens(size * g_max_S_);
      const std::string list = written == "NormalIndependentDevice" ? "[" + sigma + "]" : "[0 S, " + sigma + "]";
      lines_.set("device.write", "{type: gaussian, sigma: " + list + "}");
      p_.mapped(error, "device.write: gaussian, sigma " + list);
    } else if (written != "IdealDevice") {
      p_.not_mapped(error, "no such law here: writing is exact (device.write; bitline fit --readback makes one)");
    }
    const std::string read = model("read_noise"), noise = at + "read_noise.model";
    const double read_size = magnitude("read_noise");
    if (read == "NormalIndependentDevice" || read == "NormalProportionalDevice") {
      const bool same = read == "NormalIndependentDevice";
      const std::string key = same ? "device.read_noise.sigma" : "device.read_noise.relative",
                        value = same ? siemens(read_size * g_max_S_) : fmt::format("{:.17g}", read_size);
      lines_.set(key, value);
      p_.mapped(noise, key + ": " + value);
    } else if (read != "IdealDevice") {
      p_.not_mapped(noise, "no such law here: reads have no noise (device.read_noise)");
    }
    if (model("drift_error") != "IdealDevice")
      p_.not_mapped(
          at + "drift_error.model",
          "devices keep what was written (device.drift; devices 'pcm' and 'rram-neurram' have measured laws)");
    if (model("nonlinear_IV") != "IdealDevice")
      p_.not_mapped(at + "nonlinear_IV.model",
                    "devices are linear (device.iv: {type: sinh} is the curve there is here)");
    if (const double days = p_.number(at + "time", 0, 0, 1e6); days > 0)
      p_.not_mapped(at + "time", "without drift nothing ages (age)");
  }

  // Inputs are scaled to limits there, which the calibration samples give here.
  void input_limits() {
    const std::string at = "core.mapping.inputs.mvm.";
    for (const char* key : {"clipping", "min", "max", "percentile"})
      if (p_.has(at + key) && p_.word(at + key, "false") != "false")
        p_.stands_in(at + key, "quantization.activation_range of the base",
                     "the range of inputs is measured on calibration samples here");
  }

  // --- periphery ----------------------------------------------------------------------------------------------------

  void inputs() {
    const std::string at = "xbar.dac.mvm.";
    constexpr int most = 12;
    const int asked = p_.whole(at + "bits", 0, 0, 64), bits = std::min(asked, most);
    const bool sliced = p_.flag(at + "input_bitslicing", false);
    const int slice = p_.whole(at + "slice_size", 1, 1, 15);
    const std::string encoding = sliced ? "bit-serial" : "analog";
    lines_.set("input.encoding", encoding);
    lines_.set("input.bits", std::to_string(bits ? bits : input_bits_in_place));
    if (bits == asked && bits > 0)
      p_.mapped(at + "bits", fmt::format("input.bits: {}", bits));
    else
      p_.stands_in(at + "bits", fmt::format("input.bits: {}", bits ? bits : input_bits_in_place),
                   bits ? "more bits than inputs have here" : "inputs are not quantized there; here they always are");
    p_.mapped(at + "input_bitslicing", "input.encoding: " + encoding);
    if (sliced && slice > 1) p_.stands_in(at + "slice_size", "input.encoding: bit-serial", "one bit at a time here");
    if (p_.has(at + "signed")) p_.mapped(at + "signed", "signs as the inputs have them");
    if (const std::string model = p_.word(at + "model", "IdealDAC"); p_.has(at + "model") && bits > 0)
      p_.stands_in(at + "model", "equal steps, as many of each sign",
                   model == "QuantizerDAC" || model == "SignMagnitudeDAC" ? "where their grid ends may differ by a step"
                                                                          : "no such driver here");
  }

  void converter() {
    const std::string at = "xbar.adc.mvm.";
    const std::string model = p_.word(at + "model", "IdealADC");
    const int bits = p_.whole(at + "bits", 0, 0, 16);
    if (model == "IdealADC" || bits == 0) {
      lines_.set("adc", "ideal");
      p_.mapped(at + "model", "adc: ideal");
      if (p_.number("xbar.array.Icol_max", 0, 0) > 0)
        p_.not_mapped("xbar.array.Icol_max", "clamps stand before converters (adc.clamp), and this one is ideal");
      return;
    }
    if (p_.has(at + "signed")) p_.mapped(at + "signed", "signs as the sums have them");
    const std::string type = model == "RampADC" ? "ramp" : "sar";
    lines_.set("adc.type", type), lines_.set("adc.bits", std::to_string(bits));
    p_.mapped(at + "bits", fmt::format("adc.bits: {}", bits));
    const bool plain = model == "QuantizerADC" || model == "SignMagnitudeADC";
    if (model == "SarADC" || model == "RampADC")
      p_.mapped(at + "model", "adc.type: " + type);
    else
      p_.stands_in(
          at + "model", "adc.type: " + type,
          plain ? "rounding alone; costs are those of a SAR" : "no such converter here: its errors are missing");
    if (model == "SignMagnitudeADC") lines_.set("adc.codes", "symmetric");
    range(at, bits);
    converter_errors(at, model, plain);
    converter_use(at);
  }

  // What makes codes wrong.
  void converter_errors(const std::string& at, const std::string& model, bool plain) {
    if (const double mismatch = p_.number(at + "sigma_capacitor", 0, 0, 1); mismatch > 0 && model == "SarADC") {
      lines_.set("adc.capacitor_mismatch", fmt::format("{:.17g}", mismatch));
      p_.mapped(at + "sigma_capacitor", fmt::format("adc.capacitor_mismatch: {:g}", mismatch),
                p_.flag(at + "split_cdac", true) ? "of plain binary capacitors: a split array errs otherwise" : "");
    } else if (mismatch > 0) {
      p_.not_mapped(at + "sigma_capacitor", "ramps have no capacitor mismatch here (adc.errors.inl)");
    }
    if (p_.number(at + "sigma_comparator", 0, 0) > 0)
      p_.not_mapped(at + "sigma_comparator", "a share of the reference there; adc.errors.offset is in LSB");
    if (p_.has(at + "gain_db") && !plain) p_.not_mapped(at + "gain_db", "amplifiers are ideal here (adc.errors.gain)");
  }

  // How many share one, when it converts, and what stands before it.
  void converter_use(const std::string& at) {
    if (p_.has(at + "group_size")) {
      const int group = p_.whole(at + "group_size", 8, 1, 1 << 16);
      lines_.set("adc.shared_by", std::to_string(group));
      p_.mapped(at + "group_size", fmt::format("adc.shared_by: {}", group));
    }
    if (p_.flag(at + "stochastic_rounding", false)) p_.not_mapped(at + "stochastic_rounding", "codes are the nearest");
    if (!p_.flag(at + "adc_per_ibit", true) && p_.flag("xbar.dac.mvm.input_bitslicing", false))
      p_.not_mapped(at + "adc_per_ibit", "bits are added after conversion here, before it there");
    else
      p_.mapped(at + "adc_per_ibit", "each plane is converted");
    if (const double clip = p_.number("xbar.array.Icol_max", 0, 0); clip > 0) {
      const std::string current = rounded_quantity(clip * g_max_S_ * v_read_V_, Unit::ampere);
      lines_.set("adc.clamp", current);
      p_.mapped("xbar.array.Icol_max", "adc.clamp: " + current);
    }
  }

  // Limits are currents in units of one device's largest.
  void range(const std::string& at, int bits) {
    const int option = p_.whole(at + "adc_range_option", 1, 1, 3);
    const std::vector<double> limits = p_.numbers(at + "calibrated_range");
    if (option == 1 && limits.size() >= 2) {
      double largest = 0;
      for (const double limit : limits) largest = std::max(largest, std::abs(limit));
      // The signed code of the largest current is 2^(b-1) - 1 here.
      const std::string current = rounded_quantity(largest * g_max_S_ * v_read_V_, Unit::ampere);
      if (largest > 0) lines_.set("adc.range", "{type: fixed, current: " + current + "}");
      const bool symmetric = limits.size() == 2 && limits[0] == -limits[1];
      const std::string ours = "adc.range: fixed, " + current;
      if (symmetric)
        p_.mapped(at + "calibrated_range", ours);
      else
        p_.stands_in(at + "calibrated_range", ours,
                     limits.size() > 2 ? "one range for all slices here, the largest of theirs"
                                       : "ranges are symmetric here, so steps are wider");
      return;
    }
    if (option == 2) {
      lines_.set("adc.range", "{type: full-scale}");
      p_.mapped(at + "adc_range_option", "adc.range: full-scale");
      return;
    }
    p_.stands_in(at + "adc_range_option", "adc.range: calibrated",
                 option == 3
                     ? fmt::format("an LSB is one step of the weights there; {} bits over what inputs give here", bits)
                     : "no limits are given");
  }

  ForeignParameters p_;
  ConfigLines lines_;
  int slices_ = 1, columns_per_weight_ = 1;
  double g_max_S_ = 0, v_read_V_ = 0;
};

}  // namespace

ForeignConfig crosssim_config(const std::filesystem::path& json) { return CrossSim(json).config(); }

}  // namespace bitline::arch
