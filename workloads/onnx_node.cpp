// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_node.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace bitline::workloads {

const std::string& OnnxNode::input(int i) const {
  static const std::string none;
  return i < node_.input_size() ? node_.input(i) : none;
}

const std::string& OnnxNode::output(int i) const {
  static const std::string none;
  return i < node_.output_size() ? node_.output(i) : none;
}

void OnnxNode::allow(std::initializer_list<std::string_view> attributes) const {
  for (const auto& a : node_.attribute()) {
    if (std::ranges::find(attributes, std::string_view(a.name())) == attributes.end())
      fail(attributes.size() == 0 ? fmt::format("attribute '{}' is not supported", plain_text(a.name()))
                                  : fmt::format("attribute '{}' is not supported; supported are {}",
                                                plain_text(a.name()), fmt::join(attributes, ", ")));
  }
}

void OnnxNode::need_inputs(int least, int most) const {
  if (inputs() < least || inputs() > most)
    fail(fmt::format("has {} inputs where {} are needed", inputs(),
                     least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most)));
}

const onnx::AttributeProto* OnnxNode::attribute(std::string_view name) const {
  for (const auto& a : node_.attribute())
    if (a.name() == name) return &a;
  return nullptr;
}

std::int64_t OnnxNode::integer(std::string_view name, std::int64_t otherwise) const {
  const auto* a = attribute(name);
  if (a && !a->has_i()) fail(fmt::format("attribute '{}' is no integer", name));
  return a ? a->i() : otherwise;
}

float OnnxNode::number(std::string_view name, float otherwise) const {
  const auto* a = attribute(name);
  if (a && (!a->has_f() || std::isnan(a->f()))) fail(fmt::format("attribute '{}' is no number", name));
  return a ? a->f() : otherwise;
}

std::string OnnxNode::text(std::string_view name, std::string_view otherwise) const {
  const auto* a = attribute(name);
  if (a && !a->has_s()) fail(fmt::format("attribute '{}' is no text", name));
  return a ? a->s() : std::string(otherwise);
}

std::vector<std::int64_t> OnnxNode::integers(std::string_view name) const {
  const auto* a = attribute(name);
  if (!a) return {};
  return {a->ints().begin(), a->ints().end()};
}

std::vector<std::int64_t> OnnxNode::integers(std::string_view name, std::size_t size, std::int64_t otherwise) const {
  if (!has(name)) return std::vector<std::int64_t>(size, otherwise);
  std::vector<std::int64_t> values = integers(name);
  if (values.size() != size)
    fail(fmt::format("attribute '{}' has {} values where {} are needed", name, values.size(), size));
  return values;
}

std::string OnnxNode::label() const {
  return fmt::format("node {}{} ({})", index_, name().empty() ? "" : " '" + plain_text(name()) + "'",
                     plain_text(type()));
}

void OnnxNode::fail(const std::string& message) const { model_.fail(label() + ": " + message); }

int small_number(const OnnxNode& node, const char* what, std::int64_t value, std::int64_t lowest) {
  if (value < lowest || value > (1 << 20))
    node.fail(fmt::format("{} {} is out of the range {}..{}", what, value, lowest, 1 << 20));
  return static_cast<int>(value);
}

std::string list_of(const std::vector<std::int64_t>& values) { return fmt::format("[{}]", fmt::join(values, ", ")); }

}  // namespace bitline::workloads
