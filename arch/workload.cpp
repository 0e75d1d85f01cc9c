// SPDX-License-Identifier: Apache-2.0
#include "arch/workload.h"

namespace bitline {

void fields(Visitor& v, Workload& w) {
  v(w.network, {.key = "network",
                .meaning = "ONNX file: beside the config, or a shipped model's name; this or `shapes`",
                .label = true});
  v(w.shapes,
    {.key = "shapes", .meaning = "layers of which only the shape is known: costs without accuracy; this or `network`"});
  v(w.activity, {.key = "activity", .meaning = "what inputs of `shapes` are"});
  v(w.weights, {.key = "weights", .meaning = "what weights of `shapes` are"});
  v(w.statistics, {.key = "statistics",
                   .meaning = "of `shapes`: expected counts exactly, or all weights and `images` images drawn and "
                              "counted"});
  v(w.dataset, {.key = "dataset", .meaning = "data set, see `bitline list datasets`"});
  v(w.images, {.key = "images", .meaning = "test images, from the first; images drawn for `shapes`", .min = 1});
  v(w.calibration_images, {.key = "calibration_images",
                           .meaning = "training images that set activation scales and converter ranges",
                           .min = 1});
}

}  // namespace bitline
