// SPDX-License-Identifier: Apache-2.0
// What one node of a network computes for one sample, whatever machine computes it: the counts that digital prices are
// multiplied with (periphery/digital prices one operation, cost/ multiplies).
#pragma once

namespace bitline {

// Operations of one node and one sample. A multiply-accumulate is counted in `macs` alone, never again as a
// multiplication and an addition. What only moves or renames values (reshape, transpose, slice, concatenation) counts
// values read and written and nothing else; where it moves none (reshape), all counts are 0.
struct OperationCounts {
  double macs = 0;             // products that are summed: of weights, and of two tensors (Q K^T)
  double additions = 0;        // and subtractions
  double multiplications = 0;  // not part of a macs: by a scale, of two tensors element by element
  double comparisons = 0;      // maximum, minimum, ReLU, clipping (one for each bound)
  double exponentials = 0;     // e^x
  double divisions = 0;        // a reciprocal that several values share is one division
  double square_roots = 0;
  double lookups = 0;  // erf, tanh, logistic function, logarithm: one value of a tabulated function
  // Values that pass between the node and memory: every tensor it reads once for each pass over it, its constants and
  // weights, and what it writes. Their bits are those of the tensor, so that bytes follow in cost/.
  double values_read = 0, values_written = 0;

  OperationCounts& operator+=(const OperationCounts& other) {
    macs += other.macs;
    additions += other.additions;
    multiplications += other.multiplications;
    comparisons += other.comparisons;
    exponentials += other.exponentials;
    divisions += other.divisions;
    square_roots += other.square_roots;
    lookups += other.lookups;
    values_read += other.values_read;
    values_written += other.values_written;
    return *this;
  }
};

}  // namespace bitline
