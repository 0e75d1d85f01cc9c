// SPDX-License-Identifier: Apache-2.0
// From errors to pulses: rules that change a matrix of devices by the outer product of inputs and errors.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "experiments/systems/trained_array.h"

namespace bitline::experiments {

// Wanted: w -= rate times the sum over samples of x[s][i] delta[s][j]. x >= 0.
struct Batch {
  std::span<const float> x, delta;  // (samples, rows), (samples, columns)
  std::size_t samples = 1;
  double rate = 0;  // of each sample
};

// How long an update took: pulses of each polarity one after another.
struct PulseTime {
  double up = 0, down = 0;
};

// Random trains on rows and columns (Gokmen, Vlasov 2016, doi:10.3389/fnins.2016.00333), one sample after another. A
// row's slot is taken with probability C sqrt(m) x, a column's with C |delta| / sqrt(m), m the largest |delta| over the
// largest x, so that both meet with rate |delta x| / (slots step); C = sqrt(rate / (slots step)). m is the update
// management of Gokmen, Onen, Haensch 2017, doi:10.3389/fnins.2017.00538. Probabilities have 16 bits; where they would
// exceed 1 a slot lasts for several pulses, as few as it takes. Columns of either sign of error have trains of their
// own: one after the other.
class StochasticTrains {
 public:
  StochasticTrains(int slots, std::uint16_t name) : slots_(slots), name_(name), rows_(slots), columns_(slots) {}
  PulseTime update(TrainedArray&, const Batch&, const Random&);

 private:
  void draw(std::span<const float> values, double factor, std::uint16_t stream, const Random&,
            std::vector<std::vector<std::uint32_t>>& taken);

  int slots_;
  std::uint16_t name_;
  std::uint32_t samples_ = 0;
  std::vector<std::vector<std::uint32_t>> rows_, columns_;  // by slot: lines whose slot is taken
  std::vector<std::uint32_t> active_, words_;
  PulseList list_;
};

// Whole steps of the wanted change, row after row; what is left is dropped, drawn, or carried to the next time.
class CountedSteps {
 public:
  enum class Rest { dropped, drawn, carried };
  CountedSteps(Rest rest, std::uint16_t name) : rest_(rest), name_(name) {}
  PulseTime update(TrainedArray&, const Batch&, const Random&);

 private:
  Rest rest_;
  std::uint16_t name_;
  std::uint32_t updates_ = 0;
  std::vector<float> carried_;  // (rows, columns), in steps
  std::vector<float> wanted_;   // of one row, in steps
  std::vector<std::uint32_t> words_;
  PulseList list_;
};

// A fast array beside the slow one that holds the weights (Gokmen, Haensch 2020, doi:10.3389/fnins.2020.00103): the
// outer products go there by random trains; every so many samples the next of its rows is read and added to the slow
// one: as pulses at once, or through a digital sum beside each weight that gives one pulse when it makes a step and
// then starts again (Gokmen 2021, doi:10.3389/frai.2021.699148).
class FastArray {
 public:
  struct Transfer {
    int every = 1;
    double rate = 0.1;
    bool digital_sums = false;
  };
  FastArray(TrainedArray fast, int slots, const Transfer& transfer);
  PulseTime update(TrainedArray& slow, const Batch&, const Random&);
  const TrainedArray& fast() const { return fast_; }
  double row_reads() const { return row_reads_; }

 private:
  PulseTime transfer_row(TrainedArray& slow, const Random&);

  TrainedArray fast_;
  StochasticTrains to_fast_, to_slow_;
  Transfer transfer_;
  int row_ = 0, waited_ = 0;
  double row_reads_ = 0;
  std::vector<float> read_, sums_, one_;
  PulseList list_;
};

}  // namespace bitline::experiments
