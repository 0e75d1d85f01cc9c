// SPDX-License-Identifier: Apache-2.0
#include "base/isa.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/error.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace bitline {
namespace {

#if defined(__x86_64__) && defined(__linux__)

struct Registers {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

Registers cpuid(unsigned leaf) {
  Registers r;
  if (!__get_cpuid_count(leaf, 0, &r.a, &r.b, &r.c, &r.d)) return {};
  return r;
}

constexpr bool has(unsigned word, std::initializer_list<int> bits) {
  for (const int bit : bits)
    if (!(word >> bit & 1u)) return false;
  return true;
}

// Which registers the system saves when it switches threads (Intel SDM 1, 13.3): a processor may know instructions
// whose registers the system would lose.
unsigned saved_registers() {
  if (!has(cpuid(1).c, {27})) return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// Linux gives the 8 KiB of tile registers only to those who ask (Documentation/arch/x86/xstate.rst).
bool may_use_tiles() {
  constexpr long arch_req_xcomp_perm = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, arch_req_xcomp_perm, tile_data) == 0;
}

// As the compiler's -march= levels and extensions have them (x86-64 psABI 1.0, 3.1.1; Intel SDM 2, CPUID).
std::vector<Isa> found() {
  const Registers basic = cpuid(1), more = cpuid(7), extended = cpuid(0x80000001);
  const unsigned saved = saved_registers();
  std::vector<Isa> sets{Isa::baseline};
  [[maybe_unused]] const auto add = [&](bool runs, Isa isa) {
    if (runs) sets.insert(sets.begin(), isa);
    return runs;
  };
  // FMA, MOVBE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT
  const bool avx2 =
      (saved & 0x6) == 0x6 && has(basic.c, {12, 22, 28, 29}) && has(more.b, {3, 5, 8}) && has(extended.c, {5});
  // F, DQ, CD, BW, VL
  const bool avx512 = avx2 && (saved & 0xe6) == 0xe6 && has(more.b, {16, 17, 28, 30, 31});
  [[maybe_unused]] const bool vnni = avx512 && has(more.c, {11});
#ifdef BITLINE_ISA_AVX2
  add(avx2, Isa::avx2);
#endif
#ifdef BITLINE_ISA_AVX512
  add(avx512, Isa::avx512);
#endif
#ifdef BITLINE_ISA_AVX512_VNNI
  add(vnni, Isa::avx512_vnni);
#endif
#ifdef BITLINE_ISA_AMX_INT8
  add(vnni && (saved & 0x60000) == 0x60000 && has(more.d, {24, 25}) && may_use_tiles(), Isa::amx_int8);
#endif
  return sets;
}

#else

std::vector<Isa> found() { return {Isa::baseline}; }

#endif

}  // namespace

std::span<const Isa> isas() {
  static const std::vector<Isa> sets = found();
  return sets;
}

Isa isa_named(std::string_view name, const std::string& path) {
  if (name.empty()) return isas().front();
  std::vector<std::string_view> runs;
  for (const Isa isa : isas()) {
    if (name_of(isa) == name) return isa;
    runs.push_back(name_of(isa));
  }
  const bool known = std::find(std::begin(isa_names), std::end(isa_names), name) != std::end(isa_names);
  refuse_config(path,
                fmt::format("'{}' is {}", name,
                            known ? "an instruction set that this machine does not run" : "no instruction set"),
                fmt::format("this machine runs {}", fmt::join(runs, ", ")));
}

}  // namespace bitline
