// SPDX-License-Identifier: Apache-2.0
#include "cost/costs.h"

#include <array>

namespace bitline::cost {

const ComponentInfo& info(Component component) {
  using enum ComponentGroup;
  // In the order of the enumeration.
  static constexpr std::array<ComponentInfo, component_count> infos = {{
      {"adc", "conversion", converters},
      {"row_driver", "line activation", lines},
      {"adder", "bit and addition", digital},
      {"register", "bit and write", digital},
      {"buffer", "bit and access", memory},
      {"interconnect", "bit, from buffer to array", memory},
      {"dac", "level", converters},
      {"column_switch", "switching", converters},
      {"sample_hold", "sample", converters},
      {"level_shifter", "pulse", lines},
      {"digital_mac", "multiply-accumulate", digital},
      {"digital_addition", "operation", digital},
      {"digital_multiplication", "operation", digital},
      {"digital_comparison", "operation", digital},
      {"digital_exponential", "operation", digital},
      {"digital_division", "operation", digital},
      {"digital_square_root", "operation", digital},
      {"digital_lookup", "operation", digital},
  }};
  return infos[static_cast<std::size_t>(component)];
}

}  // namespace bitline::cost
