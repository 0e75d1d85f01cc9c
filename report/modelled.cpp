// SPDX-License-Identifier: Apache-2.0
#include "report/modelled.h"

namespace bitline {

std::vector<Simplification> modelled(const Result& result) {
  const bool wires = result.wires.has_value();
  std::vector<Simplification> list;
  if (result.shapes) list.push_back({"Weights and inputs", result.shapes->note});
  const std::vector<Simplification> always = {
      {"Wire resistance",
       wires
           ? "Exact: Kirchhoff's laws at every node of each array with the given resistances, for every read."
           : "Not modelled in this run: its wires are ideal, every cell sees the full read voltage. Resistances under "
             "'wires' in the configuration make them exact."},
      {"Sneak paths",
       wires ? "Exact for the circuit of lines and devices: rows that are driven see each other through their columns, "
               "rows that are not are held at 0 V or have their devices off."
             : "None: with ideal wires every line has one voltage, and a cell reacts to its own row and column only."},
      {"Crosstalk", "Not modelled: lines do not couple by capacitance, and nothing leaks from line to line."},
      {"Curved current-voltage characteristics",
       "Not modelled in runs: a cell is a conductance, the same at every voltage ('bitline solve' takes curved ones)."},
      {"Settling",
       "By a fixed time: rows are driven for the configured read time whatever the load and the lines, and "
       "currents have settled by then."},
      {"Supply and temperature", "Fixed: no supply droop, no self-heating, no dependence on temperature."},
      {"Read noise",
       std::string(
           "White and independent at each read, drawn with the summed variance of a column; no 1/f or telegraph "
           "noise.") +
           (wires
                ? " Wires: the variance of a column's own cells times one factor for each column, found on exact node "
                  "voltages of the first chip; in gated arrays and with curved devices that of the cells without wires."
                : "")},
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
  list.insert(list.end(), always.begin(), always.end());
  return list;
}

}  // namespace bitline
