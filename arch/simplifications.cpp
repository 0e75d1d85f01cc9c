// SPDX-License-Identifier: Apache-2.0
#include "arch/simplifications.h"

#include <fmt/format.h>

namespace bitline::arch {

std::vector<Simplification> simplifications(const Periphery& p) {
  Simplification moving{"Buffers and interconnect", {}}, lines{"Lines of arrays", {}}, clock{"Clock", {}},
      control{"Control and pads", {}}, machines{"Digital machines", {}};
  moving.claims.push_back({fmt::format("All that operations read and write is kept in {} in the middle of the arrays.",
                                       p.buffer == BufferKind::sram ? "one memory" : "flip-flops"),
                           {},
                           {p.buffer == BufferKind::sram ? "periphery.buffer=sram" : "periphery.buffer=registers"}});
  moving.claims.push_back(
      {p.interconnect == Interconnect::h_tree
           ? "A tree of repeated wires: every bit takes the mean way, and none waits for another."
           : "A mesh of routers and repeated wires: every bit takes the mean way, and none waits for another.",
       {"periphery.contention"},
       {p.interconnect == Interconnect::h_tree ? "periphery.interconnect=h-tree" : "periphery.interconnect=mesh"}});
  moving.claims.push_back(
      {"Inputs of a convolution are moved once for every patch that holds them.", {"periphery.line_buffer"}});
  lines.claims.push_back(
      {"Wires and the drains or gates of cells. Every driven line is charged and discharged in every "
       "plane; row drivers are sized for all devices at mid conductance, and the gates' swing is the "
       "supply.",
       {},
       {"periphery.driver_drop"}});
  if (p.row_supply_V)
    lines.claims.push_back(
        {"Stages that hold rows are in class A: each driven row draws its largest current from their supply, rows at 0 "
         "none; their own references and settling take nothing more.",
         {},
         {"periphery.row_supply"}});
  else
    lines.claims.push_back({"Rows are supplied at their read voltage without loss.", {"periphery.row_supply"}});
  if (p.clock_gating)
    clock.claims.push_back({"The clock pins of registers, where they take a value.", {}, {"periphery.clock_gating"}});
  else
    clock.claims.push_back({"The clock pins of all registers, in every cycle.", {"periphery.clock_gating"}});
  clock.claims.push_back({"The clock tree is not counted.", {"periphery.clock_tree"}});
  control.claims.push_back(
      {"Not counted: sequencing logic, instruction and configuration memory, pads, charge pumps, links between chips.",
       {"periphery.control", "periphery.pads", "periphery.pumps", "periphery.links"}});
  if (p.off_chip)
    control.claims.push_back(
        {"Of off-chip memory, the inputs of the first layer and the outputs of the last.", {}, {"periphery.off_chip"}});
  else
    control.claims.push_back({"Off-chip memory is not counted.", {"periphery.off_chip"}});
  if (p.floorplan_overhead == 0)
    control.claims.push_back({"There is no area between parts.", {"periphery.floorplan_overhead"}});
  if (p.baselines)
    machines.claims.push_back(
        {"Bounds more than designs: units that are always busy, weights that fit on the chip, no "
         "control; made of the same gates as this chip's periphery.",
         {},
         {"periphery.baselines"}});
  return {moving, lines, clock, control, machines};
}

std::vector<Simplification> simplifications(const Mapping& m) {
  Simplification schedule{"Schedule", {}}, placing{"Mapping", {}}, buffers{"Size of buffers", {}};
  schedule.claims.push_back(
      {"Driving and converting never overlap within an array; shift-add works while the next read runs.",
       {"mapping.overlap"}});
  if (m.schedule == Schedule::pipelined)
    schedule.claims.push_back(
        {"The period of the pipeline is that of its slowest operation, its busiest array or the digital unit; "
         "conflicts of layers that share an array delay nothing else.",
         {},
         {"mapping.schedule=pipelined"}});
  else
    schedule.claims.push_back(
        {"One image passes through all layers before the next begins.", {}, {"mapping.schedule=sequential"}});
  if (m.reload)
    schedule.claims.push_back(
        {"Arrays that are rewritten for each image have the same write errors every time, and blocks are packed "
         "without regard to turns.",
         {},
         {"reload"}});
  if (m.prefer != Prefer::area)
    placing.claims.push_back(
        {"Blocks are spread by counts of conversions, the same for every technology: by single moves, "
         "so that a better mapping may exist.",
         {},
         {m.prefer == Prefer::latency ? "mapping.prefer=latency" : "mapping.prefer=balanced"}});
  else
    placing.claims.push_back(
        {"Blocks are packed without regard to which of them take turns.", {}, {"mapping.prefer=area"}});
  if (m.schedule == Schedule::pipelined)
    buffers.claims.push_back({"Every tensor, for all images that come between its writing and its last reading.",
                              {},
                              {"mapping.schedule=pipelined"}});
  else
    buffers.claims.push_back(
        {"Twice the larger of what one operation reads and writes, and what later operations wait for.",
         {},
         {"mapping.schedule=sequential"}});
  return {schedule, placing, buffers};
}

std::vector<Simplification> writing_simplifications(const Config& c) {
  Simplification cost{"Cost of writing", {}}, refresh{"Refresh", {}};
  const periphery::Technology& t = c.technology;
  const WritePulse pulse = write_pulse(c);
  const bool pulses = pulse.voltage_V && pulse.length_s;
  const bool own_voltage = c.programming.voltage_V.has_value(), own_length = c.programming.pulse_s.has_value();
  std::vector<std::string> from;
  if (own_voltage) from.push_back("programming.voltage");
  if (own_length) from.push_back("programming.pulse");
  if (pulses && !(own_voltage && own_length)) from.push_back("device.plasticity.potentiation");
  if (t.write_energy_J) from.push_back("technology.write_energy");
  if (t.write_time_s) from.push_back("technology.write_time");
  if (t.write_energy_J && t.write_time_s)
    cost.claims.push_back({"Apart from inference: as given for one write of a device.", {}, from});
  else if (pulses)
    cost.claims.push_back(
        {"Apart from inference: heat of the devices, charge of the lines, level shifters where the voltage is more "
         "than core transistors bear, and verifying reads where there are any; given figures in their place. Pulses of "
         "either direction have one voltage, which lies on the device alone. Not counted: charge pumps, half-selected "
         "cells, reference columns, erasing.",
         {"programming.half_select", "programming.pumps"},
         from});
  else
    cost.claims.push_back({"Not known in full: the pulses that write are not given.",
                           {pulse.voltage_V ? "programming.pulse" : "programming.voltage"}});
  if (pulses && !t.write_energy_J) {
    if (is_curved(c.device.iv))
      cost.claims.push_back({"A device's current law holds up to the voltage of pulses, and no transistor limits it.",
                             {},
                             {"device.iv"}});
    else
      cost.claims.push_back(
          {"Currents of pulses are in proportion to their voltage, and no transistor limits them.", {"device.iv"}});
    if (!std::holds_alternative<device::WriteVerify>(c.device.write) &&
        !std::holds_alternative<device::PulseWrite>(c.device.write))
      cost.claims.push_back({"Pulses lead from g_min to the target in equal steps.", {"device.write.set_step"}});
  }
  if (c.programming.refresh_s)
    refresh.claims.push_back(
        {"All devices are written again at once; every refresh repeats the same draws.", {}, {"programming.refresh"}});
  return {cost, refresh};
}

}  // namespace bitline::arch
