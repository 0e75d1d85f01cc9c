// SPDX-License-Identifier: Apache-2.0
// The parts of a fit, one file each, and what they share.
#pragma once

#include <span>

#include "characterise/fit/columns.h"
#include "characterise/fit/fit.h"
#include "characterise/fit/least_squares.h"

namespace bitline::characterise {

// Each reads its file, fits every candidate that was asked for and keeps the best. Models by name, as --model takes
// them.
inline constexpr std::string_view ltp_models[] = {"linear", "exponential", "power", "table"};
FitPart fit_ltp(const std::filesystem::path&, const FitFiles&);
inline constexpr std::string_view ppf_models[] = {"one-exponential", "two-exponentials"};
FitPart fit_ppf(const std::filesystem::path&, const FitFiles&);
inline constexpr std::string_view retention_models[] = {
    "no-change", "log-time", "by-level", "power-law", "single-exponential", "double-exponential", "measured"};
FitPart fit_retention(const std::filesystem::path&, const FitFiles&);
inline constexpr std::string_view readback_models[] = {"gaussian", "gaussian-linear", "gaussian-quadratic", "window"};
// g_max_S: the device's, when another part tells it; else the highest target.
FitPart fit_readback(const std::filesystem::path&, const FitFiles&, std::optional<double> g_max_S);
inline constexpr std::string_view iv_models[] = {"ohmic", "sinh"};
FitPart fit_iv(const std::filesystem::path&, const FitFiles&);

inline constexpr std::string_view stdp_models[] = {"no-timing", "pair"};
FitPart fit_stdp(const std::filesystem::path&, const FitFiles&);
inline constexpr std::string_view endurance_models[] = {"no-wear", "log-cycles"};
FitPart fit_endurance(const std::filesystem::path&, const FitFiles&);
inline constexpr std::string_view write_log_models[] = {"equal-devices", "differing-devices"};
FitPart fit_write_log(const std::filesystem::path&, const FitFiles&);

// Their files as tables: without rows that lack a reading, but for pulses (read_ltp).
MeasuredTable ppf_table(const std::filesystem::path&, const FitFiles&);
MeasuredTable retention_table(const std::filesystem::path&, const FitFiles&);
MeasuredTable readback_table(const std::filesystem::path&, const FitFiles&);
MeasuredTable iv_table(const std::filesystem::path&, const FitFiles&);
MeasuredTable stdp_table(const std::filesystem::path&, const FitFiles&);
MeasuredTable endurance_table(const std::filesystem::path&, const FitFiles&);
MeasuredTable write_log_table(const std::filesystem::path&, const FitFiles&);

// Whether a candidate takes part. A choice that names no model of this part leaves all of them.
bool wanted(const FitFiles&, std::span<const std::string_view> of_part, std::string_view model);
// Whether the choice names a model of this part.
bool wanted_by_name(const FitFiles&, std::span<const std::string_view> of_part);

// value -+ t sigma, with as many degrees of freedom as independent readings leave.
struct Estimate {
  double value = 0, low = 0, high = 0;
};
// Of parameter j of a solution with `n` residuals that are worth `readings` independent ones.
Estimate estimate(const LeastSquares&, std::size_t j, double n, double readings);
// The same through a monotone function, such as exp for a logarithm.
template <class F>
Estimate through(const Estimate& e, F&& f) {
  const double a = f(e.low), b = f(e.high);
  return {f(e.value), a < b ? a : b, a < b ? b : a};
}
// "" when a positive parameter's interval spans less than a factor of 100, else what to say.
std::string not_told(std::string_view name, const Estimate&);

FittedValue fitted(std::string key, std::string name, const Estimate&, Unit);
// Five digits with a unit, as device files write it.
std::string quantity(double value, Unit);

// A fitted value as a key of the device file, its interval as source.
FitPart::Key key_of(const FitPart&, const std::string& path, const FittedValue&);
// Says how the file was read, and which columns are not.
void note_reading(FitPart&, const MeasuredTable&);
// Criteria of candidates by their residuals, of order 1 and in the order of readings (none: it was not fitted). What
// the best of them leaves (a table follows its noise, so not that one) tells how many readings are independent.
void judge(FitPart&, const std::vector<std::vector<double>>& residuals);

// Chooses the candidate of lowest AICc among those not refused. InputError when all are refused: with the reasons.
void choose(FitPart&);
// Names models that describe the data nearly as well as the one that was chosen: then the choice decides the numbers.
void note_rivals(FitPart&);
// Makes keys of the chosen one's values.
void write_values(FitPart&);

}  // namespace bitline::characterise
