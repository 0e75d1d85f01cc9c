// SPDX-License-Identifier: Apache-2.0
// Columns of measured files: what each part of a fit knows, and the names that instruments and papers give them.
#pragma once

#include <array>

#include "base/measured_table.h"
#include "characterise/fit/fit.h"

namespace bitline::characterise {

inline const KnownColumn cell_column = {"cell", Unit::none, {"device", "cell id", "device id", "dut"}, true};
inline const KnownColumn conductance_column = {
    "conductance", Unit::siemens, {"g", "gread", "g read", "read conductance", "channel conductance"}};
inline const KnownColumn current_column = {"current",
                                           Unit::ampere,
                                           {"i", "id", "ids", "idrain", "iread", "i read", "drain current",
                                            "read current", "current i", "anodei", "draini", "psc", "i1"}};
inline const KnownColumn resistance_column = {"resistance", Unit::ohm, {"r", "rread", "r read", "read resistance"}};
inline const KnownColumn read_voltage_column = {"read voltage", Unit::volt, {"vread", "v read", "read bias"}};
inline const KnownColumn amplitude_column = {
    "amplitude",
    Unit::volt,
    {"pulse amplitude", "pulse voltage", "vprog", "v prog", "vpulse", "v pulse", "vp", "programming voltage",
     "program voltage", "write voltage", "vwrite", "v write", "pulse height", "gate pulse"}};
inline const KnownColumn width_column = {
    "width", Unit::second, {"pulse width", "pulse duration", "tpulse", "t pulse", "pw", "tw", "duration"}};
inline const KnownColumn time_column = {
    "time", Unit::second, {"t", "timestamp", "time stamp", "elapsed time", "retention time", "read time"}};
inline const KnownColumn voltage_column = {
    "voltage",
    Unit::volt,
    {"v", "vd", "vds", "u", "bias", "applied voltage", "drain voltage", "bias voltage", "anodev", "drainv", "v1"}};

// What a conductance may stand in; wide tables hold one of them for each curve.
inline const std::vector<std::string_view> conductance_readings = {"conductance", "current", "resistance"};

inline TableReading reading_of(const FitFiles& files, std::string_view label = "cell",
                               std::vector<std::string_view> readings = conductance_readings) {
  return {files.columns, std::move(readings), label};
}

// A reading of a row by the column `conductance`, one over `resistance`, or `current` over the read voltage (a column,
// or the one given). Not negative; nothing where it is missing. InputError says what is wrong, and how to mend it.
std::vector<std::optional<double>> optional_conductances(const MeasuredTable&, const FitFiles&);
// The same of a table whose rows all have one.
std::vector<double> conductances(const MeasuredTable&, const FitFiles&);
// The column that readings stand in: "conductance" where there is none.
std::string_view reading_column(const MeasuredTable&);

// One device's curve is fitted at a time: InputError where the column `cell` (or `device`) names a second.
void require_one_device(const MeasuredTable&);

}  // namespace bitline::characterise
