// SPDX-License-Identifier: Apache-2.0
// A network as a graph: tensors, weights, and nodes in order of computation; what is computed, before any thought of
// hardware.
//
// Everything is of one sample: a network that mixes samples cannot be said. Values are real; integers stand only at the
// inputs of products, and only in an IntegerGraph. Axes count from 0, the first dimension.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "workloads/shape.h"
#include "workloads/stochastic_neuron.h"

namespace bitline::workloads {

struct Tensor {
  std::string name;
  Shape shape;
  std::vector<float> values;  // of a constant, the same for every sample; empty: an input, or made by a node
  bool is_constant() const { return !values.empty(); }
};

// A dense rectangle of weights.
struct Panel {
  int row = 0, column = 0, rows = 0, columns = 0;
  std::vector<float> weights;  // (rows, columns)
};

// Constants and norms behind a product are part of it: by channel, gain x (x W of the file) + bias.
struct Folded {
  std::vector<double> gain, bias;  // empty: nothing stood there
};

// y = x W + bias, W zero outside of its panels. One panel: dense. One for each group: grouped and depthwise
// convolutions, heads. Panels do not overlap; a column may belong to several.
struct Weights {
  std::string name;  // of the layer, as users write it: unique in the graph
  int rows = 0, columns = 0;
  std::vector<Panel> panels;
  std::vector<float> bias;  // one per column, or empty
  Folded folded{};

  std::int64_t count() const;  // cells of the panels: weights, and multiplications of one vector
};

// Which values of a map a product or a pool sees at a position.
struct Window {
  int kernel_height = 1, kernel_width = 1, stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool operator==(const Window&) const = default;
};

// --- operations -----------------------------------------------------------------------------------------------------

// Vectors times weights: all that may go to arrays. Without a window every row of the last dimension is a vector:
// (.., rows) to (.., columns). With one, (.., channels, height, width) to (.., columns, height, width): the patches,
// rows ordered channel, kernel row, kernel column, 0 where they lie outside.
struct Product {
  int weights = 0;  // index in Graph::weights
  std::optional<Window> window;
  std::size_t first_position = 0;  // of a sample's vectors over all uses of these weights; set by check()
};

// (.., n, k) times (.., k, m), leading dimensions broadcast: Q K^T, A V. Digital.
struct MultiplyTensors {};

// Element by element, dimensions broadcast from the last one.
struct Arithmetic {
  enum class Kind { add, subtract, multiply, divide, power, largest, smallest, leak } kind = Kind::add;
};  // leak: x >= 0 ? x : x y

// Where the first of three is not 0 the second, else the third; broadcast.
struct Select {};

// Value by value.
// clang-format off
struct Activate {
  enum class Kind {
    relu, leaky_relu, clip, sigmoid, tanh, elu, selu, celu, gelu, gelu_tanh, silu, mish, softplus, softsign,
    hard_sigmoid, hard_swish, threshold, exponential, logarithm, square_root, reciprocal, absolute, negate, sign, floor,
    ceiling, round, erf, sine, cosine, quantize
  } kind = Kind::relu;
  float alpha = 0.01f, beta = 0;  // slope and offset where there are such; step of quantize
  float low = 0, high = 6;        // of clip; codes of quantize: clip(round(x / alpha), low, high) alpha
};
// clang-format on

// What diodes make of values, one device for each entry of the first dimension (channel or neuron):
// f(v) = v / (1 + (v / linear)^power)^(1 / power) above 0, slope x v below, v in units of `scale`. A chip draws its
// devices and the noise of each output (workloads/diode.h); the float network and the integer truth see the nominal
// curve.
struct Diode {
  double linear = 2, power = 4, slope = 0.05, scale = 1;
  double noise = 0;   // sigma of an output, in units of `scale`
  double spread = 0;  // sigma of `linear` and `slope` over devices, relative
  int number = 0;     // among the graph's diodes: names its draws
};

// (.., channels, height, width). Windows that hang over the padding (ceil mode) count what they see. An average counts
// real values, or the padding as well.
struct Pool {
  enum class Kind { largest, average } kind = Kind::largest;
  Window window;
  bool ceil_mode = false, counts_padding = false;
};

// Over `axes`, their values together: sum, mean ...; their dimensions become 1.
struct Reduce {
  enum class Kind { mean, sum, largest, smallest, product, sum_of_squares } kind = Kind::mean;
  std::vector<int> axes;
};

// Over `axes`, their values together: (x - mean) / sqrt(variance + epsilon), or x / sqrt(mean of squares + epsilon).
// Scale and shift are Arithmetic.
struct Normalize {
  std::vector<int> axes;
  double epsilon = 1e-5;
  bool centred = true;
};

// Value by value: the share of `pulses` that made a neuron spike, driven with the amplitude gain x value + offset. In
// the float network and in the integer truth its expectation; workloads/neuron.h.
struct Neuron {
  StochasticNeuron law;
  int pulses = 20;
  double gain = 1, offset = 0;
  int number = 0;  // among the graph's layers of neurons: names their draws and their shifts
};

struct Softmax {
  int axis = 0;
  bool logarithm = false;
};

// Overlapping windows added up, and a bias: what is left of a transposed convolution after its product, (.., channels x
// kernel, height, width) to (.., channels, height, width). The window slides over the output.
struct Overlap {
  Window window;
  int channels = 1, height = 1, width = 1;  // of the output
  std::vector<float> bias;                  // one per channel, or empty
};

struct Reshape {  // same values, same order
  Shape shape;
};
struct Transpose {
  std::vector<int> order;  // dimension i of the output is dimension order[i] of the input
};
struct Concat {
  int axis = 0;
};
struct Slice {  // of one axis: first, first + step ... (step may be negative)
  int axis = 0, first = 0, step = 1, count = 1;
};
struct Pad {
  enum class Kind { constant, reflect, edge } kind = Kind::constant;
  std::vector<int> before, after;  // of each dimension
  float value = 0;
};
// Rows of the first input along an axis: those of `indices`, or, empty, those that the second input says.
struct Gather {
  int axis = 0;
  std::vector<int> indices;
};
// Along one axis: output i is the sum over k of weight[i taps + k] times input index[i taps + k].
struct Resize {
  int axis = 0, taps = 1;
  std::vector<int> index;
  std::vector<float> weight;
};

struct Graph;
// A body computed `steps` times. Inputs: `carried` tensors, which are the body's first inputs in the first step, then
// sequences, of which a step sees one entry of dimension 0. Outputs: the carried tensors after the last step, then what
// each step gave, stacked along dimension 0. The body's weights are the outer graph's.
struct Loop {
  std::shared_ptr<const Graph> body;
  int steps = 0, carried = 0;
  bool backwards = false;  // the last entry first; what it gives stands at the end
};

using Op = std::variant<Product, MultiplyTensors, Arithmetic, Select, Activate, Diode, Neuron, Pool, Reduce, Normalize,
                        Softmax, Overlap, Reshape, Transpose, Concat, Slice, Pad, Gather, Resize, Loop>;

struct Node {
  std::string name;  // unique in the graph
  Op op;
  std::vector<int> in, out;  // indices in Graph::tensors
};

struct Graph {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Weights> weights;
  std::vector<Node> nodes;  // in order of computation
  std::vector<int> inputs, outputs;

  const Shape& input() const { return tensors[static_cast<std::size_t>(inputs.front())].shape; }
  std::size_t output_size() const;  // values of one sample over all outputs, which follow each other
};

// Memory in bytes, mostly weights and constants.
std::size_t bytes_of(const Graph& graph);

// "product", "add", "softmax", "max-pool" ...: the operation as reports call it.
std::string_view name_of(const Op& op);

// Whether the operation only says where values stand: none is computed.
bool only_moves(const Op& op);

// What tensors of these shapes become. Throws InputError with the numbers when they cannot be taken.
std::vector<Shape> output_shapes(const Op& op, std::span<const Shape> in, std::span<const Weights> weights);

// Vectors of one sample that a product reads from a tensor of shape `in`.
std::size_t positions(const Product& product, const Shape& in, std::span<const Weights> weights);

// A node of a graph, or of the body of a loop in it, and how often a sample needs it.
struct PlacedNode {
  const Graph* graph = nullptr;  // that holds the node and its tensors; weights are the whole graph's
  const Node* node = nullptr;
  std::size_t times = 1;
};
// All nodes in order of computation, those of bodies in place of their loops.
std::vector<PlacedNode> all_nodes(const Graph& graph);

// Appends a node that reads `in`, and its output tensors, called after it; returns the first of them. Throws as
// output_shapes() does, with the node's name.
int append(Graph& graph, std::string name, Op op, std::vector<int> in);
// To the body of a loop in a graph of these weights.
int append(Graph& body, std::span<const Weights> weights, std::string name, Op op, std::vector<int> in);

// Checks a graph and numbers the positions of its products. Throws InputError naming the node: tensors used before they
// are made, shapes that do not fit, panels outside of their weights or over each other, weights that are not finite,
// names used twice.
void check(Graph& graph);

}  // namespace bitline::workloads
