// SPDX-License-Identifier: Apache-2.0
// Data sets: by name, from archives, from folders, from arrays. Only what is asked for is unpacked.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "workloads/data_source.h"
#include "workloads/samples.h"

namespace bitline::workloads {

enum class Split { train, test, validation };

// Folders to look in, first match wins. The app puts --data, $BITLINE_DATA and the system's places here.
struct DataPath {
  std::vector<std::filesystem::path> folders;
  std::vector<std::filesystem::path> photographs{};  // more folders, of pictures that packages bring
};

// What load_samples() knows by name, for `bitline list datasets` and for messages.
struct DatasetInfo {
  std::string_view name;     // as in configs
  std::string_view meaning;  // one line
  std::string_view get;      // how a user gets it; empty: it is generated
};
std::span<const DatasetInfo> datasets();

// A known set that is nowhere: who can do with another one catches this.
class MissingSet : public InputError {
 public:
  using InputError::InputError;
};

inline constexpr std::size_t all_samples = static_cast<std::size_t>(-1);

// `count` samples from `first` of that part; all_samples = to the end. Known names are sought in FOLDER/name, then
// FOLDER; paths as they are, then below each FOLDER. Bytes become bytes / 255, other numbers stay as they are. Throws
// InputError: the places looked in and how to get the set; what is wrong with which file; samples that are not there.
Samples load_samples(const DataSource& source, Split split, std::size_t first, std::size_t count,
                     const DataPath& where);

// The files that part is read from, or the folder whose files are its samples, found from headers and labels alone;
// where they cannot be read, the files of the folders it was sought in.
std::vector<std::filesystem::path> data_files(const DataSource& source, Split split, const DataPath& where);

// What that part holds, from headers and labels alone. Throws as load_samples() does.
struct Contents {
  std::string name;
  std::vector<int> dims;  // of one sample
  std::size_t count = 0;
  Truth truth;  // without any sample: how many classes or targets there are
};
Contents contents_of(const DataSource& source, Split split, const DataPath& where);

// In place. Throws InputError: neither one number nor as many as the samples have channels.
void normalize(Samples& samples, const Standardize& by);

// "28 x 28"; "one number" for none.
std::string dims_text(std::span<const int> dims);

}  // namespace bitline::workloads
