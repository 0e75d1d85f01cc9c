// SPDX-License-Identifier: Apache-2.0
#include "python/session.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "chip/array_state.h"
#include "read/execute.h"
#include "run/chip_runs.h"
#include "run/cost_json.h"
#include "run/observe.h"
#include "run/prepare.h"

namespace bitline::python {

using chip::View;
using workloads::IntegerWeights;
using workloads::Samples;

namespace {

// Multiplications of single bits that take a few hundredths of a second: longer reads look for Ctrl-C.
constexpr double long_read = 2e9;

// `inputs`: of each of the reads, which count on from the first (run/session.h).
run::Reads reads_of(std::pair<std::uint32_t, std::uint32_t> reads, std::size_t inputs) {
  if (reads.second == 0) throw InputError("reads: is (first, count), and count is 0");
  if (reads.first + static_cast<double>(reads.second) * static_cast<double>(inputs) > 0x1p32)
    throw InputError(fmt::format("reads: {} of {} inputs from number {} on end beyond 2^32, where noise would repeat",
                                 reads.second, inputs, reads.first));
  return {reads.first, reads.second};
}

const char* const moments[] = {"target", "written", "now"};

chip::Moment moment_of(const std::string& text) {
  for (std::size_t i = 0; i < 3; ++i)
    if (text == moments[i]) return static_cast<chip::Moment>(i);
  throw InputError("moment: is '" + text + "', which is not one of target, written, now");
}

}  // namespace

std::shared_ptr<const View> ChipState::look(const run::Session& session) {
  const std::lock_guard hold(mutex_);
  if (!stale_) return view_;
  // A view that others read stays as it is.
  auto fresh = view_ && view_.use_count() == 1 ? view_ : std::make_shared<View>(view_ ? View(*view_) : View());
  view_.reset();
  alone([&] { session.look(cells_, *fresh); });
  view_ = std::move(fresh);
  stale_ = false;
  return view_;
}

Session::Session(const Config& config, const Places& places, int threads, const py::object& progress)
    : threads_(threads), arena_(std::make_unique<tbb::task_arena>(threads_for(threads))) {
  run::RunOptions options = run_options(places, threads, "");
  watched(progress, [&](const Report&) {
    with_threads(options.threads, [&] { session_.emplace(run::Session::open(*config.loaded, options, shelf_)); });
  });
}

Session::Session(const Config& config, const py::object& weights, const py::object& calibration, int threads)
    : threads_(threads), arena_(std::make_unique<tbb::task_arena>(threads_for(threads))) {
  const Array<double> w = real_array<double>(weights, "weights", 2),
                      x = real_array<double>(calibration, "calibration", 2);
  if (w.size() == 0) throw InputError("weights: has shape " + shape_text(w) + ": there is no weight");
  if (x.shape(0) == 0 || x.shape(1) != w.shape(0))
    throw InputError(
        fmt::format("calibration: has shape {} where (vectors, {}) is expected, one number for each row of "
                    "the weights",
                    shape_text(x), w.shape(0)));
  double x_max = 0, x_min = 0;
  for (const double v : values_of(x)) x_max = std::max(x_max, std::abs(v)), x_min = std::min(x_min, v);
  if (x_max == 0) throw InputError("calibration: is all zero, which gives no scale");
  const NpyArray matrix{{static_cast<std::size_t>(w.shape(0)), static_cast<std::size_t>(w.shape(1))},
                        {w.data(), w.data() + w.size()}};
  watched(py::none(), [&](const Report&) {
    IntegerWeights layer = run::quantized_matrix(config.loaded->config, matrix, x_max, x_min < 0);
    layer.name = "matrix";
    for (const double v : values_of(x)) calibration_.push_back(static_cast<std::int16_t>(requantize(v, layer.input)));
    with_threads(threads_for(threads), [&] {
      session_.emplace(config.loaded->config, std::move(layer), std::span<const std::int16_t>(calibration_));
    });
  });
}

void Session::in_arena(const std::function<void()>& work) const {
  if (const int threads = threads_for(threads_); threads == 1)
    tbb::task_arena(1).execute(work);
  else
    arena_->execute(work);
}

void Session::work(const py::object& progress, const std::function<void()>& body) const {
  watched(progress, [&](const Report&) { in_arena(body); });
}

std::size_t Session::index_of(const py::object& layer) const {
  const auto& weights = session_->network().weights;
  if (py::isinstance<py::str>(layer)) {
    const auto name = layer.cast<std::string>();
    std::string known;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i].name == name) return i;
      known += (known.empty() ? "" : ", ") + weights[i].name;
    }
    throw InputError(fmt::format("layer: there is no '{}'; known: {}", name, known));
  }
  if (PyBool_Check(layer.ptr()) || !PyIndex_Check(layer.ptr()))
    throw InputError("layer: is neither a name nor a number");
  const auto i = PyNumber_AsSsize_t(layer.ptr(), nullptr);  // beyond the largest: the largest
  if (i < 0 || i >= length(weights.size()))
    throw InputError(fmt::format("layer: is {}; there are {} layers, the first being 0", i, weights.size()));
  return static_cast<std::size_t>(i);
}

std::shared_ptr<ChipState> Session::write(std::uint32_t instance, std::optional<std::uint32_t> seed) const {
  std::shared_ptr<ChipState> made;
  work(py::none(), [&] {
    chip::State cells = new_state(session_->chip(), static_cast<int>(instance));
    if (seed) cells.random = Random(*seed, instance, session_->chip().isa);
    const chip::WriteReport report = chip::write(session_->chip(), cells);
    made = std::make_shared<ChipState>(std::move(cells), report);
  });
  return made;
}

void Session::age(ChipState& state, double seconds) const {
  if (!(seconds >= 0)) throw InputError(fmt::format("seconds: is {}; time does not go back", seconds));
  const py::gil_scoped_release released;
  state.change([&](chip::State& cells) { pass(cells, seconds); });
}

py::object Session::read(ChipState& state, const py::object& layer, const py::object& codes,
                         std::pair<std::uint32_t, std::uint32_t> reads, bool real, const py::object& out) const {
  const std::size_t index = index_of(layer);
  const IntegerWeights& w = session_->network().weights[index];
  const Array<std::int16_t> in = code_array(codes, "codes");
  if ((in.ndim() != 1 && in.ndim() != 2) || in.shape(in.ndim() - 1) != w.rows)
    throw InputError(
        fmt::format("codes: has shape {} where (inputs, {}) or ({},) is expected, one code for each row of {}",
                    shape_text(in), w.rows, w.rows, w.name));
  const run::Reads some = reads_of(reads, in.ndim() == 2 ? static_cast<std::size_t>(in.shape(0)) : 1);
  std::vector<py::ssize_t> shape{w.columns};
  if (in.ndim() == 2) shape.insert(shape.begin(), in.shape(0));
  if (some.count > 1) shape.insert(shape.begin(), static_cast<py::ssize_t>(some.count));
  const double bits = static_cast<double>(in.size()) * some.count * w.columns * w.input.bits;
  const auto fill = [&](auto& result) {
    check_apart(result, in, "codes");
    const auto room = room_of(result);
    const auto body = [&] {
      in_arena([&] { session_->read(*state.look(*session_), index, values_of(in), some, room); });
    };
    if (room.empty()) return;
    if (bits > long_read)
      watched(py::none(), [&](const Report&) { body(); });
    else
      direct(body);
  };
  if (real) {
    Array<float> result = result_array<float>(out, shape);
    fill(result);
    return result;
  }
  Array<double> result = result_array<double>(out, shape);
  fill(result);
  return result;
}

py::object Session::quantize(const py::object& layer, const py::object& values) const {
  const IntegerWeights& w = session_->network().weights[index_of(layer)];
  const Array<double> x = real_array<double>(values, "values", -1);
  Array<std::int16_t> codes(std::vector<py::ssize_t>(x.shape(), x.shape() + x.ndim()));
  const auto in = values_of(x);
  const auto to = room_of(codes);
  direct([&] {
    for (std::size_t i = 0; i < in.size(); ++i) to[i] = static_cast<std::int16_t>(requantize(in[i], w.input));
  });
  return codes;
}

Samples Session::samples_of(const py::object& inputs) const {
  if (!session_->network().graph) throw InputError("inputs: one matrix is no network: its products are read");
  const py::array given = py::array::ensure(inputs);
  const bool pixels = given && given.dtype().kind() == 'u' && given.dtype().itemsize() == 1;
  const Array<float> a = real_array<float>(inputs, "inputs", -1);
  if (a.ndim() < 1 || a.shape(0) == 0)
    throw InputError("inputs: has shape " + shape_text(a) + " where (samples, ...) is expected");
  Samples s;
  s.name = "inputs";
  for (py::ssize_t d = 1; d < a.ndim(); ++d) s.dims.push_back(static_cast<int>(a.shape(d)));
  if (s.dims.empty()) s.dims.push_back(1);
  s.values.assign(a.data(), a.data() + a.size());
  s.pixels = pixels;
  if (pixels)
    for (float& x : s.values) x = x / 255;
  if (const auto& by = session_->config().workload.normalize) normalize(s, *by);
  return s;
}

py::object Session::evaluate(ChipState& state, const py::object& inputs, std::pair<std::uint32_t, std::uint32_t> reads,
                             const py::object& progress) const {
  const Samples samples = samples_of(inputs);
  const run::Reads some = reads_of(reads, samples.count());
  std::vector<double> outputs;
  work(progress, [&] { outputs = session_->evaluate(*state.look(*session_), samples, some); });
  const py::ssize_t count = length(samples.count()), columns = length(session_->network().graph->output_size());
  return some.count > 1 ? new_array(outputs, {static_cast<py::ssize_t>(some.count), count, columns})
                        : new_array(outputs, {count, columns});
}

std::string Session::costs(ChipState& state, const py::object& inputs) const {
  const run::Session& s = *session_;
  Samples given;
  if (!inputs.is_none()) given = samples_of(inputs);
  run::Result result;
  work(py::none(), [&] {
    const auto view = state.look(s);
    std::vector<read::Ledger> ledgers;
    double inferences = 1;
    if (s.network().graph) {
      const Samples& samples = inputs.is_none() ? *s.loaded().calibration : given;
      run::ObserveOptions options;
      options.with_pairs.assign(s.chip().layers.size(), run::counts_pairs(s.chip()));
      const run::Observed seen = observe(s.chip(), *view, s.network(), samples, options);
      for (std::size_t l = 0; l < s.chip().layers.size(); ++l)
        ledgers.push_back(read_ledger(s.chip().layers[l], *view, seen.activity[l]));
      inferences = static_cast<double>(samples.count());
    } else {
      const IntegerWeights& w = s.network().weights[0];
      std::vector<double> sums(calibration_.size() / static_cast<std::size_t>(w.rows) *
                               static_cast<std::size_t>(w.columns));
      s.read(*view, 0, calibration_, {}, std::span(sums), &ledgers.emplace_back());
      inferences = static_cast<double>(calibration_.size() / static_cast<std::size_t>(w.rows));
    }
    for (read::Ledger& ledger : ledgers) ledger.divide(inferences);
    std::optional<double> pulses;
    if (s.chip().counts_pulses() && state.report.devices > 0)
      pulses = static_cast<double>(state.report.pulses) / static_cast<double>(state.report.devices);
    result.costs = s.price(ledgers, pulses);
  });
  return run::dump({{"energy", energy_json(result)},
                    {"latency", latency_json(result)},
                    {"area", area_json(result)},
                    {"efficiency", efficiency_json(result)},
                    {"layers", layers_json(result)},
                    {"nodes", nodes_json(result)}});
}

py::object Session::conductance(const ChipState& state, int array, const std::string& moment) const {
  const chip::ArrayShape shape = array_shape(session_->chip());
  std::vector<double> g_S;
  const chip::Moment when = moment_of(moment);
  direct([&] {
    in_arena([&] {
      g_S = state.see(
          [&](const chip::State& cells) { return array_conductance_S(session_->chip(), cells, array, when); });
    });
  });
  std::vector<py::ssize_t> dims{shape.rows, shape.columns};
  if (shape.devices > 1) dims.push_back(shape.devices);
  return new_array(g_S, dims);
}

std::size_t Session::set_conductance(ChipState& state, int array, const py::object& g_S) const {
  const chip::ArrayShape shape = array_shape(session_->chip());
  const Array<double> g = real_array<double>(g_S, "g_S", shape.devices > 1 ? 3 : 2, false);
  std::vector<py::ssize_t> dims{shape.rows, shape.columns};
  if (shape.devices > 1) dims.push_back(shape.devices);
  if (!std::equal(dims.begin(), dims.end(), g.shape()))
    throw InputError(fmt::format("g_S: has shape {} where {} is expected", shape_text(g), shape_text(dims)));
  const py::gil_scoped_release released;
  std::size_t missing = 0;
  state.change(
      [&](chip::State& cells) { missing = set_array_conductance(session_->chip(), cells, array, values_of(g)); });
  return missing;
}

py::list Session::layers() const {
  py::list out;
  const auto& plans = session_->chip().layers;
  for (const IntegerWeights& w : session_->network().weights) {
    const chip::LayerPlan& plan = plans[static_cast<std::size_t>(w.index)];
    py::list arrays;
    for (const auto& block : plan.blocks)
      if (!arrays.contains(block.array)) arrays.append(block.array);
    out.append(py::dict(
        py::arg("name") = w.name, py::arg("rows") = w.rows, py::arg("columns") = w.columns,
        py::arg("bias_rows") = w.bias_rows, py::arg("weight_bits") = w.weight_bits,
        py::arg("input_bits") = w.input.bits, py::arg("signed") = w.input.is_signed,
        py::arg("lowest") = w.input.lowest(), py::arg("highest") = w.input.highest(),
        py::arg("input_scale") = w.input.scale, py::arg("weight_scale") = new_array(w.scale, {length(w.scale.size())}),
        py::arg("bias") = new_array(w.bias, {length(w.bias.size())}),
        py::arg("folded_gain") = new_array(w.folded.gain, {length(w.folded.gain.size())}),
        py::arg("folded_bias") = new_array(w.folded.bias, {length(w.folded.bias.size())}),
        py::arg("positions") = w.positions, py::arg("digital") = plan.settings.digital, py::arg("arrays") = arrays));
  }
  return out;
}

py::object Session::layer_weights(const py::object& layer) const {
  const IntegerWeights& w = session_->network().weights[index_of(layer)];
  Array<std::int16_t> codes({w.rows, w.columns});
  const auto room = room_of(codes);
  std::fill(room.begin(), room.end(), std::int16_t{0});
  for (const auto& p : w.panels)
    for (int r = 0; r < p.rows; ++r)
      for (int c = 0; c < p.columns; ++c)
        codes.mutable_at(p.row + r, p.column + c) = p.codes[static_cast<std::size_t>(r * p.columns + c)];
  return codes;
}

void add_session(py::module_& m) {
  using namespace py::literals;
  py::class_<ChipState, std::shared_ptr<ChipState>>(m, "ChipState",
                                                    "One chip instance; bitline.State has its functions.")
      .def_property_readonly(
          "now_s", [](const ChipState& s) { return s.see([](const auto& c) { return c.now_s; }); },
          "Seconds since the chip was first written.")
      .def_property_readonly(
          "report",
          [](const ChipState& s) {
            const chip::WriteReport& r = s.report;
            return py::dict(
                "cells"_a = r.cells, "at_level"_a = r.at_level, "devices"_a = r.devices, "faulty"_a = r.faulty,
                "pulses"_a = r.pulses, "given_up"_a = r.given_up, "missing"_a = r.missing,
                "rms_error_S"_a = r.digits ? std::sqrt(r.squared_error_S2 / static_cast<double>(r.digits)) : 0.0);
          },
          "What writing took and how well it met its targets.");
  py::class_<Session>(m, "NetworkOnChip", "Behind bitline.Session.")
      .def(py::init<const Config&, const Places&, int, py::object>(), "config"_a, "places"_a, "threads"_a, "progress"_a)
      .def(py::init<const Config&, py::object, py::object, int>(), "config"_a, "weights"_a, "calibration"_a,
           "threads"_a)
      .def("write", &Session::write, "instance"_a, "seed"_a)
      .def("age", &Session::age, "state"_a, "seconds"_a)
      .def("read", &Session::read, "state"_a, "layer"_a, "codes"_a, "reads"_a, "real"_a, "out"_a)
      .def("multiply", &Session::multiply, "state"_a, "layer"_a, "codes"_a, "sample"_a, "position"_a, "positions"_a)
      .def("seen", &Session::seen, "state"_a, "layer"_a)
      .def("quantize", &Session::quantize, "layer"_a, "values"_a)
      .def("evaluate", &Session::evaluate, "state"_a, "inputs"_a, "reads"_a, "progress"_a)
      .def("costs", &Session::costs, "state"_a, "inputs"_a)
      .def("conductance", &Session::conductance, "state"_a, "array"_a, "moment"_a)
      .def("set_conductance", &Session::set_conductance, "state"_a, "array"_a, "g_S"_a)
      .def("layers", &Session::layers)
      .def("layer_weights", &Session::layer_weights, "layer"_a)
      .def_property_readonly("arrays", [](const Session& s) { return s.session().chip().placement.arrays_used; })
      .def(
          "missing_warning",
          [](const Session& s, const ChipState& state) {
            return run::missing_warning(s.session().config(), state.report);
          },
          "state"_a)
      .def_property_readonly("warnings",
                             [](const Session& s) {
                               std::vector<std::string> all = s.session().network().notes;
                               const auto& more = s.session().chip().placement.warnings;
                               all.insert(all.end(), more.begin(), more.end());
                               return all;
                             })
      .def_property_readonly("age_s", [](const Session& s) { return s.session().age_s(); });
  m.def(
      "seconds", [](const py::object& given) { return quantity(given, "time", Unit::second); }, "time"_a,
      "Seconds of \"1 day\", or of a number.");
  m.def(
      "in_si",
      [](const std::string& text) -> std::optional<std::pair<double, std::string>> {
        for (int u = 0; u <= static_cast<int>(Unit::watt_per_square_meter); ++u) {
          const auto unit = static_cast<Unit>(u);
          if (const auto q = parse_quantity(text, unit); q.value) return std::pair(*q.value, std::string(symbol(unit)));
        }
        return std::nullopt;
      },
      "text"_a, "A quantity as a number in SI and the symbol of its unit; None: no quantity.");
  m.def(
      "volts", [](const py::object& given) { return quantity(given, "voltage", Unit::volt); }, "voltage"_a,
      "Volts of \"0.1 V\", or of a number.");
}

}  // namespace bitline::python
