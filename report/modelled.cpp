// SPDX-License-Identifier: Apache-2.0
#include "report/modelled.h"

namespace bitline {

std::vector<Simplification> modelled(bool exact_wires) {
  std::vector<Simplification> list{
      exact_wires ? Simplification{"Wire resistance",
                                   "Exact at every node: Kirchhoff's laws for all devices of an array, sneak "
                                   "paths included."}
                  : Simplification{"Wire resistance",
                                   "Left out: wires are ideal, every cell sees the full read voltage. Give wires.row "
                                   "and wires.column to include it."},
      {"Coupling between lines", "Not modelled: no capacitance from one line to another."},
      {"Curved current-voltage characteristics",
       "Not modelled in runs: a cell is a conductance, the same at every voltage."},
      {"Settling",
       "By a fixed time: rows are driven for the configured read time whatever the load, and currents have settled by "
       "then."},
      {"Supply and temperature", "Fixed: no supply droop, no self-heating, no dependence on temperature."},
      {"Read noise",
       "White and independent at each read, drawn with the summed variance of a column; no 1/f or telegraph noise."},
      {"Conductance lattice",
       "After writing and ageing, conductances are rounded to a lattice; the rounding is below 1e-4 of full scale and "
       "exact for ideal levels."},
      {"Write disturb and endurance",
       "Not modelled: writing one cell leaves its neighbours as they are, and cells do not wear out."},
      {"Leakage", "Counted as 0 wherever neither the technology nor the converter gives a figure."},
      {"Write energy", "Reported apart from inference, and only where the technology gives a figure."},
      {"Unit costs",
       "Partly scaled from published designs in other process nodes; each figure's source stands beside it in the "
       "configuration."},
      {"Converter costs",
       "From a regression over published converters unless configured; it describes an optimistic design, and single "
       "converters scatter around it by a factor of 3 and more."},
      {"Control and links between chips",
       "Not counted unless listed among the parts above: sequencing logic, clock distribution, pads and off-chip "
       "memory."},
  };
  if (exact_wires)
    list.push_back(
        {"Noise through wires",
         "Voltage rows: own cells' variance times one factor per column, found on exact node voltages of the "
         "first chip. Gated arrays: that of the cells without wires."});
  return list;
}

}  // namespace bitline
