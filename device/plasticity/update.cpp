// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/update.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "base/error.h"
#include "base/files.h"

namespace bitline::device {
namespace {

constexpr double per_label = 0.07 * 1.4142135623730951;

// Largest f(P) - P of a concave curve: where its slope is 1.
double bulge(double a) {
  const double k = 1 / a, drop = -std::expm1(-k), p = std::log(k / drop) / k;
  return -std::expm1(-k * p) / drop - p;
}

// `a`: A of an exponential curve, 0 for a straight one.
struct Value_at {
  double n, a;
  double operator()(const LinearUpdate& u) const { return n / u.pulses; }
  double operator()(const ExponentialUpdate& u) const { return a == 0 ? n / u.pulses : soft_bounds(n / u.pulses, a); }
  double operator()(const PowerUpdate& u) const { return std::pow(n / u.pulses, u.exponent); }
  double operator()(const TableUpdate& u) const {
    const auto k = std::min(static_cast<std::size_t>(n), u.points.size() - 2);
    const double y = u.points[k] + (n - static_cast<double>(k)) * (u.points[k + 1] - u.points[k]);
    return (y - u.points.front()) / (u.points.back() - u.points.front());
  }
};

struct Pulses_at {
  double x, a;
  double operator()(const LinearUpdate& u) const { return x * u.pulses; }
  double operator()(const ExponentialUpdate& u) const { return (a == 0 ? x : soft_bounds_inverse(x, a)) * u.pulses; }
  double operator()(const PowerUpdate& u) const { return std::pow(x, 1 / u.exponent) * u.pulses; }
  double operator()(const TableUpdate& u) const {
    const double span = u.points.back() - u.points.front();
    const auto state = [&](double y) { return (y - u.points.front()) / span; };
    const auto above = std::partition_point(u.points.begin(), u.points.end(), [&](double y) { return state(y) < x; });
    if (above == u.points.begin()) return 0;
    if (above == u.points.end()) return static_cast<double>(u.points.size() - 1);
    const double low = state(above[-1]), high = state(*above);
    return static_cast<double>(above - u.points.begin() - 1) + (x - low) / (high - low);
  }
};

double a_of(const UpdateCurve& u) {
  const auto* e = std::get_if<ExponentialUpdate>(&u);
  return e && e->nonlinearity != 0 ? neurosim_a(e->nonlinearity) : 0;
}

double value(const UpdateCurve& u, double n, double a) {
  return std::clamp(std::visit(Value_at{std::clamp(n, 0.0, pulses_of(u)), a}, u), 0.0, 1.0);
}
double pulses_at(const UpdateCurve& u, double x, double a) {
  return std::visit(Pulses_at{std::clamp(x, 0.0, 1.0), a}, u);
}

struct Count {
  double operator()(const TableUpdate& u) const { return static_cast<double>(u.points.size() - 1); }
  double operator()(const auto& u) const { return u.pulses; }
};

void pulses_field(Visitor& v, double& pulses) {
  v(pulses, {.key = "pulses",
             .meaning = "reference pulses from one end of the window to the other",
             .positive = true,
             .required = true});
}

}  // namespace

void fields(Visitor& v, LinearUpdate& u) { pulses_field(v, u.pulses); }

void fields(Visitor& v, ExponentialUpdate& u) {
  pulses_field(v, u.pulses);
  v(u.nonlinearity,
    {.key = "nonlinearity",
     .meaning = "NeuroSim's label: largest distance of the curve from a straight line in the unit square over 0.07; "
                "A in B (1 - exp(-P / A)) follows from it",
     .min = -9,
     .max = 9,
     .required = true,
     .source = "Chen, Peng, Yu, IEDM 2017, doi:10.1109/IEDM.2017.8268337"});
}

void fields(Visitor& v, PowerUpdate& u) {
  pulses_field(v, u.pulses);
  v(u.exponent,
    {.key = "exponent", .meaning = "of x = (n / pulses)^exponent", .max = 100, .positive = true, .required = true});
}

void fields(Visitor& v, TableUpdate& u) {
  v(u.points, {.key = "points",
               .meaning = "state before the first pulse and after each one, in any unit; scaled by the first and the "
                          "last, straight between"});
  v(u.file, {.key = "file", .meaning = "CSV file with those points in its last column, instead of the list"});
}

double pulses_of(const UpdateCurve& u) { return std::visit(Count{}, u); }

double state_after(const UpdateCurve& u, double n) { return value(u, n, a_of(u)); }

double pulses_to(const UpdateCurve& u, double x) { return pulses_at(u, x, a_of(u)); }

double potentiated(const UpdateCurve& u, double x, double dn) { return dn == 0 ? x : UpdateSteps(u).up(x, dn); }

UpdateSteps::UpdateSteps(const UpdateCurve& u) : curve_(u), a_(a_of(u)) {}
double UpdateSteps::up(double x, double dn) const { return value(curve_, pulses_at(curve_, x, a_) + dn, a_); }

double depressed(const UpdateCurve& u, double x, double dn) { return 1 - potentiated(u, 1 - x, dn); }

// Exact near the straight line.
double soft_bounds(double p, double a) { return std::expm1(-p / a) / std::expm1(-1 / a); }
double soft_bounds_inverse(double x, double a) { return -a * std::log1p(x * std::expm1(-1 / a)); }

double neurosim_a(double label) {
  if (!(std::abs(label) <= 9 && label != 0)) {
    throw InputError(fmt::format("a nonlinearity label of {} has no A; labels are -9..9 without 0", label));
  }
  // The bulge falls from 1 to 0 as A grows.
  double low = std::log(1e-4), high = std::log(1e15);
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = (low + high) / 2;
    if (middle == low || middle == high) break;
    (bulge(std::exp(middle)) > per_label * std::abs(label) ? low : high) = middle;
  }
  return std::copysign(std::exp((low + high) / 2), label);
}

double neurosim_label(double a) {
  if (!(std::isfinite(a) && a != 0)) throw InputError(fmt::format("A of {} has no nonlinearity label", a));
  return std::copysign(bulge(std::abs(a)) / per_label, a);
}

double fitted_label(std::span<const double> states) {
  if (states.size() < 3 || !(states.front() != states.back())) {
    throw InputError("a nonlinearity needs at least three states, the first and last different");
  }
  const double n = static_cast<double>(states.size() - 1);
  const auto misfit = [&](double label) {
    const double a = label == 0 ? 0 : neurosim_a(label);
    double sum = 0;
    for (std::size_t i = 0; i < states.size(); ++i) {
      const double p = static_cast<double>(i) / n, x = (states[i] - states.front()) / (states.back() - states.front());
      const double d = x - (label == 0 ? p : soft_bounds(p, a));
      sum += d * d;
    }
    return sum;
  };
  // Golden section; the misfit of one curve to another of the family has a single minimum.
  constexpr double golden = 0.6180339887498949;
  double low = -9, high = 9, left = high - golden * (high - low), right = low + golden * (high - low);
  double at_left = misfit(left), at_right = misfit(right);
  for (int i = 0; i < 60; ++i) {
    if (at_left < at_right) {
      high = right, right = left, at_right = at_left;
      at_left = misfit(left = high - golden * (high - low));
    } else {
      low = left, left = right, at_left = at_right;
      at_right = misfit(right = low + golden * (high - low));
    }
  }
  return (low + high) / 2;
}

std::vector<double> read_update_points(const std::string& file) {
  std::istringstream in(read_file(file));
  std::vector<double> points;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty()) continue;
    std::string_view last = std::string_view(line).substr(line.find_last_of(",;\t") + 1);
    while (last.starts_with(' ')) last.remove_prefix(1);
    double x = 0;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), x);
    const bool good = error == std::errc() && end == last.data() + last.size() && std::isfinite(x);
    if (!good && number > 1) throw InputError(fmt::format("{}:{}: '{}' is not a number", file, number, last));
    if (good) points.push_back(x);
  }
  return points;
}

std::string problem_of(const TableUpdate& u) {
  if (u.points.size() < 2) return "a table needs at least two points";
  const double up = u.points.back() - u.points.front();
  if (up == 0) return "the first and the last point are the same";
  for (std::size_t k = 1; k < u.points.size(); ++k)
    if ((u.points[k] - u.points[k - 1]) * up < 0)
      return fmt::format("point {} ({}) turns back from point {} ({})", k, u.points[k], k - 1, u.points[k - 1]);
  return "";
}

}  // namespace bitline::device
