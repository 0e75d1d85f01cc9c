// SPDX-License-Identifier: Apache-2.0
// layers.csv: quoting, columns, digits.
#include "report/csv.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "tests/report/sample.h"

namespace bitline::csv_test {
using namespace cost;
using namespace run;
using namespace report;

TEST_CASE("layers.csv has a line per layer with all digits") {
  Result r = sample_result();
  r.costs.layers.resize(2);
  r.costs.layers[0].name = "a,\"b\"";
  r.costs.layers[0].energy_J = 0.1;
  r.reads[1].snr_db = std::numeric_limits<double>::infinity();
  r.costs.layers[1].latency_s = 1.0 / 3;
  CHECK(layers_csv(r) ==
        "name,energy_J,latency_s,snr_db,adc_clipped_frac,adc_full_scale_A,conversions,macs,arrays,settle_s,array_"
        "energy_J,"
        "adc_energy_J\n"
        "\"a,\"\"b\"\"\",0.1,8e-06,21.5,0.0001,8.3e-06,4096,200704,4,5e-09,5e-07,2e-07\n"
        "fc2,2e-07,0.3333333333333333,,0.002,4e-06,1024,32768,1,4e-09,0,2e-07\n");
}

TEST_CASE("a layer's parts add up to its energy, and every part of any layer has a column") {
  Result r = sample_result();
  r.costs.layers[2].energy_breakdown_J.add(Part::mux, 1e-9);
  const std::string csv = layers_csv(r), head = csv.substr(0, csv.find('\n'));
  CHECK(head.ends_with("settle_s,array_energy_J,adc_energy_J,mux_energy_J"));
  CHECK(csv.find(",5e-09,5e-07,2e-07,0\n") != std::string::npos);
  CHECK(csv.find(",3e-09,0,3.75e-08,1e-09\n") != std::string::npos);
}

TEST_CASE("layers.csv holds no NaN") {
  Result r = sample_result();
  r.costs.layers[2].macs = std::nan("");
  CHECK_THROWS_WITH_AS(layers_csv(r), doctest::Contains("layers.fc3.macs"), RunError);
  r = sample_result();
  r.costs.layers[1].energy_breakdown_J.add(Part::adc, std::nan(""));
  CHECK_THROWS_WITH_AS(layers_csv(r), doctest::Contains("layers.fc2.energy_breakdown_J.adc"), RunError);
}

}  // namespace bitline::csv_test
