// SPDX-License-Identifier: Apache-2.0
#include "array/wires/gated_ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "array/wires/crossbar.h"
#include "array/wires/ladder_mesh.h"
#include "array/wires/wire_kernels.h"
#include "base/error.h"

namespace bitline::array {
namespace {

constexpr int group = wires::ladder_group;

void check_resistance(double ohm, const char* what) {
  if (!(ohm >= 0) || std::isinf(ohm))
    throw InputError(fmt::format("{}: {} ohm; resistances are 0 or positive, and finite", what, ohm));
}

void check_conductances(std::span<const double> g_S, const char* what, std::size_t rows, std::size_t columns) {
  if (g_S.size() != rows * columns)
    throw InputError(fmt::format("{}: {} values for {} x {} devices", what, g_S.size(), rows, columns));
  for (std::size_t k = 0; k < g_S.size(); ++k)
    if (!(g_S[k] >= 0) || std::isinf(g_S[k]))
      throw InputError(fmt::format("{}: row {}, column {} is {} S; conductances are 0 (open) or positive", what,
                                   k / columns, k % columns, g_S[k]));
}

void check_input(std::span<const std::int8_t> x, int rows, bool minus) {
  if (x.size() != static_cast<std::size_t>(rows))
    throw InputError(fmt::format("an input of {} values for {} rows", x.size(), rows));
  const int lowest = minus ? -1 : 0;
  int wrong = 0;
  for (const std::int8_t v : x) wrong |= (v < lowest) | (v > 1);
  if (wrong)
    throw InputError(minus ? "an input value that is not -1, 0 or 1"
                           : "an input value that is not 0 or 1 (-1 needs a second supply wire)");
}

// Bounds of what a read computes on the way, over all columns and inputs. All of it grows with every conductance, so
// one column that has the highest conductance of each row, and every row on, bounds them. Infinite beyond double.
struct Bounds {
  double wires_ohm, devices_S;  // all in series; all of one column in parallel
  double product;               // largest number of the transfer products
};

Bounds bounds_of(const GatedLadder& l) {
  const double rho = l.supply_segment_ohm + l.bit_segment_ohm, wires_ohm = rho * l.rows + l.supply_ohm + l.sense_ohm;
  double sum = 0, d1 = 1, i1 = 0, d2 = 0, i2 = 1;
  for (std::size_t row = 0, columns = l.columns; row < static_cast<std::size_t>(l.rows); ++row) {
    const double* const g_S = l.g_S.data() + row * columns;
    double g = behind_access(*std::max_element(g_S, g_S + columns), l.access_ohm);
    d1 += rho * i1, d2 += rho * i2;
    i1 += g * d1, i2 += g * d2;
    if (!l.g_minus_S.empty()) {
      const double* const g_minus_S = l.g_minus_S.data() + row * columns;
      g += behind_access(*std::max_element(g_minus_S, g_minus_S + columns), l.access_ohm);
    }
    sum += g;
  }
  // A sum that is not a number comes from an infinite one.
  const double largest = d1 + d2 + i1 + i2 + i1 * wires_ohm;
  return {wires_ohm, sum, std::isnan(largest) ? std::numeric_limits<double>::infinity() : largest};
}

template <class Real>
constexpr double product_limit = std::is_same_v<Real, float> ? 1e30 : 1e280;
template <class Real>
constexpr double ratio_limit = std::is_same_v<Real, float> ? 1e15 : 1e120;

// The bounds; throws InputError where the numbers of a mesh, up to the square of resistance times conductance, would
// not be numbers.
template <class Real>
Bounds bounds_in_range(const GatedLadder& l) {
  const Bounds b = bounds_of(l);
  if (!(b.wires_ohm <= product_limit<Real> && b.devices_S <= product_limit<Real> &&
        b.wires_ohm * b.devices_S <= ratio_limit<Real>))
    throw InputError(fmt::format(
        "wires of {:.1e} ohm with devices of {:.1e} S; {:.0e} ohm, {:.0e} S and a product of {:.0e} can be computed",
        b.wires_ohm, b.devices_S, product_limit<Real>, product_limit<Real>, ratio_limit<Real>));
  return b;
}

}  // namespace

void check(const GatedLadder& l) {
  if (l.rows < 1 || l.columns < 1)
    throw InputError(
        fmt::format("a gated array of {} rows and {} columns; it needs at least one of each", l.rows, l.columns));
  const auto rows = static_cast<std::size_t>(l.rows), columns = static_cast<std::size_t>(l.columns);
  check_conductances(l.g_S, "conductances", rows, columns);
  if (!l.g_minus_S.empty()) check_conductances(l.g_minus_S, "minus conductances", rows, columns);
  check_resistance(l.supply_segment_ohm, "supply segment");
  check_resistance(l.bit_segment_ohm, "bit-line segment");
  check_resistance(l.supply_ohm, "supply");
  check_resistance(l.sense_ohm, "sense node");
  check_resistance(l.access_ohm, "access device");
}

template <class Real>
LadderSolver<Real>::LadderSolver(const GatedLadder& l) {
  check(l);
  const Bounds bounds = bounds_in_range<Real>(l);
  rows_ = l.rows, columns_ = l.columns;
  supply_segment_ohm_ = l.supply_segment_ohm, bit_segment_ohm_ = l.bit_segment_ohm;
  feed_ohm_ = l.supply_ohm + l.supply_segment_ohm, sense_ohm_ = l.sense_ohm + l.bit_segment_ohm;
  minus_ = !l.g_minus_S.empty();
  products_ = !minus_ && bounds.product <= product_limit<Real>;
  constexpr int lanes = std::size(Lanes{}.value);
  constexpr int width = lanes * group;
  const int groups = (columns_ + width - 1) / width, rails = products_ ? 1 : 2;
  g_S_.resize(static_cast<std::size_t>(groups) * rows_ * rails * group);
  for (int r = 0; r < rows_; ++r)
    for (int c = 0; c < columns_; ++c) {
      const std::size_t cell = static_cast<std::size_t>(r) * columns_ + c;
      const std::size_t at = (static_cast<std::size_t>(c / width) * rows_ + r) * rails * group + c % width / lanes;
      g_S_[at].value[c % lanes] = static_cast<Real>(behind_access(l.g_S[cell], l.access_ohm));
      if (minus_) g_S_[at + group].value[c % lanes] = static_cast<Real>(behind_access(l.g_minus_S[cell], l.access_ohm));
    }
}

template <class Real>
void LadderSolver<Real>::currents_S(std::span<const std::int8_t> x, int first_column, std::span<Real> out,
                                    std::span<Real> power_S) const {
  check_input(x, rows_, minus_);
  if (first_column < 0 || first_column > columns_ || out.size() > static_cast<std::size_t>(columns_ - first_column))
    throw InputError(fmt::format("{} columns from {} of an array of {}", out.size(), first_column, columns_));
  if (!power_S.empty() && power_S.size() != out.size())
    throw InputError(fmt::format("powers of {} columns and currents of {}", power_S.size(), out.size()));
  if (out.empty()) return;
  if (!products_) return read_meshes(x, first_column, out, power_S);
  read_products(x, first_column, out);
  std::copy_n(out.begin(), power_S.size(), power_S.begin());  // what one source delivers flows into ground
}

namespace {

// The part of a group's line that was asked for.
template <class Real>
void store(const Real* line, int line_first, int width, int first_column, std::span<Real> out) {
  if (out.empty()) return;
  const int begin = std::max(line_first, first_column);
  const int end = std::min(line_first + width, first_column + static_cast<int>(out.size()));
  std::copy(line + (begin - line_first), line + (end - line_first), out.begin() + (begin - first_column));
}

}  // namespace

namespace {

enum class By { products, meshes };
using enum By;
auto kernel_of(By by, float) {
  const wires::WireKernels& kernels = wires::wire_kernels(isas().front());
  return by == products ? kernels.read_float_products : kernels.read_float_meshes;
}
auto kernel_of(By by, double) {
  const wires::WireKernels& kernels = wires::wire_kernels(isas().front());
  return by == products ? kernels.read_double_products : kernels.read_double_meshes;
}

}  // namespace

// Along one column the sum of both wires' currents is the current I into ground, so that (a - b voltage, bit-line
// current - alpha I), alpha = r / (r + q), obeys a homogeneous ladder: series r + q, shunts g. Its transfer matrix
// (d1 d2; i1 i2) has determinant 1 and gives V / I = ends + (beta^2 d1 + 2 alpha beta + alpha^2 i2) / i1.
template <class Real>
void LadderSolver<Real>::read_products(std::span<const std::int8_t> x, int first_column, std::span<Real> out) const {
  constexpr int lanes = 32 / sizeof(Real), width = lanes * group;
  const double r = supply_segment_ohm_, q = bit_segment_ohm_, rho = r + q;
  const double alpha = rho > 0 ? r / rho : 0, beta = rho > 0 ? q / rho : 1;
  const auto ends = static_cast<Real>(feed_ohm_ + sense_ohm_ + (rows_ - 1) * (alpha * q));
  const auto top = static_cast<Real>(beta * beta), both = static_cast<Real>(2 * alpha * beta),
             bottom = static_cast<Real>(alpha * alpha), step = static_cast<Real>(rho);

  std::vector<wires::LadderStep<Real>> steps(x.size());
  std::size_t count = 0;
  int last = 0;
  for (int row = 0; row < rows_; ++row) {
    steps[count] = {static_cast<std::uint32_t>(row) * group, 0, step * static_cast<Real>(row - last), 0};
    count += x[row] != 0;
    last = x[row] != 0 ? row : last;
  }
  const Real tail = step * static_cast<Real>(rows_ - 1 - last);

  const int end_column = first_column + static_cast<int>(out.size());
  for (int first = first_column / width * width; first < end_column; first += width) {
    const Lanes* const g_S = g_S_.data() + static_cast<std::size_t>(first / lanes) * rows_;
    alignas(32) Real line[width];
    kernel_of(products, Real{})({g_S->value, steps.data(), count, tail, ends, top, both, bottom, line, nullptr});
    store(line, first, width, first_column, out);
  }
}

template <class Real>
void LadderSolver<Real>::read_meshes(std::span<const std::int8_t> x, int first_column, std::span<Real> out,
                                     std::span<Real> power_S) const {
  constexpr int lanes = 32 / sizeof(Real), width = lanes * group;
  std::vector<wires::LadderStep<Real>> steps(x.size());
  std::size_t count = 0;
  int above = -1;  // from the top, so that each row knows the wire to the one above; the bit line ends at the first
  for (int row = 0; row < rows_; ++row) {
    const auto place = static_cast<std::uint32_t>(2 * row * group);
    const double length = row - above;
    steps[count] = {place + (x[row] < 0 ? group : 0), place + (x[row] < 0 ? 0 : group),
                    static_cast<Real>(supply_segment_ohm_ * length), static_cast<Real>(bit_segment_ohm_ * length)};
    if (count == 0) steps[0].r_ohm = static_cast<Real>(feed_ohm_ + supply_segment_ohm_ * row), steps[0].q_ohm = 0;
    count += x[row] != 0;
    above = x[row] != 0 ? row : above;
  }
  const auto below = static_cast<Real>(sense_ohm_ + bit_segment_ohm_ * (rows_ - 1 - above));

  const int end_column = first_column + static_cast<int>(out.size());
  for (int first = first_column / width * width; first < end_column; first += width) {
    const Lanes* const g_S = g_S_.data() + static_cast<std::size_t>(first / lanes) * rows_ * 2;
    alignas(32) Real line[width], powers[width];
    kernel_of(meshes, Real{})({g_S->value, steps.data(), count, below, 0, 0, 0, 0, line, powers});
    store(line, first, width, first_column, out);
    store(powers, first, width, first_column, power_S);
  }
}

template class LadderSolver<float>;
template class LadderSolver<double>;

LadderVoltages ladder_voltages(const GatedLadder& l, std::span<const std::int8_t> x) {
  check(l);
  bounds_in_range<double>(l);
  const bool minus = !l.g_minus_S.empty();
  check_input(x, l.rows, minus);
  const auto rows = static_cast<std::size_t>(l.rows), columns = static_cast<std::size_t>(l.columns);
  LadderVoltages out{std::vector<double>(rows * columns), std::vector<double>(minus ? rows * columns : 0),
                     std::vector<double>(rows * columns)};
  const double r = l.supply_segment_ohm, q = l.bit_segment_ohm, feed = l.supply_ohm + r;
  std::vector<Mesh<double>> below(rows);  // of the cut just below each row's device
  for (std::size_t c = 0; c < columns; ++c) {
    Mesh<double> mesh;
    mesh.ground_ohm = l.sense_ohm + q;
    for (std::size_t row = rows; row-- > 0;) {
      below[row] = mesh;
      const double g = behind_access(l.g_S[row * columns + c], l.access_ohm);
      const double g_minus = minus ? behind_access(l.g_minus_S[row * columns + c], l.access_ohm) : 0;
      if (x[row] != 0) mesh.pb += x[row] > 0 ? g : g_minus, mesh.nb += x[row] > 0 ? g_minus : g;
      mesh.lengthen(row == 0 ? feed : r, row == 0 ? 0 : q);
    }
    double p = 1, n = -1, b, current, power;
    mesh.solve(current, power, b);
    for (std::size_t row = 0; row < rows; ++row) {
      // Currents down the wires, from the voltages above the piece of wire that ends at this row; in the bit line
      // without what p and n exchange, which would cancel.
      const double p_down = mesh.pb * (p - b) + mesh.pn * (p - n) + mesh.share_p * current;
      const double n_down = mesh.nb * (n - b) + mesh.pn * (n - p) + mesh.share_n * current;
      const double b_down = mesh.share_b * current - mesh.pb * (p - b) - mesh.nb * (n - b);
      if (row > 0) b -= q * b_down;
      p -= (row == 0 ? feed : r) * p_down;
      n -= (row == 0 ? feed : r) * n_down;
      out.supply[row * columns + c] = p;
      if (minus) out.supply_minus[row * columns + c] = n;
      out.bit[row * columns + c] = b;
      mesh = below[row];
    }
  }
  return out;
}

}  // namespace bitline::array
