// SPDX-License-Identifier: Apache-2.0
#include "bench/main_job.h"

#include <cstdlib>

#include "workloads/dataset.h"

namespace bitline::bench {

using run::Result;

std::optional<MainJob> MainJob::sized(int chips, int images) {
  namespace fs = std::filesystem;
  const fs::path root = BITLINE_SOURCE_DIR;
  MainJob job;
  job.options_.model_folders = {root / "models"};
  if (const char* folder = std::getenv("BITLINE_DATA")) job.options_.data.folders.emplace_back(folder);
  job.options_.data.folders.emplace_back("/usr/share/datasets");
  job.config_ = arch::load(root / "configs" / "fashion-mlp.yaml",
                           {{"instances", std::to_string(chips)}, {"workload.images", std::to_string(images)}},
                           {{root / "configs"}});
  try {
    workloads::load_samples(job.config_.config.workload.dataset, workloads::Split::test, 0, 1, job.options_.data);
  } catch (const InputError&) {
    return std::nullopt;
  }
  return job;
}

Result MainJob::run(int threads) const {
  run::RunOptions options = options_;
  options.threads = threads;
  return run::run(config_, options);
}

bool MainJob::answers_agree() const {
  const Result one = run(1), two = run(2);
  return one.quality.value == two.quality.value &&
         one.costs.energy_per_inference_J == two.costs.energy_per_inference_J && one.quality.value > 0.5;
}

}  // namespace bitline::bench
