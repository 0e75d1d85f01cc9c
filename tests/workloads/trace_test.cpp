// SPDX-License-Identifier: Apache-2.0
// Traces of DNN+NeuroSim: numbers worked out from the definition of the format, and what is no trace.
#include "workloads/trace.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "base/random.h"
#include "tests/base/helpers.h"
#include "workloads/integer_weights.h"
#include "workloads/shapes.h"
#include "workloads/trace_text.h"
#include "workloads/windows.h"

namespace bitline::trace_test {
using namespace workloads;
using namespace bitline::test;

namespace {

std::string refusal(const std::function<void()>& body) { return message_of<InputError>(body); }

void check_names(const std::string& message, const std::vector<std::string>& parts) {
  CAPTURE(message);
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(has(message, part));
  }
}

std::string bits_of(int code, int bits) {
  std::string out;
  for (int b = bits - 1; b >= 0; --b)
    out += fmt::format("{}{}", out.empty() ? "" : ",", ((code + (1 << bits)) >> b) & 1);
  return out;
}

// Lines of bits of (positions, rows) codes.
std::string input_text(const std::vector<std::int16_t>& codes, std::size_t rows, int bits) {
  std::string text;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t p = 0; p < codes.size() / rows; ++p) text += (p ? "," : "") + bits_of(codes[p * rows + r], bits);
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("traces: the list of layers gives shapes, with and without a stride") {
  const TemporaryFolder f;
  const auto layers = read_trace_network(f.file("n.csv", "32,32,3,3,3,128,1,2\r\n 1, 1,8192,1,1,10,0\n\n"));
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].shape.name == "layer1");
  CHECK(layers[0].shape.rows() == 27);
  CHECK(layers[0].shape.stride == 2);
  CHECK(layers[0].shape.outputs == 128);
  CHECK(layers[0].pooled);
  CHECK(layers[0].stride_given);
  CHECK(layers[1].shape.rows() == 8192);
  CHECK(layers[1].shape.stride == 1);
  CHECK(!layers[1].stride_given);
  CHECK(layers[1].line == 2);
}

TEST_CASE("traces: a list that is none is refused with line and column") {
  const TemporaryFolder f;
  const auto of = [&](const char* text) { return refusal([&] { read_trace_network(f.file("n.csv", text)); }); };
  check_names(of("1,1,784,1,1,100,0,1\n1,1,x,1,1,10,0,1\n"), {"n.csv:2:5", "'x' is no number: channels"});
  check_names(of("1,1,784,1,1,100\n"), {"n.csv:1:1", "6 columns"});
  check_names(of("1,1,784,1,1,100,0,1,1\n"), {"n.csv:1:21", "more than eight"});
  check_names(of("1,1,0,1,1,100,0,1\n"), {"n.csv:1:5", "channels is 0"});
  check_names(of("1,1,1e300,1,1,100,0,1\n"), {"n.csv:1:5", "channels is 1e300"});
  check_names(of("1,1,7.5,1,1,100,0,1\n"), {"not a whole number"});
  check_names(of("8,8,2,3,5,4,0,1\n"), {"n.csv:1:9", "3 x 5", "fully connected"});
  check_names(of("1,1,4,1,1,2,0,1\n\n1,1,4,1,1,2,0,1\n"), {"n.csv:2", "blank"});
  check_names(of(""), {"holds no layers"});
  check_names(refusal([&] { read_trace_network(f.path); }), {"is a folder"});
  check_names(refusal([&] { read_trace_network(f.path / "none.csv"); }), {"none.csv", "cannot be opened"});
}

TEST_CASE("traces: padding is what gives as many positions as the inputs have") {
  const TemporaryFolder f;
  for (const auto& [size, kernel, stride, padding, positions] : {std::tuple{32, 3, 1, 1, 1024},
                                                                 {32, 3, 1, 0, 900},
                                                                 {7, 3, 2, 1, 16},
                                                                 {4, 2, 2, 0, 4},
                                                                 {1, 1, 1, 0, 1},
                                                                 {2, 3, 1, 1, 4}}) {
    CAPTURE(size);
    LayerShape s;
    s.height = s.width = size, s.kernel = kernel, s.stride = stride;
    std::string line = "0";
    for (int i = 1; i < positions * 4; ++i) line += ",1";
    find_padding(s, f.file("x.csv", line + "\nrubbish"), 4);
    CHECK(s.padding == padding);
    CHECK(s.positions() == positions);
  }
  LayerShape s;
  s.name = "layer1", s.height = s.width = 5, s.kernel = 3;
  check_names(refusal([&] { find_padding(s, f.file("x.csv", "0,0,0,0,0,0,0,0\n"), 8); }),
              {"x.csv:1:1", "1 positions of 8 bits", "9 without padding", "25 with a padding of 1"});
  check_names(refusal([&] { find_padding(s, f.file("x.csv", "0,0,0,0,0\n"), 8); }), {"no multiple of 8"});
  check_names(refusal([&] { find_padding(s, f.file("x.csv", ""), 8); }), {"empty"});
}

TEST_CASE("traces: weights are codes on the grid of their bits") {
  const TemporaryFolder f;
  // -7/8 .. 7/8 in steps of 1/8, as "%10.5f" writes them, and on the coarser grid of 8 bits (1/128 is 0.00781).
  std::string text;
  for (int k = -7; k <= 7; ++k) text += fmt::format("{}{:10.5f}", k > -7 ? "," : "", k / 8.0);
  const TraceWeights four = read_trace_weights(f.file("w.csv", text + "\n"), 1, 15, 4);
  for (int k = -7; k <= 7; ++k) CHECK(four.codes[static_cast<std::size_t>(k + 7)] == k);
  CHECK(four.full_scale == 1);
  CHECK(four.clipped == 0);
  text.clear();
  for (int k = -127; k <= 127; ++k) text += fmt::format("{}{:10.5f}", k > -127 ? "," : "", k / 128.0);
  const TraceWeights eight = read_trace_weights(f.file("w.csv", text), 1, 255, 8);
  for (int k = -127; k <= 127; ++k) CHECK(eight.codes[static_cast<std::size_t>(k + 127)] == k);
  // The ends of two's complement are beyond symmetric codes.
  const TraceWeights ends = read_trace_weights(f.file("w.csv", "-1,1,-0.99,0.5\n"), 1, 4, 4);
  CHECK(ends.codes == std::vector<std::int16_t>{-7, 7, -7, 4});
  CHECK(ends.clipped == 3);
  // Beyond -1 .. 1 the largest weight is the largest code: 7/2 codes for 1.
  const TraceWeights wide = read_trace_weights(f.file("w.csv", "-2,1\n0.5,0.1\n"), 2, 2, 4);
  CHECK(wide.full_scale == 2);
  CHECK(wide.codes == std::vector<std::int16_t>{-7, 4, 2, 0});
  CHECK(read_trace_weights(f.file("w.csv", "-0.5,0.5,0\n"), 1, 3, 1).codes == std::vector<std::int16_t>{-1, 1, 1});
}

TEST_CASE("traces: weights that are none are refused with line and column") {
  const TemporaryFolder f;
  const auto of = [&](const char* text) {
    return refusal([&] { read_trace_weights(f.file("w.csv", text), 2, 2, 4); });
  };
  check_names(of("1,2\n3,4x\n"), {"w.csv:2:3", "'4x' is no number"});
  check_names(of("1,2\n3,\n"), {"w.csv:2:3"});
  check_names(of("1,2\n3\n"), {"w.csv:2:1", "has 1 weights; the layer has 2 outputs"});
  check_names(of("1,2\n3,4,5\n"), {"w.csv:2:1", "has 3 weights"});
  check_names(of("1,2\n"), {"has only 1 lines; the layer has 2 rows", "cut off"});
  check_names(of("1,2\n3,4\n5,6\n"), {"more than 2 lines", "another layer"});
  check_names(of("1,nan\n3,4\n"), {"w.csv:1:3", "not finite"});
  check_names(of("1,1e300\n3,4\n"), {"w.csv:1:3", "too large"});
  check_names(of("1,1e999\n3,4\n"), {"w.csv:1:3", "no number"});
  check_names(of(""), {"has only 0 lines"});
}

TEST_CASE("traces: inputs are two's complement, the sign first") {
  const TemporaryFolder f;
  for (const int bits : {2, 3, 4, 8, 11}) {
    CAPTURE(bits);
    const int half = 1 << (bits - 1);
    std::vector<std::int16_t> codes;  // one row, a position for each code
    for (int c = -half; c < half; ++c) codes.push_back(static_cast<std::int16_t>(c));
    const TraceInputs x = read_trace_inputs(f.file("x.csv", input_text(codes, 1, bits)), 1, 2 * half, bits);
    codes[0] = static_cast<std::int16_t>(1 - half);  // which symmetric codes lack
    CHECK(x.codes == codes);
    CHECK(x.negative);
    CHECK(x.clipped == 1);
  }
  const TraceInputs one = read_trace_inputs(f.file("x.csv", "0,1,1\n"), 1, 3, 1);
  CHECK(one.codes == std::vector<std::int16_t>{0, 1, 1});
  CHECK(!one.negative);
  // Other spellings of 0 and 1 are read too.
  const TraceInputs loose = read_trace_inputs(f.file("x.csv", "0.0, 1.0,1,0e0\n0,0,1.00000,1 \n"), 2, 2, 2);
  CHECK(loose.codes == std::vector<std::int16_t>{1, 0, -1, -1});
}

TEST_CASE("traces: rows are those of patches, padding and stride included") {
  LayerShape s;
  s.name = "a", s.channels = 2, s.height = 5, s.width = 6, s.kernel = 3, s.padding = 1, s.stride = 2;
  const Random random(7, 0);
  std::vector<std::int16_t> image(s.input().size());
  for (std::uint32_t i = 0; i < image.size(); ++i)
    image[i] = static_cast<std::int16_t>(random.bits({.purpose = Purpose::test, .place = i})[0] % 128);
  const auto rows = static_cast<std::size_t>(s.rows()), positions = static_cast<std::size_t>(s.positions());
  std::vector<std::int16_t> patches(rows * positions);
  workloads::patches(s.window(), s.input(), s.output(), 0, positions, image.data(), patches.data());
  const TemporaryFolder f;
  const auto file = f.file("x.csv", input_text(patches, rows, 8));
  LayerShape found = s;
  found.padding = 0;
  find_padding(found, file, 8);
  CHECK(found.padding == 1);
  const TraceInputs x = read_trace_inputs(file, s.rows(), s.positions(), 8);
  CHECK(x.codes == patches);
  CHECK(!x.negative);
  // The same file as codes of a shape.
  const IntegerWeights layer = matrix_of(s, 0, 4, 8);
  CHECK(read_input_codes(file, layer).codes == patches);
}

TEST_CASE("traces: inputs that are none are refused with line and column") {
  const TemporaryFolder f;
  const auto of = [&](const char* text) { return refusal([&] { read_trace_inputs(f.file("x.csv", text), 2, 2, 2); }); };
  check_names(of("0,1,0,1\n0,2,0,1\n"), {"x.csv:2:3", "'2' is not the bit 0 or 1"});
  check_names(of("0,1,0,1\n0,1,0\n"), {"x.csv:2:1", "has 3 bits; the layer has 2 positions of 2 bits"});
  check_names(of("0,1,0\n"), {"x.csv:1:1", "has 3 bits"});
  check_names(of("0,1,0,1,0\n"), {"x.csv:1:1", "has 5 bits"});
  check_names(of("0,1,0,1\n"), {"has only 1 lines; the layer has 2 rows"});
  check_names(of("0,1,0,1\n0,1,0,1\n0,1,0,1\n"), {"more than 2 lines"});
  check_names(of("0,1,,1\n0,1,0,1\n"), {"x.csv:1:5"});
  check_names(of(""), {"has only 0 lines"});
  // Codes of a layer that takes no negative inputs.
  LayerShape s;
  s.name = "a", s.channels = 2, s.outputs = 1;
  const auto file = f.file("x.csv", "1,1\n0,1\n");
  check_names(refusal([&] { read_input_codes(file, matrix_of(s, 0, 4, 2)); }), {"layer 'a'", "signed_inputs: true"});
  s.signed_inputs = true;
  CHECK(read_input_codes(file, matrix_of(s, 0, 4, 2)).codes == std::vector<std::int16_t>{-1, 1});
}

TEST_CASE("traces: numbers are the nearest doubles, and long files come in blocks") {
  for (const char* text : {"0.1", "-0.00781", "123456789012345", "0.123456789012345", "1e-3", "-2.5E+1", "  7 ", ".5",
                           "5.", "0.30000000000000004", "179769313486231570000", "+1"}) {
    CAPTURE(text);
    double value = 0;
    const std::string_view whole(text);
    REQUIRE(take_number(whole.data(), whole.data() + whole.size(), value) == whole.data() + whole.size());
    CHECK(value == std::strtod(text, nullptr));
  }
  for (const char* text : {"", "-", ".", "x", "--1"}) {
    double value = 0;
    const std::string_view whole(text);
    CHECK(take_number(whole.data(), whole.data() + whole.size(), value) == nullptr);
  }
  // Beyond a block of 1 MiB, in lines of many lengths and one longer than a block.
  std::string text;
  std::vector<std::size_t> lengths;
  for (std::size_t i = 0; i < 3000; ++i) {
    lengths.push_back(i == 1500 ? 2500000 : 1 + i * 7919 % 1013);
    text += std::string(lengths.back(), static_cast<char>('a' + i % 26)) + "\n";
  }
  const TemporaryFolder f;
  TraceLines lines(f.file("t.csv", text));
  std::string_view line;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    REQUIRE(lines.next(line));
    CHECK(line.size() == lengths[i]);
    CHECK(line.front() == static_cast<char>('a' + i % 26));
    CHECK(lines.number() == static_cast<int>(i) + 1);
  }
  CHECK(!lines.next(line));
}

}  // namespace bitline::trace_test
