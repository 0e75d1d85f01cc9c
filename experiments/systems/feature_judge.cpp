// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/feature_judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "run/observe.h"
#include "run/prepare.h"

namespace bitline::experiments {

using workloads::Gaussian;
using workloads::Samples;

namespace {

// Every second row, from `first`.
Gaussian half_of(const std::vector<double>& rows, int columns, std::size_t first) {
  const auto n = static_cast<std::size_t>(columns);
  std::vector<double> half;
  for (std::size_t r = first; (r + 1) * n <= rows.size(); r += 2)
    half.insert(half.end(), rows.begin() + static_cast<std::ptrdiff_t>(r * n),
                rows.begin() + static_cast<std::ptrdiff_t>((r + 1) * n));
  return workloads::gaussian_of(half, columns);
}

}  // namespace

FeatureJudge::FeatureJudge(std::shared_ptr<const workloads::Graph> classifier, const Samples& originals)
    : classifier_(std::move(classifier)) {
  const auto* labels = std::get_if<workloads::Labels>(&originals.truth);
  if (!labels)
    throw InputError(fmt::format("data set {}: has no classes, which a classifier would tell", originals.name));
  labels_ = *labels;
  const auto outputs = static_cast<int>(classifier_->output_size());
  features_ = outputs - labels_.classes;
  if (features_ < 1)
    throw InputError(
        fmt::format("network '{}': {} outputs are no features followed by the scores of the {} classes of {}",
                    classifier_->name, outputs, labels_.classes, originals.name));
  run::check_shape(*classifier_, originals);
  if (originals.count() < 4)
    throw InputError(
        fmt::format("workload.images: {} images are too few for a distance of distributions", originals.count()));
  const Seen seen = see(originals);
  original_ = workloads::gaussian_of(seen.features, features_);
  original_accuracy_ = seen.accuracy;
  chance_distance_ =
      workloads::frechet_distance(half_of(seen.features, features_, 0), half_of(seen.features, features_, 1));
}

FeatureJudge::Seen FeatureJudge::see(const Samples& images) const {
  const std::vector<double> outputs = run::float_outputs(*classifier_, images);
  const auto columns = static_cast<std::ptrdiff_t>(classifier_->output_size());
  Seen seen;
  std::size_t right = 0;
  for (std::size_t i = 0; i < images.count(); ++i) {
    const auto row = outputs.begin() + static_cast<std::ptrdiff_t>(i) * columns, scores = row + features_;
    seen.features.insert(seen.features.end(), row, scores);
    right += std::max_element(scores, row + columns) - scores == labels_.of_sample[i];
  }
  seen.accuracy = static_cast<double>(right) / static_cast<double>(images.count());
  return seen;
}

FeatureJudge::Verdict FeatureJudge::operator()(const Samples& images) const {
  const Seen seen = see(images);
  return {workloads::frechet_distance(original_, workloads::gaussian_of(seen.features, features_)), seen.accuracy};
}

}  // namespace bitline::experiments
