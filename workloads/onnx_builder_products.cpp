// SPDX-License-Identifier: Apache-2.0
// Products while an ONNX file is walked: their weights, and what is folded into them.
#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "workloads/onnx_builder.h"

namespace bitline::workloads {

std::string OnnxBuilder::sharing_key(const OnnxNode& node, const std::string& way) const {
  if (read_once(node.input(1))) return {};
  return fmt::format("{}|{}|{}", way, node.input(1), node.input(2));
}

OnnxValue OnnxBuilder::add_product(const OnnxNode& node, const std::string& name, Weights weights,
                                   std::optional<Window> window, const OnnxValue& in, const std::string& key) {
  if (in.is_constant()) node.fail("multiplies constants only: nothing of the data reaches it");
  Product product{static_cast<int>(graph_.weights.size()), std::move(window), 0};
  if (const auto known = shared_.find(key); !key.empty() && known != shared_.end()) {
    product.weights = known->second;
    return add(node, name, product, {in});
  }
  graph_.weights.push_back(std::move(weights));
  OnnxValue made = add(node, name, product, {in});
  graph_.weights.back().name = graph_.nodes.back().name;
  if (key.empty()) {
    made.foldable = Foldable{.weights = product.weights,
                             .axis = product.window ? made.rank() - 3 : made.rank() - 1,
                             .columns_of_channel = 1,
                             .overlap = {}};
  } else {
    shared_[key] = product.weights;
  }
  return made;
}

bool OnnxBuilder::fold(const OnnxNode& node, const OnnxValue& x, const std::vector<double>& gain,
                       const std::vector<double>& minus, const std::vector<double>& plus) {
  if (!x.foldable) return false;
  const Foldable& into = *x.foldable;
  Weights& weights = graph_.weights[static_cast<std::size_t>(into.weights)];
  const auto places = static_cast<std::size_t>(into.columns_of_channel);
  const std::size_t channels = static_cast<std::size_t>(weights.columns) / places;
  for (Panel& p : weights.panels)
    for (std::size_t i = 0; i < p.weights.size(); ++i) {
      const std::size_t column = static_cast<std::size_t>(p.column) + i % static_cast<std::size_t>(p.columns);
      p.weights[i] = static_cast<float>(p.weights[i] * gain[column / places]);
      if (!std::isfinite(p.weights[i]))
        node.fail(fmt::format("the folded weights of channel {} overflow", column / places));
    }
  std::vector<float>& bias =
      into.overlap ? std::get<Overlap>(graph_.nodes[static_cast<std::size_t>(*into.overlap)].op).bias : weights.bias;
  bias.resize(channels);
  Folded& folded = weights.folded;
  folded.gain.resize(channels, 1);
  folded.bias.resize(channels, 0);
  for (std::size_t c = 0; c < channels; ++c) {
    bias[c] = static_cast<float>((double{bias[c]} - minus[c]) * gain[c] + plus[c]);
    folded.gain[c] *= gain[c];
    folded.bias[c] = bias[c];
    if (!std::isfinite(bias[c])) node.fail(fmt::format("the folded bias of channel {} overflows", c));
  }
  return true;
}

}  // namespace bitline::workloads
