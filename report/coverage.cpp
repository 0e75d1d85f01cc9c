// SPDX-License-Identifier: Apache-2.0
#include "report/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "report/text.h"

namespace bitline::report {

using cost::FlowNode;
using read::Action;
using workloads::PlacedNode;

namespace {

std::string several(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", grouped(count), what, count == 1 ? "" : "s");
}

// Bits of additions of one width, as additions.
double additions(double bits, int width) { return width > 0 ? bits / width : 0; }

// Rescaling multiplies each sum by a constant and compares it with the range of the next codes.
void count_layer(CoveredNode& node, const cost::LayerActions& a) {
  const read::Ledger& planned = a.planned;
  node.macs = a.macs;
  node.additions = planned[Action::plane_sum] + additions(planned[Action::slice_bit], a.slice_bits) +
                   additions(planned[Action::piece_bit], a.accumulator_bits) +
                   additions(planned[Action::bias_bit], a.accumulator_bits);
  node.multiplications = planned[Action::rescaling] + planned[Action::column_scaling];
  node.comparisons = planned[Action::rescaling];
  node.conversions = planned[Action::conversion];
  node.buffer_bits = planned[Action::buffer_bit];
  node.transfer_bits = planned[Action::transfer_bit];
}

void count_digital(CoveredNode& node, const read::Ledger& planned) {
  node.macs = planned[Action::mac];
  node.additions = planned[Action::addition];
  node.multiplications = planned[Action::multiplication];
  node.comparisons = planned[Action::comparison];
  node.exponentials = planned[Action::exponential];
  node.divisions = planned[Action::division];
  node.square_roots = planned[Action::square_root];
  node.lookups = planned[Action::lookup];
  node.buffer_bits = planned[Action::buffer_bit];
}

std::string computed(const workloads::IntegerGraph& network, const PlacedNode& placed) {
  const workloads::Node& node = *placed.node;
  std::string text(name_of(node.op));
  const auto shape = [&](int t) { return to_string(placed.graph->tensors[static_cast<std::size_t>(t)].shape); };
  if (const auto* product = std::get_if<workloads::Product>(&node.op)) {
    const workloads::IntegerWeights& w = network.weights[static_cast<std::size_t>(product->weights)];
    return text + fmt::format(" {}x{}, {}", w.rows, w.columns, several(w.positions, "vector"));
  }
  text += ' ' + shape(node.out[0]);
  return placed.times > 1 ? text + fmt::format(", {} times", placed.times) : text;
}

std::string place_of(const chip::LayerPlan& plan, const cost::LayerActions& actions) {
  if (plan.settings.digital) return "digital unit";
  return fmt::format("{} on {}", several(plan.blocks.size(), "block"), several(actions.arrays.size(), "array"));
}

// A renaming is no node of the flow.
bool is_in(const FlowNode& flow, const PlacedNode& placed) {
  return !std::holds_alternative<workloads::Reshape>(placed.node->op) || flow.name == placed.node->name;
}

CoveredNode renaming(const PlacedNode& placed) {
  CoveredNode node;
  node.name = placed.node->name, node.where = "nowhere", node.paid_by = "nobody: the same values in the same order";
  return node;
}

}  // namespace

std::vector<CoveredNode> covered(const chip::Chip& chip, const workloads::IntegerGraph& network,
                                 const cost::Tariff& tariff, const cost::Costs& costs) {
  std::vector<CoveredNode> all;
  std::size_t n = 0;  // of the flow
  for (const PlacedNode& placed : all_nodes(*network.graph)) {
    if (n == tariff.flow.nodes.size() || !is_in(tariff.flow.nodes[n], placed)) {
      all.push_back(renaming(placed));
    } else {
      const FlowNode& flow = tariff.flow.nodes[n];
      CoveredNode& node = all.emplace_back();
      node.name = flow.name, node.energy_J = costs.nodes[n].energy_breakdown_J;
      if (flow.layer) {
        count_layer(node, tariff.layers[*flow.layer].actions);
        node.where = place_of(chip.layers[*flow.layer], tariff.layers[*flow.layer].actions);
      } else {
        count_digital(node, tariff.nodes[n].planned);
        node.where = flow.only_moves ? "buffers" : "digital unit";
      }
      if (flow.paid_by)
        node.paid_by = fmt::format("the rescaling of {}", tariff.flow.nodes[*flow.paid_by].name);
      else if (!flow.layer && std::holds_alternative<workloads::Product>(placed.node->op))
        node.paid_by = "the first product with these weights";
      ++n;
    }
    all.back().computes = computed(network, placed);
  }
  return all;
}

std::span<const CoveredNode> block_of(std::span<const CoveredNode> nodes, const std::string& first,
                                      const std::string& last) {
  const auto at = [&](const std::string& name) {
    const auto found = std::ranges::find(nodes, name, &CoveredNode::name);
    if (found == nodes.end()) throw InputError(fmt::format("the network has no node '{}'", name));
    return found - nodes.begin();
  };
  const std::ptrdiff_t begin = at(first), end = at(last);
  if (end < begin) throw InputError(fmt::format("node '{}' is computed after '{}'", first, last));
  return nodes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin + 1));
}

namespace {

double energy_J(const CoveredNode& node) { return node.energy_J.total(); }

// Parts that pay anything, the largest first.
std::string payers(const CoveredNode& node) {
  if (!node.paid_by.empty()) return node.paid_by;
  std::vector<cost::Breakdown::Entry> parts(node.energy_J.begin(), node.energy_J.end());
  std::erase_if(parts, [](const auto& entry) { return entry.second == 0; });
  std::ranges::stable_sort(parts, std::greater<>(), [](const auto& entry) { return entry.second; });
  std::string text;
  for (const auto& [part, joules] : parts)
    text += fmt::format("{}{} {:.3g} J", text.empty() ? "" : ", ", title_of(part), joules);
  return text;
}

std::string cell(double count) { return count == 0 ? "" : grouped(static_cast<std::size_t>(std::llround(count))); }
std::string kilobits(double bits) { return bits == 0 ? "" : fmt::format("{:.1f}", bits / 1000); }

struct Column {
  const char* title;
  double CoveredNode::*count;
  std::string (*text)(double);
};
constexpr Column columns[] = {{"MACs", &CoveredNode::macs, cell},
                              {"add", &CoveredNode::additions, cell},
                              {"multiply", &CoveredNode::multiplications, cell},
                              {"compare", &CoveredNode::comparisons, cell},
                              {"e^x", &CoveredNode::exponentials, cell},
                              {"divide", &CoveredNode::divisions, cell},
                              {"root", &CoveredNode::square_roots, cell},
                              {"look-up", &CoveredNode::lookups, cell},
                              {"convert", &CoveredNode::conversions, cell},
                              {"buffer kbit", &CoveredNode::buffer_bits, kilobits},
                              {"wire kbit", &CoveredNode::transfer_bits, kilobits}};

double sum(std::span<const CoveredNode> nodes, double CoveredNode::*count) {
  double total = 0;
  for (const CoveredNode& node : nodes) total += node.*count;
  return total;
}

double sum_J(std::span<const CoveredNode> nodes) {
  double total = 0;
  for (const CoveredNode& node : nodes) total += energy_J(node);
  return total;
}

std::string line(const std::string& name, const std::string& computes, const std::string& where,
                 const CoveredNode& counts, double share, double joules, const std::string& paid_by) {
  std::string text = fmt::format("| {} | {} | {} |", name, computes, where);
  for (const Column& c : columns) {
    text += fmt::format(" {} |", c.text(counts.*c.count));
    if (c.count == &CoveredNode::macs) text += share > 0 ? fmt::format(" {:.2f} % |", 100 * share) : std::string(" |");
  }
  return text + fmt::format(" {} | {} |\n", joules > 0 ? fmt::format("{:.3g}", joules) : "0", paid_by);
}

}  // namespace

std::string coverage_table(std::span<const CoveredNode> block, std::span<const CoveredNode> network) {
  const double macs = sum(block, &CoveredNode::macs), joules = sum_J(block);
  std::string head = "| node | computes | where |", rule = "|---|---|---|", rows;
  for (const Column& c : columns) {
    const bool shared = c.count == &CoveredNode::macs;
    head += fmt::format(" {} |{}", c.title, shared ? " of the block's |" : "");
    rule += shared ? "--:|--:|" : "--:|";
  }
  CoveredNode all;
  double shares = 0;
  for (const CoveredNode& node : block) {
    const double share = macs > 0 ? node.macs / macs : 0;
    shares += share;
    rows += line(fmt::format("`{}`", node.name), node.computes, node.where, node, share, energy_J(node), payers(node));
  }
  for (const Column& c : columns) all.*c.count = sum(block, c.count);
  rows += line("**sum**", "", "", all, shares, joules, "");
  return fmt::format(
      "{} energy / J | paid by |\n{}--:|---|\n{}\nThe block has {} of the network's {} MACs and {} of the energy of "
      "all its nodes, {}.\n",
      head, rule, rows, percent(macs / sum(network, &CoveredNode::macs), 1),
      grouped(static_cast<std::size_t>(sum(network, &CoveredNode::macs))), percent(joules / sum_J(network), 1),
      quantity(sum_J(network), Unit::joule));
}

}  // namespace bitline::report
