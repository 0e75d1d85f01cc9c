// SPDX-License-Identifier: Apache-2.0
#include "base/dense_kernels.h"

#include <stdexcept>

namespace bitline {

extern const DenseKernels dense_kernels_baseline, dense_kernels_avx2, dense_kernels_avx512;

const DenseKernels& dense_kernels(Isa isa) {
  switch (isa) {
    case Isa::baseline:
      return dense_kernels_baseline;
#ifdef BITLINE_ISA_AVX2
    case Isa::avx2:
      return dense_kernels_avx2;
#endif
#ifdef BITLINE_ISA_AVX512
    case Isa::avx512:
    case Isa::avx512_vnni:
    case Isa::amx_int8:
      return dense_kernels_avx512;
#endif
    default:
      throw std::logic_error("kernels of an instruction set that was not compiled");
  }
}

}  // namespace bitline
