// SPDX-License-Identifier: Apache-2.0
// Ledgers of driven rows: the energy that they dissipate and how often they are charged, by one sum for reads that a
// run counted, that files give the codes of, or that statistics expect.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chip/view.h"
#include "read/activity.h"
#include "read/ledger.h"

namespace bitline::read {

// Of each row of a layer, [copy][row]: sums over the reads of one or many inferences, or means of one.
struct RowDrives {
  std::vector<std::vector<double>> drive, on;  // of x^2, x in input steps; of reads with x != 0
  std::vector<std::vector<double>> held,
      held_on;  // the same times how long planes last, where that differs; else empty
};
RowDrives row_drives(const Activity&);

// What one block's cells draw for each squared input step, in siemens.
struct BlockLoad {
  std::span<const double> row_S;                  // ideal wires: by row, all that its voltage drives in the whole array
  const std::vector<double>* source_S = nullptr;  // wires: (rows, rows), in place of row_S
};

// array_J, line_drive and line_activation of a layer whose blocks are `loads`, in the order of its placement. `pairs`:
// where the products of inputs were counted that a load with wires needs. `solved_J`: array_J where circuits of reads
// were solved one by one; loads are not asked then.
Ledger drive_ledger(const chip::LayerPlan&, const RowDrives&, std::span<const BlockLoad> loads,
                    const Activity* pairs = nullptr, std::optional<double> solved_J = {});

// The same for what one chip counted over some reads.
Ledger read_ledger(const chip::LayerPlan&, const chip::View&, const Activity&);

}  // namespace bitline::read
