// SPDX-License-Identifier: Apache-2.0
// Which channels can have a factor of their own between what makes them and the layers that read them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "workloads/graph.h"

namespace bitline::workloads {

// A tensor that products read and nothing else, and how to divide each of its channels by a positive factor: everything
// between what makes the channels and the tensor lets such factors pass (ReLU, pools, moves ...).
struct ChannelLink {
  std::vector<int> readers{};  // weights of the products that read it
  std::string why_not{};       // where it cannot be; all below is empty then

  std::size_t channels = 0;
  std::vector<int> channel{};           // of each value of the tensor
  std::vector<std::vector<int>> row{};  // [reader][row of its weights]: channel
  std::optional<int> maker{};           // weights whose columns are the channels
  struct Constant {                     // or constants that follow a normalization; biases on the way, too
    std::size_t node = 0;               // in Graph::nodes
    std::size_t operand = 0;
    std::vector<int> channel{};  // of each of its values
  };
  std::vector<Constant> constants{};  // to be divided as well
};

// Of all tensors that products of the outermost graph read, in order of computation. Weights that loops use, or several
// nodes, keep theirs.
std::vector<ChannelLink> channel_links(const Graph& graph);

// By channel: the largest |weight| of what makes it (link.maker), and of the rows of all its readers.
std::vector<double> column_ranges(const Graph& graph, const ChannelLink& link);
std::vector<double> row_ranges(const Graph& graph, const ChannelLink& link);

// Divides the channels by `factors` and multiplies the readers' rows by them.
void rescale(Graph& graph, const ChannelLink& link, std::span<const double> factors);

}  // namespace bitline::workloads
