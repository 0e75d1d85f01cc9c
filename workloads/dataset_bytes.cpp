// SPDX-License-Identifier: Apache-2.0
#include "workloads/dataset_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "workloads/open_set.h"

namespace bitline {
namespace {

Dataset as_dataset(const workloads::Samples& samples) {
  Dataset data;
  data.name = samples.name;
  if (!samples.pixels || samples.dims.size() > 3)
    throw InputError(fmt::format("data set {}: its samples are no images of bytes", samples.name));
  const auto edge = [&](std::size_t from_last) {
    return samples.dims.size() > from_last ? samples.dims[samples.dims.size() - 1 - from_last] : 1;
  };
  data.shape = {edge(2), edge(1), edge(0)};
  data.pixels.reserve(samples.values.size());
  for (const float v : samples.values) data.pixels.push_back(static_cast<std::uint8_t>(std::lround(v * 255.f)));
  if (const auto* labels = std::get_if<workloads::Labels>(&samples.truth)) {
    if (labels->classes > 256) throw InputError(fmt::format("data set {}: more than 256 classes", samples.name));
    data.classes = labels->classes;
    data.labels.assign(labels->of_sample.begin(), labels->of_sample.end());
  }
  for (const auto& file : samples.files) {
    data.files.push_back(file.path);
    data.checksums.push_back(file.checksum);
  }
  return data;
}

}  // namespace

Dataset load_dataset(const workloads::DataSource& source, Split split, std::size_t first, std::size_t count,
                     const DataPath& where) {
  return as_dataset(workloads::load_samples(source, split, first, count, where));
}

Dataset load_dataset(const std::string& name, Split split, std::size_t first, std::size_t count,
                     const DataPath& where) {
  workloads::DataSource source;
  source.name = name;
  return load_dataset(source, split, first, count, where);
}

Dataset read_idx(const std::filesystem::path& images, const std::filesystem::path& labels) {
  std::vector<std::filesystem::path> label_files;
  if (!labels.empty()) label_files.push_back(labels);
  return as_dataset(workloads::read_some(workloads::open_idx({images}, label_files, {}), Split::test, 0, all_images));
}

}  // namespace bitline
