// SPDX-License-Identifier: Apache-2.0
// How the current of a device follows its voltage drop: laws, each scaled by the device's conductance at zero drop.
//
// A law is odd, rising and convex for positive drops, so that its tangent meets zero current between 0 and the drop:
// Newton steps on a line then never leave the range of its sources and neighbours.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <variant>

#include "base/error.h"

namespace bitline::device {

// A point of a law and the slope dI/dV there.
struct OperatingPoint {
  double current_A, slope_S;
};

// I = G V.
struct Ohmic {
  static constexpr const char* type = "ohmic";
  static constexpr const char* about = "current in proportion to voltage";
  OperatingPoint at(double g_S, double drop_V) const { return {g_S * drop_V, g_S}; }
  double drop_V(double g_S, double current_A) const { return current_A / g_S; }
  double differential_ohm(double g_S, double) const { return 1 / g_S; }
};

// I = G sinh(beta V) / beta: hopping and tunnelling. Beyond
// beta |V| = 200, where no circuit goes, the law continues along its tangent, so that nothing overflows.
struct Sinh {
  static constexpr const char* type = "sinh";
  static constexpr const char* about = "current rises as the hyperbolic sine of the voltage";
  double beta_per_V = 1;  // positive

  OperatingPoint at(double g_S, double drop_V) const {
    const double x = beta_per_V * drop_V, inside = std::clamp(x, -largest, largest);
    // sinh and cosh from one exponential, without cancellation near zero.
    const double grown = std::expm1(std::abs(inside)), shrunk = grown / (1 + grown);
    const double rise = std::copysign((grown + shrunk) / 2, inside), slope = 1 + (grown - shrunk) / 2;
    return {g_S / beta_per_V * (rise + slope * (x - inside)), g_S * slope};
  }
  double drop_V(double g_S, double current_A) const {
    const double y = beta_per_V * current_A / g_S, end = std::sinh(largest);
    const double inside = std::clamp(y, -end, end);
    return (std::asinh(inside) + (y - inside) / end) / beta_per_V;  // cosh(200) is sinh(200) to rounding
  }
  double differential_ohm(double g_S, double current_A) const {
    const double y = std::min(std::abs(beta_per_V * current_A / g_S), std::sinh(largest));
    return 1 / (g_S * std::hypot(1, y));
  }

 private:
  static constexpr double largest = 200;
};

// What every law answers: current and slope at a drop, and the inverse (g_S > 0): drop and its slope at a current.
template <class L>
concept Law = requires(const L& law, double g_S, double x) {
  { law.at(g_S, x) } -> std::same_as<OperatingPoint>;
  { law.drop_V(g_S, x) } -> std::same_as<double>;
  { law.differential_ohm(g_S, x) } -> std::same_as<double>;
};

using DeviceCurve = std::variant<Ohmic, Sinh>;

// A selector in series with the device, I = S sinh(beta V) / beta: S is small and beta large, so that it conducts from
// some drop on.
struct Selector {
  double g_S = 1e-9;  // conductance at zero drop, positive
  Sinh curve{20};
};

// The law of a cell's device with what is in series with it.
struct DeviceLaw {
  DeviceCurve curve = Ohmic{};
  double access_ohm = 0;  // of the transistor and contacts, >= 0 and finite
  std::optional<Selector> selector = {};
};

// What may stand in series: the same for every device.
struct SeriesResistor {
  double ohm;
  double current_A(double drop_V) const { return drop_V / ohm; }
  double drop_V(double current_A) const { return ohm * current_A; }
  double differential_ohm(double) const { return ohm; }
};
struct SeriesSelector {
  Selector selector;
  double current_A(double drop_V) const { return selector.curve.at(selector.g_S, drop_V).current_A; }
  double drop_V(double current_A) const { return selector.curve.drop_V(selector.g_S, current_A); }
  double differential_ohm(double current_A) const { return selector.curve.differential_ohm(selector.g_S, current_A); }
};

// A law with something in series: V = V_first(I) + V_second(I). For I > 0 the right side is concave in I, so Newton's
// iteration in the current, begun below the root, rises to it without overshoot.
template <Law First, class Second>
struct InSeries {
  First first;
  Second second;

  double drop_V(double g_S, double current_A) const { return first.drop_V(g_S, current_A) + second.drop_V(current_A); }
  double differential_ohm(double g_S, double current_A) const {
    return first.differential_ohm(g_S, current_A) + second.differential_ohm(current_A);
  }
  OperatingPoint at(double g_S, double drop) const {
    if (g_S == 0) return {0, 0};
    if constexpr (std::same_as<First, Ohmic> && std::same_as<Second, SeriesResistor>) {
      const double series_S = g_S / (1 + g_S * second.ohm);
      return {series_S * drop, series_S};
    } else {
      const double whole_V = std::abs(drop), half_V = whole_V / 2;
      // Below the root: one of the two takes at least half of the drop, and neither conducts worse than at zero.
      double i = std::max(whole_V / differential_ohm(g_S, 0),
                          std::min(first.at(g_S, half_V).current_A, second.current_A(half_V)));
      for (int step = 0; step < most_steps; ++step) {
        const double change = (whole_V - drop_V(g_S, i)) / differential_ohm(g_S, i);
        i += change;
        if (!(change > 1e-15 * i)) break;
      }
      return {std::copysign(i, drop), 1 / differential_ohm(g_S, i)};
    }
  }

 private:
  static constexpr int most_steps = 100;
};

// Whether current is proportional to the drop, so that a line's pivots stay.
template <Law L>
inline constexpr bool is_linear = std::same_as<L, Ohmic> || std::same_as<L, InSeries<Ohmic, SeriesResistor>>;

// Throws InputError unless each beta and the selector's conductance are positive and finite and the access resistance
// is finite and not negative.
inline void check(const DeviceLaw& law) {
  const auto positive = [](double value, const char* what) {
    if (!(value > 0 && std::isfinite(value)))
      throw InputError(std::string(what) + " is " + std::to_string(value) + "; it must be positive and finite");
  };
  if (const auto* curve = std::get_if<Sinh>(&law.curve)) positive(curve->beta_per_V, "beta of a device (1/V)");
  if (law.selector) {
    positive(law.selector->g_S, "conductance of a selector (S)");
    positive(law.selector->curve.beta_per_V, "beta of a selector (1/V)");
  }
  if (!(law.access_ohm >= 0) || std::isinf(law.access_ohm))
    throw InputError("access resistance is " + std::to_string(law.access_ohm) + " ohm; it must be finite and >= 0");
}

// Calls use(law) with the law's own type, once, so that loops over devices hold no choice.
template <class Use>
auto with_law(const DeviceLaw& law, Use&& use) {
  const auto with_access = [&]<Law L>(const L& inner) {
    return law.access_ohm > 0 ? use(InSeries<L, SeriesResistor>{inner, {law.access_ohm}}) : use(inner);
  };
  return std::visit(
      [&]<Law L>(const L& curve) {
        return law.selector ? with_access(InSeries<L, SeriesSelector>{curve, {*law.selector}}) : with_access(curve);
      },
      law.curve);
}

}  // namespace bitline::device
