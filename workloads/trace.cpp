// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "workloads/trace_text.h"

namespace bitline::workloads {
namespace {

namespace fs = std::filesystem;

std::string shown_field(const char* at, const char* end) {
  const char* stop = std::find(at, end, ',');
  const std::string_view field(at, static_cast<std::size_t>(stop - at));
  return field.size() > 24 ? std::string(field.substr(0, 24)) + "..." : std::string(field);
}

constexpr const char* network_columns[] = {"height of the input",
                                           "width of the input",
                                           "channels",
                                           "height of the kernel",
                                           "width of the kernel",
                                           "outputs",
                                           "pooling (0 or 1)",
                                           "stride"};
constexpr const char* network_remedy =
    "a line is: height, width, channels, kernel height, kernel width, outputs, pooling, stride";
constexpr int largest_network_size = 1 << 24;
constexpr std::size_t most_layers = 10000;

std::vector<int> network_fields(const TraceLines& lines, std::string_view text, std::vector<const char*>& places) {
  std::vector<int> fields;
  const char *at = text.data(), *end = at + text.size();
  for (;;) {
    if (fields.size() == std::size(network_columns)) lines.refuse(at, "has more than eight columns", network_remedy);
    double value = 0;
    const char* after = take_number(at, end, value);
    const char* what = network_columns[fields.size()];
    const int least = fields.size() == 6 ? 0 : 1;  // pooling
    if (!after || (after != end && *after != ','))
      lines.refuse(at, fmt::format("'{}' is no number: {}", shown_field(at, end), what), network_remedy);
    if (!(value >= least && value <= largest_network_size && value == std::floor(value)))
      lines.refuse(at,
                   fmt::format("{} is {}, not a whole number of {} .. {}", what, shown_field(at, end), least,
                               largest_network_size),
                   network_remedy);
    places.push_back(at);
    fields.push_back(static_cast<int>(value));
    if (after == end) break;
    at = after + 1;
  }
  if (fields.size() < 7)
    lines.refuse(text.data(), fmt::format("has {} columns; seven or eight are needed", fields.size()), network_remedy);
  return fields;
}

TraceLayer network_layer(const TraceLines& lines, std::string_view text, std::size_t number) {
  std::vector<const char*> places;
  const std::vector<int> f = network_fields(lines, text, places);
  TraceLayer layer;
  layer.line = lines.number();
  layer.shape.name = fmt::format("layer{}", number);
  layer.shape.height = f[0], layer.shape.width = f[1], layer.shape.channels = f[2];
  layer.shape.kernel = f[3], layer.shape.outputs = f[5];
  layer.pooled = f[6] != 0;
  layer.stride_given = f.size() == 8;
  layer.shape.stride = layer.stride_given ? f[7] : 1;
  if (f[3] != f[4])
    lines.refuse(
        places[4], fmt::format("the kernel is {} x {}; only square ones are known", f[3], f[4]),
        "give the layer as fully connected: 1, 1, channels x kernel height x kernel width, 1, 1, outputs, 0, 1");
  return layer;
}

std::int64_t steps_of(int size, int padding, const LayerShape& s) {
  const std::int64_t room = std::int64_t{size} + 2 * std::int64_t{padding} - s.kernel;
  return room < 0 ? 0 : room / s.stride + 1;
}
std::int64_t positions_of(const LayerShape& s, int padding) {
  return steps_of(s.height, padding, s) * steps_of(s.width, padding, s);
}

void read_weight_line(const TraceLines& lines, std::string_view text, double* row, int outputs) {
  const char *at = text.data(), *end = at + text.size();
  for (int column = 0;; ++column) {
    double& value = row[column];
    const char* after = take_number(at, end, value);
    if (!after || (after != end && *after != ','))
      lines.refuse(at, fmt::format("'{}' is no number", shown_field(at, end)),
                   "a line of weights is a number for each output, separated by commas");
    if (!(std::abs(value) <= 1e30))
      lines.refuse(at, fmt::format("the weight {} is not finite, or too large to be one", shown_field(at, end)),
                   "look at the training, or at how the trace was written");
    const bool last = after == end;
    if (last != (column + 1 == outputs)) {
      const int columns = static_cast<int>(std::count(text.begin(), text.end(), ',')) + 1;
      lines.refuse(text.data(), fmt::format("has {} weights; the layer has {} outputs", columns, outputs),
                   "the line of the list of layers and this file must be of one layer");
    }
    if (last) return;
    at = after + 1;
  }
}

// One code of `bits` digits, each followed by a comma, as the wrapper writes them; false for any other spelling.
inline bool take_plain_bits(const char* at, int bits, unsigned& code) {
  unsigned value = 0, wrong = 0;
  for (int b = 0; b < bits; ++b) {
    const auto digit = static_cast<unsigned char>(at[2 * b] - '0');
    wrong |= (digit & 0xfeu) | static_cast<unsigned char>(at[2 * b + 1] ^ ',');
    value = value << 1 | (digit & 1u);
  }
  code = value;
  return wrong == 0;
}

class BitLine {
 public:
  BitLine(const TraceLines& lines, std::string_view text, int positions, int bits)
      : lines_(lines), text_(text), at_(text.data()), end_(at_ + text.size()), positions_(positions), bits_(bits) {}

  // The next position's code, without sign yet. `last`: it is the line's last.
  unsigned take(bool last) {
    unsigned code = 0;
    if (!last && end_ - at_ > 2 * bits_ && take_plain_bits(at_, bits_, code)) {
      at_ += 2 * bits_;
      return code;
    }
    for (int b = 0; b < bits_; ++b) code = code << 1 | bit(last && b + 1 == bits_);
    return code;
  }
  [[noreturn]] void refuse_length() const {
    lines_.refuse(text_.data(),
                  fmt::format("has {} bits; the layer has {} positions of {} bits",
                              std::count(text_.begin(), text_.end(), ',') + 1, positions_, bits_),
                  "look at the layer's shape and padding, and at the number of input bits; is the line cut off?");
  }

 private:
  unsigned bit(bool last) {
    double value = 0;
    const char* after = take_number(at_, end_, value);
    if (!after || (after != end_ && *after != ',') || !(value == 0 || value == 1))
      lines_.refuse(at_, fmt::format("'{}' is not the bit 0 or 1", shown_field(at_, end_)),
                    "inputs are the bits of numbers, the sign first, separated by commas");
    if ((after == end_) != last) refuse_length();
    at_ = after == end_ ? after : after + 1;
    return static_cast<unsigned>(value);
  }

  const TraceLines& lines_;
  std::string_view text_;
  const char *at_, *end_;
  int positions_, bits_;
};

[[noreturn]] void refuse_rows(const fs::path& file, int lines, int rows) {
  throw InputError(
      fmt::format("{}: has {} {} lines; the layer has {} rows (channels x kernel height x kernel width): {}",
                  file.string(), lines > rows ? "more than" : "only", lines > rows ? rows : lines, rows,
                  lines > rows ? "it is of another layer" : "it is cut off, or of another layer"));
}

}  // namespace

std::vector<TraceLayer> read_trace_network(const fs::path& file) {
  TraceLines lines(file);
  std::vector<TraceLayer> layers;
  std::string_view text;
  while (lines.next(text)) {
    if (layers.size() == most_layers)
      lines.refuse(text.data(), fmt::format("has more than {} layers", most_layers), "is it a list of layers?");
    layers.push_back(network_layer(lines, text, layers.size() + 1));
  }
  if (layers.empty()) throw InputError(fmt::format("{}: holds no layers; {}", file.string(), network_remedy));
  return layers;
}

void find_padding(LayerShape& s, const fs::path& inputs, int bits) {
  TraceLines lines(inputs);
  std::string_view text;
  if (!lines.next(text)) throw InputError(fmt::format("{}: is empty", inputs.string()));
  const std::int64_t columns = std::count(text.begin(), text.end(), ',') + 1;
  if (columns % bits != 0)
    lines.refuse(text.data(), fmt::format("has {} bits, which is no multiple of {}", columns, bits),
                 "give the number of bits that the trace was written with");
  const std::int64_t positions = columns / bits;
  for (int padding = 0; padding <= s.kernel; ++padding)
    if (positions_of(s, padding) == positions) {
      s.padding = padding;
      return;
    }
  lines.refuse(text.data(),
               fmt::format("has {} bits: {} positions of {} bits; {} ({} x {}, kernel {}, stride {}) has {} without "
                           "padding and {} with a padding of {}",
                           columns, positions, bits, s.name, s.height, s.width, s.kernel, s.stride, positions_of(s, 0),
                           positions_of(s, s.kernel / 2), s.kernel / 2),
               "look at the layer's line in the list of layers, and at the number of input bits");
}

TraceWeights read_trace_weights(const fs::path& file, int rows, int outputs, int bits) {
  TraceLines lines(file);
  const auto columns = static_cast<std::size_t>(outputs);
  // Weights beyond -1 .. 1 set the scale of all, so that real numbers are kept until the last is known.
  std::vector<float> all;
  std::vector<double> row(columns);
  std::string_view text;
  double largest = 0;
  int count = 0;
  while (lines.next(text)) {
    if (++count > rows) refuse_rows(file, count, rows);
    read_weight_line(lines, text, row.data(), outputs);
    for (const double w : row) largest = std::max(largest, std::abs(w));
    all.insert(all.end(), row.begin(), row.end());
  }
  if (count < rows) refuse_rows(file, count, rows);
  TraceWeights t;
  if (largest > 1) t.full_scale = largest;
  t.codes.resize(all.size());
  const int highest = bits == 1 ? 1 : (1 << (bits - 1)) - 1;
  // Within -1 .. 1 the grid is 2^(1 - bits); beyond it the largest weight becomes the largest code.
  const double steps = largest > 1 ? highest / t.full_scale : static_cast<double>(1 << (bits - 1));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double code = bits == 1 ? (all[i] < 0 ? -1 : 1) : std::floor(all[i] * steps + 0.5);
    t.clipped += std::abs(code) > highest;
    t.codes[i] = static_cast<std::int16_t>(std::clamp<double>(code, -highest, highest));
  }
  return t;
}

TraceInputs read_trace_inputs(const fs::path& file, int rows, int positions, int bits) {
  TraceLines lines(file);
  const auto height = static_cast<std::size_t>(rows);
  const unsigned sign = bits > 1 ? 1u << (bits - 1) : 0;  // one bit has none
  const int lowest = sign ? 1 - static_cast<int>(sign) : 0;
  TraceInputs t;
  std::string_view text;
  int count = 0;
  while (lines.next(text)) {
    if (++count > rows) refuse_rows(file, count, rows);
    BitLine line(lines, text, positions, bits);
    // A wrong file costs no memory: there is room once the first line is as long as the shape says.
    if (count == 1) {
      if (std::count(text.begin(), text.end(), ',') + 1 < std::int64_t{positions} * bits) line.refuse_length();
      t.codes.resize(height * static_cast<std::size_t>(positions));
    }
    for (int p = 0; p < positions; ++p) {
      const unsigned bits_of_code = line.take(p + 1 == positions);
      int code = static_cast<int>(bits_of_code) - static_cast<int>((bits_of_code & sign) << 1);
      t.negative |= code < 0;
      if (code < lowest) code = lowest, ++t.clipped;
      t.codes[static_cast<std::size_t>(p) * height + static_cast<std::size_t>(count - 1)] =
          static_cast<std::int16_t>(code);
    }
  }
  if (count < rows) refuse_rows(file, count, rows);
  return t;
}

bool is_trace(const fs::path& file) { return file.extension() == ".csv"; }

}  // namespace bitline::workloads
