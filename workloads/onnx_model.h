// SPDX-License-Identifier: Apache-2.0
// A parsed ONNX file and its constants. Nothing in the file is trusted.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/shape.h"

namespace bitline::workloads {

// Text from a file made fit for messages and layer names: short, and only letters, digits and "_.:/-".
std::string plain_text(const std::string& text);

// Numbers known when the file is read. Real ones are those of single precision; whole ones beyond 2^53 are rounded.
struct Constant {
  Shape shape;            // may hold dimensions of 0
  bool integers = false;  // whole numbers or conditions: shapes, indices
  int type = 0;           // onnx::TensorProto's, where it was read from the file
  std::vector<double> values = {};
};

class OnnxModel {
 public:
  // Throws InputError when the file is no ONNX model.
  explicit OnnxModel(const std::filesystem::path& file);
  // From memory; `name` stands for the file in messages. Weights cannot lie in other files then.
  OnnxModel(std::string_view bytes, const std::string& name);

  const onnx::GraphProto& graph() const { return model_.graph(); }
  std::int64_t opset() const { return opset_; }
  const std::string& name() const { return name_; }
  const onnx::TensorProto* initializer(const std::string& name) const;  // null if none

  // Dimensions and element type of a tensor, checked; then its values, from the file or from the one beside it.
  Constant header(const onnx::TensorProto& tensor) const;
  Constant read(const onnx::TensorProto& tensor) const;
  // Files that tensors say their values are in, each once, whether they exist or not.
  std::vector<std::filesystem::path> named_files() const;
  // Files of weights that read() opened.
  const std::vector<std::filesystem::path>& other_files() const { return other_files_; }

  [[noreturn]] void fail(const std::string& message) const;

 private:
  void parse(std::string_view bytes);
  std::string external_bytes(const onnx::TensorProto& tensor) const;

  std::string path_, name_;
  std::filesystem::path folder_;  // empty: none
  onnx::ModelProto model_;
  std::int64_t opset_ = 0;
  std::map<std::string, const onnx::TensorProto*> initializers_;
  mutable std::vector<std::filesystem::path> other_files_;
};

}  // namespace bitline::workloads
