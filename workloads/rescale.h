// SPDX-License-Identifier: Apache-2.0
// Factors between layers: channel j of what a layer reads is divided by s_j and its rows of weights multiplied by it,
// so that the product stays and ranges become alike. The division is folded into what makes the channel: columns and
// biases of the product before, or the constants that normalizations multiply and add.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/schema.h"
#include "workloads/integer_graph.h"

namespace bitline::workloads {

struct NoRescale {
  static constexpr const char* type = "none";
  static constexpr const char* about = "channels as the network has them";
};
// s_j = max|x_j|^a / max|w_j|^(1-a), x_j over calibration samples, w_j over the rows of all layers that read the
// channel (Xiao et al. 2023, SmoothQuant, arXiv:2211.10438).
struct SmoothRescale {
  static constexpr const char* type = "smooth";
  static constexpr const char* about = "ranges of inputs are moved to weights, after SmoothQuant";
  double strength = 0.5;  // a
};
// s_j = sqrt(max|column j of the layer before| / max|w_j|), over and over until all are 1 (Nagel et al. 2019,
// doi:10.1109/ICCV.2019.00141).
struct EqualizeRescale {
  static constexpr const char* type = "equalize";
  static constexpr const char* about = "columns before and rows after have the same range (cross-layer equalization)";
};
using Rescale = std::variant<NoRescale, SmoothRescale, EqualizeRescale>;
void fields(Visitor&, NoRescale&);
void fields(Visitor&, SmoothRescale&);
void fields(Visitor&, EqualizeRescale&);

// The same network, rescaled as settings(i, name) asks for the inputs of weights i; the graph itself where nobody asks.
// Layers whose channels no constant makes stay as they are, and `notes` say why.
struct Rescaled {
  std::shared_ptr<const Graph> graph;
  std::vector<std::string> notes;
};
Rescaled rescaled(std::shared_ptr<const Graph> graph, const Calibration& calibration,
                  const std::function<Rescale(int, const std::string&)>& settings);

}  // namespace bitline::workloads
