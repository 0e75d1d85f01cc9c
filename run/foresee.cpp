// SPDX-License-Identifier: Apache-2.0
#include "run/foresee.h"

#include "cost/cost.h"
#include "cost/graph_flow.h"
#include "cost/write_cost.h"
#include "run/prepare.h"
#include "run/session.h"

namespace bitline::run {

std::vector<std::string> foreseen_warnings(const arch::LoadedConfig& loaded, const RunOptions& options) {
  if (loaded.config.workload.network.empty()) return {};
  // Currents decide nothing here, and their wires and ranges take longest to find.
  arch::LoadedConfig placed = loaded;
  placed.config.wires.mode = array::WireMode::ideal;
  placed.config.conductances.clear();
  Shelf shelf(0);
  std::optional<Session> session;
  at_dataset(loaded, [&] { session.emplace(Session::open(placed, options, shelf)); });
  const chip::Chip& chip = session->chip();
  const cost::Tariff tariff =
      cost::tariff(loaded.config, chip, cost::graph_flow(loaded.config, chip, session->network()));
  const std::vector<read::Ledger> nothing_read(chip.layers.size());
  std::vector<std::string> warnings = price(chip, tariff, nothing_read, {}).warnings;
  if (const auto wear = cost::endurance_warning(loaded.config, chip)) warnings.push_back(*wear);
  return warnings;
}

}  // namespace bitline::run
