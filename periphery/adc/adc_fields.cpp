// SPDX-License-Identifier: Apache-2.0
// The configuration keys of the converters.
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "periphery/adc/adc.h"

namespace bitline::periphery {

void fields(Visitor&, FullScaleRange&) {}
void fields(Visitor& v, FixedRange& c) {
  v(c.current_A,
    {.key = "current", .meaning = "full-scale current", .unit = Unit::ampere, .positive = true, .required = true});
}
void fields(Visitor& v, CalibratedRange& c) {
  v(c.coverage,
    {.key = "coverage",
     .meaning = "share of the |currents| of the calibration inputs that the full scale covers; 1 = the largest",
     .unit = Unit::fraction,
     .max = 1,
     .positive = true,
     .source = "assumption: clips one current in ten thousand"});
}
void fields(Visitor&, LeastErrorRange&) {}
void fields(Visitor& v, ChargeRange& c) {
  v(c.charge_C, {.key = "charge",
                 .meaning = "charge that fills the integrating capacitor; full scale = charge / time",
                 .unit = Unit::coulomb,
                 .positive = true,
                 .required = true});
  v(c.time_s, {.key = "time", .meaning = "integration time", .unit = Unit::second, .positive = true, .required = true});
}

void fields(Visitor& v, AdcErrors& c) {
  v(c.offset_sigma_lsb, {.key = "offset",
                         .meaning = "standard deviation of the converters' offsets, in LSB; drawn once per converter",
                         .min = 0});
  v(c.gain_sigma, {.key = "gain",
                   .meaning = "standard deviation of the converters' relative gain errors; drawn once per converter",
                   .unit = Unit::fraction,
                   .min = 0});
  v(c.noise_lsb, {.key = "noise", .meaning = "input-referred rms noise, in LSB; drawn at every conversion", .min = 0});
  v(c.inl_lsb,
    {.key = "inl",
     .meaning = "integral nonlinearity: how much higher than ideal the thresholds lie, in LSB, at equally spaced "
                "points from the lowest to the highest code, interpolated; the same for all converters"});
}

void fields(Visitor& v, AdcCost& c) {
  v(c.model, {.key = "model",
              .meaning = "where energy and area come from unless given: survey, published 8-bit converters of this "
                         "node times what circuits of this kind and resolution take over an 8-bit SAR; circuit, its "
                         "capacitors and gates; regression, published converters of this resolution (from 4 bits), "
                         "all kinds alike; population, the median published converter of this kind, resolution, rate "
                         "and node; or auto, population where published converters reach that far, else circuit"});
  v(c.kind, {.key = "kind",
             .meaning = "with model: population or auto: the kind of published converters that this one is priced as",
             .absent = "type"});
  v(c.effective_bits, {.key = "effective_bits",
                       .meaning = "with model: population or auto: effective bits, (SNDR - 1.76 dB) / 6.02 dB; unset: "
                                  "bits - log2(1 + 12 noise^2) / 2, of rounding and errors.noise alone",
                       .max = 20,
                       .positive = true,
                       .absent = "computed"});
  v(c.overhead, {.key = "overhead",
                 .meaning = "factor on modelled energy, area and leakage for what stands beside a bare converter: "
                            "reference, buffer, clock, calibration; 1 = not counted",
                 .min = 1,
                 .max = 1000});
  fields(v, c.given);
}

namespace {

void common_fields(Visitor& v, AdcCommon& c, int max_bits) {
  v(c.bits, {.key = "bits", .meaning = "resolution", .min = 1, .max = static_cast<double>(max_bits)});
  v(c.range, {.key = "range", .meaning = "where the full scale comes from"});
  v(c.codes, {.key = "codes",
              .meaning = "codes of signed currents: twos-complement from -2^(bits-1), symmetric from -2^(bits-1) + 1; "
                         "both up to 2^(bits-1) - 1"});
  v(c.shared_by, {.key = "shared_by", .meaning = "columns that take turns at one converter", .min = 1, .max = 65536});
  v(c.clamp_A, {.key = "clamp",
                .meaning = "the magnitude of a column's current saturates here before the converter",
                .unit = Unit::ampere,
                .positive = true,
                .absent = "none"});
  v(c.errors, {.key = "errors", .meaning = "imperfections of the converters"});
  v(c.cost, {.key = "cost", .meaning = "published or measured figures of one converter"});
}

constexpr int max_bits = 16;
constexpr int flash_max_bits = 10;  // 1023 comparators; each may have an offset of its own

}  // namespace

void fields(Visitor&, IdealAdc&) {}

void fields(Visitor& v, SarAdc& c) {
  common_fields(v, c.common, max_bits);
  // Below 0.15 no capacitor of a draw (|z| < 6.5) can come out negative.
  v(c.capacitor_mismatch, {.key = "capacitor_mismatch",
                           .meaning = "relative standard deviation of one unit capacitor of the DAC; bit k has 2^k of "
                                      "them, so it errs by sigma / sqrt(2^k) "
                                      "(unit-capacitor model: Saberi 2011, doi:10.1109/TCSI.2011.2107214)",
                           .unit = Unit::fraction,
                           .min = 0,
                           .max = 0.15});
}

void fields(Visitor& v, FlashAdc& c) {
  common_fields(v, c.common, flash_max_bits);
  v(c.comparator_offset_lsb,
    {.key = "comparator_offset",
     .meaning = "standard deviation of each comparator's own offset, in LSB; drawn once per comparator",
     .min = 0});
  v(c.thresholds_lsb,
    {.key = "thresholds",
     .meaning = "measured thresholds in LSB, 2^bits - 1 of them, ascending, the first between the two lowest codes "
                "(-2^(bits-1) and the next when signed, 0 and 1 when not); empty = ideal"});
}

void fields(Visitor& v, RampAdc& c) {
  common_fields(v, c.common, max_bits);
  v(c.clock_Hz, {.key = "clock",
                 .meaning = "clock of the ramp's counter; one conversion takes 2^bits ticks",
                 .unit = Unit::hertz,
                 .positive = true,
                 .source = "assumption"});
}

const AdcCommon* common(const Adc& adc) {
  return std::visit(
      [](const auto& kind) -> const AdcCommon* {
        if constexpr (requires { kind.common; }) {
          return &kind.common;
        } else {
          return nullptr;
        }
      },
      adc);
}

std::optional<double> given_full_scale_A(const AdcRange& range) {
  if (const auto* fixed = std::get_if<FixedRange>(&range)) return fixed->current_A;
  if (const auto* charge = std::get_if<ChargeRange>(&range)) return charge->charge_C / charge->time_s;
  return std::nullopt;
}

std::vector<Diagnostic> problems(const Adc& adc) {
  std::vector<Diagnostic> found;
  const auto* flash = std::get_if<FlashAdc>(&adc);
  if (!flash || flash->thresholds_lsb.empty() || flash->common.bits < 1 || flash->common.bits > max_bits) return found;
  const auto report = [&](std::string message, const char* remedy) {
    Diagnostic& wrong = found.emplace_back();
    wrong.path = "adc.thresholds";
    wrong.message = std::move(message);
    wrong.remedy = remedy;
  };
  const std::vector<double>& t = flash->thresholds_lsb;
  const std::size_t wanted = (std::size_t{1} << flash->common.bits) - 1;
  if (t.size() != wanted) {
    report(fmt::format("has {} thresholds; {} bits have {}", t.size(), flash->common.bits, wanted),
           "give one threshold between each two neighbouring codes");
  }
  const auto step = std::adjacent_find(t.begin(), t.end(), [](double a, double b) { return !(a <= b); });
  if (step != t.end()) {
    const auto i = step - t.begin();
    report(fmt::format("threshold {} is {} and threshold {} is {}: not ascending", i + 1, t[i], i + 2, t[i + 1]),
           "sort them, lowest first");
  }
  return found;
}

}  // namespace bitline::periphery
