// SPDX-License-Identifier: Apache-2.0
#include "periphery/published/survey_vectors.h"

#include <algorithm>
#include <cmath>

#include "base/csv.h"
#include "periphery/adc/adc.h"

namespace bitline::periphery {

std::vector<SurveyVector> read_survey_vectors(const std::filesystem::path& file) {
  const CsvTable table = CsvTable::read(file);
  std::vector<SurveyVector> all;
  for (std::size_t i = 0; i < table.rows(); ++i)
    all.push_back({table.number(i, "node_nm") * 1e-9, table.number(i, "rate_Hz"), table.number(i, "bits"),
                   table.number(i, "energy_pJ") * 1e-12, table.number(i, "area_um2") * 1e-12});
  return all;
}

SurveyAgreement survey_agreement(const std::vector<SurveyVector>& vectors) {
  SurveyAgreement worst;
  worst.vectors = vectors.size();
  for (const SurveyVector& v : vectors) {
    const UnitCost ours = adc_survey_regression(v.bits, v.node_m, v.rate_Hz);
    worst.energy = std::max(worst.energy, std::abs(ours.energy_J / v.energy_J - 1));
    worst.area = std::max(worst.area, std::abs(ours.area_m2 / v.area_m2 - 1));
  }
  return worst;
}

}  // namespace bitline::periphery
