// SPDX-License-Identifier: Apache-2.0
// One function for each ONNX operator, or family of them: what a node adds to the graph.
#pragma once

#include "workloads/onnx_builder.h"

namespace bitline::workloads {

using OnnxOperator = void (*)(const OnnxNode&, OnnxBuilder&);

// onnx_products.cpp
void onnx_gemm(const OnnxNode&, OnnxBuilder&);
void onnx_matmul(const OnnxNode&, OnnxBuilder&);
// onnx_convolutions.cpp
void onnx_conv(const OnnxNode&, OnnxBuilder&);
void onnx_conv_transpose(const OnnxNode&, OnnxBuilder&);
// onnx_recurrent.cpp
void onnx_recurrent(const OnnxNode&, OnnxBuilder&);  // LSTM, GRU, RNN

// onnx_arithmetic.cpp
void onnx_arithmetic(const OnnxNode&, OnnxBuilder&);  // Add, Sub, Mul, Div, Pow, PRelu
void onnx_variadic(const OnnxNode&, OnnxBuilder&);    // Sum, Mean, Max, Min
void onnx_where(const OnnxNode&, OnnxBuilder&);
// onnx_activations.cpp
void onnx_activation(const OnnxNode&, OnnxBuilder&);
void onnx_clip(const OnnxNode&, OnnxBuilder&);
// onnx_pools.cpp
void onnx_pool(const OnnxNode&, OnnxBuilder&);
void onnx_global_pool(const OnnxNode&, OnnxBuilder&);
// onnx_reductions.cpp
void onnx_reduce(const OnnxNode&, OnnxBuilder&);
void onnx_softmax(const OnnxNode&, OnnxBuilder&);
// onnx_normalizations.cpp
void onnx_batch_norm(const OnnxNode&, OnnxBuilder&);
void onnx_layer_norm(const OnnxNode&, OnnxBuilder&);  // and RMSNormalization
void onnx_instance_norm(const OnnxNode&, OnnxBuilder&);
void onnx_group_norm(const OnnxNode&, OnnxBuilder&);
void onnx_lp_norm(const OnnxNode&, OnnxBuilder&);

// onnx_reshapes.cpp
void onnx_identity(const OnnxNode&, OnnxBuilder&);
void onnx_flatten(const OnnxNode&, OnnxBuilder&);
void onnx_reshape(const OnnxNode&, OnnxBuilder&);
void onnx_squeeze(const OnnxNode&, OnnxBuilder&);
void onnx_unsqueeze(const OnnxNode&, OnnxBuilder&);
void onnx_transpose(const OnnxNode&, OnnxBuilder&);
void onnx_depth_space(const OnnxNode&, OnnxBuilder&);  // DepthToSpace, SpaceToDepth
// onnx_entries.cpp
void onnx_concat(const OnnxNode&, OnnxBuilder&);
void onnx_split(const OnnxNode&, OnnxBuilder&);
void onnx_slice(const OnnxNode&, OnnxBuilder&);
void onnx_gather(const OnnxNode&, OnnxBuilder&);
void onnx_expand(const OnnxNode&, OnnxBuilder&);
void onnx_tile(const OnnxNode&, OnnxBuilder&);
void onnx_pad(const OnnxNode&, OnnxBuilder&);
// onnx_resize.cpp
void onnx_resize(const OnnxNode&, OnnxBuilder&);

// onnx_constants.cpp
void onnx_constant(const OnnxNode&, OnnxBuilder&);
void onnx_shape(const OnnxNode&, OnnxBuilder&);  // Shape, Size
void onnx_constant_of_shape(const OnnxNode&, OnnxBuilder&);
void onnx_range(const OnnxNode&, OnnxBuilder&);
void onnx_cast(const OnnxNode&, OnnxBuilder&);
void onnx_compare(const OnnxNode&, OnnxBuilder&);  // Equal, Less, And, Not, Mod ... of constants
void onnx_trilu(const OnnxNode&, OnnxBuilder&);
// onnx_quantized.cpp
void onnx_quantize_linear(const OnnxNode&, OnnxBuilder&);
void onnx_dequantize_linear(const OnnxNode&, OnnxBuilder&);

// Kernel, strides, dilations and padding of convolutions and pools over two dimensions of `height` x `width`; one that
// slides over one dimension has a height of 1.
Window onnx_window(const OnnxNode& node, const std::vector<std::int64_t>& kernel, int height, int width);
// A tensor (batch, channels, length) as a map (batch, channels, 1, length), and back again. Others stay as they are.
// Fails when `value` has not 3 or 4 dimensions.
OnnxValue as_map(const OnnxNode& node, OnnxBuilder& builder, const OnnxValue& value);
OnnxValue from_map(const OnnxNode& node, OnnxBuilder& builder, const OnnxValue& value, int rank);

}  // namespace bitline::workloads
