// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/pulse_kernels.h"

#include <stdexcept>

namespace bitline::device {

extern const PulseKernels pulse_kernels_baseline, pulse_kernels_avx2, pulse_kernels_avx512;

const PulseKernels& pulse_kernels(Isa isa) {
  switch (isa) {
    case Isa::baseline:
      return pulse_kernels_baseline;
#ifdef BITLINE_ISA_AVX2
    case Isa::avx2:
      return pulse_kernels_avx2;
#endif
#ifdef BITLINE_ISA_AVX512
    case Isa::avx512:
    case Isa::avx512_vnni:
    case Isa::amx_int8:
      return pulse_kernels_avx512;
#endif
    default:
      throw std::logic_error("kernels of an instruction set that was not compiled");
  }
}

}  // namespace bitline::device
