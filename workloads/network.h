// SPDX-License-Identifier: Apache-2.0
// A network as a chain of layers: what is computed, before any thought of hardware.
//
// Values flow as row-major float tensors (batch, channels, height, width); fully connected layers see (batch,
// features). Weights of a Linear layer are (inputs, outputs): y = x W + b. A convolution is the same product over
// im2col patches whose rows are ordered channel, kernel row, kernel column.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace bitline {

struct Shape {  // of one image
  int channels = 1, height = 1, width = 1;
  int size() const { return channels * height * width; }
  bool operator==(const Shape&) const = default;
};

// Row-major matrix of weights, rows = inputs of the product.
struct Matrix {
  int rows = 0, columns = 0;
  std::vector<float> data;
  float at(int row, int column) const { return data[static_cast<std::size_t>(row) * columns + column]; }
};

struct Linear {
  Matrix weights;
  std::vector<float> bias;  // may be empty
};
struct Convolution {
  Matrix weights;           // (channels kh kw, outputs)
  std::vector<float> bias;  // may be empty
  int kernel_height = 1, kernel_width = 1, stride_y = 1, stride_x = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};
struct Pool {  // average counts only real pixels
  enum class Kind { max, average } kind = Kind::max;
  int kernel_height = 2, kernel_width = 2, stride_y = 2, stride_x = 2;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};
struct Activation {
  enum class Kind { relu, leaky_relu, clip, sigmoid, tanh } kind = Kind::relu;
  float alpha = 0.01f;
  float low = 0, high = 6;
};
struct Flatten {};
struct Softmax {  // over all values of an image
  bool logarithm = false;
};

using Operation = std::variant<Linear, Convolution, Pool, Activation, Flatten, Softmax>;

struct Layer {
  std::string name;
  Operation operation;
  Shape input, output;
};

struct Network {
  std::string name;
  Shape input;
  std::vector<Layer> layers;  // batch norms already folded into the layer before them
};

// Reads an ONNX file: a chain of Gemm, MatMul (+ Add), Conv, BatchNormalization (folded into the Conv/Gemm before it),
// Relu, LeakyRelu, Clip, Sigmoid, Tanh, MaxPool, AveragePool, GlobalAveragePool, Flatten, Reshape to (batch, features),
// Softmax, LogSoftmax, Pad by nothing, Identity, Dropout, Constant; operator set 7 or newer. Anything else, a branch,
// NaN weights, or a shape that does not fit is an InputError that names the file and the node. Weights are
// little-endian raw or typed float/double data inside the file. A layer is called after its weights ("fc1.weight" is
// fc1), else after its node.
Network read_onnx(const std::filesystem::path& file);

}  // namespace bitline
