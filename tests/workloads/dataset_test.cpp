// SPDX-License-Identifier: Apache-2.0
// Data sets: small ones written here, damaged in many ways; Fashion-MNIST and MNIST themselves where they are
// installed.
#include "workloads/dataset.h"

#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <initializer_list>

#include "base/error.h"
#include "base/files.h"
#include "workloads/open_set.h"

namespace bitline::dataset_test {
using namespace workloads;

namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path;
  Folder() {
    static std::atomic<int> counter{0};
    path =
        fs::temp_directory_path() / ("bitline-dataset-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << bytes;
    return path / name;
  }
};

std::string gzipped(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string idx(std::initializer_list<std::uint32_t> sizes, const std::string& data) {
  std::string out{'\0', '\0', '\x08', static_cast<char>(sizes.size())};
  for (std::uint32_t s : sizes)
    for (int shift : {24, 16, 8, 0}) out += static_cast<char>(s >> shift & 255);
  return out + data;
}

// Pixel p of image i; different in every row, column and image.
std::uint8_t pixel(std::size_t i, std::size_t p) { return static_cast<std::uint8_t>(i * 61 + p * 7 + p / 28); }

std::string pixels(std::size_t first, std::size_t count, std::size_t size = 784) {
  std::string out;
  for (std::size_t i = first; i < first + count; ++i)
    for (std::size_t p = 0; p < size; ++p) out += static_cast<char>(pixel(i, p));
  return out;
}

std::string images(std::uint32_t count, std::size_t first = 0) { return idx({count, 28, 28}, pixels(first, count)); }

std::string labels(const std::string& values) { return idx({static_cast<std::uint32_t>(values.size())}, values); }

template <class Body>
std::string message(Body body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

bool has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE("in: " << text << "\nmissing: " << part);
  return false;
}

// What load_samples() gives, as the bytes that its files hold.
struct Dataset {
  std::vector<int> dims;
  int classes = 0;
  std::vector<std::uint8_t> pixels, labels;
  std::vector<InputFile> files;
  std::size_t count() const { return pixels.size() / (static_cast<std::size_t>(dims[0]) * dims[1] * dims[2]); }
};
Dataset as_bytes(const Samples& samples) {
  Dataset data;
  data.dims = samples.dims;
  REQUIRE(samples.pixels);
  for (const float v : samples.values) data.pixels.push_back(static_cast<std::uint8_t>(std::lround(v * 255.f)));
  if (const auto* labels = std::get_if<Labels>(&samples.truth)) {
    data.classes = labels->classes;
    data.labels.assign(labels->of_sample.begin(), labels->of_sample.end());
  }
  data.files = samples.files;
  return data;
}
Dataset load(const std::string& name, const DataPath& where, Split split, std::size_t first, std::size_t count) {
  DataSource source;
  source.name = name;
  return as_bytes(load_samples(source, split, first, count, where));
}
Dataset load(const std::string& name, const fs::path& folder, Split split = Split::test, std::size_t first = 0,
             std::size_t count = all_samples) {
  return load(name, DataPath{{folder}}, split, first, count);
}
Dataset read_idx(const fs::path& images, const fs::path& labels) {
  std::vector<fs::path> label_files;
  if (!labels.empty()) label_files.push_back(labels);
  return as_bytes(read_some(open_idx({images}, label_files, {}), Split::test, 0, all_samples));
}

const std::string three_labels{'\x03', '\x00', '\x09'};

}  // namespace

TEST_CASE("an IDX pair is read plain and gzipped, with the checksum of the file as stored") {
  const Folder d;
  const std::string stored = gzipped(images(3));
  for (const bool gzip : {false, true}) {
    const fs::path i = d.write(gzip ? "i.gz" : "i", gzip ? stored : images(3));
    const fs::path l = d.write("l", labels(three_labels));
    const Dataset data = read_idx(i, l);
    CHECK(data.count() == 3);
    CHECK(data.dims == std::vector<int>{1, 28, 28});
    CHECK(data.classes == 10);
    CHECK(data.labels == std::vector<std::uint8_t>{3, 0, 9});
    bool same = true;
    for (std::size_t k = 0; k < 3; ++k)
      for (std::size_t p = 0; p < 784; ++p) same = same && data.pixels[k * 784 + p] == pixel(k, p);
    CHECK(same);
    REQUIRE(data.files.size() == 2);
    CHECK(data.files[0].path == i.string());
    CHECK(data.files[0].checksum == checksum(gzip ? stored : images(3)));
    CHECK(data.files[1].path == l.string());
    CHECK(data.files[1].checksum == checksum(labels(three_labels)));
  }
  const Dataset bare = read_idx(d.path / "i", {});
  CHECK(bare.count() == 3);
  CHECK(bare.labels.empty());
  CHECK(bare.classes == 0);
}

TEST_CASE("images need not be square, and gzip files may be concatenated") {
  const Folder d;
  const std::string file = idx({2, 2, 3}, "abcdefghijkl");
  const Dataset data = read_idx(d.write("i", gzipped(file.substr(0, 9)) + gzipped(file.substr(9))), {});
  CHECK(data.dims == std::vector<int>{1, 2, 3});
  CHECK(std::string(data.pixels.begin(), data.pixels.end()) == "abcdefghijkl");
}

TEST_CASE("a file cut anywhere is one clear error") {
  const Folder d;
  const std::string plain = images(2);
  for (const std::string& whole : {plain, gzipped(plain)}) {
    CHECK(read_idx(d.write("i", whole), {}).count() == 2);
    for (std::size_t n = 0; n < whole.size(); n += n < 40 || n + 40 > whole.size() ? 1 : 13) {
      CAPTURE(n);
      const std::string m = message([&] { read_idx(d.write("i", whole.substr(0, n)), {}); });
      // One byte of a gzip file is not yet recognisable as gzip.
      CHECK(has(m, "truncated"));
      CHECK(has(m, (d.path / "i").string()));
    }
  }
}

TEST_CASE("every damaged byte of a gzip file is an error, or harmless") {
  const Folder d;
  const std::string plain = images(1), whole = gzipped(plain);
  const Dataset truth = read_idx(d.write("truth", plain), {});
  std::size_t errors = 0;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    std::string damaged = whole;
    damaged[n] = static_cast<char>(damaged[n] ^ 0x55);
    std::vector<std::uint8_t> read = truth.pixels;
    const std::string m = message([&] { read = read_idx(d.write("i", damaged), {}).pixels; });
    errors += m != "no error";
    CHECK(read == truth.pixels);
  }
  // Time stamp (4 bytes), compression hint and system in the gzip header mean nothing here.
  CHECK(errors + 6 == whole.size());
}

TEST_CASE("wrong headers and sizes are refused with the numbers") {
  const Folder d;
  const auto reading = [&](const std::string& bytes) { return message([&] { read_idx(d.write("i", bytes), {}); }); };
  std::string floats = images(1);
  floats[2] = '\x0d';
  CHECK(has(reading(floats), "starts with 00 00 0d 03"));
  CHECK(has(reading(labels(three_labels)), "starts with 00 00 08 01"));
  CHECK(has(reading("\x89PNG\r\n\x1a\n"), "starts with 89 50 4e 47"));
  CHECK(has(reading(images(1) + "x"), "more data than the 1 x 28 x 28 = 784 bytes"));
  CHECK(has(reading(gzipped(images(1) + "x")), "more data than the 1 x 28 x 28 = 784 bytes"));
  CHECK(has(reading(gzipped(images(1)) + "tail"), "4 bytes follow the end of the gzip data"));
  CHECK(has(reading(idx({0, 28, 28}, "")), "0 x 28 x 28"));
  CHECK(has(reading(idx({5, 0, 28}, "")), "there is nothing in it"));
  CHECK(has(message([&] { read_idx(d.path, {}); }), "is a folder"));
  CHECK(has(message([&] { read_idx(d.path / "none", {}); }), (d.path / "none").string()));
  // Labels from another file.
  const fs::path i = d.write("i", images(2)), l = d.write("l", labels(three_labels));
  CHECK(has(message([&] { read_idx(i, l); }), "3 labels"));
  CHECK(has(message([&] { read_idx(i, l); }), "2 images"));
  CHECK(has(message([&] { read_idx(i, i); }), "starts with 00 00 08 03"));
}

TEST_CASE("a lying header costs no memory") {
  const Folder d;
  const std::uint32_t most = 0xffffffff;
  const auto reading = [&](const std::string& bytes) { return message([&] { read_idx(d.write("i", bytes), {}); }); };
  // These products would wrap around in 64 bits.
  CHECK(has(reading(idx({most, most, most}, "abc")), "4294967295 x 4294967295 x 4294967295"));
  CHECK(has(reading(idx({1u << 31, 1u << 31, 4}, "abc")), "damaged"));
  CHECK(has(reading(idx({0, most, most}, "abc")), "nothing"));
  // Under the limit, but not there.
  CHECK(has(reading(idx({1u << 20, 28, 28}, "abc")), "but 3 are there"));
  CHECK(has(reading(gzipped(idx({1u << 20, 28, 28}, "abc"))), "but 3 are there"));
  // 64 MiB of zeros behind a header of one image are not inflated.
  CHECK(has(reading(gzipped(images(1) + std::string(std::size_t{64} << 20, '\0'))), "more data"));
}

TEST_CASE("named sets are found in FOLDER/name and FOLDER, the first folder first") {
  const Folder a, b;
  a.write("fashion-mnist/t10k-images-idx3-ubyte", images(3));
  a.write("fashion-mnist/t10k-labels-idx1-ubyte.gz", gzipped(labels(three_labels)));
  b.write("t10k-images-idx3-ubyte", images(3, 100));
  b.write("t10k-labels-idx1-ubyte", labels(three_labels));
  const auto first_pixel = [](const std::vector<fs::path>& folders) {
    const Dataset data = load("fashion-mnist", DataPath{folders}, Split::test, 0, all_samples);
    CHECK(data.classes == 10);
    CHECK(data.files.size() == 2);
    return data.pixels[0];
  };
  CHECK(first_pixel({a.path}) == pixel(0, 0));
  CHECK(first_pixel({a.path / "fashion-mnist"}) == pixel(0, 0));
  CHECK(first_pixel({b.path}) == pixel(100, 0));
  CHECK(first_pixel({a.path / "none", a.path, b.path}) == pixel(0, 0));
  CHECK(first_pixel({b.path, a.path}) == pixel(100, 0));
}

TEST_CASE("MNIST and Fashion-MNIST are found where torchvision puts them") {
  const Folder d;
  d.write("MNIST/raw/t10k-images-idx3-ubyte", images(2));
  d.write("MNIST/raw/t10k-labels-idx1-ubyte", labels("\x01\x02"));
  d.write("FashionMNIST/raw/t10k-images-idx3-ubyte", images(2, 5));
  d.write("FashionMNIST/raw/t10k-labels-idx1-ubyte", labels("\x03\x04"));
  for (const auto& [name, first] : {std::pair{"mnist", std::uint8_t{1}}, {"fashion-mnist", std::uint8_t{3}}}) {
    CAPTURE(name);
    CHECK(load(name, DataPath{{d.path}}, Split::test, 0, all_samples).labels ==
          std::vector<std::uint8_t>{first, static_cast<std::uint8_t>(first + 1)});
  }
}

TEST_CASE("a part of a set, and more than there is") {
  const Folder d;
  d.write("mnist/train-images-idx3-ubyte", images(5));
  d.write("mnist/train-labels-idx1-ubyte", labels({'\x01', '\x02', '\x03', '\x04', '\x05'}));
  const Dataset two = load("mnist", d.path, Split::train, 1, 2);
  CHECK(two.count() == 2);
  CHECK(two.labels == std::vector<std::uint8_t>{2, 3});
  CHECK(two.pixels.size() == 2 * 784);
  CHECK(two.pixels[784 + 5] == pixel(2, 5));
  CHECK(load("mnist", d.path, Split::train, 4, all_samples).labels == std::vector<std::uint8_t>{5});
  CHECK(load("mnist", d.path, Split::train, 0, 5).count() == 5);
  CHECK(has(message([&] { load("mnist", d.path, Split::train, 0, 6); }),
            "asked for 6 samples from number 0, but only 5"));
  CHECK(has(message([&] { load("mnist", d.path, Split::train, 3, all_samples - 1); }),
            "only 2 of its 5 training samples"));
  CHECK(has(message([&] { load("mnist", d.path, Split::train, 5, 1); }), "from number 5, but it has 5"));
  CHECK(has(message([&] { load("mnist", d.path, Split::train, 0, 0); }), "0 samples"));
}

TEST_CASE("training images in parts") {
  const Folder d;
  d.write("train-images-part0-idx3-ubyte.gz", gzipped(images(2)));
  d.write("train-images-part1-idx3-ubyte", images(3, 2));
  d.write("train-labels-part0-idx1-ubyte", labels({'\x01', '\x02'}));
  d.write("train-labels-part1-idx1-ubyte", labels({'\x03', '\x04', '\x05'}));
  const auto check = [&](std::size_t files) {
    const Dataset data = load("mnist", d.path, Split::train);
    CHECK(data.labels == std::vector<std::uint8_t>{1, 2, 3, 4, 5});
    CHECK(data.files.size() == files);
    bool same = true;
    for (std::size_t i = 0; i < 5; ++i)
      for (std::size_t p = 0; p < 784; ++p) same = same && data.pixels[i * 784 + p] == pixel(i, p);
    CHECK(same);
  };
  check(4);
  d.write("train-labels-idx1-ubyte", labels({'\x01', '\x02', '\x03', '\x04', '\x05'}));
  check(3);
  d.write("train-images-part1-idx3-ubyte", idx({3, 28, 27}, std::string(3 * 28 * 27, 'x')));
  CHECK(has(message([&] { load("mnist", d.path, Split::train); }), "images of 28 x 27"));
  fs::remove(d.path / "train-images-part1-idx3-ubyte");
  CHECK(has(message([&] { load("mnist", d.path, Split::train); }), "5 labels"));
}

TEST_CASE("EMNIST letters are turned upright and counted from 0") {
  const Folder d;
  const std::string stem = "emnist-letters/emnist-letters-test-";
  d.write(stem + "images-idx3-ubyte", images(2));
  d.write(stem + "labels-idx1-ubyte", labels({'\x01', '\x1a'}));
  const Dataset data = load("emnist-letters", d.path);
  CHECK(data.classes == 26);
  CHECK(data.labels == std::vector<std::uint8_t>{0, 25});
  CHECK(data.pixels[784 + 3 * 28 + 20] == pixel(1, 20 * 28 + 3));
  CHECK(data.pixels[27] == pixel(0, 27 * 28));
  d.write(stem + "labels-idx1-ubyte", labels({'\x01', '\x1b'}));
  CHECK(has(message([&] { load("emnist-letters", d.path); }), "label 27 at image 1"));
  d.write(stem + "labels-idx1-ubyte", labels({'\x00', '\x01'}));
  CHECK(has(message([&] { load("emnist-letters", d.path); }), "1..26"));
}

TEST_CASE("CIFAR-10: records of label, red, green, blue") {
  const Folder d;
  const auto record = [](std::uint8_t label, std::size_t image) {
    return std::string(1, static_cast<char>(label)) + pixels(image, 1, 3072);
  };
  const std::string sub = "cifar-10-batches-bin/";
  d.write(sub + "test_batch.bin", record(7, 0) + record(2, 1));
  const Dataset data = load("cifar10", d.path);
  CHECK(data.dims == std::vector<int>{3, 32, 32});
  CHECK(data.classes == 10);
  CHECK(data.labels == std::vector<std::uint8_t>{7, 2});
  CHECK(data.pixels[3072 + 2 * 1024 + 33] == pixel(1, 2 * 1024 + 33));

  CHECK(has(message([&] { load("cifar10", d.path, Split::train); }), "data_batch_1.bin"));
  for (char k = '1'; k <= '5'; ++k)
    d.write(sub + "data_batch_" + k + ".bin", record(static_cast<std::uint8_t>(k - '0'), static_cast<std::size_t>(k)));
  const Dataset training = load("cifar10", d.path / "cifar-10-batches-bin", Split::train);
  CHECK(training.labels == std::vector<std::uint8_t>{1, 2, 3, 4, 5});
  CHECK(training.files.size() == 5);
  fs::remove(d.path / sub / "data_batch_4.bin");
  CHECK(has(message([&] { load("cifar10", d.path, Split::train); }), "data_batch_4.bin"));

  for (const std::size_t n : {0, 1, 3072, 3074, 6145}) {
    d.write(sub + "test_batch.bin", (record(7, 0) + record(2, 1)).substr(0, n));
    CHECK(has(message([&] { load("cifar10", d.path); }), "records of 3073 bytes"));
  }
  d.write(sub + "test_batch.bin", record(7, 0) + record(10, 1));
  CHECK(has(message([&] { load("cifar10", d.path); }), "label 10 at image 1"));
}

TEST_CASE("a missing set is an error that says where it was sought and how to get it") {
  const Folder d;
  const auto missing = [&](const std::string& name) {
    return message([&] { load(name, DataPath{{d.path, "no/such/place"}}, Split::test, 0, 1); });
  };
  for (const DatasetInfo& set : datasets()) {
    if (set.get.empty()) continue;  // generated
    const std::string m = missing(std::string(set.name));
    CHECK(has(m, d.path.string() + "\n"));
    CHECK(has(m, (d.path / set.name).string() + " (no such folder)"));
    CHECK(has(m, (fs::path("no/such/place") / set.name).string()));
    CHECK(has(m, "--data DIR"));
    CHECK(has(m, "to get it: "));
  }
  CHECK(has(missing("fashion-mnist"), "apt-get install dataset-fashion-mnist"));
  CHECK(has(missing("emnist-letters"), "emnist-letters-test-images-idx3-ubyte"));
  CHECK(has(missing("cifar10"), "cifar-10-batches-bin"));
  CHECK(has(missing("minst"), "'minst' is unknown; did you mean 'mnist'?"));
  CHECK(has(message([] { load("mnist", DataPath{}, Split::test, 0, 1); }), "none was given"));

  d.write("fashion-mnist/t10k-images-idx3-ubyte", images(1));
  CHECK(has(missing("fashion-mnist"), "t10k-labels-idx1-ubyte[.gz] is not beside it"));
  d.write("fashion-mnist/t10k-labels-idx1-ubyte", labels("\x0c"));
  CHECK(has(missing("fashion-mnist"), "label 12 at image 0"));
  d.write("fashion-mnist/t10k-labels-idx1-ubyte", labels("\x03"));
  d.write("fashion-mnist/t10k-images-idx3-ubyte", idx({1, 14, 56}, pixels(0, 1)));
  CHECK(has(missing("fashion-mnist"), "images of 14 x 56"));
}

TEST_CASE("MNIST is never mistaken for Fashion-MNIST") {
  const Folder d;
  const std::string of_mnist{7, 2, 1, 0, 4, 1, 4, 9, 5, 9};
  d.write("x/t10k-images-idx3-ubyte", images(10));
  d.write("x/t10k-labels-idx1-ubyte", labels(of_mnist));
  CHECK(load("mnist", d.path / "x").count() == 10);
  CHECK(has(message([&] { load("fashion-mnist", d.path / "x"); }), "belongs to mnist, not to fashion-mnist"));
  fs::rename(d.path / "x", d.path / "mnist");
  CHECK(has(message([&] { load("fashion-mnist", d.path / "mnist"); }), "is not there"));
  CHECK(has(message([&] { load("fashion-mnist", d.path / "mnist" / ""); }), "is not there"));
}

TEST_CASE("Fashion-MNIST as Debian installs it") {
  const fs::path folder = "/usr/share/datasets";
  if (!fs::exists(folder / "fashion-mnist")) {
    MESSAGE("skipped: the package dataset-fashion-mnist is not installed");
    return;
  }
  const Dataset test = load("fashion-mnist", folder);
  CHECK(test.count() == 10000);
  CHECK(test.labels.front() == 9);
  const Dataset training = load("fashion-mnist", folder, Split::train);
  CHECK(training.count() == 60000);
  for (const Dataset* data : {&test, &training}) {  // every class equally often (Xiao 2017, Table 2)
    std::array<std::size_t, 10> often{};
    for (std::uint8_t label : data->labels) ++often.at(label);
    for (std::size_t n : often) CHECK(n == data->count() / 10);
  }
}

TEST_CASE("MNIST with its training images in four parts") {
  const char* given = std::getenv("BITLINE_DATA");
  const fs::path folder = (given ? fs::path(given) : fs::path(BITLINE_SOURCE_DIR) / "../shared/data") / "mnist";
  if (!fs::exists(folder)) {
    MESSAGE("skipped: no MNIST beside the project");
    return;
  }
  const Dataset training = load("mnist", folder, Split::train);
  CHECK(training.count() == 60000);
  CHECK(training.files.size() == 5);
  CHECK(training.labels.front() == 5);
  CHECK(load("mnist", folder).labels.front() == 7);
}

}  // namespace bitline::dataset_test
