// SPDX-License-Identifier: Apache-2.0
// What `bitline solve` is asked, and what it answers.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/command_line.h"

namespace bitline::app {

struct SolveArguments : Common {
  std::string conductance, conductance_minus, voltages, gated, current, effective, node_row, node_col, source_power;
  std::string r_row, r_col, r_driver, r_sense, r_driver_far, r_sense_far, r_supply, r_access, read_voltage, sinh_beta;
};

// What came out, for the terminal.
struct Answer {
  std::size_t rows = 0, columns = 0, vectors = 0;
  std::string method;
  std::optional<double> residual;  // of Kirchhoff's current law, of the largest current; unset: not measured
  bool converged = true;
  double largest_A = 0;
  std::vector<double> power_W;
};

inline constexpr double largest_residual = 1e-8;  // of the largest current, where Kirchhoff's current law counts as met
inline constexpr std::size_t vectors_of_task = 64;  // solved one after another

// Throw UsageError, InputError. What is not solved is not written.
Answer solve_crossbar(const SolveArguments&);
Answer solve_gated(const SolveArguments&);

// To a file, if there is one.
void write_matrix(const std::string& file, const std::vector<double>& data, std::vector<std::size_t> shape);
// Of absolute values; a NaN where there is one.
double largest_of(const std::vector<double>& values);
// Options of the other form are mistakes, not ignored.
void refuse_options(const std::vector<std::pair<const char*, const std::string*>>& options, const char* why);

}  // namespace bitline::app
