// SPDX-License-Identifier: Apache-2.0
// .npy files: what is written, every type read, and hostile files. The files are put together byte by byte here.
#include "base/npy.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "base/error.h"
#include "tests/base/helpers.h"

namespace bitline::npy_test {
using namespace bitline::test;

namespace {

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  std::string out;
  for (T v : values) out.append(reinterpret_cast<const char*>(&v), sizeof v);
  return out;
}

std::string npy(const std::string& header, const std::string& data, int version = 1) {
  std::string out = "\x93NUMPY";
  out += static_cast<char>(version);
  out += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) out += static_cast<char>((header.size() >> (8 * i)) & 255);
  return out + header + data;
}
std::string header(const char* type, const char* order, const char* shape) {
  return fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}\n", type, order, shape);
}

struct Folder : TemporaryFolder {
  NpyArray read(const std::string& content) const { return read_npy(file("a.npy", content)); }
  std::string refused(const std::string& content) const {
    const std::string message = message_of<InputError>([&] { read(content); });
    CHECK(has(message, "a.npy: "));
    return message;
  }
};

using Shape = std::vector<std::size_t>;
using Data = std::vector<double>;

}  // namespace

TEST_CASE("every type in C order") {
  const Folder f;
  const auto check = [&](const char* type, const std::string& data, const Data& expected) {
    CAPTURE(type);
    const NpyArray a = f.read(npy(header(type, "False", "(3,)"), data));
    CHECK(a.dtype == type);
    CHECK(a.shape == Shape{3});
    CHECK(a.data == expected);
  };
  check("<f4", bytes_of<float>({1.5f, -2.25f, 3e30f}), {1.5, -2.25, static_cast<double>(3e30f)});
  check("<f8", bytes_of<double>({0.1, -1e300, 5e-324}), {0.1, -1e300, 5e-324});
  check("|i1", bytes_of<std::int8_t>({-128, 0, 127}), {-128, 0, 127});
  check("|u1", bytes_of<std::uint8_t>({0, 128, 255}), {0, 128, 255});
  check("<i2", bytes_of<std::int16_t>({-32768, 1, 32767}), {-32768, 1, 32767});
  check("<i4", bytes_of<std::int32_t>({-2147483647 - 1, 1, 2147483647}), {-2147483648.0, 1, 2147483647});
  const std::int64_t most = std::int64_t{1} << 53;
  check("<i8", bytes_of<std::int64_t>({-most, 7, most}), {-9007199254740992.0, 7, 9007199254740992.0});
  CHECK(has(f.refused(npy(header("<i8", "False", "(1,)"), bytes_of<std::int64_t>({most + 1}))), "9007199254740993"));
  CHECK(has(f.refused(npy(header("<i8", "False", "(1,)"),
                          bytes_of<std::int64_t>({std::numeric_limits<std::int64_t>::min()}))),
            "2^53"));
}

TEST_CASE("NaN and infinity are kept for the caller to judge") {
  const Folder f;
  const NpyArray a = f.read(npy(header("<f4", "False", "(2,)"), bytes_of<float>({NAN, -INFINITY})));
  CHECK(std::isnan(a.data[0]));
  CHECK(a.data[1] == -INFINITY);
}

TEST_CASE("Fortran order") {
  const Folder f;
  // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]) lies as 1 4 2 5 3 6.
  const NpyArray a = f.read(npy(header("|i1", "True", "(2, 3)"), bytes_of<std::int8_t>({1, 4, 2, 5, 3, 6})));
  CHECK(a.shape == Shape{2, 3});
  CHECK(a.data == Data{1, 2, 3, 4, 5, 6});
  // A cube: element (i, j, k) lies at i + 2 j + 6 k; row-major it is 12 i + 4 j + k.
  std::string cube;
  for (char n = 0; n < 24; ++n) cube += n;
  const NpyArray c = f.read(npy(header("|i1", "True", "(2, 3, 4)"), cube));
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 4; ++k) CHECK(c.data[12 * i + 4 * j + k] == static_cast<double>(i + 2 * j + 6 * k));
  CHECK(f.read(npy(header("|i1", "True", "(2,)"), bytes_of<std::int8_t>({1, 2}))).data == Data{1, 2});
}

TEST_CASE("version 2, other spacing, other order of keys") {
  const Folder f;
  const std::string two = bytes_of<float>({1, 2});
  CHECK(f.read(npy(header("<f4", "False", "(1, 2)"), two, 2)).shape == Shape{1, 2});
  CHECK(f.read(npy("{\"shape\":(2,),\"descr\":\"<f4\",\"fortran_order\":False}", two)).data == Data{1, 2});
  CHECK(f.read(npy("  { 'shape' : ( 2 , ) , 'fortran_order' : False , 'descr' : '<f4' }   \n", two)).data ==
        Data{1, 2});
  CHECK(f.read(npy(header("<f4", "False", "()"), bytes_of<float>({5}))).data == Data{5});
  CHECK(f.read(npy(header("<f4", "False", "(0, 7)"), "")).shape == Shape{0, 7});
  CHECK(has(f.refused(npy(header("<f4", "False", "(2,)"), two, 3)), "version 3"));
  CHECK(has(f.refused(npy(header("<f4", "False", "(2,)"), two, 255)), "version 255"));
}

TEST_CASE("written files are read back, and begin as NumPy expects") {
  const Folder f;
  for (const Shape& shape : {Shape{}, Shape{6}, Shape{2, 3}, Shape{1, 2, 3}, Shape{0}, Shape{3, 0}}) {
    std::size_t n = 1;
    for (auto d : shape) n *= d;
    std::vector<float> single;
    std::vector<double> full;
    for (std::size_t i = 0; i < n; ++i)
      single.push_back(0.1f * static_cast<float>(i)), full.push_back(0.1 * static_cast<double>(i));
    write_npy(f.path / "f4.npy", single, shape);
    write_npy(f.path / "f8.npy", full, shape);
    CHECK(read_npy(f.path / "f4.npy").data == Data(single.begin(), single.end()));
    CHECK(read_npy(f.path / "f8.npy").data == full);
    CHECK(read_npy(f.path / "f8.npy").shape == shape);
    CHECK(read_npy(f.path / "f8.npy").dtype == "<f8");
    std::ifstream in(f.path / "f8.npy", std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    const std::size_t start =
        10 + static_cast<unsigned char>(content[8]) + 256u * static_cast<unsigned char>(content[9]);
    CHECK(start % 64 == 0);
    CHECK(content.size() == start + 8 * n);
    CHECK(content[start - 1] == '\n');
  }
  CHECK(f.files() == 2);  // nothing temporary is left
  CHECK_THROWS_AS(write_npy(f.path / "bad.npy", std::vector<float>(5), {2, 3}), std::logic_error);
  CHECK_THROWS_AS(write_npy("/proc/bitline/x.npy", std::vector<float>(6), {2, 3}), RunError);
}

TEST_CASE("a file cut off at any byte, or with bytes too many, is refused") {
  const Folder f;
  for (const int version : {1, 2}) {
    const std::string whole = npy(header("<f4", "False", "(2, 2)"), bytes_of<float>({1, 2, 3, 4}), version);
    CHECK(f.read(whole).data == Data{1, 2, 3, 4});
    for (std::size_t n = 0; n < whole.size(); ++n) {
      CAPTURE(n);
      CHECK_FALSE(f.refused(whole.substr(0, n)).empty());
    }
    CHECK(has(f.refused(whole + "x"), "17 bytes"));
    CHECK(has(f.refused(whole.substr(0, whole.size() - 1)), "truncated"));
  }
}

TEST_CASE("any one byte of the header changed never crashes") {
  const Folder f;
  const std::string whole = npy(header("<f4", "False", "(2, 2)"), bytes_of<float>({1, 2, 3, 4}));
  for (std::size_t i = 0; i + 16 < whole.size(); ++i)
    for (const char c : {'\0', '\xff', '9', '(', '{', '\'', ' '}) {
      std::string changed = whole;
      changed[i] = c;
      try {
        const NpyArray a = f.read(changed);
        CHECK(a.size() == 4);
      } catch (const InputError&) {
      }
    }
}

TEST_CASE("hostile headers") {
  const Folder f;
  const std::string data = bytes_of<float>({1, 2});
  const auto shape = [&](const char* s) { return f.refused(npy(header("<f4", "False", s), data)); };
  for (const char* s : {"(1000000000000, 1000000)", "(4294967296, 4294967296)", "(99999999999999999999999,)",
                        "(1099511627776, 1099511627776, 1099511627776)", "(18446744073709551615,)"})
    CHECK(has(shape(s), "shape"));
  for (const char* s :
       {"(-2,)", "(-1, -2)", "(2", "2", "", "(2.0,)", "(2 2)", "(,)", "(2,,1)", "((2,),)", "(2L,)", "[2]", "(x,)"})
    CHECK_FALSE(shape(s).empty());
  std::string many = "(";
  for (int i = 0; i < 1000; ++i) many += "1,";
  CHECK(has(shape((many + ")").c_str()), "dimensions"));
  CHECK_FALSE(shape(std::string(30000, '(').c_str()).empty());

  for (const char* type : {">f4", ">i2", "=f4", "<f2", "<u2", "<c8", "|b1", "|O", "<U5", "|S3", "f4", ""}) {
    CAPTURE(type);
    CHECK(has(f.refused(npy(header(type, "False", "(2,)"), data)), "little-endian"));
  }
  for (const char* order : {"true", "1", "Falsy", "None", "'False'", ""})
    CHECK_FALSE(f.refused(npy(header("<f4", order, "(2,)"), data)).empty());

  CHECK(has(f.refused(npy("{'fortran_order': False, 'shape': (2,)}", data)), "descr"));
  CHECK(has(f.refused(npy("{'descr': '<f4', 'shape': (2,)}", data)), "fortran_order"));
  CHECK(has(f.refused(npy("{'descr': '<f4', 'fortran_order': False}", data)), "shape"));
  CHECK(has(f.refused(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", data)), "structured"));
  CHECK(has(f.refused(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': {'shape': (1,)}}", data)),
            "'x'"));
  for (const char* garbage :
       {"", "{", "{{{{", "}", "'shape': (2,)", "{'descr'", "{'descr':", "{'descr': '<f4", "{'descr': '<f4' 'shape'"})
    CHECK_FALSE(f.refused(npy(garbage, data)).empty());
  CHECK(has(f.refused("PK\x03\x04 something else"), "not a .npy file"));
  CHECK(has(f.refused(""), "not a .npy file"));
  // A header length beyond the file.
  std::string lying = npy(header("<f4", "False", "(2,)"), data, 2);
  std::memset(lying.data() + 8, 0xff, 4);
  CHECK(has(f.refused(lying), "damaged"));
}

TEST_CASE("files that are none") {
  const Folder f;
  CHECK(has(message_of<InputError>([&] { read_npy(f.path / "absent.npy"); }), "absent.npy"));
  CHECK(has(message_of<InputError>([&] { read_npy(f.path); }), "folder"));
}

}  // namespace bitline::npy_test
