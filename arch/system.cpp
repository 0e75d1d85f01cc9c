// SPDX-License-Identifier: Apache-2.0
#include "arch/system.h"

namespace bitline::arch {

void fields(Visitor& v, RescalingUnits& u) {
  v(u.shared_by, {.key = "shared_by",
                  .meaning = "converters of an array that take turns at one rescaling unit: fewer units, more cycles",
                  .min = 1,
                  .max = 65536});
}

void fields(Visitor& v, Periphery& p) {
  v(p.buffer, {.key = "buffer", .meaning = "what activation buffers are made of"});
  v(p.interconnect,
    {.key = "interconnect", .meaning = "wires between buffers and arrays: a tree, or a mesh of routers"});
  v(p.bus_bits,
    {.key = "bus_bits", .meaning = "bits moved per clock between buffers and arrays", .min = 1, .max = 65536});
  v(p.transfers, {.key = "transfers",
                  .meaning = "serial: a layer's data move before and after it computes; overlapped: "
                             "while it computes"});
  v(p.clock_gating, {.key = "clock_gating", .meaning = "registers that wait are not clocked"});
  v(p.off_chip, {.key = "off_chip",
                 .meaning = "inputs of the first layer and outputs of the last come from and go to off-chip memory"});
  v(p.driver_drop, {.key = "driver_drop",
                    .meaning = "share of the read voltage lost in a row's switch while all its devices are at mid "
                               "conductance: sets the size of row drivers",
                    .unit = Unit::fraction,
                    .max = 0.5,
                    .positive = true});
  v(p.row_supply_V,
    {.key = "row_supply",
     .meaning = "supply of linear stages that hold driven rows at their voltages, biased for the largest input (class "
                "A): they draw its current from this supply. none: a supply at the read voltage, without loss",
     .unit = Unit::volt,
     .positive = true,
     .absent = "none"});
  v(p.rescale, {.key = "rescale", .meaning = "units that make sums the next codes"});
  v(p.digital_steps, {.key = "digital_steps",
                      .meaning = "serial: a position's digital steps follow its reads; pipelined: they work while the "
                                 "next position is read"});
  v(p.floorplan_overhead, {.key = "floorplan_overhead",
                           .meaning = "area between parts, as a share of their sum; a line of its own",
                           .unit = Unit::fraction,
                           .min = 0,
                           .max = 10});
  v(p.digital, {.key = "digital", .meaning = "the unit that computes what no array computes"});
  v(p.baselines, {.key = "baselines", .meaning = "digital machines for the same network beside the result"});
}

void fields(Visitor& v, BudgetLine& b) {
  v(b.name, {.key = "name", .meaning = "of the component; a group's name stands for all of it", .required = true});
  v(b.in, {.key = "in", .meaning = "the group it is counted in"});
  v(b.count, {.key = "count", .meaning = "how many the group has", .positive = true});
  v(b.power_W, {.key = "power", .meaning = "of one", .unit = Unit::watt, .min = 0});
  v(b.area_m2, {.key = "area", .meaning = "of one", .unit = Unit::square_meter, .min = 0});
}

void fields(Visitor& v, Programming& p) {
  v(p.voltage_V,
    {.key = "voltage",
     .meaning = "of a write pulse; above technology.core_limit every line gets a level shifter. Unset: that of "
                "the device's own pulses where device.write is pulses",
     .unit = Unit::volt,
     .positive = true});
  v(p.pulse_s, {.key = "pulse",
                .meaning = "length of a write pulse; unset: as for the voltage",
                .unit = Unit::second,
                .positive = true});
  v(p.pulses, {.key = "pulses",
               .meaning = "write pulses of one device, mean; auto: 1, or those that device.write counts (write-verify, "
                          "pulses), which win anyway",
               .positive = true,
               .absent = "auto"});
  v(p.verify, {.key = "verify",
               .meaning = "each pulse is followed by a read and a conversion; auto: where device.write is write-verify",
               .absent = "auto"});
  v(p.parallel, {.key = "parallel", .meaning = "devices of one array written at once", .min = 1, .max = 65536});
  v(p.refresh_s, {.key = "refresh",
                  .meaning = "interval at which everything is written again; devices are read at age modulo it, which "
                             "results state. They are oldest just before a refresh: an age just short of the interval "
                             "shows that worst moment",
                  .unit = Unit::second,
                  .positive = true,
                  .absent = "never"});
}

}  // namespace bitline::arch
