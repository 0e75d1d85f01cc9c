// SPDX-License-Identifier: Apache-2.0
// Layers are named as frameworks name them, dots included ("f.0"); key paths are split at dots.
#pragma once

#include "base/value.h"

namespace bitline::arch {

// `layers` with the names whole again: {f: {0: {adc: {bits: 4}}}}, as `--set layers.f.0.adc.bits=4` writes it, becomes
// {f.0: {adc: {bits: 4}}}, on top of what the map says of `f.0` elsewhere. A name ends where a setting of layers
// (LayerConfig) begins. Settings of one layer that two keys give are merged, the later on top.
Value with_layer_names(const Value& layers);

}  // namespace bitline::arch
