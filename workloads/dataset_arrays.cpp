// SPDX-License-Identifier: Apache-2.0
// Inputs and truth in arrays: pairs of .npy files, archives with MedMNIST's keys.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "workloads/idx.h"
#include "workloads/npy_stream.h"
#include "workloads/open_set.h"
#include "workloads/zip.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

constexpr double most_classes = 1e6;

// Where an array is read from, each time anew.
using OpenStream = std::function<NpyStream()>;

bool is_npy(const fs::path& file) {
  ByteReader bytes(file);
  const std::vector<std::uint8_t> start = bytes.read(2);
  return start.size() == 2 && start[0] == 0x93 && start[1] == 'N';
}

std::size_t values_of(std::span<const int> dims) {
  std::size_t n = 1;
  for (const int d : dims) n *= static_cast<std::size_t>(d);
  return n;
}

Labels class_numbers(const NpyStream& from, std::span<const double> values) {
  Labels labels;
  for (const double v : values) {
    if (v < 0 || v >= most_classes)
      throw InputError(fmt::format("{}: label {} at sample {}; classes are numbered from 0{}", from.name(), v,
                                   labels.of_sample.size(),
                                   v < 0 ? "" : "; targets of a regression are to be saved as floats"));
    labels.of_sample.push_back(static_cast<int>(v));
    labels.classes = std::max(labels.classes, labels.of_sample.back() + 1);
  }
  return labels;
}

// One 1 in each row, else zeros.
bool is_one_hot(std::span<const double> values, std::size_t columns) {
  for (; !values.empty(); values = values.subspan(columns)) {
    const auto row = values.first(columns);
    if (std::ranges::count(row, 1.0) != 1 || std::ranges::count(row, 0.0) + 1 != static_cast<std::ptrdiff_t>(columns))
      return false;
  }
  return true;
}

Labels one_hot_labels(std::span<const double> values, std::size_t columns) {
  Labels labels{{}, static_cast<int>(columns), {}, {}};
  for (; !values.empty(); values = values.subspan(columns))
    labels.of_sample.push_back(static_cast<int>(std::ranges::find(values, 1.0) - values.begin()));
  return labels;
}

// Whole numbers one by one, or rows with a single 1, are classes; pictures per sample are pictures; anything else is a
// target for each output.
Truth truth_of(NpyStream stream) {
  const std::vector<double> values = stream.read_all();
  const std::size_t columns = stream.item();
  if (stream.shape().size() > 2 && columns > 1) {
    Images images{stream.item_dims(), {values.begin(), values.end()}};
    if (stream.is_bytes())
      for (float& v : images.values) v /= 255.f;
    return images;
  }
  if (columns == 1 && stream.is_whole()) return class_numbers(stream, values);
  if (columns > 1 && is_one_hot(values, columns)) return one_hot_labels(values, columns);
  return Values{static_cast<int>(columns), {values.begin(), values.end()}};
}

Truth truth_of_file(const fs::path& file) {
  if (is_npy(file)) return truth_of(NpyStream(ByteReader(file)));
  Labels labels;
  for (const std::uint8_t label : read_idx_labels(file)) {
    labels.of_sample.push_back(label);
    labels.classes = std::max(labels.classes, label + 1);
  }
  return labels;
}

int classes_of(const Truth& truth) {
  const auto* labels = std::get_if<Labels>(&truth);
  return labels ? labels->classes : 0;
}

std::size_t samples_of(const Truth& truth) {
  if (const auto* labels = std::get_if<Labels>(&truth)) return labels->of_sample.size();
  if (const auto* v = std::get_if<Values>(&truth)) return v->values.size() / static_cast<std::size_t>(v->columns);
  const auto* images = std::get_if<Images>(&truth);
  return images ? images->values.size() / values_of(images->dims) : 0;
}

OpenSet open_array(const OpenStream& open, std::vector<int> dims) {
  OpenSet set;
  const NpyStream stream = open();
  set.name = stream.name();
  set.dims = std::move(dims);
  set.count = stream.count();
  set.pixels = stream.is_bytes();
  set.read = [open](std::size_t first, std::size_t count, Samples& out) {
    open().read(first, count, [&](std::span<const double> some) {
      for (const double v : some)
        out.values.push_back(out.pixels ? static_cast<float>(v) / 255.f : static_cast<float>(v));
    });
  };
  return set;
}

// Gives the set its truth, which must be that of as many samples.
void attach(OpenSet& set, Truth truth, const std::string& labels) {
  if (samples_of(truth) != set.count)
    throw InputError(fmt::format("{} holds labels of {} samples, but {} holds {} samples: they do not belong together",
                                 labels, samples_of(truth), set.name, set.count));
  set.classes = std::max(set.classes, classes_of(truth));
  if (auto* own = std::get_if<Labels>(&truth))
    own->classes = set.classes;
  else
    set.targets = part_of(truth, 0, 0), set.classes = 0;
  set.read = [values = std::move(set.read), truth = std::make_shared<const Truth>(std::move(truth))](
                 std::size_t first, std::size_t count, Samples& out) {
    values(first, count, out);
    out.truth = part_of(*truth, first, count);
  };
}

// (height, width, colour) to (colour, height, width) within each image.
void channels_first(std::vector<float>& values, std::size_t pixels, std::size_t channels) {
  std::vector<float> turned(pixels * channels);
  for (std::size_t at = 0; at < values.size(); at += turned.size()) {
    for (std::size_t p = 0; p < pixels; ++p)
      for (std::size_t c = 0; c < channels; ++c) turned[c * pixels + p] = values[at + p * channels + c];
    std::ranges::copy(turned, values.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

// The images of an archive: grey ones have no dimension of channels, colour ones have it last.
OpenSet open_archive_images(const OpenStream& open) {
  std::vector<int> dims = open().item_dims();
  const bool colour = dims.size() == 3 && dims.back() == 3;
  if (!colour) {
    dims.insert(dims.begin(), 1);
    return open_array(open, dims);
  }
  std::rotate(dims.begin(), dims.end() - 1, dims.end());
  OpenSet set = open_array(open, dims);
  set.read = [read = std::move(set.read)](std::size_t first, std::size_t count, Samples& out) {
    read(first, count, out);
    channels_first(out.values, out.size() / 3, 3);
  };
  return set;
}

}  // namespace

Truth part_of(const Truth& truth, std::size_t first, std::size_t count) {
  const auto cut = [&](const auto& values, std::size_t each) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first * each);
    return std::decay_t<decltype(values)>(begin, begin + static_cast<std::ptrdiff_t>(count * each));
  };
  if (const auto* l = std::get_if<Labels>(&truth))
    return Labels{cut(l->of_sample, 1), l->classes, l->names, l->first_output};
  if (const auto* i = std::get_if<Images>(&truth)) return Images{i->dims, cut(i->values, values_of(i->dims))};
  if (const auto* v = std::get_if<Values>(&truth))
    return Values{v->columns, cut(v->values, static_cast<std::size_t>(v->columns))};
  return {};
}

OpenSet open_pair(const fs::path& inputs, const fs::path& labels, const fs::path& more_labels) {
  OpenSet set;
  if (is_npy(inputs)) {
    const OpenStream open = [inputs] { return NpyStream(ByteReader(inputs)); };
    set = open_array(open, open().item_dims());
  } else {
    set = open_idx({inputs}, {}, {});
  }
  set.name = inputs.filename().string();
  set.files = {inputs};
  if (labels.empty()) return set;
  set.files.push_back(labels);
  if (!more_labels.empty()) set.classes = classes_of(truth_of_file(more_labels));
  attach(set, truth_of_file(labels), labels.string());
  return set;
}

OpenSet open_npz(const fs::path& file, Split split) {
  const auto archive = std::make_shared<const ZipArchive>(file);
  const std::string part = split == Split::train ? "train" : split == Split::test ? "test" : "val";
  const auto member = [](const std::string& of, const char* what) { return fmt::format("{}_{}.npy", of, what); };
  if (!archive->has(member(part, "images")))
    throw InputError(fmt::format("{}: holds no {}_images, as MedMNIST's archives do; it holds {}", file.string(), part,
                                 fmt::join(archive->names(), ", ")));
  const auto stream = [&](const std::string& name) -> OpenStream {
    return [archive, name] { return NpyStream(archive->open(name)); };
  };
  OpenSet set = open_archive_images(stream(member(part, "images")));
  set.name = file.stem().string();
  set.files = {file};
  for (const char* other : {"train", "val", "test"})
    if (other != part && archive->has(member(other, "labels")))
      set.classes = std::max(set.classes, classes_of(truth_of(stream(member(other, "labels"))())));
  if (const std::string labels = member(part, "labels"); archive->has(labels))
    attach(set, truth_of(stream(labels)()), fmt::format("{}: {}", file.string(), labels));
  return set;
}

}  // namespace bitline::workloads
