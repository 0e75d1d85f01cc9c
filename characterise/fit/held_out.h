// SPDX-License-Identifier: Apache-2.0
// Candidates judged by cells that they were not fitted to: the continuous ranked probability score of what each
// predicts (Gneiting and Raftery 2007, doi:10.1198/016214506000001437), by cross-validation over cells.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "characterise/fit/cells.h"

namespace bitline::characterise {

// CRPS = integral of (F(x) - 1{x >= y})^2 over x, in the unit of y: of a distribution that is as many equally likely
// values, ascending. 0 is a sure and right prediction, and of one value it is the absolute error.
double crps(std::span<const double> equally_likely, double y);

// Cells are parted into five; which part one belongs to depends on its name alone, not on its place in a file.
inline constexpr int folds = 5;
int fold_of(std::string_view cell);

// The later half of the times, the middle one with it: where retention is asked for.
std::vector<double> judged_times(const Cells&);

// A candidate's mean score at the judged times, cell by cell, fitted to the cells of the other folds. NaN: the cell has
// no reading then. `refused`: why some of them would not give it.
struct CellScores {
  std::vector<double> crps_S = {};
  std::string refused = {};
};
using FitToCells = std::function<RetentionModel(const Cells&)>;
CellScores held_out_scores(const Cells&, const FitToCells&);

// Score, standard errors over cells and distance to the best into each candidate that is not refused; chooses the
// simplest whose distance to the best is at most one standard error of it (the one-standard-error rule of Breiman et
// al. 1984, section 3.4.3, of differences cell by cell). `simpler`: candidates' ranks, lowest is simplest; of equal
// ones the better is taken. InputError where all are refused.
void choose_by_held_out(FitPart&, std::span<const CellScores>, std::span<const int> simpler);

}  // namespace bitline::characterise
