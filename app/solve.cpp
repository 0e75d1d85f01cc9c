// SPDX-License-Identifier: Apache-2.0
// bitline solve: exact currents of one resistive crossbar.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/command_line.h"
#include "app/environment.h"
#include "app/matrix_input.h"
#include "array/wires/gated_ladder.h"
#include "array/wires/nonlinear.h"
#include "array/wires/reduction.h"
#include "base/parallel.h"
#include "report/text.h"

namespace bitline::app {

using array::Crossbar;
using array::EffectiveMatrix;

namespace {

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

// Options of the other form are mistakes, not ignored.
void refuse(const std::vector<std::pair<const char*, const std::string*>>& options, const char* why) {
  for (const auto& [name, value] : options)
    if (!value->empty()) throw UsageError(fmt::format("{} does not go with {}", name, why));
}

Crossbar read_crossbar(const SolveArguments& a) {
  const NpyArray g = read_matrix("--conductance", a.conductance, "(rows, columns)");
  const std::size_t m = g.shape[0], n = g.shape[1];
  Crossbar c{static_cast<int>(m), static_cast<int>(n), g.data, {}};
  const auto ohms = [&](const char* option, const std::string& text, std::size_t lines, bool open,
                        std::vector<double>& list) {
    if (!text.empty()) list = read_ohms(option, text, lines, open);
  };
  ohms("--r-row", a.r_row, 0, false, c.lines.row_ohm);
  ohms("--r-col", a.r_col, 0, false, c.lines.column_ohm);
  ohms("--r-driver", a.r_driver, m, true, c.lines.driver_ohm);
  ohms("--r-driver-far", a.r_driver_far, m, true, c.lines.driver_far_ohm);
  ohms("--r-sense", a.r_sense, n, true, c.lines.sense_ohm);
  ohms("--r-sense-far", a.r_sense_far, n, true, c.lines.sense_far_ohm);
  check(c);
  return c;
}

// |sum of device currents - line current| over all lines, of the largest current: the nodes against the matrix, found
// in different ways. Drops are differences of node voltages, whose rounding the devices carry: where so little current
// flows that this alone would pass for a violation, it counts as largest_residual.
constexpr double largest_residual = 1e-8;
double line_residual(const Crossbar& c, const EffectiveMatrix& e, std::span<const double> v_V,
                     std::span<const double> row_V, std::span<const double> column_V) {
  const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns);
  std::vector<double> sense(n, 0), driver(m, 0);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t k = 0; k < m; ++k) driver[i] += e.source_S[i * m + k] * v_V[k];
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) sense[j] += v_V[i] * e.transfer_S[i * n + j];
  double largest = std::max(largest_of(sense), largest_of(driver));
  std::vector<double> rounding(std::max(m, n), 0);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double current = c.g_S[i * n + j] * (row_V[i * n + j] - column_V[i * n + j]);
      driver[i] -= current, sense[j] -= current;
      const double carried = 64 * std::numeric_limits<double>::epsilon() * c.g_S[i * n + j] *
                             (std::abs(row_V[i * n + j]) + std::abs(column_V[i * n + j]));
      rounding[i] += carried, rounding[j] += carried;
    }
  largest = std::max(largest, largest_of(rounding) / largest_residual);
  return largest > 0 ? std::max(largest_of(sense), largest_of(driver)) / largest : 0;
}

constexpr std::size_t together = 64;  // vectors of a task

Answer solve_linear(const SolveArguments& a, const Crossbar& c, const NpyArray& v) {
  const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns), batch = v.shape[0];
  Answer answer{m, n, batch, "direct reduction", {}, true, 0, {}};
  // Node voltages need the whole elimination kept: asked for, or cheap enough to check with.
  constexpr std::size_t cheap_devices = 1 << 18;
  const bool with_nodes = !a.node_row.empty() || !a.node_col.empty();
  std::optional<array::NodeVoltages> nodes;
  if (with_nodes || m * n <= cheap_devices) nodes.emplace(c);
  const EffectiveMatrix e = nodes ? nodes->effective() : effective_matrix(c, !a.source_power.empty());
  std::vector<double> currents(batch * n, 0), powers(e.source_S.empty() ? 0 : batch), residuals;
  parallel_for((batch + together - 1) / together, [&](std::size_t task) {
    for (std::size_t b = task * together; b < std::min(batch, (task + 1) * together); ++b) {
      const std::span<const double> own(v.data.data() + b * m, m);
      for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n && own[i] != 0; ++j) currents[b * n + j] += own[i] * e.transfer_S[i * n + j];
      if (!powers.empty()) powers[b] = source_power_W(e, own);
    }
  });
  std::vector<double> row_V, column_V;
  if (nodes && batch > 0) {
    // All vectors where their nodes are wanted, else the first as a check.
    const std::size_t solved = with_nodes ? batch : 1, tasks = (solved + together - 1) / together;
    row_V.resize(solved * m * n), column_V.resize(row_V.size());
    residuals.resize(solved);
    parallel_for(tasks, [&](std::size_t task) {
      const std::size_t first = task * together, count = std::min(together, solved - first);
      const std::span<const double> own(v.data.data() + first * m, count * m);
      nodes->solve(own, std::span(row_V).subspan(first * m * n, count * m * n),
                   std::span(column_V).subspan(first * m * n, count * m * n));
      for (std::size_t b = 0; b < count; ++b)
        residuals[first + b] =
            line_residual(c, e, own.subspan(b * m, m), std::span(row_V).subspan((first + b) * m * n, m * n),
                          std::span(column_V).subspan((first + b) * m * n, m * n));
    });
    answer.residual = largest_of(residuals);
    answer.converged = *answer.residual <= largest_residual;
  }
  answer.largest_A = largest_of(currents);
  answer.power_W = powers;
  answer.converged = answer.converged && std::isfinite(answer.largest_A) && std::isfinite(largest_of(powers));
  if (!answer.converged) return answer;
  write_matrix(a.node_row, row_V, {batch, m, n});
  write_matrix(a.node_col, column_V, {batch, m, n});
  write_matrix(a.current, currents, {batch, n});
  write_matrix(a.effective, e.transfer_S, {m, n});
  write_matrix(a.source_power, powers, {batch});
  return answer;
}

Answer solve_sinh(const SolveArguments& a, const Crossbar& c, const NpyArray& v) {
  const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns), batch = v.shape[0];
  const device::DeviceLaw law{device::Sinh{read_number("--sinh-beta", a.sinh_beta)}, 0, {}};
  Answer answer{m, n, batch, "line-Newton sweeps", 0.0, true, 0, {}};
  const bool with_nodes = !a.node_row.empty() || !a.node_col.empty();
  std::vector<double> currents(batch * n), powers(batch), residuals(batch);
  std::vector<double> row_V(with_nodes ? batch * m * n : 0), column_V(row_V.size());
  std::vector<char> converged(batch), chords(batch);
  parallel_for(batch, [&](std::size_t b) {
    const array::NonlinearState s = solve_nonlinear(c, law, {v.data.data() + b * m, m});
    std::copy(s.state.sense_A.begin(), s.state.sense_A.end(), currents.begin() + static_cast<std::ptrdiff_t>(b * n));
    powers[b] = s.state.source_W, residuals[b] = s.state.status.residual;
    converged[b] = s.state.status.converged, chords[b] = s.by_chords;
    if (!with_nodes) return;
    std::copy(s.state.row_V.begin(), s.state.row_V.end(), row_V.begin() + static_cast<std::ptrdiff_t>(b * m * n));
    std::copy(s.state.column_V.begin(), s.state.column_V.end(),
              column_V.begin() + static_cast<std::ptrdiff_t>(b * m * n));
  });
  const auto by_chords = std::count(chords.begin(), chords.end(), 1);
  if (by_chords > 0) answer.method += fmt::format(", {} of {} vectors by chords", by_chords, batch);
  answer.residual = largest_of(residuals);
  answer.largest_A = largest_of(currents);
  answer.power_W = powers;
  answer.converged = std::all_of(converged.begin(), converged.end(), [](char ok) { return ok != 0; }) &&
                     std::isfinite(answer.largest_A) && std::isfinite(largest_of(powers));
  if (!answer.converged) return answer;  // what is not solved is not written
  write_matrix(a.current, currents, {batch, n});
  write_matrix(a.node_row, row_V, {batch, m, n});
  write_matrix(a.node_col, column_V, {batch, m, n});
  write_matrix(a.source_power, powers, {batch});
  return answer;
}

Answer solve_crossbar(const SolveArguments& a) {
  const bool matrix_only = a.voltages.empty() && !a.effective.empty();
  if (a.voltages.empty() && !matrix_only)
    throw UsageError("--voltages is needed, or --effective for the matrix alone, or --gated for a gated ladder");
  if (matrix_only)
    refuse({{"--current", &a.current},
            {"--node-row", &a.node_row},
            {"--node-col", &a.node_col},
            {"--source-power", &a.source_power}},
           "--effective without --voltages");
  refuse({{"--conductance-minus", &a.conductance_minus},
          {"--read-voltage", &a.read_voltage},
          {"--r-supply", &a.r_supply},
          {"--r-access", &a.r_access}},
         "--voltages; it belongs to --gated");
  if (!a.sinh_beta.empty() && !a.effective.empty())
    throw UsageError("--effective does not go with --sinh-beta: a circuit of such devices is no matrix");
  const Crossbar c = read_crossbar(a);
  const NpyArray v = matrix_only ? NpyArray{{0, static_cast<std::size_t>(c.rows)}, {}}
                                 : read_matrix("--voltages", a.voltages, "(batch, rows)", -1, c.rows,
                                               "one for each row of the conductances");
  return a.sinh_beta.empty() ? solve_linear(a, c, v) : solve_sinh(a, c, v);
}

Answer solve_gated(const SolveArguments& a) {
  if (!a.voltages.empty()) throw UsageError("--voltages does not go with --gated: bits switch rows of --read-voltage");
  if (a.read_voltage.empty()) throw UsageError("--read-voltage is needed with --gated");
  refuse({{"--r-driver", &a.r_driver},
          {"--r-driver-far", &a.r_driver_far},
          {"--r-sense-far", &a.r_sense_far},
          {"--sinh-beta", &a.sinh_beta},
          {"--effective", &a.effective}},
         "--gated");
  const NpyArray g = read_matrix("--conductance", a.conductance, "(rows, columns)");
  const std::size_t m = g.shape[0], n = g.shape[1];
  array::GatedLadder ladder;
  ladder.rows = static_cast<int>(m), ladder.columns = static_cast<int>(n), ladder.g_S = g.data;
  const bool pair = !a.conductance_minus.empty();
  if (pair)
    ladder.g_minus_S = read_matrix("--conductance-minus", a.conductance_minus, "(rows, columns)", ladder.rows,
                                   ladder.columns, "as --conductance")
                           .data;
  const auto ohm = [](const char* option, const std::string& text, double& value) {
    if (text.ends_with(".npy")) throw UsageError(fmt::format("{} is one number with --gated", option));
    if (!text.empty()) value = read_ohms(option, text, 0, false)[0];
  };
  ohm("--r-row", a.r_row, ladder.supply_segment_ohm);
  ohm("--r-col", a.r_col, ladder.bit_segment_ohm);
  ohm("--r-supply", a.r_supply, ladder.supply_ohm);
  ohm("--r-sense", a.r_sense, ladder.sense_ohm);
  ohm("--r-access", a.r_access, ladder.access_ohm);
  const double read_V = read_number("--read-voltage", a.read_voltage);
  const NpyArray bits =
      read_matrix("--gated", a.gated, "(batch, rows)", -1, ladder.rows, "one for each row of the conductances");
  std::vector<std::int8_t> x(bits.data.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (bits.data[i] != 0 && bits.data[i] != 1 && !(pair && bits.data[i] == -1))
      throw InputError(fmt::format("--gated {}: is {} at vector {}, row {} (from 0); bits are 0 or 1{}", a.gated,
                                   bits.data[i], i / m, i % m, pair ? ", or -1" : " (-1 needs --conductance-minus)"));
    x[i] = static_cast<std::int8_t>(bits.data[i]);
  }
  const std::size_t batch = bits.shape[0];
  const array::LadderSolver<double> solver(ladder);
  std::vector<double> currents(batch * n), powers(batch), residuals(batch);
  const bool with_nodes = !a.node_row.empty() || !a.node_col.empty();
  std::vector<double> supply_V(with_nodes ? batch * m * n : 0), bit_V(supply_V.size());
  parallel_for((batch + together - 1) / together, [&](std::size_t task) {
    std::vector<double> power_S(n);
    for (std::size_t b = task * together; b < std::min(batch, (task + 1) * together); ++b) {
      const std::span<const std::int8_t> own(x.data() + b * m, m);
      const std::span<double> out(currents.data() + b * n, n);
      solver.currents_S(own, 0, out, power_S);
      for (double p : power_S) powers[b] += p * read_V * read_V;
      if (with_nodes || b == 0) {
        // The devices' currents into each bit line against what leaves it.
        const array::LadderVoltages nodes = ladder_voltages(ladder, own);
        std::vector<double> left(out.begin(), out.end());
        for (std::size_t k = 0; k < m * n; ++k) {
          const std::int8_t bit = own[k / n];
          if (bit == 0) continue;
          const auto device = [&](double g_S, double from) {
            left[k % n] -= array::behind_access(g_S, ladder.access_ohm) * (from - nodes.bit[k]);
          };
          device(bit > 0 || !pair ? ladder.g_S[k] : ladder.g_minus_S[k], nodes.supply[k]);
          if (pair) device(bit > 0 ? ladder.g_minus_S[k] : ladder.g_S[k], nodes.supply_minus[k]);
        }
        const double most = largest_of({out.begin(), out.end()});
        residuals[b] = most > 0 ? largest_of(left) / most : 0;
        for (std::size_t k = 0; with_nodes && k < m * n; ++k) {
          supply_V[b * m * n + k] = nodes.supply[k] * read_V;
          bit_V[b * m * n + k] = nodes.bit[k] * read_V;
        }
      }
      for (double& i : out) i *= read_V;
    }
  });
  Answer answer{m,     n, batch, "one exact pass along each column", largest_of(residuals), true, largest_of(currents),
                powers};
  answer.converged =
      *answer.residual <= largest_residual && std::isfinite(answer.largest_A) && std::isfinite(largest_of(powers));
  if (!answer.converged) return answer;
  write_matrix(a.current, currents, {batch, n});
  write_matrix(a.node_row, supply_V, {batch, m, n});
  write_matrix(a.node_col, bit_V, {batch, m, n});
  write_matrix(a.source_power, powers, {batch});
  return answer;
}

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
  file("--conductance", a->conductance, "conductances (rows, columns) in siemens, .npy; 0 = open");
  file("--voltages", a->voltages, "source voltages (batch, rows), .npy");
  file("--current", a->current, "currents into the sense nodes (batch, columns), .npy");
  ohms("--r-row", a->r_row, "ohms between neighbouring devices of a row (--gated: of a supply line)");
  ohms("--r-col", a->r_col, "ohms between neighbouring devices of a column");
  ohms("--r-driver", a->r_driver, "ohms of each row's source: a number, inf, or .npy with one value a line");
  ohms("--r-sense", a->r_sense, "ohms of each column's sense node, likewise");
  ohms("--r-driver-far", a->r_driver_far, "connects the source to the other end of its row too; inf = not");
  ohms("--r-sense-far", a->r_sense_far, "grounds the other end of each column too; inf = not");
  c.cli->add_option("--sinh-beta", a->sinh_beta, "devices carry G sinh(B V) / B")->type_name("B");
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
