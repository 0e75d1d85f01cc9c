// SPDX-License-Identifier: Apache-2.0
// A parsed ONNX file, and checked access to its constants and to one node's inputs and attributes. Nothing in the file
// is trusted.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bitline {

struct OnnxTensor {
  std::string name;
  std::vector<std::int64_t> dims;  // empty for a scalar
  std::vector<float> values;
  int rank() const { return static_cast<int>(dims.size()); }
};

// Text from a file made fit for messages and layer names: short, and only letters, digits and "_.:/-".
std::string plain_name(const std::string& text);

class OnnxFile {
 public:
  // Throws InputError when the file is no ONNX model.
  explicit OnnxFile(const std::filesystem::path& file);

  const onnx::GraphProto& graph() const { return model_.graph(); }
  std::int64_t opset() const { return opset_; }
  // Initializer or Constant node of that name, or null.
  const onnx::TensorProto* constant(const std::string& name) const;
  void add_constant(const std::string& name, const onnx::TensorProto& tensor);  // keeps the address

  [[noreturn]] void fail(const std::string& message) const;

 private:
  std::string path_;
  onnx::ModelProto model_;
  std::int64_t opset_ = 0;
  std::map<std::string, const onnx::TensorProto*> constants_;
};

class OnnxNode {
 public:
  OnnxNode(const OnnxFile& file, const onnx::NodeProto& node, int index) : file_(file), node_(node), index_(index) {}

  const OnnxFile& file() const { return file_; }
  const std::string& type() const { return node_.op_type(); }
  const std::string& name() const { return node_.name(); }
  int inputs() const { return node_.input_size(); }
  const std::string& input(int i) const;  // "" when left out
  const std::string& output() const;      // the first one

  // Fails when the node carries any other attribute, which would change its meaning.
  void allow(std::initializer_list<std::string_view> attributes) const;
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  float number(std::string_view name, float otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::vector<std::int64_t> integers(std::string_view name, std::vector<std::int64_t> otherwise) const;  // same length
  const onnx::AttributeProto* attribute(std::string_view name) const;

  // Input i, which must be a constant of the file: finite floats, or integers.
  OnnxTensor weights(int i) const;
  std::vector<std::int64_t> integer_constant(int i) const;
  float scalar(int i) const;  // may be infinite, not NaN

  [[noreturn]] void fail(const std::string& message) const;

 private:
  const onnx::TensorProto& constant_input(int i) const;
  OnnxTensor floats(int i) const;

  const OnnxFile& file_;
  const onnx::NodeProto& node_;
  int index_;
};

}  // namespace bitline
