// SPDX-License-Identifier: Apache-2.0
#include "periphery/technology/technology.h"

namespace bitline::periphery {

void fields(Visitor& v, Metal& m) {
  v(m.width_m, {.key = "width", .meaning = "of an array wire", .unit = Unit::meter, .positive = true});
  v(m.thickness_m, {.key = "thickness", .meaning = "of an array wire", .unit = Unit::meter, .positive = true});
  v(m.resistivity_ohm_m, {.key = "resistivity",
                          .meaning = "of the wire as made, at the reference temperature",
                          .unit = Unit::ohm_meter,
                          .positive = true});
  v(m.temperature_coefficient_per_K, {.key = "temperature_coefficient",
                                      .meaning = "relative change of the resistivity per kelvin",
                                      .source = "annealed copper: IEC 60028:1925"});
  v(m.reference_K,
    {.key = "reference_temperature", .meaning = "where the resistivity holds", .unit = Unit::kelvin, .positive = true});
  v(m.temperature_K, {.key = "temperature",
                      .meaning = "of the wires in operation",
                      .unit = Unit::kelvin,
                      .positive = true,
                      .absent = "technology.temperature"});
}

namespace {
constexpr double least_K = 200, most_K = 450;  // where linear drive and exponential leakage are of use

Field positive(const char* key, const char* meaning, Unit unit) {
  return {.key = key, .meaning = meaning, .unit = unit, .positive = true, .required = true};
}
}  // namespace

void fields(Visitor& v, Transistor& t) {
  v(t.node_m, {.key = "node",
               .meaning = "node that these transistors are of; another technology.node warns",
               .unit = Unit::meter,
               .positive = true,
               .absent = "unknown"});
  v(t.vdd_V, {.key = "vdd",
              .meaning = "supply at which the currents were found; a technology.vdd more than 10 % off warns",
              .unit = Unit::volt,
              .positive = true,
              .absent = "unknown"});
  v(t.gate_F_per_m, positive("gate_capacitance", "of a gate per width: channel, overlaps, fringe; mean over the swing",
                             Unit::farad_per_meter));
  v(t.drain_F_per_m,
    positive("drain_capacitance", "of a contacted drain per width; mean over the swing", Unit::farad_per_meter));
  v(t.drive_n_A_per_m, positive("drive_n", "effective current of an n transistor at 300 K, (I(V, V/2) + I(V/2, V)) / 2",
                                Unit::ampere_per_meter));
  v(t.drive_p_A_per_m, positive("drive_p", "the same of a p transistor", Unit::ampere_per_meter));
  v(t.off_n_A_per_m, positive("off_n", "off current of an n transistor at 300 K", Unit::ampere_per_meter));
  v(t.off_p_A_per_m, positive("off_p", "the same of a p transistor", Unit::ampere_per_meter));
  v(t.drive_per_K, {.key = "drive_per_K",
                    .meaning = "relative change of the drive currents per kelvin",
                    .unit = Unit::per_kelvin,
                    .min = -0.01,
                    .max = 0.01,
                    .required = true});
  v(t.off_decade_K, {.key = "off_decade",
                     .meaning = "temperature rise that makes leakage ten times as large",
                     .unit = Unit::kelvin,
                     .min = 10,
                     .max = 1000,
                     .required = true});
  v(t.gate_width_m,
    positive("gate_width", "electrical width of the n transistor of a library's unit inverter", Unit::meter));
  v(t.p_to_n, {.key = "p_to_n",
               .meaning = "width of the p transistor over that of the n transistor",
               .positive = true,
               .required = true});
  v(t.gate_pitch_m, positive("gate_pitch", "contacted gate pitch of standard cells", Unit::meter));
  v(t.cell_height_m, positive("cell_height", "of standard cells", Unit::meter));
}

void fields(Visitor& v, PartCosts& c) {
  v(c.adder, {.key = "adder", .meaning = "one bit of an adder, one addition"});
  v(c.register_bit, {.key = "register", .meaning = "one bit of a register, one write"});
  v(c.buffer, {.key = "buffer", .meaning = "one bit of an activation buffer, one access"});
  v(c.driver,
    {.key = "driver", .meaning = "driver of one physical row line, one activation; the line's charge is apart"});
  v(c.level_shifter, {.key = "level_shifter", .meaning = "level shifter of one line, for write voltages"});
  v(c.mux, {.key = "mux", .meaning = "switch of one column that shares a converter, one switching"});
  v(c.sample_hold, {.key = "sample_hold", .meaning = "sample and hold of one column, one sample"});
  v(c.dac, {.key = "dac", .meaning = "digital-to-analog converter of one row line, one level"});
  v(c.router, {.key = "router", .meaning = "mesh router, one bit, one hop"});
  v(c.dram, {.key = "dram", .meaning = "off-chip memory, one bit, one access"});
}

void fields(Visitor& v, Technology& t) {
  v(t.node_m, {.key = "node", .meaning = "feature size", .unit = Unit::meter, .positive = true, .required = true});
  v(t.vdd_V, {.key = "vdd",
              .meaning = "supply of the digital periphery",
              .unit = Unit::volt,
              .positive = true,
              .required = true});
  v(t.clock_Hz, {.key = "clock",
                 .meaning = "clock of the digital periphery and of converters without their own",
                 .unit = Unit::hertz,
                 .positive = true,
                 .required = true});
  v(t.temperature_K, {.key = "temperature",
                      .meaning = "of transistors and, unless metal.temperature says otherwise, wires",
                      .unit = Unit::kelvin,
                      .min = least_K,
                      .max = most_K});
  v(t.transistor,
    {.key = "transistor",
     .meaning = "core transistors and standard cells; needed where a part's cost is not given in `costs`"});
  v(t.wire_F_per_m, {.key = "wire_capacitance",
                     .meaning = "capacitance of array and interconnect wires per length",
                     .unit = Unit::farad_per_meter,
                     .min = 0,
                     .required = true});
  v(t.cell_area_m2, {.key = "cell_area",
                     .meaning = "layout area of one cell of two devices; one device counts half",
                     .unit = Unit::square_meter,
                     .positive = true,
                     .required = true});
  v(t.sram_cell_m2, {.key = "sram_cell",
                     .meaning = "area of a six-transistor memory cell",
                     .unit = Unit::square_meter,
                     .positive = true});
  v(t.core_limit_V, {.key = "core_limit",
                     .meaning = "largest voltage a core transistor may see; higher ones need level shifters",
                     .unit = Unit::volt,
                     .positive = true,
                     .absent = "1.1 vdd"});
  v(t.metal,
    {.key = "metal", .meaning = "what array wires are made of; needed where wires.row or wires.column is unset"});
  v(t.toggle, {.key = "toggle",
               .meaning = "share of bits that change from one datum to the next",
               .unit = Unit::fraction,
               .min = 0,
               .max = 1,
               .source = "independent random bits"});
  v(t.costs, {.key = "costs", .meaning = "published or measured figures in place of modelled ones"});
  v(t.write_energy_J,
    {.key = "write_energy", .meaning = "writing one device once, all its pulses", .unit = Unit::joule, .min = 0});
  v(t.write_time_s,
    {.key = "write_time", .meaning = "writing one device once, all its pulses", .unit = Unit::second, .min = 0});
  v(t.leakage_W_per_array, {.key = "leakage",
                            .meaning = "standby power of one array with its drivers, converters and accumulators",
                            .unit = Unit::watt,
                            .min = 0,
                            .absent = "summed over gates"});
}

}  // namespace bitline::periphery
