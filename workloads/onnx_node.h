// SPDX-License-Identifier: Apache-2.0
// One node of an ONNX file: checked access to its inputs' names and attributes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/onnx_model.h"

namespace bitline::workloads {

class OnnxNode {
 public:
  OnnxNode(const OnnxModel& model, const onnx::NodeProto& node, int index)
      : model_(model), node_(node), index_(index) {}

  const OnnxModel& model() const { return model_; }
  std::int64_t opset() const { return model_.opset(); }
  const std::string& type() const { return node_.op_type(); }
  const std::string& domain() const { return node_.domain(); }
  const std::string& name() const { return node_.name(); }
  int index() const { return index_; }
  int inputs() const { return node_.input_size(); }
  int outputs() const { return node_.output_size(); }
  const std::string& input(int i) const;   // "" when left out
  const std::string& output(int i) const;  // "" when left out

  // Fails when the node carries any other attribute, which would change its meaning.
  void allow(std::initializer_list<std::string_view> attributes) const;
  // Fails when it has fewer or more inputs.
  void need_inputs(int least, int most) const;
  bool has(std::string_view name) const { return attribute(name) != nullptr; }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  float number(std::string_view name, float otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::vector<std::int64_t> integers(std::string_view name) const;  // empty when left out
  // `size` of them, all `otherwise` when left out.
  std::vector<std::int64_t> integers(std::string_view name, std::size_t size, std::int64_t otherwise) const;
  const onnx::AttributeProto* attribute(std::string_view name) const;

  // "node 3 'conv1' (Conv)".
  std::string label() const;
  [[noreturn]] void fail(const std::string& message) const;

 private:
  const OnnxModel& model_;
  const onnx::NodeProto& node_;
  int index_;
};

// A number that must be in lowest .. 2^20, as sizes of windows are.
int small_number(const OnnxNode& node, const char* what, std::int64_t value, std::int64_t lowest);

// "[2, 3]".
std::string list_of(const std::vector<std::int64_t>& values);

}  // namespace bitline::workloads
