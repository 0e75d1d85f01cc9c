// SPDX-License-Identifier: Apache-2.0
// bitline solve: exact currents of one resistive crossbar.
#include "app/solve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/environment.h"
#include "base/npy.h"
#include "base/parallel.h"
#include "report/text.h"

namespace bitline::app {

void write_matrix(const std::string& file, const std::vector<double>& data, std::vector<std::size_t> shape) {
  if (!file.empty()) write_npy(file, std::span<const double>(data), shape);
}

double largest_of(const std::vector<double>& values) {
  double most = 0;
  for (double x : values) {
    if (std::isnan(x)) return x;
    most = std::max(most, std::abs(x));
  }
  return most;
}

void refuse_options(const std::vector<std::pair<const char*, const std::string*>>& options, const char* why) {
  for (const auto& [name, value] : options)
    if (!value->empty()) throw UsageError(fmt::format("{} does not go with {}", name, why));
}

namespace {

void print(const SolveArguments& a, const Answer& s) {
  const char* status = s.converged ? "solved" : "not converged";
  if (a.json) {
    nlohmann::ordered_json json{{"rows", s.rows},
                                {"columns", s.columns},
                                {"vectors", s.vectors},
                                {"method", s.method},
                                {"status", status},
                                {"residual", nullptr},
                                {"largest_current_A", s.largest_A}};
    if (s.residual) json["residual"] = *s.residual;
    json["source_power_W"] = s.power_W;
    fmt::print("{}\n", json.dump(2));
    return;
  }
  fmt::print("{} x {} devices, {} vector{}: {} by {}\n", s.rows, s.columns, s.vectors, s.vectors == 1 ? "" : "s",
             status, s.method);
  fmt::print("  largest current  {}\n", pretty(s.largest_A, Unit::ampere));
  fmt::print("  residual         {}\n",
             s.residual ? fmt::format("{:.1e} of the largest current (Kirchhoff's current law)", *s.residual)
                        : "not measured for so many devices; --node-row measures it");
}

// A result must not replace an input or another result.
void check_outputs(const SolveArguments& a) {
  std::map<std::filesystem::path, std::string> seen;
  const auto add = [&](const char* option, const std::string& file, bool output) {
    if (file.empty() || (!output && !file.ends_with(".npy"))) return;
    const auto [at, fresh] = seen.emplace(std::filesystem::weakly_canonical(file), option);
    if (!fresh && output)
      throw UsageError(fmt::format("{} {} is also {}; give each its own file", option, file, at->second));
  };
  for (const auto& [option, file] : {std::pair{"--conductance", &a.conductance},
                                     {"--conductance-minus", &a.conductance_minus},
                                     {"--voltages", &a.voltages},
                                     {"--gated", &a.gated},
                                     {"--r-driver", &a.r_driver},
                                     {"--r-sense", &a.r_sense},
                                     {"--r-driver-far", &a.r_driver_far},
                                     {"--r-sense-far", &a.r_sense_far}})
    add(option, *file, false);
  for (const auto& [option, file] : {std::pair{"--current", &a.current},
                                     {"--effective", &a.effective},
                                     {"--node-row", &a.node_row},
                                     {"--node-col", &a.node_col},
                                     {"--source-power", &a.source_power}})
    add(option, *file, true);
}

int solve_command(const SolveArguments& a) {
  if (a.conductance.empty()) throw UsageError("--conductance is needed");
  check_outputs(a);
  Answer answer;
  with_threads(a.threads, [&] { answer = a.gated.empty() ? solve_crossbar(a) : solve_gated(a); });
  print(a, answer);
  if (!answer.converged)
    print_warning(
        "nothing was written: " +
        std::string(std::isfinite(answer.largest_A) && std::isfinite(largest_of(answer.power_W))
                        ? "the current law is not met; curves this steep or circuits this uneven are beyond the "
                          "solver: check units, or lower voltages, --sinh-beta or resistances"
                        : "currents or powers beyond what numbers hold: check the units of voltages and conductances"));
  return answer.converged ? exit_done : exit_run_failed;
}

}  // namespace

void add_solve(CommandLine& line) {
  auto a = std::make_shared<SolveArguments>();
  Command& c = line.add(
      "solve", "solves one resistive crossbar exactly: wires, drivers, sense nodes, gated rows, curved devices", "Run",
      {{"bitline solve --conductance G.npy --voltages V.npy --current I.npy --r-row 2.2 --r-col 2.2",
        "currents with 2.2 ohm between neighbouring devices"},
       {"bitline solve --conductance G.npy --voltages V.npy --current I.npy --r-row 1 --r-col 1 --r-driver-far 0 "
        "--effective A.npy",
        "rows driven at both ends; the matrix of the whole array"},
       {"bitline solve --conductance G.npy --voltages V.npy --current I.npy --r-row 1 --r-col 1 --sinh-beta 3 "
        "--node-row U.npy --node-col W.npy",
        "devices that carry G sinh(3 V) / 3; voltages of all nodes"},
       {"bitline solve --gated B.npy --conductance G.npy --read-voltage 0.2 --current I.npy --r-row 1 --r-col 1 "
        "--r-access 5000",
        "1T1R columns with supply lines beside the bit lines, rows switched by bits"}});
  const auto file = [&](const char* name, std::string& value, const char* meaning) {
    c.cli->add_option(name, value, meaning)->type_name("FILE");
  };
  const auto ohms = [&](const char* name, std::string& value, const char* meaning) {
    c.cli->add_option(name, value, meaning)->type_name("X");
  };
  file("--conductance", a->conductance, "conductances (rows, columns) in siemens, not ohms, .npy; 0 = open");
  file("--voltages", a->voltages, "source voltages (batch, rows), .npy");
  file("--current", a->current, "currents into the sense nodes (batch, columns), .npy");
  ohms("--r-row", a->r_row,
       "ohms of each segment of a row: between neighbouring devices, and from the source to the first (--gated: of a "
       "supply line)");
  ohms("--r-col", a->r_col,
       "ohms of each segment of a column: between neighbouring devices, and from the last to the sense node");
  ohms("--r-driver", a->r_driver, "ohms of each row's source: a number, inf, or .npy with one value a line");
  ohms("--r-sense", a->r_sense, "ohms of each column's sense node, likewise");
  ohms("--r-driver-far", a->r_driver_far, "connects the source to the other end of its row too; inf = not");
  ohms("--r-sense-far", a->r_sense_far, "grounds the other end of each column too; inf = not");
  c.cli
      ->add_option(
          "--sinh-beta", a->sinh_beta,
          "devices carry G sinh(B V) / B, so G is that at 0 V; device.iv of configs counts from the read voltage")
      ->type_name("B");
  file("--effective", a->effective, "the matrix (rows, columns) in siemens: current = voltages x matrix");
  file("--node-row", a->node_row, "voltages of the row nodes (batch, rows, columns); --gated: of the supply line");
  file("--node-col", a->node_col, "voltages of the column nodes (batch, rows, columns)");
  file("--source-power", a->source_power, "power of all sources (batch) in watts");
  file("--gated", a->gated, "bits (batch, rows) that switch rows: 0, 1, or -1 with --conductance-minus");
  file("--conductance-minus", a->conductance_minus, "devices on a second supply line of opposite sign");
  c.cli->add_option("--read-voltage", a->read_voltage, "of the supply lines, with --gated")->type_name("VOLT");
  ohms("--r-supply", a->r_supply, "ohms of each supply line's source, with --gated");
  ohms("--r-access", a->r_access, "ohms in series with each device, with --gated");
  c.cli->add_option("--threads", a->threads, "at most this many threads; 0 = all cores")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  a->add_output_options(*c.cli);
  c.run = [a] { return solve_command(*a); };
}

}  // namespace bitline::app
