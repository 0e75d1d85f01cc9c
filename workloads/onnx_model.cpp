// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "base/error.h"
#include "base/files.h"

namespace bitline::workloads {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data of a tensor is little-endian");

constexpr std::uintmax_t largest_model = (std::uintmax_t{1} << 31) - 1;  // of a protobuf message
constexpr std::int64_t oldest_opset = 7;  // broadcasting and BatchNormalization mean what they mean today

using Type = onnx::TensorProto;

// Bytes of a value in raw data; 0 for types that are not read.
std::size_t size_of_type(int type) {
  switch (type) {
    case Type::BOOL:
    case Type::INT8:
    case Type::UINT8:
      return 1;
    case Type::FLOAT16:
    case Type::BFLOAT16:
    case Type::INT16:
    case Type::UINT16:
      return 2;
    case Type::FLOAT:
    case Type::INT32:
    case Type::UINT32:
      return 4;
    case Type::DOUBLE:
    case Type::INT64:
    case Type::UINT64:
      return 8;
    default:
      return 0;
  }
}

bool is_real(int type) {
  return type == Type::FLOAT || type == Type::DOUBLE || type == Type::FLOAT16 || type == Type::BFLOAT16;
}

// IEEE 754 binary16.
double half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 31)
    return mantissa ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25));
}

double bfloat_value(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

template <class Stored, class Convert>
void decode(const char* bytes, std::size_t count, std::vector<double>& out, const Convert& convert) {
  out.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, bytes + i * sizeof(Stored), sizeof(Stored));
    out[i] = static_cast<double>(convert(value));
  }
}

void decode_raw(int type, const char* bytes, std::size_t count, std::vector<double>& out) {
  const auto same = [](auto x) { return x; };
  switch (type) {
    case Type::BOOL:
    case Type::UINT8:
      return decode<std::uint8_t>(bytes, count, out, same);
    case Type::INT8:
      return decode<std::int8_t>(bytes, count, out, same);
    case Type::INT16:
      return decode<std::int16_t>(bytes, count, out, same);
    case Type::UINT16:
      return decode<std::uint16_t>(bytes, count, out, same);
    case Type::FLOAT16:
      return decode<std::uint16_t>(bytes, count, out, half_value);
    case Type::BFLOAT16:
      return decode<std::uint16_t>(bytes, count, out, bfloat_value);
    case Type::INT32:
      return decode<std::int32_t>(bytes, count, out, same);
    case Type::UINT32:
      return decode<std::uint32_t>(bytes, count, out, same);
    case Type::INT64:
      return decode<std::int64_t>(bytes, count, out, same);
    case Type::UINT64:
      return decode<std::uint64_t>(bytes, count, out, same);
    case Type::DOUBLE:
      return decode<double>(bytes, count, out, [](double x) { return static_cast<float>(x); });
    default:
      return decode<float>(bytes, count, out, same);
  }
}

// Values in the typed lists of the message. Small types stand in int32_data, halves as their bits.
bool decode_list(const onnx::TensorProto& tensor, std::size_t count, std::vector<double>& out) {
  const auto take = [&](const auto& list, const auto& convert) {
    if (static_cast<std::size_t>(list.size()) != count) return false;
    out.resize(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<double>(convert(list[static_cast<int>(i)]));
    return true;
  };
  const auto same = [](auto x) { return x; };
  switch (tensor.data_type()) {
    case Type::FLOAT:
      return take(tensor.float_data(), same);
    case Type::DOUBLE:
      return take(tensor.double_data(), [](double x) { return static_cast<float>(x); });
    case Type::INT64:
      return take(tensor.int64_data(), same);
    case Type::UINT32:
    case Type::UINT64:
      return take(tensor.uint64_data(), same);
    case Type::FLOAT16:
      return take(tensor.int32_data(), [](std::int32_t x) { return half_value(static_cast<std::uint16_t>(x)); });
    case Type::BFLOAT16:
      return take(tensor.int32_data(), [](std::int32_t x) { return bfloat_value(static_cast<std::uint16_t>(x)); });
    default:
      return take(tensor.int32_data(), same);
  }
}

}  // namespace

std::string plain_text(const std::string& text) {
  std::string plain = text.substr(0, 80);
  for (char& c : plain)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::strchr("_.:/-", c)) ||
        c == '\0')
      c = '_';
  return plain;
}

OnnxModel::OnnxModel(const std::filesystem::path& file)
    : path_(file.string()), name_(file.stem().string()), folder_(file.parent_path()) {
  if (folder_.empty()) folder_ = ".";
  parse(read_file(file, largest_model));
}

OnnxModel::OnnxModel(std::string_view bytes, const std::string& name) : path_(name), name_(name) { parse(bytes); }

void OnnxModel::parse(std::string_view bytes) {
  bool parsed = false;
  if (bytes.size() <= largest_model) {
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
  for (const auto& tensor : graph().initializer()) {
    if (tensor.name().empty()) fail("holds a constant without a name");
    if (!initializers_.emplace(tensor.name(), &tensor).second)
      fail(fmt::format("defines '{}' twice", plain_text(tensor.name())));
  }
}

const onnx::TensorProto* OnnxModel::initializer(const std::string& name) const {
  const auto found = initializers_.find(name);
  return found == initializers_.end() ? nullptr : found->second;
}

Constant OnnxModel::header(const onnx::TensorProto& tensor) const {
  const std::string name = plain_text(tensor.name());
  if (size_of_type(tensor.data_type()) == 0)
    fail(fmt::format("'{}' has element type {}; supported are float, double, float16, bfloat16, whole numbers and bool",
                     name, tensor.data_type()));
  Constant c;
  c.integers = !is_real(tensor.data_type());
  c.type = tensor.data_type();
  std::int64_t count = 1;
  for (std::int64_t d : tensor.dims()) {
    if (d < 0 || d > largest_values || (d > 0 && count > largest_values / d))
      fail(fmt::format("'{}' has shape [{}]; dimensions must not be negative, and their product at most {}", name,
                       fmt::join(tensor.dims(), ", "), largest_values));
    count *= d;
    c.shape.dims.push_back(static_cast<int>(d));
  }
  if (c.shape.rank() > 8) fail(fmt::format("'{}' has {} dimensions; at most 8 are supported", name, c.shape.rank()));
  return c;
}

Constant OnnxModel::read(const onnx::TensorProto& tensor) const {
  Constant c = header(tensor);
  const std::string name = plain_text(tensor.name());
  const auto count = static_cast<std::size_t>(c.shape.size());
  if (tensor.has_segment()) fail(fmt::format("'{}' is stored in segments, which is not supported", name));
  bool right = true;
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    decode_raw(tensor.data_type(), external_bytes(tensor).data(), count, c.values);
  } else if (tensor.has_raw_data()) {
    right = tensor.raw_data().size() == count * size_of_type(tensor.data_type());
    if (right) decode_raw(tensor.data_type(), tensor.raw_data().data(), count, c.values);
  } else {
    right = decode_list(tensor, count, c.values);
  }
  if (!right)
    fail(fmt::format("'{}' of shape [{}] does not hold that many values", name, fmt::join(c.shape.dims, ", ")));
  return c;
}

// The values of a tensor that lie in a file beside the model: `location`, and `offset` and `length` in bytes.
std::string OnnxModel::external_bytes(const onnx::TensorProto& tensor) const {
  const std::string name = plain_text(tensor.name());
  std::filesystem::path location;
  std::uintmax_t offset = 0, length = 0;
  const std::uintmax_t wanted =
      static_cast<std::uintmax_t>(header(tensor).shape.size()) * size_of_type(tensor.data_type());
  length = wanted;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") {
      location = entry.value();
    } else if (entry.key() == "offset" || entry.key() == "length") {
      const std::string& digits = entry.value();
      if (digits.empty() || digits.size() > 15 || digits.find_first_not_of("0123456789") != std::string::npos)
        fail(fmt::format("the {} of the values of '{}' in another file is '{}', no number of bytes", entry.key(), name,
                         plain_text(digits)));
      (entry.key() == "offset" ? offset : length) = std::stoull(digits);
    }
  }
  if (folder_.empty())
    fail(fmt::format("the values of '{}' are in another file, which a network from memory cannot have", name));
  const bool leaves = std::ranges::any_of(location, [](const auto& part) { return part == ".."; });
  if (location.empty() || location.is_absolute() || leaves || location.string().find('\0') != std::string::npos)
    fail(fmt::format("the values of '{}' are said to be in '{}'; a file in the model's own folder is needed", name,
                     plain_text(location.string())));
  if (length != wanted)
    fail(fmt::format("'{}' needs {} bytes, but {} are said to be in '{}'", name, wanted, length,
                     plain_text(location.string())));
  const std::filesystem::path file = folder_ / location;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error)
    fail(fmt::format("the values of '{}' are in the file '{}', which cannot be read: {}; copy it beside the model",
                     name, file.string(), error.message()));
  if (offset > size || length > size - offset)
    fail(fmt::format("the values of '{}' are bytes {} to {} of '{}', which has {} only: truncated?", name, offset,
                     offset + length, file.string(), size));
  std::string bytes(length, '\0');
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset));
  if (!in.read(bytes.data(), static_cast<std::streamsize>(length)) && length > 0)
    fail(fmt::format("the file '{}' with the values of '{}' cannot be read", file.string(), name));
  if (std::ranges::find(other_files_, file) == other_files_.end()) other_files_.push_back(file);
  return bytes;
}

std::vector<std::filesystem::path> OnnxModel::named_files() const {
  std::vector<std::filesystem::path> files;
  const auto look = [&](const onnx::TensorProto& tensor) {
    for (const auto& entry : tensor.external_data())
      if (const std::filesystem::path file = folder_ / entry.value();
          entry.key() == "location" && std::ranges::find(files, file) == files.end())
        files.push_back(file);
  };
  for (const auto& tensor : graph().initializer()) look(tensor);
  for (const auto& node : graph().node())
    for (const auto& attribute : node.attribute()) look(attribute.t());
  return files;
}

void OnnxModel::fail(const std::string& message) const { throw InputError(path_ + ": " + message); }

}  // namespace bitline::workloads
