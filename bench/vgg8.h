// SPDX-License-Identifier: Apache-2.0
// VGG-8 on 3 x 32 x 32 pixels with drawn weights, for benchmarks: what a whole network costs around and on the arrays
// of the reference accelerator with read noise, beside OpenBLAS sgemm of all its products on one thread.
#pragma once

#include <memory>
#include <vector>

#include "chip/view.h"
#include "run/design.h"
#include "workloads/integer_graph.h"
#include "workloads/samples.h"

namespace bitline::bench {

class Vgg8 {
 public:
  explicit Vgg8(std::size_t images);
  double weights() const;

  const std::vector<double>& in_float();  // outputs of all images
  const std::vector<double>& in_integers();
  const std::vector<double>& on_chip();
  // What ranges of converters are found on: the integer truth, and a sample of each layer's inputs.
  void layer_inputs() const;
  void by_sgemm();
  // Integers with real numbers, and the chip with integers, as far as 4-bit weights, write errors and noise go.
  bool answers_agree();

 private:
  workloads::Samples samples_;
  std::shared_ptr<const workloads::Graph> graph_;
  std::shared_ptr<const workloads::IntegerGraph> network_;
  run::Design design_;
  chip::View view_;
  std::vector<double> float_, exact_, chip_;
  std::vector<float> in_, out_;
};

// Memory that this process has now, in bytes.
double memory_now();

}  // namespace bitline::bench
