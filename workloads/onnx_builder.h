// SPDX-License-Identifier: Apache-2.0
// The graph while an ONNX file is walked: what its names stand for, and how an operator adds to it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "workloads/graph.h"
#include "workloads/onnx_node.h"

namespace bitline::workloads {

// A product's output, or what is left of it after moves, into which a gain and an offset of each channel can be folded.
struct Foldable {
  int weights = 0;
  int axis = 0;                // of the tensor: the channels
  int columns_of_channel = 1;  // kernel places of a transposed convolution
  std::optional<int> overlap;  // the node that holds its bias
};

// Whole numbers of a file that quantizes itself, between its QuantizeLinear and its DequantizeLinear.
struct QuantizedLinear {
  double scale = 1, zero = 0, lowest = 0, highest = 255;
  bool operator==(const QuantizedLinear&) const = default;
};

// What a name of the file stands for: a constant, or a tensor that is computed for each sample.
struct OnnxValue {
  std::string name;       // in the file, of what it was first: a reshaped "fc.weight" is still that
  Shape shape;            // for a batch of one
  bool integers = false;  // whole numbers or conditions
  std::shared_ptr<const Constant> constant;
  const onnx::TensorProto* stored = nullptr;  // a constant that is still in the file
  int tensor = -1;                            // in Graph::tensors, of what is computed
  std::optional<Foldable> foldable;
  std::optional<QuantizedLinear> quantized;

  bool is_constant() const { return constant || stored; }
  int rank() const { return shape.rank(); }
  int dim(int axis) const { return shape.dims[static_cast<std::size_t>(axis)]; }
};

class OnnxBuilder {
 public:
  OnnxBuilder(const OnnxModel& model, std::map<std::string, int> uses);

  const OnnxModel& model() const { return model_; }
  std::int64_t batch() const { return batch_; }  // fixed in the file, else 1

  // --- inputs of a node ---
  // Fails when it is left out.
  OnnxValue value(const OnnxNode& node, int i) const;
  bool given(const OnnxNode& node, int i) const { return !node.input(i).empty(); }
  // Values of a constant; fails when they are computed, naming `what` they are.
  std::shared_ptr<const Constant> constant(const OnnxNode& node, int i, const char* what) const;
  std::vector<float> reals(const OnnxNode& node, int i, const char* what) const;  // finite
  std::vector<std::int64_t> integers(const OnnxNode& node, int i, const char* what) const;
  double scalar(const OnnxNode& node, int i, const char* what) const;  // may be infinite, not NaN
  std::shared_ptr<const Constant> constant_of(const OnnxValue& value) const;
  // Fails unless 0 <= axis < rank after counting negative ones from the end.
  int axis(const OnnxNode& node, std::int64_t axis, int rank) const;

  // --- outputs of a node ---
  // What `op` makes of `in`: computed here and now where all are constants, else a node called `name` (made unique).
  OnnxValue add(const OnnxNode& node, const std::string& name, Op op, const std::vector<OnnxValue>& in);
  std::vector<OnnxValue> add_all(const OnnxNode& node, const std::string& name, Op op,
                                 const std::vector<OnnxValue>& in);
  OnnxValue reshaped(const OnnxNode& node, const std::string& name, const OnnxValue& value, const Shape& shape);
  OnnxValue transposed(const OnnxNode& node, const std::string& name, const OnnxValue& value, std::vector<int> order);
  OnnxValue constant_value(Constant constant) const;
  OnnxValue real_constant(Shape shape, const std::vector<float>& values) const;
  void define(const OnnxNode& node, int output, OnnxValue value);

  // --- products ---
  // The name of a layer: of its weights when they are called "fc1.weight", else of the node ("/conv1/Conv" is conv1),
  // else of its operator.
  std::string layer_name(const OnnxNode& node, const std::string& weights = {}) const;
  // A product; `name` (made unique) is the layer's. Nodes that read the same constants with the same `key` share
  // weights.
  OnnxValue add_product(const OnnxNode& node, const std::string& name, Weights weights, std::optional<Window> window,
                        const OnnxValue& in, const std::string& key = {});
  // What two nodes must have in common to share the weights of input 1, and the bias of input 2; empty where nobody
  // else reads the weights.
  std::string sharing_key(const OnnxNode& node, const std::string& way) const;
  // Folds y = (x - minus) gain + plus, one of each per channel, into the product that makes x. False, nothing done,
  // when x has no product to fold into.
  bool fold(const OnnxNode& node, const OnnxValue& x, const std::vector<double>& gain, const std::vector<double>& minus,
            const std::vector<double>& plus);
  // Whether nothing but one node reads this input.
  bool read_once(const std::string& name) const;
  bool never_read(const std::string& name) const { return !uses_.contains(name); }
  const Node* maker(const OnnxValue& value) const;  // null for inputs and constants
  OnnxValue value_of_tensor(int tensor) const;

  Graph& graph() { return graph_; }
  std::string unique_name(const std::string& name);
  int place(const OnnxNode& node, const OnnxValue& value);  // its tensor, made if it is a constant
  void take_input();
  // Output found, what nothing needs left out, checked.
  Graph finish();

 private:
  OnnxValue compute_now(const OnnxNode& node, const Op& op, const std::vector<OnnxValue>& in) const;
  void drop_unused();

  const OnnxModel& model_;
  std::map<std::string, int> uses_;  // how many nodes, and outputs, read a name
  std::map<std::string, OnnxValue> values_;
  std::map<const Constant*, int> placed_;
  std::vector<std::shared_ptr<const Constant>> kept_;  // placed constants, so that their addresses stay theirs
  std::map<const onnx::TensorProto*, int> placed_stored_;
  std::map<int, int> maker_;           // node that makes a tensor
  std::map<std::string, int> shared_;  // weights by sharing key
  std::set<std::string> names_;
  std::int64_t batch_ = 1;
  Graph graph_;
};

}  // namespace bitline::workloads
