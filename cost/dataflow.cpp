// SPDX-License-Identifier: Apache-2.0
#include "cost/dataflow.h"

#include <algorithm>
#include <utility>

namespace bitline::cost {

std::size_t Dataflow::add_tensor(FlowTensor tensor) {
  tensors.push_back(std::move(tensor));
  return tensors.size() - 1;
}

std::size_t Dataflow::add_node(FlowNode node) {
  const std::size_t number = nodes.size();
  for (const std::size_t t : node.in) tensors[t].consumers.push_back(number);
  for (const std::size_t t : node.out) tensors[t].producer = number;
  nodes.push_back(std::move(node));
  return number;
}

void set_bits(Dataflow& flow, const std::vector<int>& layer_bits, int value_bits) {
  for (FlowTensor& tensor : flow.tensors) {
    const FlowNode* writer = tensor.producer ? &flow.nodes[*tensor.producer] : nullptr;
    tensor.bits = !tensor.consumers.empty() ? 0 : writer && writer->layer ? layer_bits[*writer->layer] : value_bits;
  }
  const auto widest = [&](const std::vector<std::size_t>& tensors) {
    int bits = 0;
    for (const std::size_t t : tensors) bits = std::max(bits, flow.tensors[t].bits);
    return bits;
  };
  for (auto node = flow.nodes.rbegin(); node != flow.nodes.rend(); ++node) {
    const int bits = node->layer ? layer_bits[*node->layer] : node->keeps_codes ? widest(node->out) : value_bits;
    for (const std::size_t t : node->in) flow.tensors[t].bits = std::max(flow.tensors[t].bits, bits);
  }
}

NodeTraffic traffic(const Dataflow& flow, std::size_t number) {
  const FlowNode& node = flow.nodes[number];
  NodeTraffic sum;
  for (std::size_t i = 0; i < node.in.size(); ++i) {
    if (std::find(node.in.begin(), node.in.begin() + static_cast<std::ptrdiff_t>(i), node.in[i]) !=
        node.in.begin() + static_cast<std::ptrdiff_t>(i))
      continue;  // x + x reads x once
    const FlowTensor& tensor = flow.tensors[node.in[i]];
    sum.read_values += tensor.values;
    sum.read_bits += tensor.size_bits();
    if (!tensor.producer && tensor.consumers.front() == number) sum.off_chip_bits += tensor.size_bits();
  }
  for (const std::size_t t : node.out) {
    const FlowTensor& tensor = flow.tensors[t];
    sum.written_values += tensor.values;
    sum.written_bits += tensor.size_bits();
    sum.output_bits = std::max(sum.output_bits, tensor.bits);
    if (tensor.consumers.empty()) sum.off_chip_bits += tensor.size_bits();
  }
  return sum;
}

double buffer_bits(const Dataflow& flow) {
  double most = 0;
  for (std::size_t n = 0; n < flow.nodes.size(); ++n) {
    const FlowNode& node = flow.nodes[n];
    // The largest tensor it reads streams; the others wait whole.
    double streamed = 0, written = 0, held = 0;
    for (std::size_t t = 0; t < flow.tensors.size(); ++t) {
      const FlowTensor& tensor = flow.tensors[t];
      const bool reads = std::find(node.in.begin(), node.in.end(), t) != node.in.end(),
                 writes = std::find(node.out.begin(), node.out.end(), t) != node.out.end(),
                 last_use = tensor.consumers.empty() || tensor.consumers.back() <= n,
                 exists = !tensor.producer || *tensor.producer < n;
      if (writes) written += tensor.size_bits();
      if (reads && last_use) {
        held += std::min(streamed, tensor.size_bits());
        streamed = std::max(streamed, tensor.size_bits());
      } else if (exists && !writes && !last_use) {
        held += tensor.size_bits();
      }
    }
    most = std::max(most, 2 * std::max(streamed, written) + held);
  }
  return most;
}

double pipeline_buffer_bits(const Dataflow& flow, const std::vector<int>& periods) {
  std::vector<int> begin(flow.nodes.size(), 0), end(flow.nodes.size(), 0);
  constexpr int filled = 1;  // when an input of the network is there
  for (std::size_t n = 0; n < flow.nodes.size(); ++n) {
    begin[n] = filled;
    for (const std::size_t t : flow.nodes[n].in)
      if (const auto writer = flow.tensors[t].producer) begin[n] = std::max(begin[n], end[*writer]);
    end[n] = begin[n] + periods[n];
  }
  double bits = 0;
  for (const FlowTensor& tensor : flow.tensors) {
    const int from = tensor.producer ? begin[*tensor.producer] : 0,
              made = tensor.producer ? end[*tensor.producer] : filled;
    int until = made + (tensor.consumers.empty() ? 1 : 0);
    for (const std::size_t reader : tensor.consumers) until = std::max(until, end[reader]);
    bits += (until - from) * tensor.size_bits();
  }
  return bits;
}

}  // namespace bitline::cost
