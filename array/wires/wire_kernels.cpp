// SPDX-License-Identifier: Apache-2.0
#include "array/wires/wire_kernels.h"

#include <stdexcept>

namespace bitline::array::wires {

extern const WireKernels wire_kernels_baseline, wire_kernels_avx2;

const WireKernels& wire_kernels(Isa isa) {
  switch (isa) {
    case Isa::baseline:
      return wire_kernels_baseline;
#ifdef BITLINE_ISA_AVX2
    case Isa::avx2:
    case Isa::avx512:
    case Isa::avx512_vnni:
    case Isa::amx_int8:
      return wire_kernels_avx2;
#endif
    default:
      throw std::logic_error("kernels of an instruction set that was not compiled");
  }
}

}  // namespace bitline::array::wires
