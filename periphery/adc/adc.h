// SPDX-License-Identifier: Apache-2.0
// Analog-to-digital converters at the foot of the columns: behaviour and unit cost. A closed list; a new kind is one
// struct here and one file pair.
//
// A b-bit converter of full scale FS has LSB = FS / (2^(b-1) - 1) for signed and FS / (2^b - 1) for unsigned currents;
// the code is the nearest integer to I / LSB, half to even, clipped to -2^(b-1)..2^(b-1)-1 (`symmetric` drops the
// lowest) or 0..2^b-1. Imperfections act on I or on the thresholds before that.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/schema.h"
#include "periphery/adc/adc_population.h"
#include "periphery/technology/technology.h"
#include "periphery/unit_cost.h"

namespace bitline::periphery {

// --- the input range ------------------------------------------------------------------------------------------------
struct FullScaleRange {
  static constexpr const char* type = "full-scale";
  static constexpr const char* about = "the largest current the driven rows can give";
};
struct FixedRange {
  static constexpr const char* type = "fixed";
  static constexpr const char* about = "a given current";
  double current_A = 0;
};
// From the ideal array on calibration inputs: the `coverage` quantile of |I| (1 = largest seen).
struct CalibratedRange {
  static constexpr const char* type = "calibrated";
  static constexpr const char* about = "from the currents of calibration inputs";
  double coverage = 0.9999;
};
// From the currents of calibration inputs, too: the full scale whose codes have the least squared error, each current
// counted as it enters the product.
struct LeastErrorRange {
  static constexpr const char* type = "mean-square-error";
  static constexpr const char* about =
      "from the currents of calibration inputs: clipping and rounding together deviate least";
};
// Integrating converter with a capacitor: full scale = charge / time.
struct ChargeRange {
  static constexpr const char* type = "charge";
  static constexpr const char* about = "full-scale charge over integration time";
  double charge_C = 0, time_s = 0;
};
using AdcRange = std::variant<FullScaleRange, FixedRange, CalibratedRange, ChargeRange, LeastErrorRange>;
// The full scale that the range itself says (fixed, charge); nullopt where it follows from the array.
std::optional<double> given_full_scale_A(const AdcRange&);

enum class AdcCodes { twos_complement, symmetric };
inline constexpr std::string_view adc_codes_names[] = {"twos-complement", "symmetric"};
constexpr std::span<const std::string_view> names_of(AdcCodes) { return adc_codes_names; }

enum class AdcCostModel { survey, circuit, regression, population, automatic };
inline constexpr std::string_view adc_cost_names[] = {"survey", "circuit", "regression", "population", "auto"};
constexpr std::span<const std::string_view> names_of(AdcCostModel) { return adc_cost_names; }

// What one conversion and one converter cost: published figures, and a model for what they leave out.
struct AdcCost {
  AdcCostModel model = AdcCostModel::survey;
  std::optional<AdcPopulationKind> kind{};  // whose population; unset: that of this converter's type
  std::optional<double> effective_bits{};   // unset: the bits, less what errors.noise takes
  double overhead = 1;                      // times modelled energy, area and leakage: what stands beside a core
  GivenCost given{};
};

// Imperfections common to all kinds. Each converter draws its own at manufacture.
struct AdcErrors {
  double offset_sigma_lsb = 0;  // static, per converter
  double gain_sigma = 0;        // static, relative, per converter
  double noise_lsb = 0;         // rms, each conversion
  // How much higher than ideal the thresholds lie, at equally spaced points from the lowest to the highest code,
  // interpolated; the same for every converter.
  std::vector<double> inl_lsb{};
};

struct AdcCommon {
  int bits = 8;
  AdcRange range = CalibratedRange{};
  AdcCodes codes = AdcCodes::twos_complement;
  int shared_by = 1;                // columns that take turns at one converter
  std::optional<double> clamp_A{};  // column current saturates here before the converter
  AdcErrors errors{};
  AdcCost cost{};
};

struct IdealAdc {  // returns the real value, unrounded
  static constexpr const char* type = "ideal";
  static constexpr const char* about = "no quantization: the current itself";
};
struct SarAdc {  // binary search: bits steps
  static constexpr const char* type = "sar";
  static constexpr const char* about = "successive approximation, one step per bit";
  AdcCommon common{};
  double capacitor_mismatch = 0;  // relative sigma of a unit capacitor: bit k's capacitor errs by sigma / sqrt(2^k)
};
struct FlashAdc {  // 2^bits - 1 comparators at once
  static constexpr const char* type = "flash";
  static constexpr const char* about = "one comparator per threshold";
  AdcCommon common{};
  double comparator_offset_lsb = 0;  // sigma of each comparator's own offset
  // Measured thresholds in LSB, 2^bits - 1 ascending, the first between the two lowest codes (-2^(bits-1) and the next
  // when signed, 0 and 1 when not); empty = ideal.
  std::vector<double> thresholds_lsb{};
};
struct RampAdc {  // counts clock ticks of a ramp or of an integrating capacitor: 2^bits ticks
  static constexpr const char* type = "ramp";
  static constexpr const char* about = "integrating or ramp: counts up to 2^bits clock ticks";
  AdcCommon common{};
  double clock_Hz = 1e8;
};
using Adc = std::variant<IdealAdc, SarAdc, FlashAdc, RampAdc>;
void fields(Visitor&, IdealAdc&);
void fields(Visitor&, SarAdc&);
void fields(Visitor&, FlashAdc&);
void fields(Visitor&, RampAdc&);

// nullptr for the ideal one.
const AdcCommon* common(const Adc&);

// What no single field shows: a table of thresholds of the wrong length or out of order. Paths start with "adc.".
std::vector<Diagnostic> problems(const Adc&);

// --- behaviour ------------------------------------------------------------------------------------------------------
// The codes of a converter, in units the caller chooses for currents (amperes, or lattice steps times volts).
struct AdcScale {
  double lsb = 1;
  int lowest = 0, highest = 255;
  double clamp =
      std::numeric_limits<double>::infinity();  // |I| saturates here before the converter (AdcCommon::clamp_A)
};
// A full scale of 0 (no current at all) gives lsb = 0: every code is 0. Throws ConfigError for bits outside 1..16 and
// for one signed bit (its LSB would be FS / 0), InputError for a full scale that is negative or not finite.
AdcScale adc_scale(int bits, double full_scale, bool is_signed, AdcCodes codes);

// The static imperfections of `count` converters of one array of one chip. Order: the current saturates, gain error,
// offset, noise, thresholds. Const members are safe to call from many threads.
class AdcBank {
 public:
  // Draws come from `random` with place = array, step = converter. Throws ConfigError with problems(adc).
  AdcBank(const Adc& adc, bool is_signed, int array, int count, const Random& random);

  // Converts one value per column: in: current / unit of `scale`; out: code * lsb (for the ideal ADC: the value
  // itself). `converter(c) = (first + c) / shared_by`. `noise`: one standard normal per column, or empty when noise_lsb
  // is 0. Returns how many values were clipped: those whose code, were there no end of the range, lies outside it. NaN
  // stays NaN.
  std::size_t convert(const AdcScale& scale, int first, std::span<double> values, std::span<const float> noise) const;

  bool ideal() const { return ideal_; }
  // Whether all converters round alike, to the nearest code, without noise.
  bool uniform() const {
    return !ideal_ && gain_.empty() && noise_lsb_ == 0 && thresholds_lsb_.empty() && capacitors_lsb_.empty();
  }

 private:
  std::size_t convert_by_thresholds(const AdcScale& scale, int first, std::span<double> values) const;
  std::size_t convert_by_search(const AdcScale& scale, int first, std::span<double> values) const;

  bool ideal_ = false;
  int bits_ = 8;
  int base_ = 0;  // the code below all thresholds: -2^(bits-1) signed, 0 unsigned
  int count_ = 0;
  int shared_by_ = 1;
  double noise_lsb_ = 0;
  std::vector<double> gain_, offset_lsb_;  // per column, so that the loop over columns vectorises; empty = no error
  std::vector<double> thresholds_lsb_;     // ascending; one table for all converters or one each; empty = uniform
  bool table_each_ = false;
  std::vector<double> capacitors_lsb_;  // SAR with mismatch: DAC weights, [bit][column]
  std::vector<double> inl_lsb_;         // and the shift of each threshold, or empty
};

// --- cost -----------------------------------------------------------------------------------------------------------
// The regression over published ADCs as published: Andrulis, Emer, Sze 2024, arXiv:2404.06553 (adc_survey.cpp). An
// optimistic design (20th percentile in energy, 10th in area), whatever its kind. time_s = 1 / rate, leakage_W = 0 (it
// has none). Throws ConfigError for fewer than 4 or more than 20 bits, and for a node or rate that is not positive.
// Above adc_survey_max_rate_Hz it extrapolates.
UnitCost adc_survey_regression(double bits, double node_m, double rate_Hz);
inline constexpr double adc_survey_least_bits = 4, adc_survey_most_bits = 20, adc_survey_max_rate_Hz = 1e10;

// From transistors and capacitors (adc_circuit.cpp). `converters` share the counter and the ramp of a ramp converter.
UnitCost adc_circuit(const Adc&, const Technology&, int converters);

// One conversion of one converter by a model, whatever figures are given (adc_cost.cpp):
//   survey      the regression's 8-bit SAR converter of this node (at clock / 9, or the rate of a given time), times
//   what
//               the circuit of this kind and resolution takes over that of an 8-bit SAR converter
//   circuit     adc_circuit
//   regression  the regression at this converter's own resolution and rate; it knows no kinds
//   population  the median published converter of this kind, with its own spread (adc_population.h)
//   auto        what adc_model_choice() says
// All times adc.cost.overhead.
// Spreads reach at least as far as the other of survey and circuit where both can tell. Throws ConfigError where
// `adc_model_applies` is false: below 4 bits (regression); without transistors (circuit; survey of all but 8-bit SAR);
// without a population of this kind.
UnitCost adc_model_cost(AdcCostModel, const Adc&, const Technology&, int converters);
bool adc_model_applies(AdcCostModel, const Adc&, const Technology&);

// Bits of an ideal converter with as much noise as this one's rounding and errors.noise together, unless given.
double effective_bits(const AdcCommon&);

// The model that prices a converter, and why: as configured, or by what the design states (auto): population where
// published converters of the kind reach that far, else circuit, else the population extrapolated, else regression.
struct AdcModelChoice {
  AdcCostModel model = AdcCostModel::survey;
  std::string because;
};
AdcModelChoice adc_model_choice(const Adc&, const Technology&);
// What of a converter that is priced by a population lies outside of what was published; empty: nothing.
std::string outside_of_population(const Adc&, const Technology&);
// In words, with what is given: "adc.cost.energy is given; the rest by survey: adc.cost.model says so".
std::string adc_price_because(const Adc&, const Technology&);

// One conversion of one converter; the ideal ADC costs nothing. Configured figures win, the chosen model gives the
// rest. Time: SAR one clock to sample and one per bit, flash one, ramp 2^bits of its own.
UnitCost unit_cost(const Adc&, const Technology&, int converters);

}  // namespace bitline::periphery
