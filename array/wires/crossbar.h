// SPDX-License-Identifier: Apache-2.0
// One resistive crossbar as a circuit: devices where rows cross columns, wires between them, drivers and sense nodes.
//
//     source i --driver_i + segment-- u_i0 --segment-- u_i1 -- ... -- u_i,n-1 [--segment + driver_far_i-- source i]
//                                      |G_i0           |G_i1
//     [sense j --sense_far_j + segment--] v_0j -- ... -- v_m-1,j --segment + sense_j-- sense j (0 V)
//
// Row i is driven at its left end, column j is sensed at virtual ground at its bottom end; brackets are optional second
// connections. All resistances in ohm, >= 0: 0 joins two nodes exactly, infinity leaves them apart. Conductances in
// siemens, >= 0; 0 is an open device.
#pragma once

#include <limits>
#include <span>
#include <vector>

namespace bitline::array {

inline constexpr double not_connected_ohm = std::numeric_limits<double>::infinity();

// Resistances along the lines. Each list holds one value for all, or one for each: segments as (rows, columns), drivers
// per row, sense nodes per column.
struct Lines {
  std::vector<double> row_ohm{0};     // segment left of device (i, j); for j = 0 the one after the driver
  std::vector<double> column_ohm{0};  // segment below device (i, j); for the last row the one before the sense node
  std::vector<double> driver_ohm{0}, sense_ohm{0};
  std::vector<double> driver_far_ohm{not_connected_ohm}, sense_far_ohm{not_connected_ohm};
  // Segments of the far connections are those of the last column and of the first row.
};

// No device conducts more; nodes that are one are joined by 1e30 S, which must stay far above.
inline constexpr double largest_conductance_S = 1e15;

struct Crossbar {
  int rows = 0, columns = 0;
  std::vector<double> g_S;  // (rows, columns), row-major
  Lines lines;
};

// Throws InputError naming the part and the first place that is wrong: sizes, negative or NaN values, infinite
// conductances.
void check(const Crossbar&);

// Conductance of a device in series with `access_ohm`; the device's own, to the bit, behind 0 ohm.
inline double behind_access(double g_S, double access_ohm) { return g_S / (1 + g_S * access_ohm); }

// Value of a list that holds one for all or one for each.
inline double at(std::span<const double> list, std::size_t index) { return list[list.size() == 1 ? 0 : index]; }

}  // namespace bitline::array
