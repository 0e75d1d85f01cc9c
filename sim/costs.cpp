// SPDX-License-Identifier: Apache-2.0
#include "sim/costs.h"

#include <array>

namespace bitline {

const ComponentInfo& info(Component component) {
  using enum ComponentGroup;
  // In the order of the enumeration.
  static constexpr std::array<ComponentInfo, 10> infos = {{
      {"adc", "conversion", converters},
      {"row driver", "line activation", lines},
      {"adder", "bit and addition", digital},
      {"register", "bit and write", digital},
      {"buffer", "bit and access", memory},
      {"interconnect", "bit, from buffer to array", memory},
      {"dac", "level", converters},
      {"column switch", "switching", converters},
      {"sample and hold", "sample", converters},
      {"level shifter", "pulse", lines},
  }};
  return infos[static_cast<std::size_t>(component)];
}

}  // namespace bitline
