// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_order.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <queue>
#include <set>

#include "workloads/onnx_node.h"

namespace bitline::workloads {
namespace {

std::map<std::string, int> makers_of_names(const OnnxModel& model) {
  std::map<std::string, int> makers;
  const auto& graph = model.graph();
  std::set<std::string> given;
  for (const auto& t : graph.initializer()) given.insert(t.name());
  for (const auto& i : graph.input()) given.insert(i.name());
  for (int n = 0; n < graph.node_size(); ++n)
    for (const std::string& name : graph.node(n).output()) {
      if (name.empty()) continue;
      if (given.contains(name) || !makers.emplace(name, n).second)
        OnnxNode(model, graph.node(n), n).fail(fmt::format("defines '{}' a second time", plain_text(name)));
    }
  return makers;
}

// Nodes that the outputs need, whatever way.
std::vector<bool> needed_nodes(const OnnxModel& model, const std::map<std::string, int>& makers) {
  const auto& graph = model.graph();
  std::vector<bool> needed(static_cast<std::size_t>(graph.node_size()), false);
  std::vector<int> waiting;
  const auto need = [&](const std::string& name) {
    const auto maker = makers.find(name);
    if (maker == makers.end() || needed[static_cast<std::size_t>(maker->second)]) return;
    needed[static_cast<std::size_t>(maker->second)] = true;
    waiting.push_back(maker->second);
  };
  for (const auto& o : graph.output()) need(o.name());
  while (!waiting.empty()) {
    const int n = waiting.back();
    waiting.pop_back();
    for (const std::string& name : graph.node(n).input()) need(name);
  }
  return needed;
}

}  // namespace

OnnxOrder order_of_nodes(const OnnxModel& model) {
  const auto& graph = model.graph();
  const std::map<std::string, int> makers = makers_of_names(model);
  const std::vector<bool> needed = needed_nodes(model, makers);
  std::set<std::string> given;
  for (const auto& t : graph.initializer()) given.insert(t.name());
  for (const auto& i : graph.input()) given.insert(i.name());

  const auto count = static_cast<std::size_t>(graph.node_size());
  std::vector<int> missing(count, 0);            // inputs that are not made yet
  std::vector<std::vector<int>> readers(count);  // of what a node makes
  OnnxOrder order;
  for (int n = 0; n < graph.node_size(); ++n) {
    if (!needed[static_cast<std::size_t>(n)]) continue;
    for (const std::string& name : graph.node(n).input()) {
      if (name.empty()) continue;
      ++order.uses[name];
      if (const auto maker = makers.find(name); maker != makers.end()) {
        readers[static_cast<std::size_t>(maker->second)].push_back(n);
        ++missing[static_cast<std::size_t>(n)];
      } else if (!given.contains(name)) {
        OnnxNode(model, graph.node(n), n)
            .fail(
                fmt::format("reads '{}', which is no input, no initializer and made by no node: is the file complete?",
                            plain_text(name)));
      }
    }
  }
  for (const auto& o : graph.output()) ++order.uses[o.name()];

  std::priority_queue<int, std::vector<int>, std::greater<>> ready;  // the first in the file first
  for (int n = 0; n < graph.node_size(); ++n)
    if (needed[static_cast<std::size_t>(n)] && missing[static_cast<std::size_t>(n)] == 0) ready.push(n);
  while (!ready.empty()) {
    const int n = ready.top();
    ready.pop();
    order.nodes.push_back(n);
    for (int reader : readers[static_cast<std::size_t>(n)])
      if (--missing[static_cast<std::size_t>(reader)] == 0) ready.push(reader);
  }
  std::vector<std::string> waiting;
  for (int n = 0; n < graph.node_size() && waiting.size() < 4; ++n)
    if (needed[static_cast<std::size_t>(n)] && missing[static_cast<std::size_t>(n)] > 0)
      waiting.push_back(OnnxNode(model, graph.node(n), n).label());
  if (!waiting.empty())
    model.fail(fmt::format("its graph has a cycle; {} wait for each other", fmt::join(waiting, ", ")));
  return order;
}

}  // namespace bitline::workloads
