// SPDX-License-Identifier: Apache-2.0
#include "arch/workload.h"

namespace bitline::arch {

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
  v(w.dataset, {.key = "dataset",
                .meaning = "the data: a set of `bitline list datasets`, a path, or files of inputs and labels",
                .scalar = "name"});
  v(w.images, {.key = "images", .meaning = "test images, from the first; images drawn for `shapes`", .min = 1});
  v(w.calibration_images, {.key = "calibration_images",
                           .meaning = "training images that set activation scales and converter ranges",
                           .min = 1});
  v(w.normalize, {.key = "normalize",
                  .meaning = "inputs become (x - mean) / std, as where the network was trained; padding stays 0 after "
                             "that"});
  v(w.activation, {.key = "activation", .meaning = "what makes the activations of the network"});
  v(w.neurons, {.key = "neurons",
                .meaning = "stochastic neurons in place of the network's sigmoids: a value becomes a share of pulses"});
  v(w.first_class, {.key = "first_class",
                    .meaning = "the output that is class 0, where there are more outputs than classes",
                    .min = 0});
  v(w.scores, {.key = "scores",
               .meaning = "how outputs are judged, the first of them in `quality`; none: accuracy of classes, mean "
                          "square error of targets",
               .single = true});
}

}  // namespace bitline::arch
