// SPDX-License-Identifier: Apache-2.0
#include "arch/workload_data.h"

#include <fmt/format.h>

#include "base/error.h"

namespace bitline {
namespace {

using workloads::Contents;
using workloads::DataPath;
using workloads::Labels;
using workloads::Samples;
using workloads::Score;
using workloads::Split;
using workloads::Truth;

Samples with_settings(Samples samples, const Workload& w) {
  if (w.normalize) workloads::normalize(samples, *w.normalize);
  if (auto* labels = std::get_if<Labels>(&samples.truth)) labels->first_output = w.first_class;
  return samples;
}

void check_count(const Contents& data, int asked, const char* key, const char* part) {
  if (static_cast<std::size_t>(asked) > data.count)
    refuse_config(key, fmt::format("is {}, but data set {} has {} {} samples", asked, data.name, data.count, part),
                  fmt::format("use {} or fewer", data.count));
}

void check_size(const Contents& data, std::size_t inputs) {
  std::size_t size = 1;
  for (const int d : data.dims) size *= static_cast<std::size_t>(d);
  if (size != inputs)
    refuse_config("workload.dataset",
                  fmt::format("samples of {} are {} = {} values, but the network takes {}", data.name,
                              workloads::dims_text(data.dims), size, inputs),
                  "take the data the network was trained on");
}

}  // namespace

Samples test_samples(const Workload& w, const DataPath& where) {
  return with_settings(workloads::load_samples(w.dataset, Split::test, 0, static_cast<std::size_t>(w.images), where), w);
}

Samples calibration_samples(const Workload& w, const DataPath& where) {
  return with_settings(workloads::load_samples(w.dataset, Split::train, 0, static_cast<std::size_t>(w.calibration_images), where), w);
}

std::vector<Score> scores_of(const Workload& w, const Truth& truth) {
  return w.scores.empty() ? workloads::default_scores(truth) : w.scores;
}

void check_data(const Workload& w, std::size_t inputs, int outputs, const DataPath& where) {
  Contents test = workloads::contents_of(w.dataset, Split::test, where);
  const Contents calibration = workloads::contents_of(w.dataset, Split::train, where);
  check_size(test, inputs);
  check_size(calibration, inputs);
  check_count(test, w.images, "workload.images", "test");
  check_count(calibration, w.calibration_images, "workload.calibration_images", "training");
  if (auto* labels = std::get_if<Labels>(&test.truth)) labels->first_output = w.first_class;
  for (const Score& score : scores_of(w, test.truth)) workloads::check_outputs(score, outputs, test.truth, test.name);
}

}  // namespace bitline
