// SPDX-License-Identifier: Apache-2.0
#include "array/wires/reduction.h"

#include <fmt/format.h>

#include "array/wires/elimination.h"
#include "base/error.h"

namespace bitline::array {
namespace {

bool all_zero(const std::vector<double>& ohm) {
  return std::all_of(ohm.begin(), ohm.end(), [](double r) { return r == 0; });
}

void check_size(const Crossbar& c) {
  check(c);
  if (c.rows + c.columns > largest_crossbar_lines)
    throw InputError(
        fmt::format("a crossbar of {} x {} lines; exact wires are computed for up to {} rows and columns "
                    "together",
                    c.rows, c.columns, largest_crossbar_lines));
}

// Every node of a row is its source and every node of a column its sense node.
void without_wires(const Crossbar& c, bool with_sources, EffectiveMatrix& out) {
  out = {c.rows, c.columns, c.g_S, {}};
  if (!with_sources) return;
  const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns);
  out.source_S.assign(m * m, 0);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) out.source_S[i * m + i] += c.g_S[i * n + j];
}

bool no_wires(const Crossbar& c) {
  return all_zero(c.lines.row_ohm) && all_zero(c.lines.column_ohm) && all_zero(c.lines.driver_ohm) &&
         all_zero(c.lines.sense_ohm);
}

void check_spans(const EffectiveMatrix& e, std::size_t batch, std::span<const double> v_V,
                 std::span<const double> sense_V, std::size_t out) {
  const auto m = static_cast<std::size_t>(e.rows), n = static_cast<std::size_t>(e.columns);
  if (v_V.size() != batch * m || sense_V.size() != batch * n || out != batch * m * n)
    throw InputError(fmt::format("node voltages of {} x {} devices: spans of wrong sizes", m, n));
}

}  // namespace

ReductionScratch::ReductionScratch() : scratch_(std::make_unique<wires::Scratch>()) {}
ReductionScratch::~ReductionScratch() = default;

void effective_matrix(const Crossbar& c, bool with_sources, ReductionScratch& scratch, EffectiveMatrix& out) {
  check_size(c);
  if (no_wires(c))
    without_wires(c, with_sources, out);
  else
    wires::Elimination(c, with_sources, false, scratch.get(), out);
}

EffectiveMatrix effective_matrix(const Crossbar& c, bool with_sources) {
  EffectiveMatrix out;
  ReductionScratch scratch;
  effective_matrix(c, with_sources, scratch, out);
  return out;
}

double source_power_W(const EffectiveMatrix& e, std::span<const double> v_V) {
  const auto m = static_cast<std::size_t>(e.rows);
  if (e.source_S.size() != m * m || v_V.size() != m)
    throw InputError("source power needs source conductances and one voltage for each row");
  double power_W = 0;
  for (std::size_t i = 0; i < m; ++i) {
    double current_A = 0;
    for (std::size_t k = 0; k < m; ++k) current_A += e.source_S[i * m + k] * v_V[k];
    power_W += v_V[i] * current_A;
  }
  return power_W;
}

struct NodeVoltages::Kept {
  Crossbar circuit;  // the elimination refers to it
  wires::Scratch scratch;
  EffectiveMatrix effective;
  wires::Elimination elimination;
  explicit Kept(const Crossbar& c) : circuit(c), elimination(circuit, true, true, scratch, effective) {
    scratch = {};
    if (no_wires(circuit)) without_wires(circuit, true, effective);  // exactly, as effective_matrix has it
  }
};

NodeVoltages::NodeVoltages(const Crossbar& c) {
  check_size(c);
  kept_ = std::make_unique<Kept>(c);
}
NodeVoltages::~NodeVoltages() = default;
NodeVoltages::NodeVoltages(NodeVoltages&&) noexcept = default;

const EffectiveMatrix& NodeVoltages::effective() const { return kept_->effective; }

void NodeVoltages::solve(std::span<const double> v_V, std::span<double> row_V, std::span<double> column_V) const {
  const std::size_t batch = v_V.size() / static_cast<std::size_t>(effective().rows);
  const std::vector<double> ground(batch * static_cast<std::size_t>(effective().columns), 0);
  solve(v_V, ground, row_V, column_V);
}

void NodeVoltages::solve(std::span<const double> v_V, std::span<const double> sense_V, std::span<double> row_V,
                         std::span<double> column_V) const {
  const auto m = static_cast<std::size_t>(effective().rows), n = static_cast<std::size_t>(effective().columns);
  const std::size_t batch = v_V.size() / m;
  check_spans(effective(), batch, v_V, sense_V, row_V.size());
  check_spans(effective(), batch, v_V, sense_V, column_V.size());
  constexpr std::size_t together = 16;  // vectors: their port voltages stay in the cache
  for (std::size_t first = 0; first < batch; first += together) {
    const std::size_t count = std::min(together, batch - first);
    wires::recover(kept_->elimination, count, v_V.subspan(first * m, count * m), sense_V.subspan(first * n, count * n),
                   row_V.subspan(first * m * n, count * m * n), column_V.subspan(first * m * n, count * m * n));
  }
}

void NodeVoltages::drops(std::span<const double> v_V, std::span<const double> sense_V, std::span<double> drop_V) const {
  const std::size_t batch = v_V.size() / static_cast<std::size_t>(effective().rows);
  check_spans(effective(), batch, v_V, sense_V, drop_V.size());
  if (batch > 0) wires::recover_drops(kept_->elimination, batch, v_V, sense_V, drop_V);
}

}  // namespace bitline::array
