// SPDX-License-Identifier: Apache-2.0
// Shapes and consistency of a network's layers.
#pragma once

#include "workloads/network.h"

namespace bitline {

// No tensor of one image, and no im2col of one image, may have more values than this.
inline constexpr std::int64_t largest_tensor = std::int64_t{1} << 28;

// "64x7x7", or "3136" for a flat one.
std::string to_string(const Shape& shape);

// What `operation` makes of one image of shape `input`. Throws InputError with the numbers when it cannot take it:
// wrong input count, a window larger than the padded image, weights or bias of the wrong size or not finite.
Shape output_shape(const Operation& operation, const Shape& input);

// The weights and bias of a Linear or a Convolution; null for any other layer.
const Matrix* weights_of(const Operation& operation);
Matrix* weights_of(Operation& operation);
const std::vector<float>* bias_of(const Operation& operation);
std::vector<float>* bias_of(Operation& operation);

// Every layer takes what the one before it gives. Throws InputError naming the layer.
void check_network(const Network& network);

// Whether no value after `operation` can be negative, given whether that holds before it.
bool gives_nonnegative(const Operation& operation, bool input_nonnegative);

}  // namespace bitline
