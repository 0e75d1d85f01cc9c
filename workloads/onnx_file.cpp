// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "workloads/layers.h"

namespace bitline {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data of a tensor is little-endian");

constexpr std::uintmax_t largest_onnx_file = std::uintmax_t{1} << 30;
constexpr std::int64_t oldest_opset = 7;  // broadcasting and BatchNormalization mean what they mean today

// Empty when a dimension is negative or the product is absurd.
std::optional<std::size_t> element_count(const onnx::TensorProto& tensor) {
  std::int64_t count = 1;
  for (std::int64_t d : tensor.dims()) {
    if (d < 0 || (d > 0 && count > largest_tensor / d)) return {};
    count *= d;
  }
  return static_cast<std::size_t>(count);
}

// The values of a tensor whose numbers stand in raw_data or in the typed list. False when their count is not `count`.
template <class Stored, class List, class Out>
bool copy_values(const onnx::TensorProto& tensor, const List& list, std::size_t count, std::vector<Out>& out) {
  const std::string& raw = tensor.raw_data();
  if (tensor.has_raw_data() ? raw.size() != count * sizeof(Stored) : static_cast<std::size_t>(list.size()) != count)
    return false;
  out.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (tensor.has_raw_data()) {
      Stored value;
      std::memcpy(&value, raw.data() + i * sizeof(Stored), sizeof(Stored));
      out[i] = static_cast<Out>(value);
    } else {
      out[i] = static_cast<Out>(list[static_cast<int>(i)]);
    }
  }
  return true;
}

}  // namespace

std::string plain_name(const std::string& text) {
  std::string plain = text.substr(0, 80);
  for (char& c : plain)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::strchr("_.:/-", c)))
      c = '_';
  return plain;
}

OnnxFile::OnnxFile(const std::filesystem::path& file) : path_(file.string()) {
  const std::string bytes = read_file(file, largest_onnx_file);
  bool parsed = false;
  {
    const google::protobuf::LogSilencer quiet;  // protobuf would print what is wrong
    parsed = model_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  }
  if (!parsed) fail("is not an ONNX file, or is truncated; export the network again (torch.onnx.export)");
  if (!model_.has_graph() || model_.graph().node_size() == 0) fail("holds no graph with nodes: empty or truncated");
  for (const auto& set : model_.opset_import())
    if (set.domain().empty() || set.domain() == "ai.onnx") opset_ = std::max(opset_, set.version());
  if (opset_ == 0) fail("names no operator set: truncated");
  if (opset_ < oldest_opset)
    fail(fmt::format("uses operator set {}; export with operator set {} or newer", opset_, oldest_opset));
  if (graph().sparse_initializer_size() > 0) fail("holds sparse initializers; export them dense");
  for (const auto& tensor : graph().initializer()) add_constant(tensor.name(), tensor);
}

const onnx::TensorProto* OnnxFile::constant(const std::string& name) const {
  const auto found = constants_.find(name);
  return found == constants_.end() ? nullptr : found->second;
}

void OnnxFile::add_constant(const std::string& name, const onnx::TensorProto& tensor) {
  if (name.empty()) fail("holds a constant without a name");
  if (!constants_.emplace(name, &tensor).second) fail(fmt::format("defines '{}' twice", plain_name(name)));
}

void OnnxFile::fail(const std::string& message) const { throw InputError(path_ + ": " + message); }

const std::string& OnnxNode::input(int i) const {
  static const std::string none;
  return i < node_.input_size() ? node_.input(i) : none;
}

const std::string& OnnxNode::output() const {
  if (node_.output_size() == 0 || node_.output(0).empty()) fail("has no output");
  return node_.output(0);
}

void OnnxNode::allow(std::initializer_list<std::string_view> attributes) const {
  for (const auto& a : node_.attribute()) {
    if (std::ranges::find(attributes, std::string_view(a.name())) == attributes.end())
      fail(attributes.size() == 0 ? fmt::format("attribute '{}' is not supported", plain_name(a.name()))
                                  : fmt::format("attribute '{}' is not supported; supported are {}",
                                                plain_name(a.name()), fmt::join(attributes, ", ")));
  }
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

std::vector<std::int64_t> OnnxNode::integers(std::string_view name, std::vector<std::int64_t> otherwise) const {
  const auto* a = attribute(name);
  if (!a) return otherwise;
  if (static_cast<std::size_t>(a->ints_size()) != otherwise.size())
    fail(fmt::format("attribute '{}' has {} values where {} are supported", name, a->ints_size(), otherwise.size()));
  return {a->ints().begin(), a->ints().end()};
}

const onnx::TensorProto& OnnxNode::constant_input(int i) const {
  if (input(i).empty()) fail(fmt::format("input {} is missing", i + 1));
  const auto* tensor = file_.constant(input(i));
  if (!tensor)
    fail(fmt::format("input {}, '{}', is no constant of the file; only chains with constant weights are supported",
                     i + 1, plain_name(input(i))));
  if (tensor->data_location() == onnx::TensorProto::EXTERNAL || tensor->external_data_size() > 0)
    fail(fmt::format("the values of '{}' are in another file; save the model with its weights inside",
                     plain_name(input(i))));
  if (tensor->has_segment())
    fail(fmt::format("'{}' is stored in segments, which is not supported", plain_name(input(i))));
  return *tensor;
}

OnnxTensor OnnxNode::floats(int i) const {
  const onnx::TensorProto& tensor = constant_input(i);
  const auto count = element_count(tensor);
  OnnxTensor result{input(i), {tensor.dims().begin(), tensor.dims().end()}, {}};
  bool right = false;
  if (tensor.data_type() == onnx::TensorProto::FLOAT) {
    right = count && copy_values<float>(tensor, tensor.float_data(), *count, result.values);
  } else if (tensor.data_type() == onnx::TensorProto::DOUBLE) {
    right = count && copy_values<double>(tensor, tensor.double_data(), *count, result.values);
  } else {
    fail(fmt::format("'{}' has element type {}; supported are float (1) and double (11)", plain_name(input(i)),
                     tensor.data_type()));
  }
  if (!right || result.values.empty())
    fail(fmt::format("'{}' of shape [{}] does not hold that many values", plain_name(input(i)),
                     fmt::join(result.dims, ", ")));
  return result;
}

OnnxTensor OnnxNode::weights(int i) const {
  OnnxTensor tensor = floats(i);
  for (std::size_t k = 0; k < tensor.values.size(); ++k)
    if (!std::isfinite(tensor.values[k]))
      fail(fmt::format("value {} of '{}' is {}; weights must be finite floats", k, plain_name(tensor.name),
                       tensor.values[k]));
  return tensor;
}

std::vector<std::int64_t> OnnxNode::integer_constant(int i) const {
  const onnx::TensorProto& tensor = constant_input(i);
  const auto count = element_count(tensor);
  std::vector<std::int64_t> values;
  const bool right = count && ((tensor.data_type() == onnx::TensorProto::INT64 &&
                                copy_values<std::int64_t>(tensor, tensor.int64_data(), *count, values)) ||
                               (tensor.data_type() == onnx::TensorProto::INT32 &&
                                copy_values<std::int32_t>(tensor, tensor.int32_data(), *count, values)));
  if (!right) fail(fmt::format("'{}' is no complete list of integers", plain_name(input(i))));
  return values;
}

float OnnxNode::scalar(int i) const {
  const OnnxTensor tensor = floats(i);
  if (tensor.values.size() != 1 || std::isnan(tensor.values[0]))
    fail(fmt::format("'{}' is not one number", plain_name(tensor.name)));
  return tensor.values[0];
}

void OnnxNode::fail(const std::string& message) const {
  file_.fail(fmt::format("node {}{} ({}): {}", index_, name().empty() ? "" : " '" + plain_name(name()) + "'",
                         plain_name(type()), message));
}

}  // namespace bitline
