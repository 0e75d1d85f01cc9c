// SPDX-License-Identifier: Apache-2.0
#include "workloads/shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/npy.h"
#include "workloads/trace.h"

namespace bitline::workloads {
namespace {

constexpr int largest_size = 1 << 24;

// Positions of one line whose kernel place `k` lies on an input: first .. last - 1.
struct Range {
  int first, last;
};
Range on_input(const LayerShape& s, int k, int size, int steps) {
  const int offset = s.padding - k;  // input = position x stride - offset
  const int first = offset > 0 ? (offset + s.stride - 1) / s.stride : 0;
  const int last = size - 1 + offset < 0 ? 0 : (size - 1 + offset) / s.stride + 1;
  return {std::min(first, steps), std::clamp(last, std::min(first, steps), steps)};
}

// Numbers in first .. last - 1 that are `rest` modulo `by`.
int count_of_rest(int first, int last, int rest, int by) {
  const auto below = [&](int n) { return (n - rest + by - 1) / by; };  // in 0 .. n - 1; rest < by
  return below(last) - below(first);
}

std::vector<std::int16_t> codes_of(const NpyArray& npy, int lowest, int highest, bool zero, const std::string& where,
                                   const std::string& kind) {
  std::vector<std::int16_t> codes(npy.data.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const double x = npy.data[i];
    if (!(x >= lowest && x <= highest && x == std::nearbyint(x)) || (x == 0 && !zero))
      throw InputError(fmt::format("{} holds {} at row {}, column {}; codes of {} are {}", where, x, i / npy.shape[1],
                                   i % npy.shape[1], kind,
                                   zero ? fmt::format("the whole numbers {} .. {}", lowest, highest) : "-1 and 1"));
    codes[i] = static_cast<std::int16_t>(x);
  }
  return codes;
}

std::string shape_text(const NpyArray& npy) { return fmt::format("({})", fmt::join(npy.shape, ", ")); }

}  // namespace

void fields(Visitor& v, LayerShape& s) {
  const auto size = [&](int& member, const char* key, const char* meaning, bool required = false, int least = 1) {
    v(member,
      {.key = key, .meaning = meaning, .min = static_cast<double>(least), .max = largest_size, .required = required});
  };
  v(s.name, {.key = "name", .meaning = "of the layer, for `layers` and reports", .required = true});
  size(s.channels, "channels", "input channels; inputs of a fully connected layer", true);
  size(s.height, "height", "of the input");
  size(s.width, "width", "of the input");
  size(s.kernel, "kernel", "height and width of the kernel");
  size(s.padding, "padding", "zeros around the input", false, 0);
  size(s.stride, "stride", "inputs from one position to the next");
  size(s.outputs, "outputs", "output channels", true);
  v(s.signed_inputs, {.key = "signed_inputs", .meaning = "inputs take both signs"});
  v(s.weights, {.key = "weights",
                .meaning = ".npy file of integer codes (channels x kernel x kernel, outputs), or weight trace of "
                           "DNN+NeuroSim (.csv), instead of statistics",
                .label = true});
  v(s.inputs, {.key = "inputs",
               .meaning = ".npy file of integer codes (images x positions, channels x kernel x kernel), or input trace "
                          "of DNN+NeuroSim (.csv), instead of statistics",
               .label = true});
}

workloads::Window LayerShape::window() const {
  workloads::Window w;
  w.kernel_height = w.kernel_width = kernel;
  w.stride_y = w.stride_x = stride;
  w.pad_top = w.pad_left = w.pad_bottom = w.pad_right = padding;
  return w;
}

std::vector<Diagnostic> problems(const LayerShape& s) {
  const auto problem = [](const char* key, std::string message, const char* remedy) {
    Diagnostic d;
    d.path = key;
    d.message = std::move(message);
    d.remedy = remedy;
    return std::vector<Diagnostic>{d};
  };
  const auto padded = [&](int size) { return static_cast<std::int64_t>(size) + 2 * std::int64_t{s.padding}; };
  if (s.kernel > padded(s.height) || s.kernel > padded(s.width))
    return problem(
        "kernel",
        fmt::format("is {}, but the input with its padding is {} x {}", s.kernel, padded(s.height), padded(s.width)),
        "give the input's height and width, or a smaller kernel");
  // Products of sizes may be beyond any integer.
  const auto steps = [&](int size) { return std::floor(static_cast<double>(padded(size) - s.kernel) / s.stride) + 1; };
  const double rows = static_cast<double>(s.channels) * s.kernel * s.kernel,
               positions = steps(s.height) * steps(s.width),
               inputs = static_cast<double>(s.channels) * s.height * s.width;
  constexpr auto most = static_cast<double>(workloads::largest_values);
  if (rows * s.outputs > 0x7fffffff)
    return problem("outputs", fmt::format("makes {:.3g} weights, more than can be counted", rows * s.outputs),
                   "cut the layer into several");
  if (inputs > most || rows * positions > most || s.outputs * positions > most)
    return problem("channels",
                   fmt::format("gives one image {:.3g} inputs, {:.3g} in patches and {:.3g} outputs; at most {} each",
                               inputs, rows * positions, s.outputs * positions, workloads::largest_values),
                   "cut the layer into several");
  return {};
}

workloads::IntegerWeights matrix_of(const LayerShape& s, int index, int weight_bits, int input_bits) {
  workloads::IntegerWeights m =
      workloads::dense_weights(s.name, s.rows(), s.outputs, {}, weight_bits, {1, input_bits, s.signed_inputs});
  m.index = index;
  m.inputs = s.input().size();
  m.positions = static_cast<std::size_t>(s.positions());
  m.level = index;
  return m;
}

std::vector<std::vector<double>> real_inputs(const LayerShape& s, int copies) {
  const workloads::Extent out = s.output();
  const auto places = static_cast<std::size_t>(s.kernel);
  std::vector<std::vector<double>> counts(static_cast<std::size_t>(copies), std::vector<double>(places * places, 0));
  for (int ky = 0; ky < s.kernel; ++ky) {
    const Range y = on_input(s, ky, s.height, out.height);
    for (int kx = 0; kx < s.kernel; ++kx) {
      const Range x = on_input(s, kx, s.width, out.width);
      const std::size_t at = static_cast<std::size_t>(ky) * places + static_cast<std::size_t>(kx);
      if (copies == 1) {
        counts[0][at] = static_cast<double>(y.last - y.first) * (x.last - x.first);
        continue;
      }
      for (int line = y.first; line < y.last; ++line)
        for (int copy = 0; copy < copies; ++copy)
          counts[static_cast<std::size_t>(copy)][at] +=
              count_of_rest(line * out.width + x.first, line * out.width + x.last, copy, copies);
    }
  }
  return counts;
}

namespace {

FileCodes traced_weights(const std::filesystem::path& file, const workloads::IntegerWeights& m) {
  TraceWeights t = read_trace_weights(file, m.rows, m.columns, m.weight_bits);
  FileCodes out{std::move(t.codes)};
  const std::string name = file.filename().string();
  if (t.full_scale != 1)
    out.notes.push_back(fmt::format(
        "{}: weights lie in -{:.5g} .. {:.5g}, not in -1 .. 1: the largest became the largest code (scale the trace "
        "to choose otherwise)",
        name, t.full_scale, t.full_scale));
  if (t.clipped > 0)
    out.notes.push_back(
        fmt::format("{}: {} weights near -1 or 1 became the outermost codes: these are symmetric", name, t.clipped));
  return out;
}

FileCodes traced_inputs(const std::filesystem::path& file, const workloads::IntegerWeights& m) {
  TraceInputs t = read_trace_inputs(file, m.rows, static_cast<int>(m.positions), m.input.bits);
  if (t.negative && !m.input.is_signed)
    throw InputError(fmt::format("layer '{}': {} holds negative inputs; say signed_inputs: true of the layer", m.name,
                                 file.string()));
  FileCodes out{std::move(t.codes)};
  if (t.clipped > 0)
    out.notes.push_back(fmt::format("{}: {} inputs of -1 became the lowest code: codes are symmetric",
                                    file.filename().string(), t.clipped));
  return out;
}

}  // namespace

FileCodes read_weight_codes(const std::filesystem::path& file, const workloads::IntegerWeights& m) {
  if (is_trace(file)) return traced_weights(file, m);
  const NpyArray npy = read_npy(file);
  const std::string where = fmt::format("layer '{}': {}", m.name, file.string());
  if (npy.shape != std::vector<std::size_t>{static_cast<std::size_t>(m.rows), static_cast<std::size_t>(m.columns)})
    throw InputError(fmt::format("{} has the shape {}; its weights are ({}, {}): rows, outputs", where, shape_text(npy),
                                 m.rows, m.columns));
  const int highest = m.weight_bits == 1 ? 1 : (1 << (m.weight_bits - 1)) - 1;
  return {codes_of(npy, -highest, highest, m.weight_bits > 1, where, fmt::format("{}-bit weights", m.weight_bits))};
}

FileCodes read_input_codes(const std::filesystem::path& file, const workloads::IntegerWeights& m) {
  if (is_trace(file)) return traced_inputs(file, m);
  const NpyArray npy = read_npy(file);
  const std::string where = fmt::format("layer '{}': {}", m.name, file.string());
  const auto positions = static_cast<std::size_t>(m.positions);
  if (npy.shape.size() != 2 || npy.shape[1] != static_cast<std::size_t>(m.rows) || npy.shape[0] == 0 ||
      npy.shape[0] % positions != 0)
    throw InputError(fmt::format("{} has the shape {}; its inputs are (images x {} positions, {} rows)", where,
                                 shape_text(npy), m.positions, m.rows));
  return {codes_of(npy, m.input.lowest(), m.input.highest(), true, where,
                   fmt::format("{}-bit {} inputs", m.input.bits, m.input.is_signed ? "signed" : "unsigned"))};
}

}  // namespace bitline::workloads
