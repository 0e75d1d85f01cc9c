// SPDX-License-Identifier: Apache-2.0
#include "workloads/frechet.h"

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <algorithm>
#include <limits>

namespace bitline::workloads {
namespace {

using Square = Eigen::MatrixXd;

// Symmetric. What rounding leaves of eigenvalues that are 0 is cut off, or its root would be 1e-8 of the largest.
Square square_root(const Square& covariance) {
  const Eigen::SelfAdjointEigenSolver<Square> eigen(covariance);
  const Eigen::VectorXd& values = eigen.eigenvalues();
  const double least = static_cast<double>(values.size()) * std::numeric_limits<double>::epsilon() * values.maxCoeff();
  const Eigen::VectorXd roots = (values.array() > least).select(values, 0).cwiseSqrt();
  return eigen.eigenvectors() * roots.asDiagonal() * eigen.eigenvectors().transpose();
}

Square square_of(const std::vector<double>& values, Eigen::Index d) {
  return Eigen::Map<const Square>(values.data(), d, d);
}

}  // namespace

Gaussian gaussian_of(std::span<const double> rows, int columns, std::span<const std::uint32_t> weights) {
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Index d = columns, n = static_cast<Eigen::Index>(rows.size()) / d;
  Eigen::VectorXd weight = Eigen::VectorXd::Ones(n);
  for (std::size_t i = 0; i < weights.size(); ++i) weight[static_cast<Eigen::Index>(i)] = weights[i];
  const Eigen::Map<const Rows> x(rows.data(), n, d);
  const Eigen::VectorXd mean = x.transpose() * weight / weight.sum();
  const Rows scaled = weight.cwiseSqrt().asDiagonal() * (x.rowwise() - mean.transpose());
  Square covariance = Square::Zero(d, d);
  covariance.selfadjointView<Eigen::Lower>().rankUpdate(scaled.transpose(), 1 / (weight.sum() - 1));
  covariance = covariance.selfadjointView<Eigen::Lower>();
  return {{mean.begin(), mean.end()}, {covariance.data(), covariance.data() + covariance.size()}};
}

double frechet_distance(const Gaussian& a, const Gaussian& b) {
  const auto d = static_cast<Eigen::Index>(a.mean.size());
  double apart = 0;
  for (std::size_t i = 0; i < a.mean.size(); ++i) apart += (a.mean[i] - b.mean[i]) * (a.mean[i] - b.mean[i]);
  const Square ca = square_of(a.covariance, d), cb = square_of(b.covariance, d);
  // The trace of the root of (A B)(A B)^T, A and B the roots of the covariances: without squaring what is small.
  const Square product = square_root(ca) * square_root(cb);
  const double shared = Eigen::BDCSVD<Square>(product).singularValues().sum();
  return std::max(0.0, apart + ca.trace() + cb.trace() - 2 * shared);
}

}  // namespace bitline::workloads
