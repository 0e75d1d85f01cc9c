// SPDX-License-Identifier: Apache-2.0
// Nonlinear least squares with what the data tell of each parameter. Levenberg-Marquardt of Eigen (after MINPACK).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace bitline::characterise {

// Writes the residuals at the parameters. Parameters are best of order 1 (logarithms of time constants, shares).
using Residuals = std::function<void(std::span<const double> parameters, std::span<double> residuals)>;

struct LeastSquares {
  bool converged = false;
  std::vector<double> at;     // parameters
  std::vector<double> sigma;  // standard errors for independent residuals of one variance; infinite where the data do
                              // not tell a parameter from the others
  double sum_of_squares = 0;
};

// From each start; the lowest end. `n` residuals, more than there are parameters (else std::invalid_argument). Not
// converged when no start leads to finite residuals.
LeastSquares least_squares(const Residuals&, std::size_t n, const std::vector<std::vector<double>>& starts);

// How far neighbouring residuals agree: their lag-1 correlation, and the number of independent readings that n
// correlated ones are worth, n / (1 + 2 sum of correlations), summed in pairs of lags while a pair is above 0 (Geyer
// 1992, doi:10.1214/ss/1177011137).
struct Independence {
  double correlation = 0, readings = 0;
};
Independence independence(std::span<const double> residuals);

// AICc = n ln(RSS / n) + 2 k + 2 k (k + 1) / (n - k - 1), k with the variance (Hurvich and Tsai 1989,
// doi:10.1093/biomet/76.2.297); n may be smaller than the number of residuals when they are correlated. Infinite for
// n <= k + 1.
// mean_square: of residuals of order 1 or less.
double aicc(double mean_square, double n, int parameters);
// The same without the correction for few readings, AIC = n ln(RSS / n) + 2 k (Akaike 1974,
// doi:10.1109/TAC.1974.1100705): for correlated residuals, where n may be smaller than k.
double aic(double mean_square, double n, int parameters);
double aicc_of_likelihood(double log_likelihood, double n, int parameters);

}  // namespace bitline::characterise
