// SPDX-License-Identifier: Apache-2.0
// How far generated images are from the originals in the eyes of a fixed classifier: the Frechet distance of normal
// distributions fitted to its features (workloads/frechet.h; Heusel 2017, arXiv:1706.08500, with this classifier in
// place of the Inception network, so that figures do not compare with those of other classifiers), and how many it
// still puts into their class.
#pragma once

#include <memory>
#include <vector>

#include "workloads/frechet.h"
#include "workloads/graph.h"
#include "workloads/samples.h"

namespace bitline::experiments {

class FeatureJudge {
 public:
  // The classifier's outputs are features followed by one score for each class of the originals. Throws InputError:
  // originals without classes, outputs that leave no features.
  FeatureJudge(std::shared_ptr<const workloads::Graph> classifier, const workloads::Samples& originals);

  struct Verdict {
    double distance = 0, accuracy = 0;
  };
  // Of images made of the originals, in their order.
  Verdict operator()(const workloads::Samples& images) const;

  int features() const { return features_; }
  double original_accuracy() const { return original_accuracy_; }
  // Between the even and the odd originals: how far apart sets of that size are by chance. Sets of the same images are
  // paired, so that their distance may lie below.
  double chance_distance() const { return chance_distance_; }

 private:
  struct Seen {
    std::vector<double> features;  // (images, features)
    double accuracy = 0;
  };
  Seen see(const workloads::Samples& images) const;

  std::shared_ptr<const workloads::Graph> classifier_;
  workloads::Labels labels_;
  int features_ = 0;
  workloads::Gaussian original_;
  double original_accuracy_ = 0, chance_distance_ = 0;
};

}  // namespace bitline::experiments
