// SPDX-License-Identifier: Apache-2.0
// The integer truth of a graph: integer weights, and the scales of the integers that products read. A chip without any
// non-ideality must return these integers.
//
// At each product: codes x_q = round-half-even(x / s_x), clipped; sums x_q W_q, exact; y = sum (s_x s_w[column]) + bias
// in double. Everything between products is real, in double. A chip replaces the sums only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "workloads/graph.h"
#include "workloads/quantization.h"

namespace bitline::workloads {

// A dense rectangle of integer weights.
struct IntegerPanel {
  int row = 0, column = 0, rows = 0, columns = 0;
  std::vector<std::int16_t> codes;  // (rows, columns)
};

// One of Graph::weights, ready for arrays.
struct IntegerWeights {
  std::string name;
  int index = 0;              // in IntegerGraph::weights, and in Graph::weights
  int rows = 0, columns = 0;  // rows include bias_rows, the last ones, whose input is always input.highest()
  int bias_rows = 0;          // part of the one panel of a dense matrix; of several panels, a panel of their own
  int weight_bits = 4;
  std::vector<IntegerPanel> panels;
  std::vector<double> scale;  // one per column: weight = code x scale
  std::vector<double> bias;   // one per column, real units, added digitally
  Folded folded{};            // what scale and bias have of what stood behind the product, by channel
  InputScale input;
  std::size_t inputs = 0;     // real values of one sample that it reads, over all uses
  std::size_t positions = 0;  // vectors of one sample, over all uses
  std::size_t rounds = 1;     // in which those vectors come: uses in different nodes, and steps of loops
  int level = 0;  // products on the longest way to it from the inputs: weights of one level wait for none of each other

  std::int64_t count() const;  // cells of the panels
};

// Which vectors a product is given: sample-major, position-minor. Vector v is of sample first_sample + v / positions, a
// number in the data set, and there at position first_position + v % positions of IntegerWeights::positions.
struct Vectors {
  std::size_t count = 0;
  std::size_t first_sample = 0;
  std::size_t first_position = 0;
  std::size_t positions = 1;
};

// in (count, rows) codes; sums (count, columns), which arrive zeroed, in units of one input code times one weight code.
using Multiply = std::function<void(const IntegerWeights&, std::span<const std::int16_t> in, const Vectors&,
                                    std::span<double> sums)>;

struct IntegerGraph {
  std::shared_ptr<const Graph> graph;
  std::vector<IntegerWeights> weights;  // as Graph::weights
  std::vector<std::string> notes{};     // of what was asked for and could not be done
};

// Memory in bytes, without the graph, which networks share.
std::size_t bytes_of(const IntegerWeights&);
std::size_t bytes_of(const IntegerGraph&);

// Samples that tell how large values become, and what is known of all samples.
struct Calibration {
  std::span<const float> values;  // whole samples
  bool nonnegative = false;       // no sample has a value below 0
  bool pixels = false;            // bytes divided by 255: inputs of the first products have scale 1 / highest()
};

// Quantizes weights at once, and inputs from the calibration samples, x of the float graph over all tensors that a
// product's weights read: scale = q / highest(), q the `input_coverage` quantile (nearest rank, 1 = maximum) of |x|, or
// the scale whose codes have the least squared error (workloads/least_error.h); all-zero inputs get 1 / highest().
// Pixels (before anything but moves and maxima) have scale 1 / highest(), so 8-bit codes are the pixels; inputs that
// the file itself quantizes keep its step where its codes fit. Inputs are signed when they can be negative.
// `settings(i, name)` gives the bits and ranges of each weights. Throws InputError: bits or coverage out of range,
// samples of another size, or none where they are needed.
IntegerGraph quantize(std::shared_ptr<const Graph> graph, const Calibration& calibration,
                      const std::function<LayerQuantization(int, const std::string&)>& settings);

// The truth, for any codes: what a Multiply without any error does.
void multiply_exactly(const IntegerWeights&, std::span<const std::int16_t> in, const Vectors&, std::span<double> sums);

// The same for the weights of one graph, which are brought into the order of the processor's instructions once: a
// Multiply for many batches. Takes codes within the inputs' ranges only.
class ExactProducts {
 public:
  explicit ExactProducts(const IntegerGraph& graph);
  void operator()(const IntegerWeights&, std::span<const std::int16_t> in, const Vectors&,
                  std::span<double> sums) const;

 private:
  struct Packed;
  std::shared_ptr<const Packed> packed_;
};

}  // namespace bitline::workloads
