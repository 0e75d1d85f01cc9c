// SPDX-License-Identifier: Apache-2.0
// What an experiment found beyond the quality and the costs of every result, as plain data: claims, tables, pictures.
// result.json holds all but the pictures; the run folder has tables as CSV and pictures as SVG.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/simplification.h"
#include "base/statistics.h"

namespace bitline::run {

// A statement about the mean of a figure over what the experiment repeats.
struct ExperimentClaim {
  std::string id, claim;
  bool holds = false;  // the interval excludes the opposite
  double share = 0;    // of ExperimentResult::repeated in which it holds
  double value = 0;
  Interval ci95{0, 0};
  std::string unit;
};

using TableCell = std::variant<double, std::string>;
struct ExperimentTable {
  std::string name, caption;
  std::vector<std::string> columns;  // with their units: "energy_J"
  std::vector<std::vector<TableCell>> rows;
};

// Lines over one axis; a value that is not finite interrupts its line. `half_width`: of a band around it, or empty.
struct LineFigure {
  struct Series {
    std::string name;
    std::vector<double> x, y, half_width{};
  };
  std::string x_name, y_name;
  std::vector<Series> series;
  bool log_x = false;
};
// Grey pictures in a grid, one row under another, all as wide as each other.
struct ImageFigure {
  struct Image {
    int height = 0, width = 0;
    std::vector<float> values;  // row-major
  };
  struct Row {
    std::string name;
    std::vector<Image> images;
  };
  double black = 0, white = 1;
  std::vector<Row> rows;
};
// Matrices beside each other in one scale of colours.
struct MatrixFigure {
  struct Panel {
    std::string name;
    int rows = 0, columns = 0;
    std::vector<float> values;  // row-major
  };
  std::string unit;
  std::vector<Panel> panels;
  std::optional<std::pair<double, double>> range{};  // unset: of the values
};
// Bars from 0, a group of them for each name.
struct BarFigure {
  struct Series {
    std::string name;
    std::vector<double> values, half_width{};  // one for each of `names`; not finite: no bar
  };
  std::string value_name;
  std::vector<std::string> names;
  std::vector<Series> series;
};
struct ExperimentPicture {
  std::string name, caption;  // name: of its file
  std::variant<LineFigure, ImageFigure, MatrixFigure, BarFigure> figure;
};

struct ExperimentResult {
  std::string kind;  // the record's type
  int seeds = 0;     // how many there are of what is repeated
  // What is repeated, as a plural: "seeds", "chips", "pictures" ...; `over`: what intervals are over where that is
  // something else, such as speakers, each of whom several runs are of.
  std::string repeated = "seeds", over = "";
  const std::string& intervals_over() const { return over.empty() ? repeated : over; }
  // What a reader has to know first: the data and what they stand in for.
  std::vector<std::string> notes;
  // The data are not those of the publications: what would be a prediction is told as a proxy.
  bool stands_in = false;
  std::vector<Simplification> simplifications;  // of the experiment itself
  std::vector<ExperimentClaim> claims;
  std::vector<ExperimentTable> tables;
  std::vector<ExperimentPicture> pictures;
  std::vector<std::pair<std::string, double>> figures;  // by name, for `published: ours: experiment.figures.NAME`
};

}  // namespace bitline::run
