// SPDX-License-Identifier: Apache-2.0
// LSTM, GRU and RNN: the product of all inputs with their gates at once, then a loop over the steps that multiplies the
// state (ONNX operators of these names; gates in the order of the file: i o f c, z r h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "workloads/onnx_operators.h"

namespace bitline::workloads {
namespace {

// Gates of one direction, (gates x hidden, inputs) in the file.
struct Gates {
  std::vector<float> input, hidden, input_bias, hidden_bias;
};

struct Recurrent {
  int steps = 1, inputs = 1, hidden = 1, gates = 1, directions = 1;
  bool batch_first = false;
  std::string name;
};

// Rows `first` to `first + count` of a matrix of the file, as weights (inputs, outputs).
Weights gate_weights(const std::vector<float>& values, const std::vector<float>& bias, int inputs, int first,
                     int count) {
  Weights w;
  w.rows = inputs;
  w.columns = count;
  Panel p{0, 0, inputs, count, std::vector<float>(static_cast<std::size_t>(inputs) * static_cast<std::size_t>(count))};
  const auto n = static_cast<std::size_t>(inputs);
  for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c)
    for (std::size_t r = 0; r < n; ++r)
      p.weights[r * static_cast<std::size_t>(count) + c] = values[(static_cast<std::size_t>(first) + c) * n + r];
  w.panels.push_back(std::move(p));
  if (!bias.empty()) w.bias.assign(bias.begin() + first, bias.begin() + first + count);
  return w;
}

// The body of the loop while it is made.
class Body {
 public:
  Body(OnnxBuilder& builder, std::string name, int hidden) : b_(builder), name_(std::move(name)), hidden_(hidden) {
    graph_->name = name_;
  }

  int input(const char* what, int size) {
    graph_->inputs.push_back(static_cast<int>(graph_->tensors.size()));
    graph_->tensors.push_back({name_ + "." + what, {{size}}, {}});
    return graph_->inputs.back();
  }
  int add(const std::string& what, Op op, std::vector<int> in) {
    return append(*graph_, b_.graph().weights, b_.unique_name(name_ + "." + what), std::move(op), std::move(in));
  }
  int combine(const std::string& what, Arithmetic::Kind kind, int x, int y) {
    return add(what, Arithmetic{kind}, {x, y});
  }
  int activate(const std::string& what, Activate::Kind kind, int x) { return add(what, Activate{.kind = kind}, {x}); }
  int gate(const std::string& what, int gates, int number) {
    return add(what, Slice{0, number * hidden_, 1, hidden_}, {gates});
  }
  int product(const std::string& what, Weights weights, int x) {
    b_.graph().weights.push_back(std::move(weights));
    const int out = add(what, Product{static_cast<int>(b_.graph().weights.size()) - 1, {}, 0}, {x});
    b_.graph().weights.back().name = graph_->nodes.back().name;
    return out;
  }
  std::shared_ptr<const Graph> finish(std::vector<int> outputs) {
    graph_->outputs = std::move(outputs);
    return graph_;
  }

 private:
  OnnxBuilder& b_;
  std::string name_;
  int hidden_;
  std::shared_ptr<Graph> graph_ = std::make_shared<Graph>();
};

// c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c').
std::shared_ptr<const Graph> lstm_body(OnnxBuilder& b, const Recurrent& r, const std::string& name,
                                       const std::string& suffix, const Gates& g) {
  Body body(b, name, r.hidden);
  const int h = body.input("state", r.hidden), c = body.input("cell", r.hidden), x = body.input("gates", 4 * r.hidden);
  const int gh = body.product("hidden" + suffix, gate_weights(g.hidden, g.hidden_bias, r.hidden, 0, 4 * r.hidden), h);
  const int sum = body.combine("sum", Arithmetic::Kind::add, x, gh);
  const int in = body.activate("in", Activate::Kind::sigmoid, body.gate("slice_in", sum, 0));
  const int out = body.activate("out", Activate::Kind::sigmoid, body.gate("slice_out", sum, 1));
  const int forget = body.activate("forget", Activate::Kind::sigmoid, body.gate("slice_forget", sum, 2));
  const int fresh = body.activate("fresh", Activate::Kind::tanh, body.gate("slice_fresh", sum, 3));
  const int cell =
      body.combine("cell", Arithmetic::Kind::add, body.combine("kept", Arithmetic::Kind::multiply, forget, c),
                   body.combine("added", Arithmetic::Kind::multiply, in, fresh));
  const int state =
      body.combine("state", Arithmetic::Kind::multiply, out, body.activate("squash", Activate::Kind::tanh, cell));
  return body.finish({state, cell, state});
}

// z, r = sigmoid(..), n = tanh(x_n + r (h R_n + b_n)) or, without `after`, tanh(x_n + (r h) R_n + b_n),
// h' = n + z (h - n).
std::shared_ptr<const Graph> gru_body(OnnxBuilder& b, const Recurrent& r, const std::string& name,
                                      const std::string& suffix, const Gates& g, bool after) {
  Body body(b, name, r.hidden);
  const int n = r.hidden, h = body.input("state", n), x = body.input("gates", 3 * n);
  const auto part = [&](const std::string& what, int first, int count, int in) {
    return body.product(what, gate_weights(g.hidden, g.hidden_bias, n, first * n, count * n), in);
  };
  const int gh = part("hidden" + suffix, 0, after ? 3 : 2, h);
  const auto gate = [&](const std::string& what, int number) {
    const int sum = body.combine("sum_" + what, Arithmetic::Kind::add, body.gate("input_" + what, x, number),
                                 body.gate("hidden_" + what, gh, number));
    return body.activate(what, Activate::Kind::sigmoid, sum);
  };
  const int update = gate("update", 0), reset = gate("reset", 1);
  const int from_state =
      after ? body.combine("reset_fresh", Arithmetic::Kind::multiply, reset, body.gate("hidden_fresh", gh, 2))
            : part("fresh" + suffix, 2, 1, body.combine("reset_state", Arithmetic::Kind::multiply, reset, h));
  const int fresh =
      body.activate("fresh_state", Activate::Kind::tanh,
                    body.combine("sum_fresh", Arithmetic::Kind::add, body.gate("input_fresh", x, 2), from_state));
  const int change = body.combine("change", Arithmetic::Kind::multiply, update,
                                  body.combine("difference", Arithmetic::Kind::subtract, h, fresh));
  const int state = body.combine("state", Arithmetic::Kind::add, fresh, change);
  return body.finish({state, state});
}

std::shared_ptr<const Graph> rnn_body(OnnxBuilder& b, const Recurrent& r, const std::string& name,
                                      const std::string& suffix, const Gates& g, Activate::Kind curve) {
  Body body(b, name, r.hidden);
  const int h = body.input("state", r.hidden), x = body.input("gates", r.hidden);
  const int gh = body.product("hidden" + suffix, gate_weights(g.hidden, g.hidden_bias, r.hidden, 0, r.hidden), h);
  const int state = body.activate("state", curve, body.combine("sum", Arithmetic::Kind::add, x, gh));
  return body.finish({state, state});
}

// What the node's activations are called; those that every exporter writes.
Activate::Kind check_activations(const OnnxNode& node, int directions) {
  const std::vector<std::string> usual = node.type() == "LSTM"  ? std::vector<std::string>{"sigmoid", "tanh", "tanh"}
                                         : node.type() == "GRU" ? std::vector<std::string>{"sigmoid", "tanh"}
                                                                : std::vector<std::string>{"tanh"};
  const auto* given = node.attribute("activations");
  if (!given) return Activate::Kind::tanh;
  std::vector<std::string> names;
  for (std::string name : given->strings()) {
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    names.push_back(plain_text(name));
  }
  std::vector<std::string> wanted, rectified;
  for (int d = 0; d < directions; ++d) wanted.insert(wanted.end(), usual.begin(), usual.end());
  rectified.assign(static_cast<std::size_t>(directions), "relu");
  if (node.type() == "RNN" && names == rectified) return Activate::Kind::relu;
  if (names != wanted)
    node.fail(fmt::format("activations {} are not supported; supported are {}", fmt::join(names, ", "),
                          fmt::join(wanted, ", ")));
  return Activate::Kind::tanh;
}

Recurrent sizes_of(const OnnxNode& node, OnnxBuilder& b) {
  const OnnxValue x = b.value(node, 0), w = b.value(node, 1), r = b.value(node, 2);
  if (x.rank() != 3 || w.rank() != 3 || r.rank() != 3)
    node.fail(fmt::format("needs 3 dimensions each of inputs, weights and recurrent weights, but gets {}, {} and {}",
                          x.rank(), w.rank(), r.rank()));
  Recurrent s;
  s.batch_first = node.integer("layout", 0) != 0;
  s.steps = x.dim(s.batch_first ? 1 : 0);
  if (x.dim(s.batch_first ? 0 : 1) != 1)
    node.fail(fmt::format("runs {} sequences of one sample; supported is one", x.dim(s.batch_first ? 0 : 1)));
  s.inputs = x.dim(2);
  s.hidden = r.dim(2);
  s.gates = node.type() == "LSTM" ? 4 : node.type() == "GRU" ? 3 : 1;
  s.directions = w.dim(0);
  s.name = b.layer_name(node);
  const std::string direction = node.text("direction", "forward");
  const int expected = direction == "bidirectional" ? 2 : 1;
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    node.fail(fmt::format("direction {} is none", plain_text(direction)));
  const Shape rows{{expected, s.gates * s.hidden, s.inputs}}, recurrent{{expected, s.gates * s.hidden, s.hidden}};
  if (s.hidden < 1 || s.hidden > (1 << 20) || w.shape != rows || r.shape != recurrent ||
      node.integer("hidden_size", s.hidden) != s.hidden)
    node.fail(fmt::format("its weights are [{}] and [{}]; for {} inputs and {} hidden values [{}] and [{}] are needed",
                          fmt::join(w.shape.dims, ", "), fmt::join(r.shape.dims, ", "), s.inputs, s.hidden,
                          fmt::join(rows.dims, ", "), fmt::join(recurrent.dims, ", ")));
  return s;
}

// The first state of a direction: zeros unless the node says.
OnnxValue first_state(const OnnxNode& node, OnnxBuilder& b, const Recurrent& r, int input, int direction) {
  if (!b.given(node, input))
    return b.real_constant({{r.hidden}}, std::vector<float>(static_cast<std::size_t>(r.hidden), 0.f));
  OnnxValue all = b.value(node, input);
  if (all.shape.size() != std::int64_t{r.directions} * r.hidden)
    node.fail(fmt::format("its first state is [{}]; {} values of {} directions are needed",
                          fmt::join(all.shape.dims, ", "), r.hidden, r.directions));
  all = b.reshaped(node, r.name + ".states", all, {{r.directions, r.hidden}});
  if (r.directions > 1) all = b.add(node, r.name + ".first", Slice{0, direction, 1, 1}, {all});
  return b.reshaped(node, r.name + ".first_state", all, {{r.hidden}});
}

Gates gates_of(const OnnxNode& node, OnnxBuilder& b, const Recurrent& r, int direction) {
  const auto part = [&](const std::vector<float>& all, std::size_t size, std::size_t number) {
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(number * size);
    return std::vector<float>(from, from + static_cast<std::ptrdiff_t>(size));
  };
  const auto outputs = static_cast<std::size_t>(r.gates) * static_cast<std::size_t>(r.hidden),
             d = static_cast<std::size_t>(direction);
  Gates g;
  g.input = part(b.reals(node, 1, "the weights"), outputs * static_cast<std::size_t>(r.inputs), d);
  g.hidden = part(b.reals(node, 2, "the recurrent weights"), outputs * static_cast<std::size_t>(r.hidden), d);
  if (b.given(node, 3)) {
    const std::vector<float> bias = b.reals(node, 3, "the bias");
    if (bias.size() != 2 * outputs * static_cast<std::size_t>(r.directions))
      node.fail(fmt::format("has {} biases where {} are needed", bias.size(),
                            2 * outputs * static_cast<std::size_t>(r.directions)));
    g.input_bias = part(bias, outputs, 2 * d);
    g.hidden_bias = part(bias, outputs, 2 * d + 1);
  }
  return g;
}

}  // namespace

void onnx_recurrent(const OnnxNode& node, OnnxBuilder& b) {
  node.allow({"activations", "direction", "hidden_size", "input_forget", "layout", "linear_before_reset"});
  node.need_inputs(3, 8);
  const bool lstm = node.type() == "LSTM", gru = node.type() == "GRU";
  if (node.integer("input_forget", 0) != 0) node.fail("input_forget = 1 is not supported; supported is 0");
  if (b.given(node, 7)) node.fail("has peepholes (input 8), which are not supported");
  const Recurrent r = sizes_of(node, b);
  const Activate::Kind curve = check_activations(node, r.directions);
  if (b.given(node, 4))
    for (std::int64_t length : b.integers(node, 4, "the lengths of sequences"))
      if (length != r.steps) node.fail(fmt::format("runs {} of {} steps; supported are all", length, r.steps));
  const OnnxValue x = b.reshaped(node, r.name + ".sequence", b.value(node, 0), {{r.steps, r.inputs}});
  const bool reverse = node.text("direction", "forward") == "reverse";
  std::vector<OnnxValue> sequences, states, cells;
  for (int d = 0; d < r.directions; ++d) {
    const bool backwards = reverse || d == 1;
    const std::string suffix = backwards ? "_reverse" : "";
    const Gates g = gates_of(node, b, r, d);
    const int outputs = r.gates * r.hidden;
    const OnnxValue gates = b.add_product(node, r.name + ".input" + suffix,
                                          gate_weights(g.input, g.input_bias, r.inputs, 0, outputs), {}, x);
    Loop loop;
    loop.steps = r.steps;
    loop.carried = lstm ? 2 : 1;
    loop.backwards = backwards;
    loop.body = lstm  ? lstm_body(b, r, r.name, suffix, g)
                : gru ? gru_body(b, r, r.name, suffix, g, node.integer("linear_before_reset", 0) != 0)
                      : rnn_body(b, r, r.name, suffix, g, curve);
    std::vector<OnnxValue> in{first_state(node, b, r, 5, d)};
    if (lstm) in.push_back(first_state(node, b, r, 6, d));
    in.push_back(gates);
    const std::vector<OnnxValue> out = b.add_all(node, r.name + suffix, loop, in);
    const Shape sequence = r.batch_first ? Shape{{1, r.steps, 1, r.hidden}} : Shape{{r.steps, 1, 1, r.hidden}};
    if (!b.never_read(node.output(0))) sequences.push_back(b.reshaped(node, r.name + ".outputs", out.back(), sequence));
    if (!b.never_read(node.output(1))) states.push_back(b.reshaped(node, r.name + ".last", out[0], {{1, 1, r.hidden}}));
    if (lstm && !b.never_read(node.output(2)))
      cells.push_back(b.reshaped(node, r.name + ".cell", out[1], {{1, 1, r.hidden}}));
  }
  const auto join = [&](int output, const std::vector<OnnxValue>& parts, int axis) {
    if (parts.empty()) return;
    b.define(node, output, parts.size() == 1 ? parts[0] : b.add(node, r.name + ".join", Concat{axis}, parts));
  };
  join(0, sequences, r.batch_first ? 2 : 1);
  join(1, states, r.batch_first ? 1 : 0);
  join(2, cells, r.batch_first ? 1 : 0);
}

}  // namespace bitline::workloads
