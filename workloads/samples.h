// SPDX-License-Identifier: Apache-2.0
// What a network is run on: inputs as real numbers, and what would be right for each. Where they come from (data sets,
// .npy, folders) is dataset.h's affair; what is made of outputs and truth is score.h's.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace bitline::workloads {

// A class per sample.
struct Labels {
  std::vector<int> of_sample;      // 0 .. classes - 1
  int classes = 0;                 // of the whole set, not only of the samples taken from it
  std::vector<std::string> names;  // of the classes, where the set has them; else empty
  // The output that stands for class 0, where that is said (workload.first_class); unset: there are as many outputs as
  // classes, in their order.
  std::optional<int> first_output = std::nullopt;
};

// A picture (or any array) per sample, such as the undamaged one.
struct Images {
  std::vector<int> dims;      // of one picture: channels, height, width
  std::vector<float> values;  // (sample, dims...)
};

// Numbers per sample: targets of a regression, or 0 and 1 for each of several labels that do not exclude each other.
struct Values {
  int columns = 0;
  std::vector<float> values;  // (sample, column)
};

using Truth = std::variant<std::monostate, Labels, Images, Values>;

// A file that was read, for the provenance of a result.
struct InputFile {
  std::string path;
  std::string checksum;  // 128-bit XXH3 of the file as stored
};

struct Samples {
  std::string name;           // of the set, for messages
  std::vector<int> dims;      // of one sample: channels, height, width of images; whatever the file says of others
  std::vector<float> values;  // (sample, dims...), row-major
  Truth truth;                // as many as there are samples
  // `values` are bytes / 255: their range is 0 .. 1 whatever the samples at hand reach, and each is the nearest float.
  bool pixels = false;
  std::vector<InputFile> files;

  std::size_t size() const {  // values per sample
    std::size_t n = 1;
    for (int d : dims) n *= static_cast<std::size_t>(d);
    return n;
  }
  std::size_t count() const { return size() ? values.size() / size() : 0; }
  std::span<const float> of(std::size_t first, std::size_t samples) const {
    return std::span(values).subspan(first * size(), samples * size());
  }
};

// Memory in bytes: the truth of each sample is no larger than its values, or a number.
inline std::size_t bytes_of(const Samples& s) {
  std::size_t truth = s.count() * sizeof(int);
  if (const auto* images = std::get_if<Images>(&s.truth)) truth = images->values.size() * sizeof(float);
  if (const auto* values = std::get_if<Values>(&s.truth)) truth = values->values.size() * sizeof(float);
  return sizeof s + s.values.size() * sizeof(float) + truth;
}

}  // namespace bitline::workloads
