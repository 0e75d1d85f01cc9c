// SPDX-License-Identifier: Apache-2.0
#include "array/kernels.h"

#include <stdexcept>

namespace bitline::array {

extern const SumKernels sum_kernels_baseline, sum_kernels_avx2, sum_kernels_avx512, sum_kernels_avx512_vnni,
    sum_kernels_amx_int8;

const SumKernels& sum_kernels(Isa isa) {
  switch (isa) {
    case Isa::baseline:
      return sum_kernels_baseline;
#ifdef BITLINE_ISA_AVX2
    case Isa::avx2:
      return sum_kernels_avx2;
#endif
#ifdef BITLINE_ISA_AVX512
    case Isa::avx512:
      return sum_kernels_avx512;
#endif
#ifdef BITLINE_ISA_AVX512_VNNI
    case Isa::avx512_vnni:
      return sum_kernels_avx512_vnni;
#endif
#ifdef BITLINE_ISA_AMX_INT8
    case Isa::amx_int8:
      return sum_kernels_amx_int8;
#endif
    default:
      throw std::logic_error("kernels of an instruction set that was not compiled");
  }
}

}  // namespace bitline::array
