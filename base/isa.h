// SPDX-License-Identifier: Apache-2.0
// Instruction sets that hot loops are compiled for. The rest of the program runs on any x86-64-v2; which of the better
// ones a processor and its system run is asked while the program runs. All give the same bits.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bitline {

enum class Isa { baseline, avx2, avx512, avx512_vnni, amx_int8 };
// "baseline" is x86-64-v2.
inline constexpr std::string_view isa_names[] = {"baseline", "avx2", "avx512", "avx512-vnni", "amx-int8"};
constexpr std::string_view name_of(Isa isa) { return isa_names[static_cast<int>(isa)]; }

// Those that were compiled and that this machine runs, best first; the last is the baseline. The first call asks the
// system for the use of AMX tiles.
std::span<const Isa> isas();

// The one of that name, or the best for an empty name. Throws ConfigError for a name that is unknown and for a set that
// this machine does not run; `path` is what the error points at.
Isa isa_named(std::string_view name, const std::string& path = "--isa");

}  // namespace bitline
