// SPDX-License-Identifier: Apache-2.0
// Pictures and sounds in folders. Classes are numbered in the order of their names, as torchvision's ImageFolder does;
// samples go round the classes (the first of each, the second of each ...), so that any number of them from the first
// holds all classes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "base/parallel.h"
#include "workloads/open_set.h"
#include "workloads/picture.h"
#include "workloads/sound.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

using FilesByClass = std::map<std::string, std::vector<fs::path>>;

struct Labelled {
  fs::path file;
  int label;
};

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code ec;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder, ec))
    if (!entry.path().filename().string().starts_with('.')) entries.push_back(entry.path());
  if (ec) throw InputError(fmt::format("{}: cannot be read: {}", folder.string(), ec.message()));
  std::ranges::sort(entries);
  return entries;
}

// FOLDER/CLASS/FILE; without such folders, sounds whose names begin with their class and an underscore.
FilesByClass files_below(const fs::path& folder) {
  FilesByClass files;
  std::error_code ignored;
  const std::vector<fs::path> entries = sorted_entries(folder);
  for (const fs::path& entry : entries)
    if (fs::is_directory(entry, ignored))
      for (const fs::path& file : sorted_entries(entry))
        if (is_picture(file) || is_sound(file)) files[entry.filename().string()].push_back(file);
  if (!files.empty()) return files;
  for (const fs::path& entry : entries)
    if (is_sound(entry)) {
      const std::string name = entry.stem().string();
      files[name.substr(0, name.find('_'))].push_back(entry);
    }
  return files;
}

constexpr std::pair<std::string_view, Split> part_folders[] = {{"train", Split::train},
                                                               {"test", Split::test},
                                                               {"val", Split::validation},
                                                               {"valid", Split::validation},
                                                               {"validation", Split::validation}};

// The files of the part asked for, under every class that any part has. A folder without parts is one part for all.
FilesByClass files_of(const fs::path& folder, Split split) {
  FilesByClass files;
  bool parts = false;
  std::error_code ignored;
  for (const auto& [name, of] : part_folders) {
    if (!fs::is_directory(folder / name, ignored)) continue;
    parts = true;
    for (auto& [label, some] : files_below(folder / name)) {
      auto& all = files[label];
      if (of == split) all.insert(all.end(), some.begin(), some.end());
    }
  }
  if (!parts) files = files_below(folder);
  const bool none = std::ranges::all_of(files, [](const auto& entry) { return entry.second.empty(); });
  if (none && parts)
    throw InputError(fmt::format("{}: has parts of a data set, but no {} samples; a folder '{}' would hold them",
                                 folder.string(), part_name(split), split == Split::train ? "train" : "test"));
  if (none)
    throw InputError(
        fmt::format("{}: no folders of PNG, JPEG or WAV files; expected is {}/CLASS/FILE, or train/CLASS/"
                    "FILE and test/CLASS/FILE below it, or sounds called CLASS_ANYTHING.wav",
                    folder.string(), folder.string()));
  return files;
}

// The first of each class, then the second of each.
std::vector<Labelled> in_turns(const FilesByClass& files) {
  std::vector<Labelled> out;
  for (std::size_t turn = 0, before = 1; before > 0; ++turn) {
    before = 0;
    int label = 0;
    for (const auto& [name, some] : files) {
      if (turn < some.size()) out.push_back({some[turn], label}), ++before;
      ++label;
    }
  }
  return out;
}

// One sample into its place.
using ReadSample = std::function<void(const fs::path&, std::span<float>)>;

std::function<void(std::size_t, std::size_t, Samples&)> read_files(std::shared_ptr<const std::vector<Labelled>> files,
                                                                   int classes, fs::path folder, ReadSample read) {
  return [files = std::move(files), classes, folder = std::move(folder), read = std::move(read)](
             std::size_t first, std::size_t count, Samples& out) {
    const std::size_t size = out.size();
    out.values.resize(count * size);
    std::vector<std::string> checksums(count);
    parallel_for(count, [&](std::size_t i) {
      const fs::path& file = (*files)[first + i].file;
      read(file, std::span(out.values).subspan(i * size, size));
      checksums[i] = fmt::format("{} {}\n", fs::relative(file, folder).string(), checksum_of(file));
    });
    Labels labels{{}, classes, {}, {}};
    for (std::size_t i = first; i < first + count; ++i) labels.of_sample.push_back((*files)[i].label);
    out.truth = std::move(labels);
    out.files.push_back({folder.string(), checksum(fmt::format("{}", fmt::join(checksums, "")))});
  };
}

std::string size_text(const Picture& p) {
  return fmt::format("{} x {} {}", p.height, p.width, p.channels == 1 ? "grey" : "colour");
}

// Grey pictures of a coloured set are coloured by repetition.
ReadSample picture_reader(const fs::path& first_file, const Picture& first) {
  return [first_file, channels = first.channels, height = first.height, width = first.width, like = size_text(first)](
             const fs::path& file, std::span<float> out) {
    const Picture p = read_picture(file);
    if (p.height != height || p.width != width || p.channels > channels)
      throw InputError(fmt::format("{}: {}, but {} is {}; bring all pictures to one size and kind", file.string(),
                                   size_text(p), first_file.string(), like));
    std::vector<float> values;
    append_pixels(p.bytes, values);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = values[i % values.size()];
  };
}

void add_pictures(OpenSet& set, const std::vector<Labelled>& files, ReadSample& read) {
  const Picture first = read_picture(files.front().file);
  set.dims = {first.channels, first.height, first.width};
  set.pixels = true;
  read = picture_reader(files.front().file, first);
}

// Sounds shorter than the longest are followed by silence.
void add_sounds(OpenSet& set, const FilesByClass& all, ReadSample& read) {
  const fs::path* first_file = nullptr;
  SoundFormat first;
  std::size_t longest = 0;
  for (const auto& [name, some] : all)
    for (const fs::path& file : some) {
      const SoundFormat format = sound_format(file);
      if (!first_file) first_file = &file, first = format;
      if (format.channels != first.channels || format.rate_Hz != first.rate_Hz)
        throw InputError(fmt::format("{}: {} channels at {} Hz, but {} has {} at {} Hz; bring all sounds to one kind",
                                     file.string(), format.channels, format.rate_Hz, first_file->string(),
                                     first.channels, first.rate_Hz));
      longest = std::max(longest, format.length);
    }
  set.dims = {first.channels, static_cast<int>(longest)};
  read = [longest](const fs::path& file, std::span<float> out) {
    const Sound sound = read_sound(file);
    std::ranges::fill(out, 0.f);
    for (std::size_t c = 0; c < sound.values.size(); ++c)
      std::ranges::copy(sound.values[c], out.begin() + static_cast<std::ptrdiff_t>(c * longest));
  };
}

// `files`: of the part asked for; `all`: of every part.
OpenSet open_files(const fs::path& folder, const FilesByClass& files, const FilesByClass& all) {
  OpenSet set;
  set.name = (folder / "").lexically_normal().parent_path().filename().string();
  for (const auto& [name, some] : files) set.class_names.push_back(name);
  set.classes = static_cast<int>(files.size());
  auto samples = std::make_shared<const std::vector<Labelled>>(in_turns(files));
  set.count = samples->size();
  const bool sounds = is_sound(samples->front().file);
  for (const auto& [name, some] : all)
    for (const fs::path& file : some)
      if (is_sound(file) != sounds)
        throw InputError(fmt::format("{} holds pictures and sounds, such as {} and {}; a data set is of one kind",
                                     folder.string(), samples->front().file.string(), file.string()));
  ReadSample read;
  if (sounds)
    add_sounds(set, all, read);
  else
    add_pictures(set, *samples, read);
  set.folder = folder;
  set.read = read_files(std::move(samples), set.classes, folder, std::move(read));
  return set;
}

FilesByClass every_part(const fs::path& folder) {
  FilesByClass all;
  for (const Split split : {Split::train, Split::test, Split::validation}) try {
      for (auto& [name, some] : files_of(folder, split)) {
        auto& to = all[name];
        to.insert(to.end(), some.begin(), some.end());
      }
    } catch (const InputError&) {  // a part that is not there
    }
  return all;
}

}  // namespace

OpenSet open_folder(const fs::path& folder, Split split) {
  return open_files(folder, files_of(folder, split), every_part(folder));
}

OpenSet open_spoken_digits(const fs::path& folder, Split split) {
  constexpr int test_recordings = 5;  // "numbered 0-4 (inclusive) are in the test" set: README of the data set
  const FilesByClass all = files_below(folder);
  FilesByClass files;
  for (const auto& [digit, some] : all) {
    auto& own = files[digit];
    for (const fs::path& file : some) {
      const std::string name = file.stem().string(), number = name.substr(name.rfind('_') + 1);
      const bool is_test = number.size() == 1 && number[0] >= '0' && number[0] < '0' + test_recordings;
      if (is_test == (split == Split::test)) own.push_back(file);
    }
  }
  if (std::ranges::all_of(files, [](const auto& entry) { return entry.second.empty(); }))
    throw InputError(fmt::format("{}: no {} recordings DIGIT_SPEAKER_NUMBER.wav (numbers 0 to 4 are the test set)",
                                 folder.string(), part_name(split)));
  return open_files(folder, files, all);
}

}  // namespace bitline::workloads
