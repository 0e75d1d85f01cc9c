// SPDX-License-Identifier: Apache-2.0
#include "read/read_kernels.h"

#include <bit>
#include <stdexcept>

namespace bitline::read {

extern const ReadKernels read_kernels_baseline, read_kernels_avx2, read_kernels_avx512;

const ReadKernels& read_kernels(Isa isa) {
  switch (isa) {
    case Isa::baseline:
      return read_kernels_baseline;
#ifdef BITLINE_ISA_AVX2
    case Isa::avx2:
      return read_kernels_avx2;
#endif
#ifdef BITLINE_ISA_AVX512
    case Isa::avx512:
    case Isa::avx512_vnni:
    case Isa::amx_int8:
      return read_kernels_avx512;
#endif
    default:
      throw std::logic_error("kernels of an instruction set that was not compiled");
  }
}

UniformCodes uniform_codes(double lsb, int lowest, int highest, double clamp) {
  constexpr std::uint64_t fraction = (std::uint64_t{1} << 52) - 1;
  // The rounded inverse does not lead to the right quotient where all bits of the divisor are ones, nor where the exact
  // remainder would be below the smallest normal number.
  const bool all_ones = (std::bit_cast<std::uint64_t>(lsb) & fraction) == fraction;
  const bool usual = lsb > 0x1p-400 && lsb < 0x1p400 && !all_ones;
  return {lsb, usual ? 1 / lsb : 0, static_cast<double>(lowest), static_cast<double>(highest), clamp};
}

}  // namespace bitline::read
