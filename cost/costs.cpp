// SPDX-License-Identifier: Apache-2.0
#include "cost/costs.h"

#include <array>

namespace bitline::cost {

const ComponentInfo& info(Component component) {
  using enum ComponentGroup;
  // In the order of the enumeration.
  static constexpr std::array<ComponentInfo, component_count> infos = {{
      {"adc", "ADC", "conversion", converters},
      {"row_driver", "row driver", "line activation", lines},
      {"adder", "adder", "bit and addition", digital},
      {"register", "register", "bit and write", digital},
      {"buffer", "buffer", "bit and access", memory},
      {"interconnect", "interconnect", "bit, from buffer to array", memory},
      {"dac", "DAC", "level", converters},
      {"column_switch", "column switch", "switching", converters},
      {"sample_hold", "sample and hold", "sample", converters},
      {"level_shifter", "level shifter", "pulse", lines},
      {"digital_mac", "digital multiply-accumulate", "multiply-accumulate", digital},
      {"digital_addition", "digital addition", "operation", digital},
      {"digital_multiplication", "digital multiplication", "operation", digital},
      {"digital_comparison", "digital comparison", "operation", digital},
      {"digital_exponential", "digital exponential", "operation", digital},
      {"digital_division", "digital division", "operation", digital},
      {"digital_square_root", "digital square root", "operation", digital},
      {"digital_lookup", "digital look-up", "operation", digital},
  }};
  return infos[static_cast<std::size_t>(component)];
}

}  // namespace bitline::cost
