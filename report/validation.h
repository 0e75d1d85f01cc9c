// SPDX-License-Identifier: Apache-2.0
// Published figures beside ours, for every design that ships and for single parts: what `bitline validate` shows and
// docs/validation.md holds. The same content gives the same bytes: no times, hosts or dates.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "periphery/published/published_adcs.h"
#include "periphery/published/published_parts.h"
#include "periphery/published/survey_vectors.h"
#include "report/page.h"
#include "run/result.h"

namespace bitline::report {

struct ValidatedDesign {
  std::string name;    // "isaac"
  std::string file;    // as readers find it: "configs/validation/isaac.yaml"
  std::string about;   // what the head of the file says
  run::Result result;  // with ours in every published figure
};

// What does not depend on a design.
struct ValidatedParts {
  periphery::SurveyAgreement regression;
  std::vector<periphery::PublishedAdc> published_adcs;
  std::vector<periphery::AdcComparison> adcs;
  std::vector<periphery::PartComparison> parts;
  std::string other_simulator;  // Markdown
};

struct Validation {
  std::vector<ValidatedDesign> designs;
  std::optional<ValidatedParts> parts;  // unset: only some designs were asked for
};

// Figures of all designs, and the two deviations of the regression.
struct ValidationCount {
  std::size_t figures = 0, with_goal = 0, misses = 0;
  std::size_t with_interval = 0, inside = 0;  // predicted figures that our 90 % interval was made for, and holds
};
ValidationCount count(const Validation&);
std::string count_sentence(const ValidationCount&);

// `picture`: the file of published_adcs_svg as seen from the page; empty = none.
Page validation_page(const Validation&, const std::string& picture);
std::string validation_json(const Validation&);

}  // namespace bitline::report
