// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/drive.h"

#include <cmath>

namespace bitline::device {

void fields(Visitor& v, PowerAmplitude& p) {
  v(p.exponent, {.key = "exponent", .meaning = "of the amplitude over the threshold", .min = 0, .max = 100});
}

void fields(Visitor& v, ExponentialAmplitude& e) {
  v(e.scale_V, {.key = "scale", .meaning = "volts for a factor of e", .unit = Unit::volt, .positive = true});
}

void fields(Visitor& v, ElectricalDrive& d) {
  v(d.amplitude_V, {.key = "amplitude",
                    .meaning = "magnitude of the reference pulse, which counts as one",
                    .unit = Unit::volt,
                    .positive = true,
                    .required = true});
  v(d.width_s,
    {.key = "width", .meaning = "of the reference pulse", .unit = Unit::second, .positive = true, .required = true});
  v(d.threshold_V, {.key = "threshold", .meaning = "magnitudes up to this do nothing", .unit = Unit::volt, .min = 0});
  v(d.law, {.key = "law", .meaning = "how a pulse's effect grows with its amplitude"});
  v(d.width_exponent,
    {.key = "width_exponent", .meaning = "effect goes as (width / reference)^this", .min = 0, .max = 100});
}

void fields(Visitor& v, Responsivity& r) {
  v(r.wavelength_m,
    {.key = "wavelength", .meaning = "of the light", .unit = Unit::meter, .positive = true, .required = true});
  v(r.relative, {.key = "relative", .meaning = "effect there, of the reference's", .min = 0, .required = true});
}

void fields(Visitor& v, OpticalDrive& d) {
  v(d.power_W_m2, {.key = "power",
                   .meaning = "of the reference pulse, which counts as one",
                   .unit = Unit::watt_per_square_meter,
                   .positive = true,
                   .required = true});
  v(d.width_s,
    {.key = "width", .meaning = "of the reference pulse", .unit = Unit::second, .positive = true, .required = true});
  v(d.wavelength_m, {.key = "wavelength",
                     .meaning = "of the reference pulse",
                     .unit = Unit::meter,
                     .positive = true,
                     .required = true});
  v(d.power_exponent,
    {.key = "power_exponent", .meaning = "effect goes as (power / reference)^this", .min = 0, .max = 100});
  v(d.width_exponent,
    {.key = "width_exponent", .meaning = "effect goes as (width / reference)^this", .min = 0, .max = 100});
  v(d.responsivity, {.key = "responsivity",
                     .meaning = "effect by wavelength, of the reference's; straight between, by rising wavelength"});
}

double drive_of(const ElectricalDrive& d, double amplitude_V, double width_s) {
  const double over = std::abs(amplitude_V) - d.threshold_V, reference = d.amplitude_V - d.threshold_V;
  if (!(over > 0 && width_s > 0)) return 0;
  const double height = std::visit(
      [&](const auto& law) {
        if constexpr (requires { law.exponent; }) {
          return std::pow(over / reference, law.exponent);
        } else {
          return std::expm1(over / law.scale_V) / std::expm1(reference / law.scale_V);
        }
      },
      d.law);
  return height * std::pow(width_s / d.width_s, d.width_exponent);
}

namespace {

double relative_response(const std::vector<Responsivity>& list, double wavelength_m) {
  if (list.empty()) return 1;
  if (wavelength_m <= list.front().wavelength_m) return list.front().relative;
  for (std::size_t i = 1; i < list.size(); ++i) {
    const Responsivity &a = list[i - 1], &b = list[i];
    if (wavelength_m <= b.wavelength_m)
      return a.relative +
             (b.relative - a.relative) * (wavelength_m - a.wavelength_m) / (b.wavelength_m - a.wavelength_m);
  }
  return list.back().relative;
}

}  // namespace

double drive_of(const OpticalDrive& d, double power_W_m2, double width_s, double wavelength_m) {
  if (!(power_W_m2 > 0 && width_s > 0)) return 0;
  return std::pow(power_W_m2 / d.power_W_m2, d.power_exponent) * std::pow(width_s / d.width_s, d.width_exponent) *
         relative_response(d.responsivity, wavelength_m);
}

}  // namespace bitline::device
