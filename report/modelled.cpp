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
       "Only where the configuration gives a curve (device.iv) and wires lower the voltage or inputs are analog; "
       "otherwise "
       "a cell is a conductance, the same at every voltage."},
      {"Settling",
       "By a fixed time: rows are driven for the configured read time, and currents count as settled by then. How long "
       "lines take to half an LSB (Elmore delay of row and column) is computed for each layer, and a layer that takes "
       "longer is warned of; its results stay the same."},
      {"Supply and temperature",
       "Fixed: no supply droop, no self-heating. Transistors and array wires have the technology's temperature, memory "
       "devices depend on none."},
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
      {"Unit costs",
       "Row drivers, column multiplexers, sample-and-hold, level shifters, buffers, adders, registers and wires: from "
       "the technology's transistors and the size of this array, without a layout; glitches are left out. Transistor "
       "figures come from public model cards, not from a foundry. Figures given in the configuration take their place; "
       "the table of unit costs says which is which."},
      {"Converter costs",
       "From a regression over published converters unless the configuration chooses circuits or gives figures. The "
       "regression describes an optimistic design and has no leakage; single converters scatter around it by a factor "
       "of 3 and more, which is the interval of the energy."},
      {"In front of converters",
       "Not counted unless the converter's given cost contains them: current-to-voltage stages, clamps and "
       "integrators. "
       "Reference generators are not counted either."},
      {"Lines of arrays",
       "Wires and the drains or gates of cells. Every driven line is charged and discharged in every plane; row "
       "drivers "
       "are sized for all devices at mid conductance, and the gates' swing is the supply."},
      {"Buffers and interconnect",
       "A memory (or flip-flops) of twice the largest layer's data, and a tree or mesh of repeated wires: every bit "
       "takes the mean way, and none waits for another. Inputs of a convolution are moved once for every patch that "
       "holds them."},
      {"Schedule",
       "Driving and converting never overlap within an array; shift-add works while the next read runs. The period of "
       "a "
       "pipeline is its slowest layer or busiest array; conflicts of layers that share an array delay nothing else."},
      {"Leakage",
       "Of all gates counted, half an inverter's transistors at a time; of arrays as given where the technology does. "
       "None of cells, of surveyed converters, and of anything not counted."},
      {"Writing",
       "Apart from inference: pulses into the target conductances, charge of the lines, level shifters where the "
       "voltage "
       "is more than core transistors bear, and verifying reads, if pulses or the cost of a write are given. Not "
       "counted: "
       "charge pumps, half-selected cells, reference columns."},
      {"Digital operations",
       "Fixed-point circuits beside the buffers: as many of each as the configuration says, of operations that the "
       "network has none; weights of digital layers lie in a memory and are read once an inference. Their control and "
       "the wires within are left out, and memory is as fast as they ask."},
      {"Digital machines",
       "Bounds more than designs: units that are always busy, weights that fit on the chip, no control; made of the "
       "same "
       "gates as this chip's periphery."},
      {"Clock",
       "The clock pins of registers; those that wait only without clock gating. The clock tree is not counted."},
      {"Control and pads",
       "Not counted: sequencing logic, instruction and configuration memory, pads, charge pumps, links between chips. "
       "Off-chip memory is counted where the configuration asks for it."},
  };
  list.insert(list.end(), always.begin(), always.end());
  return list;
}

}  // namespace bitline
