// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "experiments/systems/holed_images.h"
#include "experiments/systems/inpainting_parts.h"
#include "run/prepare.h"
#include "run/stage_settings.h"
#include "workloads/dataset.h"

namespace bitline::experiments {

using run::Stage;
using workloads::Samples;
using workloads::Split;

namespace {

arch::Workload workload_of(const arch::Workload& common, const std::string& set, std::string network = "") {
  arch::Workload w = common;
  w.dataset = {};
  w.dataset.name = set;
  w.network = std::move(network);
  return w;
}

bool is_there(const std::string& set, const run::RunOptions& options) {
  return !workloads::data_files(workload_of({}, set).dataset, Split::test, options.data).empty();
}

std::string missing_network(const std::vector<std::string>& files, const run::RunOptions& options) {
  for (const std::string& file : files) try {
      run::find_workload_file(file, "experiment.decoder", options);
    } catch (const InputError&) {
      return file;
    }
  return "";
}

InpaintingSet open_set(const arch::InpaintingData& data, const std::vector<std::string>& files, System& system) {
  const arch::Workload workload = workload_of(system.config().workload, data.set);
  InpaintingSet set;
  set.data = data;
  const auto samples = [&](Split split, int wanted) {
    const std::size_t there = workloads::contents_of(workload.dataset, split, system.options.data).count;
    return run::load_samples(workload, split, std::min(there, static_cast<std::size_t>(wanted)), system.options,
                             system.shelf);
  };
  set.test = samples(Split::test, workload.images);
  set.training = samples(Split::train, std::max(workload.images, workload.calibration_images));
  for (const std::string& file : files)
    set.decoders.push_back(run::import_network(workload_of(workload, data.set, file), system.options, system.shelf));
  set.classifier = set.decoders.back();
  set.decoders.pop_back();
  return set;
}

}  // namespace

InpaintingSet find_inpainting_set(const arch::Inpainting& i, System& system) {
  std::string passed;
  for (const arch::InpaintingData& data : i.data) {
    if (!is_there(data.set, system.options)) {
      passed += (passed.empty() ? "" : ", ") + data.set;
      continue;
    }
    const std::vector<std::string> files = network_files(i, data.set);
    if (const std::string file = missing_network(files, system.options); !file.empty()) {
      system.found.notes.push_back(
          fmt::format("{} is there, but not its network {}: "
                      "scripts/train/inpainting.py trains it",
                      data.set, file));
      passed += (passed.empty() ? "" : ", ") + data.set;
      continue;
    }
    system.found.notes.push_back(fmt::format("Data: {}. {}", data.set, data.note));
    return open_set(data, files, system);
  }
  const std::string notes = system.found.notes.empty() ? "" : "; " + system.found.notes.front();
  throw InputError(
      fmt::format("experiment.data: none of these sets is there with its networks: {} (`bitline list "
                  "datasets` says how to get them){}",
                  passed, notes));
}

Stage<Samples> encoded_images(const device::Encoder& encoder, int hole, const Stage<Samples>& images, std::size_t count,
                              run::Shelf& shelf) {
  KeyBuilder key = run::stage_key("encoded images");
  std::visit([&](const auto& e) { key.add("encoder", e); }, encoder);
  key.add("hole", hole).add("images", images.key).add("count", count);
  return run::stage<Samples>(shelf, key, [&] {
    Samples some = *images;
    some.values.resize(std::min(count, images->count()) * images->size());
    Samples encoded;
    encoded.name = fmt::format("{} without {} x {}", images->name, hole, hole);
    encoded.files = images->files;
    encoded.truth = workloads::Images{{1, hole, hole}, centres(some, hole)};
    const auto& by = std::get<device::PulseTrainEncoder>(encoder);
    if (images->size() % static_cast<std::size_t>(by.train.pulses) != 0)
      throw InputError(fmt::format("experiment.encoder.pulses: the {} pixels of an image are no whole groups of {}",
                                   images->size(), by.train.pulses));
    encoded.values = device::encode(by.train, by.pulsed(), with_hole(some, hole).values);
    encoded.dims = {static_cast<int>(encoded.values.size() / some.count())};
    return encoded;
  });
}

}  // namespace bitline::experiments
