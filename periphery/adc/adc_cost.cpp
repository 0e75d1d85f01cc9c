// SPDX-License-Identifier: Apache-2.0
// What a converter costs: configured figures first, then the chosen model.
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "periphery/adc/adc.h"

namespace bitline::periphery {
namespace {

double clocks_s(const SarAdc& adc, double clock_Hz) { return (adc.common.bits + 1) / clock_Hz; }
double clocks_s(const FlashAdc&, double clock_Hz) { return 1 / clock_Hz; }
double clocks_s(const RampAdc& adc, double) { return std::ldexp(1.0, adc.common.bits) / adc.clock_Hz; }

}  // namespace

UnitCost unit_cost(const Adc& adc, const Technology& technology, int converters) {
  return std::visit(
      [&](const auto& kind) -> UnitCost {
        if constexpr (!requires { kind.common; }) {
          return {};
        } else {
          const AdcCost& cost = kind.common.cost;
          const double time_s = cost.given.time_s ? *cost.given.time_s : clocks_s(kind, technology.clock_Hz);
          if (!(time_s > 0) || std::isinf(time_s))
            refuse_config("adc.cost.time",
                          fmt::format("one conversion would take {} s (clock {} Hz)", time_s, technology.clock_Hz),
                          "a positive clock, or adc.cost.time");
          UnitCost modelled;
          // The survey knows no leakage, so it is asked for the other two only.
          const bool survey = cost.model == AdcCostModel::survey;
          const bool priced = cost.given.energy_J && cost.given.area_m2;
          if (!priced || (!survey && !cost.given.leakage_W && technology.transistor))
            modelled = survey ? adc_survey_model(kind.common.bits, technology.node_m, 1 / time_s)
                              : adc_circuit(adc, technology, converters);
          modelled.time_s = time_s;
          return with(cost.given, modelled);
        }
      },
      adc);
}

}  // namespace bitline::periphery
