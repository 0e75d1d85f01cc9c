// SPDX-License-Identifier: Apache-2.0
// The tables of a comparison, as text cells: for the terminal and for the page.
#pragma once

#include <string>
#include <vector>

#include "report/comparison.h"

namespace bitline::report {

struct ComparedTable {
  std::string title;
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows{};
  std::string note{};
};

// A column for each run, and behind each after the first how it compares: a factor, or a difference of shares.
// `intervals`: rows of their own below what has one.
ComparedTable figure_table(const std::vector<ComparedRun>& runs);
// "energy", "latency" or "area" by part, the largest first; parts below 0.5 % of all runs are one row.
ComparedTable part_table(const std::vector<ComparedRun>& runs, const std::string& what);
// Energy and latency of every layer; of many layers those that differ most.
ComparedTable layer_table(const std::vector<ComparedRun>& runs, const std::string& what);
ComparedTable claim_table(const std::vector<ComparedRun>& runs);
ComparedTable change_table(const std::vector<ComparedRun>& runs);

// "Accuracy of B less that of A: -1.40 points, 95 % -2.10 .. -0.70, paired by ...: more than chance."
std::vector<std::string> quality_sentences(const std::vector<ComparedRun>& runs);
// "A and B are the same: all 312 numbers agree." Empty where they are not.
std::string same_sentence(const ComparedRun& a, const ComparedRun& b);

}  // namespace bitline::report
