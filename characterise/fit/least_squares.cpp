// SPDX-License-Identifier: Apache-2.0
#include "characterise/fit/least_squares.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <stdexcept>
#include <unsupported/Eigen/FFT>
#include <unsupported/Eigen/NonLinearOptimization>

namespace bitline::characterise {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// The interface that Eigen's solver asks for. Central differences: forward ones lose half of the digits, which standard
// errors need.
struct Problem {
  const Residuals& residuals;
  int n, k;
  int inputs() const { return k; }
  int values() const { return n; }
  int operator()(const Eigen::VectorXd& at, Eigen::VectorXd& r) const {
    residuals({at.data(), static_cast<std::size_t>(k)}, {r.data(), static_cast<std::size_t>(n)});
    return r.allFinite() ? 0 : -1;
  }
  int df(const Eigen::VectorXd& at, Eigen::MatrixXd& jacobian) const {
    Eigen::VectorXd moved = at, up(n), down(n);
    for (int j = 0; j < k; ++j) {
      const double h = 6e-6 * std::max(std::abs(at[j]), 0.1);  // cube root of the rounding error
      moved[j] = at[j] + h;
      if ((*this)(moved, up) < 0) return -1;
      moved[j] = at[j] - h;
      if ((*this)(moved, down) < 0) return -1;
      moved[j] = at[j];
      jacobian.col(j) = (up - down) / (2 * h);
    }
    return 0;
  }
};

// Standard errors from the Jacobian; a direction in which nothing changes leaves its parameters unknown.
std::vector<double> standard_errors(Eigen::MatrixXd jacobian, double variance) {
  const auto k = jacobian.cols();
  const Eigen::VectorXd scale = jacobian.colwise().norm();
  std::vector<double> sigma(static_cast<std::size_t>(k), infinite);
  if (!jacobian.allFinite()) return sigma;
  for (Eigen::Index j = 0; j < k; ++j)
    if (scale[j] > 0) jacobian.col(j) /= scale[j];
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(jacobian, Eigen::ComputeThinV);
  const auto& s = svd.singularValues();
  for (Eigen::Index j = 0; j < k; ++j) {
    double sum = 0;
    for (Eigen::Index i = 0; i < k; ++i) {
      const double v = svd.matrixV()(j, i);
      if (s[i] > 1e-7 * s[0])
        sum += v * v / (s[i] * s[i]);
      else if (std::abs(v) > 1e-6)
        sum = infinite;
    }
    if (scale[j] > 0) sigma[static_cast<std::size_t>(j)] = std::sqrt(sum * variance) / scale[j];
  }
  return sigma;
}

// Sums of products of all lags, by the Fourier transform: a series that no model follows hangs together over most of
// its length.
std::vector<double> lagged_products(std::span<const double> r) {
  std::size_t length = 2;
  while (length < 2 * r.size()) length *= 2;
  std::vector<double> padded(r.begin(), r.end());
  padded.resize(length);
  Eigen::FFT<double> fft;
  std::vector<std::complex<double>> spectrum;
  fft.fwd(spectrum, padded);
  for (auto& x : spectrum) x = std::norm(x);
  fft.inv(padded, spectrum);
  return padded;
}

}  // namespace

LeastSquares least_squares(const Residuals& residuals, std::size_t n, const std::vector<std::vector<double>>& starts) {
  LeastSquares best;
  best.sum_of_squares = infinite;
  for (const std::vector<double>& start : starts) {
    const std::size_t k = start.size();
    if (n <= k) throw std::invalid_argument("least_squares: no more residuals than parameters");
    Problem problem{residuals, static_cast<int>(n), static_cast<int>(k)};
    Eigen::VectorXd at = Eigen::Map<const Eigen::VectorXd>(start.data(), static_cast<Eigen::Index>(k));
    Eigen::LevenbergMarquardt<Problem> solver(problem);
    solver.parameters.maxfev = 400;
    solver.parameters.xtol = solver.parameters.ftol = 1e-12;
    const auto status = solver.minimize(at);
    Eigen::VectorXd r(static_cast<Eigen::Index>(n));
    if (status == Eigen::LevenbergMarquardtSpace::ImproperInputParameters || !at.allFinite() || problem(at, r) < 0)
      continue;
    if (!(r.squaredNorm() < best.sum_of_squares)) continue;
    best.converged = true;
    best.sum_of_squares = r.squaredNorm();
    best.at.assign(at.data(), at.data() + k);
    Eigen::MatrixXd jacobian(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(k));
    best.sigma.assign(k, infinite);
    if (problem.df(at, jacobian) == 0)
      best.sigma = standard_errors(jacobian, best.sum_of_squares / static_cast<double>(n - k));
  }
  return best;
}

Independence independence(std::span<const double> r) {
  const double n = static_cast<double>(r.size());
  if (r.size() < 2 || std::all_of(r.begin(), r.end(), [](double x) { return x == 0; })) return {0, n};
  const std::vector<double> product = lagged_products(r);
  // Pairs of lags as long as their sum is above 0.
  double times = 1;
  for (std::size_t k = 1; k + 1 < r.size() / 3; k += 2) {
    const double pair = (product[k] + product[k + 1]) / product[0];
    if (pair <= 0) break;
    times += 2 * pair;
  }
  return {product[1] / product[0], n / times};
}

double aicc_of_likelihood(double log_likelihood, double n, int parameters) {
  const double k = parameters;
  return n > k + 1 ? -2 * log_likelihood + 2 * k + 2 * k * (k + 1) / (n - k - 1) : infinite;
}

namespace {
double log_likelihood(double mean_square, double n) {
  constexpr double exact = 1e-24;  // what is left is rounding: then parameters decide alone
  return -0.5 * n * std::log(std::max(mean_square, exact));
}
}  // namespace

double aicc(double mean_square, double n, int parameters) {
  return aicc_of_likelihood(log_likelihood(mean_square, n), n, parameters);
}
double aic(double mean_square, double n, int parameters) {
  return -2 * log_likelihood(mean_square, n) + 2 * parameters;
}

}  // namespace bitline::characterise
