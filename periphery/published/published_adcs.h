// SPDX-License-Identifier: Apache-2.0
// Published converters (B. Murmann, "ADC Performance Survey", https://github.com/bmurmann/ADC-survey), and where our
// models of converters lie among them.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "periphery/technology/technology.h"

namespace bitline::periphery {

enum class AdcFamily { sar, flash, pipeline, sigma_delta, other };
inline constexpr std::array<std::string_view, 5> adc_family_names = {"SAR", "flash", "pipeline", "sigma-delta",
                                                                     "other"};

struct PublishedAdc {
  int year = 0;
  AdcFamily family = AdcFamily::other;
  std::string architecture;
  std::optional<double> node_m;      // unset: not plain CMOS
  double bits = 0;                   // (SNDR - 1.76 dB) / 6.02 dB
  double rate_Hz = 0, energy_J = 0;  // Nyquist samples, energy of one
};

// Columns year, architecture, technology_um, sndr_dB, nyquist_Hz, energy_pJ. Throws InputError.
std::vector<PublishedAdc> read_published_adcs(const std::filesystem::path& file);

// "SAR, TI" is SAR; "SAR, Pipe" is pipeline; whatever has a sigma-delta stage is sigma-delta.
AdcFamily adc_family(std::string_view architecture);

// Least energy of a published converter of this resolution: 0.267 pJ + 0.1446 aJ 4^bits, fitted to this survey; four of
// its 725 converters lie below.
inline double published_envelope_J(double bits) { return 0.267e-12 + 0.1446e-18 * std::pow(4.0, bits); }

// The share of published converters that take less energy than ours, equal ones half.
struct AdcPlace {
  std::size_t count = 0;  // compared
  double share = 0;       // 0 = ours takes the least
};
// Among those within half a bit and a factor of 1.6 of the node, of one family or of all.
AdcPlace place_among(std::span<const PublishedAdc>, double bits, double node_m, double energy_J,
                     std::optional<AdcFamily> family = {});

// One of our converters, alone (it shares nothing with others), at its own rate.
struct AdcComparison {
  std::string kind, technology;
  int bits = 0;
  double node_m = 0, rate_Hz = 0;
  double circuit_J = 0, survey_J = 0;  // one conversion by each model
  // No family holds ramp converters: none are compared.
  AdcPlace circuit, circuit_in_family, survey, survey_in_family;
};
// SAR, flash and ramp of 4, 6, 8 and 10 bits in each technology. Throws ConfigError for one without transistors.
struct NamedTechnology {
  std::string name;
  Technology technology;
};
std::vector<AdcComparison> compare_adcs(std::span<const PublishedAdc>, std::span<const NamedTechnology>);

}  // namespace bitline::periphery
