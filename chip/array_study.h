// SPDX-License-Identifier: Apache-2.0
// What the wires of one array do to sampled reads of its blocks: currents, and read noise beside that of a column's own
// cells.
#pragma once

#include <span>
#include <vector>

#include "array/wires/reduction.h"
#include "chip/solved_array.h"
#include "chip/wire_sample.h"

namespace bitline::chip {

// Column currents of sampled reads, [conversion column][read], in siemens times input steps.
struct Currents {
  std::vector<float> with_wires, without_wires;
};

struct BlockStudy {
  std::size_t reads = 0;
  double residual = 0;         // of Kirchhoff's current law
  std::vector<double> factor;  // Chip::noise_factors, by conversion column
  double squared_error = 0;    // relative, left in the standard deviation: over columns and reads
  std::size_t compared = 0;    // columns and reads in squared_error
  Currents currents;
};

// Drops of every device, (devices, vectors) with all vectors of a device together. Vectors are filled up to whole
// groups of four with such as drive nothing.
struct Drops {
  std::size_t vectors = 0;
  std::vector<double> v_V, sense_V, drop_V;

  // Returns the vector's number.
  std::size_t add(std::span<const double> lines, std::span<const double> senses) {
    v_V.insert(v_V.end(), lines.begin(), lines.end());
    sense_V.insert(sense_V.end(), senses.begin(), senses.end());
    return vectors++;
  }
  void solve(const array::NodeVoltages& circuit) {
    const array::EffectiveMatrix& e = circuit.effective();
    const std::vector<double> no_lines(static_cast<std::size_t>(e.rows), 0),
        no_senses(static_cast<std::size_t>(e.columns), 0);
    while (vectors % 4 != 0) add(no_lines, no_senses);
    drop_V.resize(e.transfer_S.size() * vectors);
    circuit.drops(v_V, sense_V, drop_V);
  }
  const double* of(std::size_t device) const { return drop_V.data() + device * vectors; }
};

bool draws_read_noise(const Chip& chip);

// An array whose wires are one matrix.
class ArrayStudy {
 public:
  // `blocks`: all of the array, which live longer.
  ArrayStudy(const Chip& chip, std::span<const PlacedDevices> blocks);

  // Block `b` under reads of `inputs`, (vectors, rows of the layer). `left`: set to what is left across each device of
  // the circuit with all rows driven with one volt, unless null.
  BlockStudy study(std::size_t b, std::span<const std::int16_t> inputs, std::vector<double>* left) const;

  const ArrayCircuit& circuit() const { return circuit_; }
  const array::NodeVoltages& voltages() const { return voltages_; }

 private:
  std::vector<double> all_driven() const;
  std::vector<double> by_line(const SampledReads& reads) const;
  double column_residual(const Drops& drops, const SampledReads& reads) const;
  Currents currents(std::size_t b, const SampledReads& reads) const;
  void add_noise(std::size_t b, const SampledReads& reads, const std::vector<int>& columns, const Drops& drops,
                 BlockStudy& out) const;
  double own_variance(std::size_t b, int conversion, const std::vector<int>& x) const;

  const Chip& chip_;
  std::span<const PlacedDevices> blocks_;
  ArrayCircuit circuit_;
  array::NodeVoltages voltages_;
  // By device of the circuit: variance of its conductance; of what its column sees of it.
  std::vector<double> variance_S2_, seen_variance_S2_;
};

// An array that is solved read by read: currents only; its noise is taken as that of its cells without wires.
BlockStudy study_solved(const Chip& chip, const SolvedArray& array, std::span<const PlacedDevices> blocks,
                        std::size_t b, std::span<const std::int16_t> inputs);

// Variance of the current of columns combined with `sense_weight` (columns) per variance of each device's conductance:
// sum over devices of variance_S2 d^2 s^2, d the drop under `v_V` (lines), s how much of a current across the device
// reaches the columns (reciprocity: the drop when the columns are driven instead). In A^2.
double noise_variance_A2(const array::NodeVoltages& circuit, std::span<const double> variance_S2,
                         std::span<const double> v_V, std::span<const double> sense_weight);

}  // namespace bitline::chip
