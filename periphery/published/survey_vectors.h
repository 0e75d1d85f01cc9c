// SPDX-License-Identifier: Apache-2.0
// The survey regression against results of the published model it follows.
#pragma once

#include <filesystem>
#include <vector>

namespace bitline::periphery {

// One converter, as the published model has it.
struct SurveyVector {
  double node_m = 0, rate_Hz = 0, bits = 0, energy_J = 0, area_m2 = 0;
};

// Columns node_nm, rate_Hz, bits, energy_pJ, area_um2. Throws InputError.
std::vector<SurveyVector> read_survey_vectors(const std::filesystem::path& file);

// The largest |ours / published - 1| of all vectors.
struct SurveyAgreement {
  std::size_t vectors = 0;
  double energy = 0, area = 0;
};
SurveyAgreement survey_agreement(const std::vector<SurveyVector>&);
inline constexpr double survey_agreement_goal = 1e-6;  // vectors have seven or eight digits

}  // namespace bitline::periphery
