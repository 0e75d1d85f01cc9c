// SPDX-License-Identifier: Apache-2.0
// Samples from arrays and archives: what becomes a value, what a label, and what is refused.
#include "workloads/samples.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/files.h"
#include "tests/workloads/data_files.h"
#include "workloads/dataset.h"

namespace bitline::samples_test {
using namespace test;
using namespace workloads;
namespace fs = std::filesystem;

namespace {

DataSource pair_of(const fs::path& inputs, const fs::path& labels = {}) {
  DataSource source;
  source.name.clear();
  source.inputs = inputs.string();
  source.labels = labels.string();
  return source;
}

DataSource named(const fs::path& name) {
  DataSource source;
  source.name = name.string();
  return source;
}

Samples load_all(const DataSource& source, Split split = Split::test, std::size_t first = 0,
                 std::size_t count = all_samples) {
  return load_samples(source, split, first, count, {});
}

const std::vector<float> six{-1.5f, 0, 2, 1e-3f, 300, -7};

}  // namespace

TEST_CASE("bytes become the nearest floats of bytes / 255, other numbers stay what they are") {
  const DataFolder d;
  std::string bytes;
  for (int b = 0; b < 256; ++b) bytes += static_cast<char>(b);
  const Samples pixels = load_all(pair_of(d.write("u1.npy", npy("|u1", "(2, 128)", bytes))));
  CHECK(pixels.pixels);
  CHECK(pixels.dims == std::vector<int>{128});
  CHECK(pixels.count() == 2);
  bool nearest = true;
  for (int b = 0; b < 256; ++b)
    nearest = nearest && pixels.values[static_cast<std::size_t>(b)] == static_cast<float>(b / 255.0);
  CHECK(nearest);

  const Samples floats = load_all(pair_of(d.write("f4.npy", npy("<f4", "(2, 3)", raw(six)))));
  CHECK_FALSE(floats.pixels);
  CHECK(floats.values == six);
  const Samples whole =
      load_all(pair_of(d.write("i2.npy", npy("<i2", "(3,)", raw(std::vector<std::int16_t>{-300, 0, 7})))));
  CHECK_FALSE(whole.pixels);
  CHECK(whole.dims == std::vector<int>{1});
  CHECK(whole.values == std::vector<float>{-300, 0, 7});
}

TEST_CASE("arrays of any shape, in either order, packed or not, hold the same samples") {
  const DataFolder d;
  const std::vector<float> fortran{-1.5f, 1e-3f, 0, 300, 2, -7};  // (2, 3) by columns
  for (const fs::path& file : {d.write("c.npy", npy("<f4", "(2, 3, 1)", raw(six))),
                               d.write("f.npy", npy("<f4", "(2, 3, 1)", raw(fortran), true)),
                               d.write("z.npy", packed(npy("<f4", "(2, 3, 1)", raw(six)), MAX_WBITS + 16))}) {
    CAPTURE(file);
    const Samples all = load_all(pair_of(file));
    CHECK(all.dims == std::vector<int>{3, 1});
    CHECK(all.values == six);
    const Samples second = load_all(pair_of(file), Split::test, 1, 1);
    CHECK(second.values == std::vector<float>{1e-3f, 300, -7});
    CHECK(second.of(0, 1)[1] == 300);
    CHECK(all.files.size() == 1);
    CHECK(all.files[0].checksum == checksum(read_file(file)));
  }
}

TEST_CASE("labels are whole numbers or rows with a single 1; targets are anything else") {
  const DataFolder d;
  const fs::path inputs = d.write("x.npy", npy("<f4", "(3, 2)", raw(six)));
  const auto truth = [&](const std::string& file) { return load_all(pair_of(inputs, d.write("y.npy", file))).truth; };

  for (const char* shape : {"(3,)", "(3, 1)"}) {
    const auto labels = std::get<Labels>(truth(npy("<i8", shape, raw(std::vector<std::int64_t>{2, 0, 1}))));
    CHECK(labels.of_sample == std::vector<int>{2, 0, 1});
    CHECK(labels.classes == 3);
  }
  const auto hot =
      std::get<Labels>(truth(npy("<f8", "(3, 4)", raw(std::vector<double>{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0}))));
  CHECK(hot.of_sample == std::vector<int>{2, 0, 2});
  CHECK(hot.classes == 4);  // the last one too, which no sample has

  const auto several = std::get<Values>(truth(npy("|u1", "(3, 2)", std::string("\1\1\0\1\0\0", 6))));
  CHECK(several.columns == 2);
  CHECK(several.values == std::vector<float>{1, 1, 0, 1, 0, 0});
  const auto targets = std::get<Values>(truth(npy("<f4", "(3,)", raw(std::vector<float>{0.5f, -2, 1}))));
  CHECK(targets.columns == 1);
  CHECK(targets.values == std::vector<float>{0.5f, -2, 1});
  const auto pictures = std::get<Images>(truth(npy("|u1", "(3, 1, 1, 2)", std::string("\0\xff\x33\0\0\0", 6))));
  CHECK(pictures.dims == std::vector<int>{1, 1, 2});
  CHECK(pictures.values == std::vector<float>{0, 1, 0.2f, 0, 0, 0});

  CHECK(std::holds_alternative<std::monostate>(load_all(pair_of(inputs)).truth));
}

TEST_CASE("a part of the samples has its own truth, but the classes of all") {
  const DataFolder d;
  const fs::path inputs = d.write("x.npy", npy("<f4", "(6,)", raw(six)));
  const fs::path labels = d.write("y.npy", npy("|u1", "(6,)", std::string("\0\1\2\3\4\5", 6)));
  const Samples some = load_all(pair_of(inputs, labels), Split::test, 1, 2);
  CHECK(some.values == std::vector<float>{0, 2});
  CHECK(std::get<Labels>(some.truth).of_sample == std::vector<int>{1, 2});
  CHECK(std::get<Labels>(some.truth).classes == 6);
}

TEST_CASE("calibration has its own files, or the inputs serve") {
  const DataFolder d;
  DataSource source = pair_of(d.write("x.npy", npy("<f4", "(6,)", raw(six))),
                              d.write("y.npy", npy("|u1", "(6,)", std::string(6, '\1'))));
  CHECK(load_all(source, Split::train).values == six);
  source.calibration_inputs = d.write("cx.npy", npy("<f4", "(2,)", raw(std::vector<float>{8, 9}))).string();
  CHECK(load_all(source, Split::train).values == std::vector<float>{8, 9});
  CHECK(std::holds_alternative<std::monostate>(load_all(source, Split::train).truth));
  source.calibration_labels = d.write("cy.npy", npy("|u1", "(2,)", std::string("\0\7", 2))).string();
  CHECK(std::get<Labels>(load_all(source, Split::train).truth).classes == 8);
  CHECK(std::get<Labels>(load_all(source).truth).classes == 8);  // classes are those of both
  CHECK(contains(input_error([&] { load_all(source, Split::validation); }), "no validation part"));
}

TEST_CASE("IDX files under any name serve as inputs, labels or both") {
  const DataFolder d;
  const std::string images =
      std::string("\0\0\x08\x03", 4) + big(2) + big(1) + big(2) + std::string("\0\x33\x66\xff", 4);
  const std::string labels = std::string("\0\0\x08\x01", 4) + big(2) + std::string("\3\1", 2);
  const fs::path x = d.write("pictures", images), y = d.write("classes.gz", packed(labels, MAX_WBITS + 16));
  const Samples samples = load_all(pair_of(x, y));
  CHECK(samples.dims == std::vector<int>{1, 1, 2});
  CHECK(samples.values == std::vector<float>{0, 0.2f, 0.4f, 1});
  CHECK(std::get<Labels>(samples.truth).of_sample == std::vector<int>{3, 1});
  CHECK(samples.files.size() == 2);
  const fs::path array = d.write("y.npy", npy("<i4", "(2,)", raw(std::vector<std::int32_t>{5, 0})));
  CHECK(std::get<Labels>(load_all(pair_of(x, array)).truth).classes == 6);
}

TEST_CASE("wrong arrays are refused with what is wrong") {
  const DataFolder d;
  const fs::path x = d.write("x.npy", npy("<f4", "(6,)", raw(six)));
  const auto inputs = [&](const std::string& file) {
    return input_error([&] { load_all(pair_of(d.write("bad.npy", file))); });
  };
  const auto labels = [&](const std::string& file) {
    return input_error([&] { load_all(pair_of(x, d.write("bad.npy", file))); });
  };
  const std::string whole = npy("<f4", "(6,)", raw(six));
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CAPTURE(n);
    CHECK(contains(inputs(whole.substr(0, n)), (d.path / "bad.npy").string()));
  }
  CHECK(contains(inputs(whole.substr(0, whole.size() - 1)), "needs 24 bytes of data, but 23 are there"));
  CHECK(contains(inputs(whole + "x"), "more data than its shape (6) needs"));
  CHECK(contains(inputs(npy("<f4", "(0, 3)", "")), "nothing in it"));
  CHECK(contains(inputs(npy("<f4", "()", raw(std::vector<float>{1}))), "a single number"));
  CHECK(contains(inputs(npy("<f4", "(1099511627776, 1099511627776)", "")), "damaged?"));
  CHECK(contains(inputs(npy("<f4", "(1048576, 1024)", raw(six))), "but 24 are there"));
  CHECK(contains(inputs(npy("<f4", "(2,)", raw(std::vector<float>{1, NAN}))), "number 1 is nan"));
  CHECK(contains(inputs(npy("<f8", "(2,)", raw(std::vector<double>{1e300, 1}))), "number 0 is 1e+300"));
  CHECK(contains(inputs(npy("<c8", "(1,)", std::string(8, '\0'))), "little-endian"));

  CHECK(contains(labels(npy("|u1", "(5,)", std::string(5, '\0'))), "labels of 5 samples, but x.npy holds 6"));
  CHECK(contains(labels(npy("|i1", "(6,)", std::string("\0\xff\0\0\0\0", 6))), "label -1 at sample 1"));
  CHECK(contains(labels(npy("<i4", "(1,)", raw(std::vector<std::int32_t>{1 << 30}))), "targets of a regression"));
  CHECK(contains(input_error([&] { load_all(pair_of(d.path / "none.npy")); }), "workload.dataset.inputs: no file"));
  CHECK(contains(input_error([&] { load_all(named(x)); }), "dataset: {inputs: FILE, labels: FILE}"));
  CHECK(contains(input_error([&] { load_all(pair_of(x), Split::test, 6, 1); }), "from number 6, but it has 6"));
  CHECK(contains(input_error([&] { load_all(pair_of(x), Split::test, 0, 7); }), "only 6 of its 6 test samples"));
}

TEST_CASE("an archive with MedMNIST's keys: every split, grey and colour, stored, deflated and in 64 bits") {
  const DataFolder d;
  const std::string grey = std::string("\0\x33\x66\x99\xcc\xff", 6);
  const std::vector<std::pair<std::string, std::string>> members{
      {"train_images.npy", npy("|u1", "(3, 1, 2)", grey)},
      {"train_labels.npy", npy("|u1", "(3, 1)", std::string("\0\1\2", 3))},
      {"val_images.npy", npy("|u1", "(1, 1, 2)", grey.substr(2, 2))},
      {"val_labels.npy", npy("|u1", "(1, 1)", std::string("\4", 1))},
      {"test_images.npy", npy("|u1", "(2, 1, 2)", grey.substr(1, 4))},
      {"test_labels.npy", npy("|u1", "(2,)", std::string("\1\0", 2))}};
  for (const bool deflate : {false, true})
    for (const bool zip64 : {false, true}) {
      const DataSource source = named(d.write("greymnist.npz", zip(members, deflate, zip64)));
      const Samples test = load_all(source);
      CHECK(test.name == "greymnist");
      CHECK(test.dims == std::vector<int>{1, 1, 2});
      CHECK(test.values == std::vector<float>{0.2f, 0.4f, 0.6f, 0.8f});
      CHECK(std::get<Labels>(test.truth).of_sample == std::vector<int>{1, 0});
      CHECK(std::get<Labels>(test.truth).classes == 5);  // of all splits
      CHECK(load_all(source, Split::train).count() == 3);
      CHECK(std::get<Labels>(load_all(source, Split::validation).truth).of_sample == std::vector<int>{4});
      CHECK(load_all(source, Split::train, 1, 1).values == std::vector<float>{0.4f, 0.6f});
      const Contents contents = contents_of(source, Split::train, {});
      CHECK(contents.count == 3);
      CHECK(std::get<Labels>(contents.truth).classes == 5);
    }
  // Red, green, blue of one pixel lie side by side in the file, a picture apart in a sample.
  const std::vector<std::pair<std::string, std::string>> colour{
      {"test_images.npy", npy("|u1", "(1, 1, 2, 3)", grey)},
      {"test_labels.npy", npy("|u1", "(1, 3)", std::string("\1\0\1", 3))}};
  const Samples one = load_all(named(d.write("colour.npz", zip(colour, true, false))));
  CHECK(one.dims == std::vector<int>{3, 1, 2});
  CHECK(one.values == std::vector<float>{0, 0.6f, 0.2f, 0.8f, 0.4f, 1});
  CHECK(std::get<Values>(one.truth).columns == 3);
  CHECK(contains(input_error([&] { load_all(named(d.path / "colour.npz"), Split::train); }),
                 "holds no train_images, as MedMNIST's archives do; it holds test_images.npy, test_labels.npy"));
}

TEST_CASE("an archive that is damaged anywhere is an error, or gives the same samples") {
  const DataFolder d;
  const std::string images(40, '\x33');
  const std::vector<std::pair<std::string, std::string>> members{
      {"test_images.npy", npy("|u1", "(2, 4, 5)", images)},
      {"test_labels.npy", npy("|u1", "(2,)", std::string("\1\0", 2))}};
  const std::string whole = zip(members, true, true);
  std::size_t errors = 0;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    std::string damaged = whole;
    damaged[n] = static_cast<char>(damaged[n] ^ 0x41);
    const fs::path file = d.write("a.npz", damaged);
    const std::string m = input_error([&] {
      const Samples samples = load_all(named(file));
      const auto* labels = std::get_if<Labels>(&samples.truth);
      // A damaged name of the labels leaves a set without them.
      CHECK((!labels || labels->of_sample == std::vector<int>{1, 0}));
      CHECK(samples.values == std::vector<float>(40, 0.2f));
    });
    errors += m != "no error";
  }
  CHECK(errors > whole.size() / 2);
  for (std::size_t n = 0; n < whole.size(); ++n)
    CHECK(input_error([&] { load_all(named(d.write("a.npz", whole.substr(0, n)))); }) != "no error");
  CHECK(contains(input_error([&] { load_all(named(d.write("a.npz", "not an archive"))); }), "is no zip archive"));
}

TEST_CASE("inputs are normalised by one number for all, or one for each channel") {
  Samples samples;
  samples.dims = {2, 1, 2};
  samples.values = {0, 1, 0.5f, 0.25f, 1, 0, 0, 1};
  samples.pixels = true;
  Samples one = samples;
  normalize(one, {{0.25}, {0.5}});
  CHECK(one.values == std::vector<float>{-0.5f, 1.5f, 0.5f, 0, 1.5f, -0.5f, -0.5f, 1.5f});
  CHECK_FALSE(one.pixels);
  normalize(samples, {{0, 0.5}, {1, 0.25}});
  CHECK(samples.values == std::vector<float>{0, 1, 0, -1, 1, 0, -2, 2});
  CHECK(contains(input_error([&] { normalize(samples, {{1, 2, 3}, {1}}); }), "3 numbers"));
  CHECK(contains(input_error([&] { normalize(samples, {{1}, {1, 2, 3}}); }), "2 channels (2 x 1 x 2)"));
}

TEST_CASE("the sizes of a set are known without its samples") {
  const DataFolder d;
  const std::string header = npy("<f4", "(500, 28, 28)", "");  // nothing behind it
  const Contents c = contents_of(pair_of(d.write("x.npy", header)), Split::test, {});
  CHECK(c.count == 500);
  CHECK(c.dims == std::vector<int>{28, 28});
  CHECK(std::holds_alternative<std::monostate>(c.truth));
  const fs::path y = d.write("y.npy", npy("<f4", "(500, 3)", std::string(6000, '\0')));
  CHECK(std::get<Values>(contents_of(pair_of(d.path / "x.npy", y), Split::test, {}).truth).columns == 3);
  CHECK(dims_text(c.dims) == "28 x 28");
}

TEST_CASE("paths are sought below the folders of data too, archives without their ending") {
  const DataFolder d;
  d.write("medmnist/tiny.npz", zip({{"test_images.npy", npy("|u1", "(1, 1, 1)", "\xff")}}, false, false));
  for (const char* name : {"tiny", "tiny.npz", "medmnist/tiny"})
    CHECK(load_samples(named(name), Split::test, 0, 1, {{d.path}}).values == std::vector<float>{1});
  const std::string m = input_error([&] { load_samples(named("tidy"), Split::test, 0, 1, {{d.path}}); });
  CHECK(contains(m, "'tidy' is unknown"));
  CHECK(contains(m, d.path.string()));
}

}  // namespace bitline::samples_test
