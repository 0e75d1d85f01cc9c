// SPDX-License-Identifier: Apache-2.0
#include "arch/technology.h"

namespace bitline {

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
  v(m.temperature_K,
    {.key = "temperature", .meaning = "of the wires in operation", .unit = Unit::kelvin, .positive = true});
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
  v(t.adder_J_per_bit,
    {.key = "adder_energy", .meaning = "addition, per bit", .unit = Unit::joule, .min = 0, .required = true});
  v(t.adder_m2_per_bit,
    {.key = "adder_area", .meaning = "adder, per bit", .unit = Unit::square_meter, .min = 0, .required = true});
  v(t.register_J_per_bit,
    {.key = "register_energy", .meaning = "register write, per bit", .unit = Unit::joule, .min = 0, .required = true});
  v(t.register_m2_per_bit,
    {.key = "register_area", .meaning = "register, per bit", .unit = Unit::square_meter, .min = 0, .required = true});
  v(t.buffer_J_per_bit, {.key = "buffer_energy",
                         .meaning = "access of an activation buffer, per bit",
                         .unit = Unit::joule,
                         .min = 0,
                         .required = true});
  v(t.buffer_m2_per_bit, {.key = "buffer_area",
                          .meaning = "activation buffer, per bit",
                          .unit = Unit::square_meter,
                          .min = 0,
                          .required = true});
  v(t.driver_m2_per_row, {.key = "driver_area",
                          .meaning = "driver of one physical row",
                          .unit = Unit::square_meter,
                          .min = 0,
                          .required = true});
  v(t.metal,
    {.key = "metal", .meaning = "what array wires are made of; needed where wires.row or wires.column is unset"});
  v(t.write_energy_J,
    {.key = "write_energy", .meaning = "writing one device once, all its pulses", .unit = Unit::joule, .min = 0});
  v(t.write_time_s,
    {.key = "write_time", .meaning = "writing one device once, all its pulses", .unit = Unit::second, .min = 0});
  v(t.leakage_W_per_array,
    {.key = "leakage", .meaning = "standby power of one array with its periphery", .unit = Unit::watt, .min = 0});
}

}  // namespace bitline
