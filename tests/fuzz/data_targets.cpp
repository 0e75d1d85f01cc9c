// SPDX-License-Identifier: Apache-2.0
// Readers of data sets.
#include "tests/fuzz/targets.h"
#include "tests/workloads/data_bytes.h"
#include "tests/workloads/jpeg_bytes.h"
#include "workloads/dataset.h"
#include "workloads/picture.h"
#include "workloads/sound.h"

namespace bitline::fuzz {
namespace fs = std::filesystem;
namespace {

void read_archive(const fs::path& file) {
  workloads::DataSource source;
  source.name = file.string();
  load_samples(source, workloads::Split::test, 1, 1, {});
  load_samples(source, workloads::Split::train, 0, workloads::all_samples, {});
}

void read_array_pair(const fs::path& file) {
  workloads::DataSource source;
  source.name.clear();
  source.inputs = source.labels = file.string();
  load_samples(source, workloads::Split::test, 0, workloads::all_samples, {});
}

std::string archive(bool deflate, bool zip64) {
  using namespace test;
  const std::string images = npy("|u1", "(2, 3, 4)", std::string(24, 'x'));
  const std::string labels = npy("|u1", "(2, 1)", std::string("\1\0", 2));
  return zip({{"train_images.npy", images},
              {"train_labels.npy", labels},
              {"test_images.npy", images},
              {"test_labels.npy", labels}},
             deflate, zip64);
}

}  // namespace

Target npz_target() {
  return {"npz", ".npz", {archive(false, false), archive(true, true), archive(false, true)}, {}, read_archive};
}

Target arrays_target() {
  using test::npy;
  const std::string hot = npy("|u1", "(3, 2)", std::string("\1\0\0\1\1\0", 6));
  const std::string packed = test::packed(npy("<i4", "(2, 1)", std::string(8, '\0')), MAX_WBITS + 16);
  return {"arrays", ".npy", {hot, packed, npy("<f4", "(2, 3)", std::string(24, '?'), true)}, {}, read_array_pair};
}

Target picture_target() {
  using namespace test;
  return {"picture",
          ".png",
          {png(5, 4, 3, 8, std::string(60, 'x')), png(4, 4, 1, 16, std::string(32, '7')), jpeg(17, 9, {77}),
           jpeg(16, 16, {1, 200, 60})},
          {},
          [](const fs::path& file) { workloads::read_picture(file); }};
}

Target sound_target() {
  using namespace test;
  return {"sound",
          ".wav",
          {wav(1, 2, 8000, 16, std::string(64, '3')),
           wav(3, 1, 44100, 32, std::string(32, '>'), "LIST" + little(4, 4) + "abcd"),
           wav(1, 1, 8000, 24, std::string(33, '\x80'))},
          {},
          [](const fs::path& file) { workloads::read_sound(file); }};
}

}  // namespace bitline::fuzz
