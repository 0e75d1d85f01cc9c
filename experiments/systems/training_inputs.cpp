// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/training_inputs.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/files.h"

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

Samples load_part(const std::string& name, workloads::Split split, std::size_t count, const System& system) {
  workloads::DataSource source;
  source.name = name;
  const workloads::Contents there = contents_of(source, split, system.options.data);
  return load_samples(source, split, 0, std::min(count, there.count), system.options.data);
}

// As `bitline list datasets` tells it.
bool is_there(const std::string& name, const System& system) {
  workloads::DataSource source;
  source.name = name;
  try {
    contents_of(source, workloads::Split::train, system.options.data);
    return true;
  } catch (const workloads::MissingSet&) {
    return false;
  }
}

}  // namespace

TrainingData load_training_data(const TrainOnArray& t, System& system) {
  std::size_t k = 0;
  while (k + 1 < t.data.size() && !is_there(t.data[k], system)) ++k;
  const std::string& name = t.data[k];
  const Samples train = load_part(name, workloads::Split::train, workloads::all_samples, system),
                test = load_part(name, workloads::Split::test, static_cast<std::size_t>(t.test_images), system);
  if (train.dims != test.dims)
    throw InputError(fmt::format("{}: pictures to train on are {}, those to test on {}", name,
                                 workloads::dims_text(train.dims), workloads::dims_text(test.dims)));
  const int bits = system.config().input.bits;
  for (const Samples* s : {&train, &test})
    for (const workloads::InputFile& f : s->files) system.result.inputs.push_back({f.path, f.checksum});
  return {name, pictures_of(train, t, bits), pictures_of(test, t, bits)};
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
