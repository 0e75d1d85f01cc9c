// SPDX-License-Identifier: Apache-2.0
#include "workloads/frechet.h"

#include <Eigen/Eigenvalues>
#include <algorithm>

namespace bitline::workloads {
namespace {

using Square = Eigen::MatrixXd;

Square square_root(const Square& covariance) {
  const Eigen::SelfAdjointEigenSolver<Square> eigen(covariance);
  const Eigen::VectorXd roots = eigen.eigenvalues().cwiseMax(0).cwiseSqrt();
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
  const Square ca = square_of(a.covariance, d), cb = square_of(b.covariance, d), root = square_root(ca);
  Square product = root * cb * root;
  product = (product + product.transpose().eval()) / 2;  // symmetric but for rounding
  const Eigen::SelfAdjointEigenSolver<Square> eigen(product, Eigen::EigenvaluesOnly);
  const double shared = eigen.eigenvalues().cwiseMax(0).cwiseSqrt().sum();
  return std::max(0.0, apart + ca.trace() + cb.trace() - 2 * shared);
}

}  // namespace bitline::workloads
