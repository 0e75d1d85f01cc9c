// SPDX-License-Identifier: Apache-2.0
// The chain of layers while an ONNX graph is walked, and one function per operator that adds to it.
#pragma once

#include <set>
#include <string>

#include "workloads/network.h"
#include "workloads/onnx_file.h"

namespace bitline {

struct OnnxChain {
  Network network;
  Shape shape;             // of the tensor at this point
  int rank = 0;            // with the batch dimension
  std::int64_t batch = 0;  // 0 = symbolic
  std::string flow;        // name of the tensor at this point
  std::set<std::string> layer_names;

  // Appends a layer; its output shape follows from the operation. `name` is made unique.
  void add(const OnnxNode& node, const std::string& name, Operation operation);

  // The Linear or Convolution that ends the chain, so that a bias or a batch norm can be folded into it; null if none.
  Operation* matrix();
};

// Name of a layer: of its weights when they are called "fc1.weight", else of the node ("/conv1/Conv" is conv1), else of
// its operator.
std::string layer_name(const OnnxNode& node, const std::string& weights = {});

// onnx_matrix.cpp
void onnx_gemm(const OnnxNode& node, OnnxChain& chain);
void onnx_matmul(const OnnxNode& node, OnnxChain& chain);
void onnx_add(const OnnxNode& node, OnnxChain& chain);
void onnx_conv(const OnnxNode& node, OnnxChain& chain);
void onnx_batch_norm(const OnnxNode& node, OnnxChain& chain);

// onnx_digital.cpp
void onnx_activation(const OnnxNode& node, OnnxChain& chain);
void onnx_pool(const OnnxNode& node, OnnxChain& chain);
void onnx_pad(const OnnxNode& node, OnnxChain& chain);
void onnx_global_average_pool(const OnnxNode& node, OnnxChain& chain);
void onnx_flatten(const OnnxNode& node, OnnxChain& chain);
void onnx_reshape(const OnnxNode& node, OnnxChain& chain);
void onnx_softmax(const OnnxNode& node, OnnxChain& chain);
void onnx_identity(const OnnxNode& node, OnnxChain& chain);

// Kernel, strides and padding of Conv and pools, from their attributes; the kernel is given for Conv.
struct OnnxWindow {
  int kernel_height, kernel_width, stride_y, stride_x, pad_top, pad_left, pad_bottom, pad_right;
};
OnnxWindow onnx_window(const OnnxNode& node, const OnnxChain& chain, std::int64_t kernel_height,
                       std::int64_t kernel_width);

}  // namespace bitline
