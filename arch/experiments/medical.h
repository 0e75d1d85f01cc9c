// SPDX-License-Identifier: Apache-2.0
// Networks whose first layer is an optical sensor and whose activations are diodes, beside the same networks with ideal
// activations (Lin et al., Nat. Commun. 2026, doi:10.1038/s41467-026-70594-x). The diode is `workload.activation`.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/schema.h"

namespace bitline::arch {

// Light falls on devices: I_j = sum_i (R+_ij - R-_ij) P_i, with the power P_i >= 0 of pixel i.
struct OpticalLayer {
  int bits = 4;          // of a responsivity R+ or R-
  double spread = 0.05;  // sigma over devices, relative
};
void fields(Visitor&, OpticalLayer&);

struct Medical {
  static constexpr const char* type = "medical";
  static constexpr const char* about =
      "image classification in a sensor with device activations, beside ideal ones, trained from the same seeds";
  std::string models = "medical";                                 // folder of SET.zip
  std::string stand_in = "fashion-mnist";                         // data where workload.dataset is not found
  std::vector<std::string> networks{"cnn", "mlp", "cnn-pooled"};  // the first is what claims are about
  std::string map_network = "cnn-pooled";                         // whose class-activation maps are drawn
  int seeds = 100;                                                // at most
  std::vector<double> gains{0.4, 1, 2, 4, 8};
  double margin = 0.015;  // of accuracy, within which activations count as equal
  OpticalLayer sensor;
};
void fields(Visitor&, Medical&);
std::vector<Diagnostic> check(const Medical&);  // paths are relative to the experiment

}  // namespace bitline::arch
