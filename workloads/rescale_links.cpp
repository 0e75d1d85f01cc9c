// SPDX-License-Identifier: Apache-2.0
#include "workloads/rescale_links.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "workloads/strides.h"
#include "workloads/windows.h"

namespace bitline::workloads {
namespace {

using Channels = std::vector<int>;

// Offsets of the value of `from` that each value of a tensor of shape `out` is of, given the steps of `from`.
std::vector<std::size_t> source_offsets(const Shape& out, const std::vector<std::size_t>& steps) {
  std::vector<std::size_t> all(static_cast<std::size_t>(out.size()));
  const std::vector<std::size_t> strides = strides_of(out);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t d = 0; d < steps.size(); ++d)
      all[i] += i / strides[d] % static_cast<std::size_t>(out.dims[d]) * steps[d];
  return all;
}

// The channel of each of `groups` groups of values: empty where one holds several channels.
Channels common_channels(const Channels& channel, std::size_t groups, std::span<const std::size_t> group_of) {
  Channels common(groups, -1);
  for (std::size_t i = 0; i < channel.size(); ++i) {
    int& c = common[group_of[i]];
    if (c >= 0 && c != channel[i]) return {};
    c = channel[i];
  }
  return common;
}

// From a tensor of channels to what an operation makes of it; empty where factors of channels cannot pass.
struct FactorPassing {
  const Shape& in;
  const Shape& out;
  const Channels& channel;

  Channels operator()(const Activate& a) const {
    using Kind = Activate::Kind;
    return a.kind == Kind::relu || a.kind == Kind::leaky_relu || a.kind == Kind::absolute || a.kind == Kind::negate
               ? channel
               : Channels{};
  }
  Channels operator()(const Arithmetic& a) const {
    using Kind = Arithmetic::Kind;
    const bool passes = a.kind == Kind::add || a.kind == Kind::subtract || a.kind == Kind::multiply ||
                        a.kind == Kind::divide || a.kind == Kind::leak;
    return passes && in.size() == out.size() ? channel : Channels{};
  }
  Channels operator()(const Reshape&) const { return channel; }
  Channels operator()(const Transpose& t) const {
    const std::vector<std::size_t> strides = strides_of(in);
    std::vector<std::size_t> steps;
    for (const int d : t.order) steps.push_back(strides[static_cast<std::size_t>(d)]);
    Channels moved;
    for (const std::size_t i : source_offsets(out, steps)) moved.push_back(channel[i]);
    return moved;
  }
  Channels operator()(const Pool&) const {
    const std::size_t from = map_of(in).plane(), to = map_of(out).plane(), planes = channel.size() / from;
    std::vector<std::size_t> plane(channel.size());
    for (std::size_t i = 0; i < plane.size(); ++i) plane[i] = i / from;
    const Channels common = common_channels(channel, planes, plane);
    Channels pooled;
    for (const int c : common) pooled.insert(pooled.end(), to, c);
    return pooled;
  }
  Channels operator()(const Reduce& r) const {
    using Kind = Reduce::Kind;
    if (r.kind != Kind::mean && r.kind != Kind::sum && r.kind != Kind::largest && r.kind != Kind::smallest) return {};
    Shape kept = in;
    for (const int axis : r.axes) kept.dims[static_cast<std::size_t>(axis)] = 1;
    return common_channels(channel, static_cast<std::size_t>(kept.size()),
                           source_offsets(in, broadcast_strides(kept, in)));
  }
  Channels operator()(const auto&) const { return {}; }
};

bool scales_channels(const Node& node) {
  const auto* a = std::get_if<Arithmetic>(&node.op);
  return a && a->kind == Arithmetic::Kind::multiply;
}
bool shifts_channels(const Node& node) {
  const auto* a = std::get_if<Arithmetic>(&node.op);
  return a && (a->kind == Arithmetic::Kind::add || a->kind == Arithmetic::Kind::subtract);
}

// A graph with who makes and reads each tensor, and which weights one node of the outermost graph alone uses.
class LinkFinder {
 public:
  explicit LinkFinder(const Graph& graph)
      : graph_(graph), made_by_(graph.tensors.size()), reads_(graph.tensors.size()), uses_(graph.weights.size()) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      for (const int t : graph.nodes[n].out) made_by_[static_cast<std::size_t>(t)] = n;
      for (const int t : graph.nodes[n].in) ++reads_[static_cast<std::size_t>(t)];
    }
    for (const int t : graph.outputs) ++reads_[static_cast<std::size_t>(t)];
    for (const PlacedNode& p : all_nodes(graph))
      if (const auto* product = std::get_if<Product>(&p.node->op))
        uses_[static_cast<std::size_t>(product->weights)] += p.graph == &graph ? 1 : 2;
  }

  std::vector<ChannelLink> links() const {
    std::vector<ChannelLink> all;
    std::vector<bool> seen(graph_.tensors.size());
    for (const Node& node : graph_.nodes) {
      if (!std::holds_alternative<Product>(node.op) || seen[static_cast<std::size_t>(node.in.front())]) continue;
      seen[static_cast<std::size_t>(node.in.front())] = true;
      all.push_back(link(node.in.front()));
    }
    return all;
  }

 private:
  const Tensor& tensor(int t) const { return graph_.tensors[static_cast<std::size_t>(t)]; }
  bool alone(const Node& node) const {
    const auto* product = std::get_if<Product>(&node.op);
    return product && uses_[static_cast<std::size_t>(product->weights)] == 1;
  }

  ChannelLink link(int t) const {
    ChannelLink out;
    int own = 0;
    for (const Node& node : graph_.nodes)
      if (std::holds_alternative<Product>(node.op) && node.in.front() == t) {
        out.readers.push_back(std::get<Product>(node.op).weights);
        own += alone(node);
      }
    out.why_not = own == reads_[static_cast<std::size_t>(t)] ? trace(t, out)
                                                             : "something else reads them or uses their weights, too";
    if (out.why_not.empty()) return out;
    return {.readers = std::move(out.readers), .why_not = std::move(out.why_not)};
  }

  // Back to what makes the channels, then forth with them to the tensor. Returns why it cannot be.
  std::string trace(int t, ChannelLink& out) const {
    std::vector<std::size_t> path;       // the last node first
    std::optional<std::size_t> scaling;  // place in the path of the last multiplication by constants of channels
    std::string stopped;
    for (int at = t; stopped.empty();) {
      const auto made = made_by_[static_cast<std::size_t>(at)];
      if (!made) {
        stopped = "they are the network's own";
      } else if (const Node& node = graph_.nodes[*made]; alone(node)) {
        stopped = follow(*made, path, t, out);
        if (stopped.empty()) return "";
      } else {
        path.push_back(*made);
        const std::optional<int> from = varying(node);
        if (!scaling && from && scales_channels(node) && constant(node).size() > 1) scaling = path.size() - 1;
        if (from && reads_[static_cast<std::size_t>(*from)] == 1)
          at = *from;
        else
          stopped = "node '" + node.name + "' before them joins or parts channels";
      }
    }
    if (!scaling) return stopped;
    const std::size_t source = path[*scaling];
    path.resize(*scaling);
    return follow(source, path, t, out);
  }

  // The one input of a node that is no constant; of operations on two, the other one is.
  std::optional<int> varying(const Node& node) const {
    std::optional<int> found;
    for (const int t : node.in)
      if (!tensor(t).is_constant()) {
        if (found) return {};
        found = t;
      }
    const auto* a = std::get_if<Arithmetic>(&node.op);
    const bool divides = a && (a->kind == Arithmetic::Kind::divide || a->kind == Arithmetic::Kind::leak);
    return divides && found != node.in.front() ? std::nullopt : found;
  }
  std::size_t operand(const Node& node) const { return tensor(node.in[0]).is_constant() ? 0 : 1; }
  const std::vector<float>& constant(const Node& node) const { return tensor(node.in[operand(node)]).values; }
  // Of each value that a node makes: which value of its constant is in it.
  std::vector<std::size_t> constant_of(const Node& node) const {
    const Shape& made = tensor(node.out.front()).shape;
    return source_offsets(made, broadcast_strides(tensor(node.in[operand(node)]).shape, made));
  }

  // From the node that makes the channels through `path` (the last node first) to tensor t.
  std::string follow(std::size_t source, const std::vector<std::size_t>& path, int t, ChannelLink& out) const {
    out = {.readers = std::move(out.readers)};
    Channels channel = begin(source, out);
    for (auto n = path.rbegin(); n != path.rend(); ++n) {
      const Node& node = graph_.nodes[*n];
      const Shape &in = tensor(*varying(node)).shape, &made = tensor(node.out.front()).shape;
      channel = std::visit(FactorPassing{in, made, channel}, node.op);
      if (!channel.empty() && shifts_channels(node)) {
        Channels shift = common_channels(channel, constant(node).size(), constant_of(node));
        if (shift.empty()) channel.clear();
        out.constants.push_back({*n, operand(node), std::move(shift)});
      }
      if (channel.empty()) return "node '" + node.name + "' before them does not let factors pass";
    }
    out.channel = std::move(channel);
    for (const Node& node : graph_.nodes)
      if (const auto* product = std::get_if<Product>(&node.op); product && node.in.front() == t)
        if (out.row.emplace_back(rows(*product, tensor(t).shape, out.channel)).empty())
          return "positions of them belong to several channels";
    return "";
  }

  // Of what the source makes.
  Channels begin(std::size_t source, ChannelLink& out) const {
    const Node& node = graph_.nodes[source];
    const Shape& made = tensor(node.out.front()).shape;
    Channels channel(static_cast<std::size_t>(made.size()));
    if (const auto* product = std::get_if<Product>(&node.op)) {
      const auto columns = static_cast<std::size_t>(graph_.weights[static_cast<std::size_t>(product->weights)].columns);
      const std::size_t plane = product->window ? map_of(made).plane() : 1;
      for (std::size_t i = 0; i < channel.size(); ++i) channel[i] = static_cast<int>(i / plane % columns);
      out.maker = product->weights, out.channels = columns;
      return channel;
    }
    const std::vector<std::size_t> of = constant_of(node);
    std::copy(of.begin(), of.end(), channel.begin());
    out.channels = constant(node).size();
    Channels all(out.channels);
    std::iota(all.begin(), all.end(), 0);
    out.constants.push_back({source, operand(node), std::move(all)});
    return channel;
  }

  Channels rows(const Product& product, const Shape& shape, const Channels& channel) const {
    const auto count = static_cast<std::size_t>(graph_.weights[static_cast<std::size_t>(product.weights)].rows);
    const std::size_t plane = product.window ? map_of(shape).plane() : 1,
                      planes = product.window ? static_cast<std::size_t>(map_of(shape).channels) : count;
    std::vector<std::size_t> of(channel.size());
    for (std::size_t i = 0; i < of.size(); ++i) of[i] = i / plane % planes;
    const Channels common = common_channels(channel, planes, of);
    Channels row;
    for (const int c : common) row.insert(row.end(), count / planes, c);
    return row;
  }

  const Graph& graph_;
  std::vector<std::optional<std::size_t>> made_by_;
  std::vector<int> reads_, uses_;
};

// The largest |weight| of each channel, by f(panel, row, column).
template <class F>
void add_ranges(const Weights& w, std::vector<double>& ranges, const F& channel) {
  for (const Panel& p : w.panels)
    for (std::size_t i = 0; i < p.weights.size(); ++i) {
      const auto columns = static_cast<std::size_t>(p.columns);
      double& most = ranges[static_cast<std::size_t>(
          channel(static_cast<std::size_t>(p.row) + i / columns, static_cast<std::size_t>(p.column) + i % columns))];
      most = std::max(most, std::abs(static_cast<double>(p.weights[i])));
    }
}

template <class F>
void scale_panels(Weights& w, const F& factor) {
  for (Panel& p : w.panels)
    for (std::size_t i = 0; i < p.weights.size(); ++i) {
      const auto columns = static_cast<std::size_t>(p.columns);
      p.weights[i] = static_cast<float>(p.weights[i] * factor(static_cast<std::size_t>(p.row) + i / columns,
                                                              static_cast<std::size_t>(p.column) + i % columns));
    }
}

// The tensor of one node's operand, made its own where others read it, too.
Tensor& own_tensor(Graph& graph, int& operand) {
  int uses = 0;
  for (const Node& node : graph.nodes) uses += static_cast<int>(std::ranges::count(node.in, operand));
  uses += static_cast<int>(std::ranges::count(graph.outputs, operand));
  if (uses > 1) {
    graph.tensors.push_back(Tensor(graph.tensors[static_cast<std::size_t>(operand)]));
    operand = static_cast<int>(graph.tensors.size()) - 1;
  }
  return graph.tensors[static_cast<std::size_t>(operand)];
}

Weights& weights_at(Graph& graph, int i) { return graph.weights[static_cast<std::size_t>(i)]; }
const Weights& weights_at(const Graph& graph, int i) { return graph.weights[static_cast<std::size_t>(i)]; }

}  // namespace

std::vector<ChannelLink> channel_links(const Graph& graph) { return LinkFinder(graph).links(); }

std::vector<double> column_ranges(const Graph& graph, const ChannelLink& link) {
  std::vector<double> ranges(link.channels, 0);
  add_ranges(weights_at(graph, link.maker.value()), ranges, [](std::size_t, std::size_t column) { return column; });
  return ranges;
}

std::vector<double> row_ranges(const Graph& graph, const ChannelLink& link) {
  std::vector<double> ranges(link.channels, 0);
  for (std::size_t k = 0; k < link.readers.size(); ++k)
    add_ranges(weights_at(graph, link.readers[k]), ranges,
               [&](std::size_t row, std::size_t) { return link.row[k][row]; });
  return ranges;
}

void rescale(Graph& graph, const ChannelLink& link, std::span<const double> factors) {
  const auto factor = [&](int channel) { return factors[static_cast<std::size_t>(channel)]; };
  if (link.maker) {
    Weights& w = weights_at(graph, *link.maker);
    scale_panels(w, [&](std::size_t, std::size_t column) { return 1 / factors[column]; });
    for (std::size_t c = 0; c < w.bias.size(); ++c) w.bias[c] = static_cast<float>(w.bias[c] / factors[c]);
  }
  for (const ChannelLink::Constant& c : link.constants) {
    Tensor& divided = own_tensor(graph, graph.nodes[c.node].in[c.operand]);
    for (std::size_t i = 0; i < divided.values.size(); ++i)
      divided.values[i] = static_cast<float>(divided.values[i] / factor(c.channel[i]));
  }
  for (std::size_t k = 0; k < link.readers.size(); ++k)
    scale_panels(weights_at(graph, link.readers[k]),
                 [&](std::size_t row, std::size_t) { return factor(link.row[k][row]); });
}

}  // namespace bitline::workloads
