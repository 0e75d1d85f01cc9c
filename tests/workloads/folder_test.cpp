// SPDX-License-Identifier: Apache-2.0
// Pictures and sounds, and folders of them by class.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include "tests/workloads/data_files.h"
#include "tests/workloads/jpeg_bytes.h"
#include "workloads/dataset.h"
#include "workloads/picture.h"
#include "workloads/sound.h"

namespace bitline::folder_test {
using namespace test;
using namespace workloads;
namespace fs = std::filesystem;

namespace {

Samples load_folder(const fs::path& folder, Split split = Split::test, std::size_t count = all_samples) {
  DataSource source;
  source.name = folder.string();
  return load_samples(source, split, 0, count, {});
}

std::string grey_png(std::uint8_t value) { return png(2, 1, 1, 8, std::string(2, static_cast<char>(value))); }

std::string short_sound(std::vector<std::int16_t> values) { return wav(1, 1, 8000, 16, raw(values)); }

}  // namespace

TEST_CASE("PNG files are read as they are stored, whatever their depth") {
  const DataFolder d;
  const auto read = [&](const std::string& bytes) { return read_picture(d.write("p.png", bytes)); };
  const Picture grey = read(png(2, 2, 1, 8, std::string("\0\x10\x80\xff", 4)));
  CHECK(grey.channels == 1);
  CHECK(grey.bytes == std::vector<std::uint8_t>{0, 16, 128, 255});
  const Picture colour = read(png(2, 1, 3, 8, "abcdef"));
  CHECK(colour.channels == 3);
  CHECK(colour.bytes == std::vector<std::uint8_t>{'a', 'd', 'b', 'e', 'c', 'f'});  // a plane per colour
  const Picture transparent = read(png(2, 1, 4, 8, "abcxdefy"));
  CHECK(transparent.bytes == colour.bytes);
  CHECK(read(png(2, 1, 2, 8, "axby")).bytes == std::vector<std::uint8_t>{'a', 'b'});
  CHECK(read(png(2, 1, 1, 16, std::string("\x12\x34\xff\xff", 4))).bytes == std::vector<std::uint8_t>{0x12, 255});
  CHECK(read(png(8, 1, 1, 1, "\xa5")).bytes == std::vector<std::uint8_t>{255, 0, 255, 0, 0, 255, 0, 255});
}

TEST_CASE("JPEG files come back as the colour they were made of") {
  const DataFolder d;
  const auto near = [](const Picture& p, std::size_t plane, int value) {
    const std::size_t n = p.bytes.size() / static_cast<std::size_t>(p.channels);
    return std::all_of(p.bytes.begin() + static_cast<std::ptrdiff_t>(plane * n),
                       p.bytes.begin() + static_cast<std::ptrdiff_t>((plane + 1) * n),
                       [&](std::uint8_t b) { return std::abs(b - value) <= 2; });
  };
  const Picture grey = read_picture(d.write("g.jpg", jpeg(9, 5, {77})));
  CHECK(grey.channels == 1);
  CHECK(grey.width == 9);
  CHECK(grey.height == 5);
  CHECK(near(grey, 0, 77));
  const Picture colour = read_picture(d.write("c.JPEG", jpeg(16, 8, {200, 30, 90})));
  CHECK(colour.channels == 3);
  CHECK(near(colour, 0, 200));
  CHECK(near(colour, 1, 30));
  CHECK(near(colour, 2, 90));
  CHECK(is_picture("c.JPEG"));
}

TEST_CASE("pictures that are cut, damaged or absurd are errors") {
  const DataFolder d;
  const auto wrong = [&](const std::string& bytes) { return input_error([&] { read_picture(d.write("p", bytes)); }); };
  for (const std::string& whole : {png(5, 4, 3, 8, std::string(60, 'x')), jpeg(16, 16, {1, 200, 60})})
    for (std::size_t n = 0; n + 1 < whole.size(); n += 3) {
      CAPTURE(n);
      CHECK(contains(wrong(whole.substr(0, n)), (d.path / "p").string()));
    }
  CHECK(contains(wrong("GIF89a"), "neither a PNG nor a JPEG"));
  CHECK(contains(wrong(png(1 << 23, 4, 1, 8, "")), "more than 2^24 pixels"));
  std::string large = jpeg(16, 16, {9});
  const std::size_t frame = large.find("\xff\xc0");
  large[frame + 5] = large[frame + 7] = '\xff';  // 65,296 x 65,296
  CHECK(contains(wrong(large), "more than 2^24 pixels"));
  std::string crc = png(5, 4, 3, 8, std::string(60, 'x'));
  crc[crc.find("IDAT") + 6] ^= 1;
  CHECK(contains(wrong(crc), "PNG file that cannot be read"));
}

TEST_CASE("sounds of every format have a full scale of 1") {
  const DataFolder d;
  const auto mono = [&](const std::string& bytes) { return read_sound(d.write("s.wav", bytes)).values.at(0); };
  CHECK(mono(wav(1, 1, 8000, 8, std::string("\0\x80\xff", 3))) == std::vector<float>{-1, 0, 127 / 128.f});
  CHECK(mono(wav(1, 1, 8000, 16, raw(std::vector<std::int16_t>{-32768, 16384, 1}))) ==
        std::vector<float>{-1, 0.5f, 1 / 32768.f});
  CHECK(mono(wav(1, 1, 8000, 24, std::string("\0\0\x80\0\0\x40\1\0\0", 9))) ==
        std::vector<float>{-1, 0.5f, 1 / 8388608.f});
  CHECK(mono(wav(1, 1, 8000, 32, raw(std::vector<std::int32_t>{INT32_MIN, 1 << 30}))) == std::vector<float>{-1, 0.5f});
  CHECK(mono(wav(3, 1, 8000, 32, raw(std::vector<float>{-1.25f, 3e-5f}))) == std::vector<float>{-1.25f, 3e-5f});
  CHECK(mono(wav(3, 1, 8000, 64, raw(std::vector<double>{-1.25}))) == std::vector<float>{-1.25f});

  const Sound stereo =
      read_sound(d.write("s.wav", wav(1, 2, 44100, 16, raw(std::vector<std::int16_t>{0, 16384, -16384, 8192}),
                                      "LIST" + little(3, 4) + "abc" + '\0')));
  CHECK(stereo.rate_Hz == 44100);
  CHECK(stereo.values[0] == std::vector<float>{0, -0.5f});
  CHECK(stereo.values[1] == std::vector<float>{0.5f, 0.25f});
  const SoundFormat format = sound_format(d.path / "s.wav");
  CHECK(format.channels == 2);
  CHECK(format.length == 2);
}

TEST_CASE("sounds that are cut, damaged or of another format are errors") {
  const DataFolder d;
  const auto wrong = [&](const std::string& bytes) {
    return input_error([&] { read_sound(d.write("s.wav", bytes)); });
  };
  const std::string whole = short_sound({1, 2, 3});
  for (std::size_t n = 0; n < whole.size(); ++n)
    CHECK(contains(wrong(whole.substr(0, n)), (d.path / "s.wav").string()));
  CHECK(contains(wrong(whole.substr(0, whole.size() - 1)), "truncated: its data is to have 6 bytes, but 5 are there"));
  CHECK(contains(wrong(wav(2, 1, 8000, 4, "abcd")), "is of format 2 with 4 bits"));
  CHECK(contains(wrong(wav(1, 1, 8000, 12, "abcd")), "12 bits"));
  CHECK(contains(wrong(wav(1, 0, 8000, 16, "")), "0 channels"));
  CHECK(contains(wrong(wav(1, 1, 8000, 16, "")), "holds no sound"));
  CHECK(contains(wrong(wav(1, 1, 8000, 16, "abc")), "no whole number of samples"));
  CHECK(contains(wrong(wav(3, 1, 8000, 32, raw(std::vector<float>{NAN}))), "not finite"));
  CHECK(contains(wrong("RIFF" + little(4, 4) + "AVI "), "is no WAV file"));
  write_file(d.path / "s.wav", whole);
  CHECK(read_sound(d.path / "s.wav", whole.size()).rate_Hz > 0);
  CHECK_THROWS_WITH_AS(read_sound(d.path / "s.wav", whole.size() - 1), doctest::Contains("at most"), InputError);
}

TEST_CASE("a folder's classes are its folders in order, and its samples go round them") {
  const DataFolder d;
  d.write("cat/b.png", grey_png(20));
  d.write("cat/a.png", grey_png(10));
  d.write("cat/c.png", grey_png(30));
  d.write("ant/x.png", grey_png(40));
  d.write("bee/y.png", grey_png(50));
  d.write("bee/z.png", grey_png(60));
  d.write("bee/notes.txt", "");
  d.write(".hidden/y.png", grey_png(70));
  const Samples all = load_folder(d.path);
  const auto& labels = std::get<Labels>(all.truth);
  CHECK(labels.names == std::vector<std::string>{"ant", "bee", "cat"});
  CHECK(labels.of_sample == std::vector<int>{0, 1, 2, 1, 2, 2});
  std::vector<int> bytes;
  for (std::size_t i = 0; i < all.count(); ++i) bytes.push_back(static_cast<int>(std::lround(all.of(i, 1)[1] * 255)));
  CHECK(bytes == std::vector<int>{40, 50, 10, 60, 20, 30});
  CHECK(all.dims == std::vector<int>{1, 1, 2});
  CHECK(all.pixels);
  CHECK(all.files.size() == 1);
  CHECK(load_folder(d.path, Split::train).values == all.values);  // one part for all

  const std::string before = load_folder(d.path, Split::test, 3).files[0].checksum;
  CHECK(load_folder(d.path, Split::test, 3).files[0].checksum == before);
  d.write("bee/y.png", grey_png(51));
  CHECK(load_folder(d.path, Split::test, 3).files[0].checksum != before);
}

TEST_CASE("parts of a folder are its folders train, test and val, of the same classes") {
  const DataFolder d;
  d.write("train/ant/1.png", grey_png(1));
  d.write("train/bee/2.png", grey_png(2));
  d.write("test/bee/3.png", grey_png(3));  // no ant in the test part
  const Samples test = load_folder(d.path);
  CHECK(std::get<Labels>(test.truth).of_sample == std::vector<int>{1});
  CHECK(std::get<Labels>(test.truth).classes == 2);
  CHECK(load_folder(d.path, Split::train).count() == 2);
  CHECK(contains(input_error([&] { load_folder(d.path, Split::validation); }), "no validation samples"));
}

TEST_CASE("pictures of another size or kind are refused, but grey ones may join coloured ones") {
  const DataFolder d;
  d.write("a/1.png", png(2, 1, 3, 8, "abcdef"));
  d.write("b/2.png", grey_png(51));
  const Samples both = load_folder(d.path);
  CHECK(both.dims == std::vector<int>{3, 1, 2});
  CHECK(std::ranges::all_of(both.of(1, 1), [](float v) { return v == 0.2f; }));
  d.write("b/2.png", png(1, 2, 1, 8, "ab"));
  const std::string m = input_error([&] { load_folder(d.path); });
  CHECK(contains(m, "2.png: 2 x 1 grey, but"));
  CHECK(contains(m, "1.png is 1 x 2 colour; bring all pictures to one size and kind"));
  d.write("a/1.png", grey_png(1));
  d.write("b/2.png", png(2, 1, 3, 8, "abcdef"));
  CHECK(contains(input_error([&] { load_folder(d.path); }), "1 x 2 colour, but"));
  d.write("b/3.wav", short_sound({1}));
  CHECK(contains(input_error([&] { load_folder(d.path); }), "pictures and sounds"));
  const DataFolder empty;
  CHECK(contains(input_error([&] { load_folder(empty.path); }), "no folders of PNG, JPEG or WAV files"));
}

TEST_CASE("sounds are labelled by the first word of their names, and followed by silence up to the longest") {
  const DataFolder d;
  d.write("yes_ann_0.wav", short_sound({16384, -16384, 8192}));
  d.write("no_bob_1.wav", short_sound({-32768}));
  const Samples all = load_folder(d.path);
  const auto& labels = std::get<Labels>(all.truth);
  CHECK(labels.names == std::vector<std::string>{"no", "yes"});
  CHECK(labels.of_sample == std::vector<int>{0, 1});
  CHECK(all.dims == std::vector<int>{1, 3});
  CHECK(all.values == std::vector<float>{-1, 0, 0, 0.5f, -0.5f, 0.25f});
  CHECK_FALSE(all.pixels);
  d.write("no_eve_2.wav", wav(1, 1, 16000, 16, raw(std::vector<std::int16_t>{1})));
  CHECK(contains(input_error([&] { load_folder(d.path); }), "16000 Hz"));
}

TEST_CASE("spoken digits: recordings 0 to 4 are the test set, all have one length") {
  const DataFolder d;
  d.write("fsdd/3_ann_0.wav", short_sound({1, 2}));
  d.write("fsdd/3_ann_5.wav", short_sound({3}));
  d.write("fsdd/8_ann_4.wav", short_sound({4}));
  d.write("fsdd/8_ann_14.wav", short_sound({5, 6, 7}));
  const auto load = [&](Split split) {
    DataSource source;
    source.name = "fsdd";
    return load_samples(source, split, 0, all_samples, {{d.path}});
  };
  const Samples test = load(Split::test), training = load(Split::train);
  CHECK(test.count() == 2);
  CHECK(training.count() == 2);
  CHECK(test.dims == training.dims);
  CHECK(test.dims == std::vector<int>{1, 3});
  CHECK(std::get<Labels>(test.truth).names == std::vector<std::string>{"3", "8"});
  CHECK(training.values[3] == 5 / 32768.f);
}

}  // namespace bitline::folder_test
