// SPDX-License-Identifier: Apache-2.0
// What each action on one chip costs, and everything else that no run changes: sizes of parts, area, the way of a bit.
// Built once for a placed network; costs of a mean inference and of single samples are ledgers times it.
#pragma once

#include <vector>

#include "cost/actions.h"
#include "cost/area.h"
#include "cost/digital_parts.h"
#include "cost/interval.h"
#include "cost/part.h"

namespace bitline::cost {

// One action's energy, charged to a part. An action may have several prices, in one part each.
struct Price {
  Part part = Part::array;
  read::Action action = read::Action::conversion;
  double energy_J = 0;
  Kind kind = Kind::converter;
  double spread = 1;  // UnitCost::energy_spread
};

struct LayerTariff {
  LayerActions actions;
  LayerParts parts;
  std::vector<Price> prices;
};

// A node that is no layer's.
struct NodeTariff {
  read::Ledger planned;
  std::vector<Price> prices;
};

struct Tariff {
  arch::Config config;  // that prices follow from; the chip's own says only what its reads depend on
  Dataflow flow;
  double buffer_bits = 0;
  ChipParts parts;
  DigitalParts digital;
  ChipArea area;
  Path path;                        // of a bit between the buffers and an array
  std::vector<LayerTariff> layers;  // like Chip::layers
  std::vector<NodeTariff> nodes;    // like flow.nodes; those of layers are empty
};
Tariff tariff(const arch::Config&, const chip::Chip&, Dataflow);

// Energies of one ledger by part, and how far they may be off. What devices dissipate is exact.
struct Bill {
  Breakdown energy_J;
  Deviations deviations_J;
};
// `counted`: what reads counted for this layer (array_J, line_drive, line_activation). With the planned counts.
Bill layer_bill(const chip::Chip&, const Tariff&, std::size_t layer, const read::Ledger& counted);
Bill node_bill(const Tariff&, std::size_t node);

// The part of a layer's energy that depends on its inputs: arrays, the charge of their lines and the lines' drivers.
double data_energy_J(const chip::Chip&, const Tariff&, std::size_t layer, const read::Ledger& counted);

}  // namespace bitline::cost
