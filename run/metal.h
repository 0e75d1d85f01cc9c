// SPDX-License-Identifier: Apache-2.0
// What ideal wires leave out: the technology's own metal, on this network's arrays and inputs.
#pragma once

#include <optional>

#include "chip/wire_result.h"
#include "run/session.h"

namespace bitline::run {

// Unset: wires are not ideal, neither segments nor metal are known, devices are curved (circuits of such are solved
// read by read, which takes longer than all the rest), layers have cells of several kinds, arrays have more than 4096
// lines, or no layer lies on any.
std::optional<chip::MetalEffect> metal_effect(const Session&, Shelf&);
// The same before anything runs; unset too where the config has no network, or its data are not there.
std::optional<chip::MetalEffect> metal_effect(const arch::LoadedConfig&, const RunOptions&);

}  // namespace bitline::run
