// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/training_inputs.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "experiments/systems/ranked_sets.h"

namespace bitline::experiments {

using arch::TrainOnArray;
using workloads::Samples;

namespace {

// In 0..1, cut by the border and rounded to the bits of inputs.
Pictures pictures_of(const Samples& samples, const TrainOnArray& t, int bits) {
  const auto* labels = std::get_if<workloads::Labels>(&samples.truth);
  if (!labels || samples.dims.size() != 3)
    throw InputError(fmt::format("{}: training on arrays needs pictures with classes", samples.name));
  const int channels = samples.dims[0], height = samples.dims[1], width = samples.dims[2];
  if (2 * t.border >= std::min(height, width))
    throw InputError(
        fmt::format("experiment.border: {} pixels on each side leave nothing of {} x {}", t.border, height, width));
  Pictures out;
  out.labels = labels->of_sample, out.classes = labels->classes;
  out.size = channels * (height - 2 * t.border) * (width - 2 * t.border);
  const auto top = static_cast<float>((1 << bits) - 1);
  for (std::size_t n = 0; n < samples.count(); ++n)
    for (int c = 0; c < channels; ++c)
      for (int y = t.border; y < height - t.border; ++y)
        for (int x = t.border; x < width - t.border; ++x) {
          const float v = samples.values[n * samples.size() + static_cast<std::size_t>((c * height + y) * width + x)];
          if (!(v >= 0 && v <= 1))
            throw InputError(
                fmt::format("{}: a value of {} in picture {}; inputs of rows lie in 0..1", samples.name, v, n));
          out.values.push_back(std::nearbyint(v * top) / top);
        }
  return out;
}

// Takes the last pictures away.
Pictures held_out(Pictures& from, std::size_t count) {
  if (count >= from.count())
    throw InputError(fmt::format("experiment.validation_images: {} of the {} pictures to train on; leave some to train",
                                 count, from.count()));
  Pictures last{from.size, from.classes, {}, {}};
  const std::size_t kept = from.count() - count;
  last.labels.assign(from.labels.begin() + static_cast<std::ptrdiff_t>(kept), from.labels.end());
  from.labels.resize(kept);
  const std::size_t values = kept * static_cast<std::size_t>(from.size);
  last.values.assign(from.values.begin() + static_cast<std::ptrdiff_t>(values), from.values.end());
  from.values.resize(values);
  return last;
}

}  // namespace

TrainingData load_training_data(const TrainOnArray& t, System& system) {
  std::vector<workloads::DataSource> by_rank;
  for (const std::string& name : t.data) by_rank.push_back(known_set(name));
  const RankedSet found = first_usable_set(by_rank, system);
  arch::Workload workload;
  workload.dataset = by_rank[found.rank];
  const auto load = [&](workloads::Split part, std::size_t most) {
    const run::Stage<Samples> samples = load_part(workload, part, most, system).samples;
    for (const workloads::InputFile& f : samples->files) system.result.inputs.push_back({f.path, f.checksum});
    return samples;
  };
  const int bits = system.config().input.bits;
  TrainingData data{t.data[found.rank], found.stands_in(), {}, {}};
  const run::Stage<Samples> train = load(workloads::Split::train, workloads::all_samples);
  data.train = pictures_of(*train, t, bits);
  if (t.validation_images) {
    data.test = held_out(data.train, static_cast<std::size_t>(*t.validation_images));
    return data;
  }
  const run::Stage<Samples> test = load(workloads::Split::test, static_cast<std::size_t>(t.test_images));
  if (train->dims != test->dims)
    throw InputError(fmt::format("{}: pictures to train on are {}, those to test on {}", data.name,
                                 workloads::dims_text(train->dims), workloads::dims_text(test->dims)));
  data.test = pictures_of(*test, t, bits);
  return data;
}

TrainedDevice trained_device(const std::string& name, const device::Device& device, bool relative, double low,
                             double high) {
  return {name, &device, relative, low, high, device::LevelPulses(*device.plasticity)};
}

std::vector<std::unique_ptr<LibraryDevice>> load_library(const TrainOnArray& t, System& system) {
  std::vector<std::unique_ptr<LibraryDevice>> out;
  for (const std::string& name : t.devices) {
    const std::filesystem::path file = find_config(Value::scalar(name), "device", system.loaded.where);
    auto& d = *out.emplace_back(std::make_unique<LibraryDevice>());
    d.file = device::load_pulsed_device(file, {}, system.loaded.where);
    system.result.inputs.push_back({file.string(), checksum_of(file)});
    d.reason = arch::cannot_train(d.file.device);
    if (d.reason.empty())
      d.trained.emplace(
          trained_device(d.file.name, d.file.device, d.file.relative, d.file.conductance(0), d.file.conductance(1)));
  }
  return out;
}

}  // namespace bitline::experiments
