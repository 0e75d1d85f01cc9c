// SPDX-License-Identifier: Apache-2.0
// The digital steps between matrix products, for one image or a batch. The float network, the integer reference and the
// chip all use these. Tensors are row-major (channels, height, width).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "workloads/dataset.h"
#include "workloads/network.h"

namespace bitline {

// The patches of one image: `out` is (output height x output width, channels kh kw), rows ordered channel, kernel row,
// kernel column; padding is 0. T is float or std::int16_t.
template <class T>
void im2col(const Convolution& convolution, const Shape& input, const Shape& output, const T* image, T* out);

// Applies a layer that is no matrix product to a batch of images, in place (the vector is resized by pooling). T is
// float or double.
template <class T>
void apply_digital(const Layer& layer, std::size_t images, std::vector<T>& values);

// Throws InputError unless images [first, first + count) exist in `data` and fit the network's input; a flat input
// takes any shape of the same size.
void check_images(const Network& network, const Dataset& data, std::size_t first, std::size_t count);

// Runs the float network in batches of a fixed size aligned to the image number, so that an image's result is the same
// bits whatever `first` and `count` are. `observe(layer, values)` sees the input of every layer of the requested
// images.
std::vector<float> forward_float(
    const Network& network, const Dataset& data, std::size_t first, std::size_t count,
    const std::function<void(std::size_t layer, std::span<const float> values)>& observe = {});

}  // namespace bitline
