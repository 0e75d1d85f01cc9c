// SPDX-License-Identifier: Apache-2.0
// Cells that were written and read again at several times.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "characterise/fit/fit_relaxation.h"
#include "characterise/fit/parts.h"

namespace bitline::characterise {

struct Cell {
  std::string name = {};
  double written_S = 0;
  std::vector<double> t_s, g_S;  // later readings, times ascending
};

struct Cells {
  std::vector<Cell> all = {};
  std::vector<double> times_s = {};  // ascending, of all cells
  double highest_S = 0;              // written
  std::size_t readings = 0;
  bool many = false;        // enough at every time to speak of a spread between cells
  std::size_t fewest = 20;  // readings of a level at a time that a law by levels needs
};

// Columns cell, time, conductance (or current) and written; a reading at time 0 is what was written. InputError for
// times that go back, a cell written twice, and fewer than three later readings.
Cells read_cells(const MeasuredTable&, const FitFiles&, std::vector<std::string>& notes);

// Mean and standard deviation of a cell's conductance by a model.
struct Moments {
  double mean_S = 0, sigma_S = 0;
};
using Law = std::function<Moments(double written_S, double t_s)>;

// What it predicts of cells written to a conductance: equally likely conductances, ascending, as many as there is room
// for. Noise of reading is in it.
using Predict = std::function<void(double written_S, double t_s, std::span<double> equally_likely_S)>;

// What a model is, fitted to cells: its numbers in the order of `values` of the candidate, its law, and device keys.
struct RetentionModel {
  std::vector<double> numbers = {};
  std::vector<double> solution = {};  // of the least squares: where to start on resampled cells
  Law law = {};
  Predict predict = {};
  std::vector<FitPart::Key> keys = {};
  std::vector<std::string> notes = {};
  std::string refused = {};
};

// `from`: the solution for the whole of which these cells are a resample; the same form is fitted, from there.
RetentionModel no_change(const Cells&, const std::vector<double>& from = {});
RetentionModel log_time(const Cells&, const std::vector<double>& from = {});
RetentionModel by_level(const Cells&, const std::vector<double>& from = {});
RetentionModel measured(const Cells&, const std::vector<double>& from = {});  // quantiles as they are
RetentionModel power_law(const Cells&, const std::vector<double>& from = {});
RetentionModel single_exponential(const Cells&, const std::vector<double>& from = {});
RetentionModel double_exponential(const Cells&, const std::vector<double>& from = {});

}  // namespace bitline::characterise
