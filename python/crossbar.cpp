// SPDX-License-Identifier: Apache-2.0
// bitline.Crossbar: exact currents of one resistive crossbar, as `bitline solve` finds them.
#include "array/wires/crossbar.h"

#include <cmath>
#include <mutex>

#include "array/wires/nonlinear.h"
#include "array/wires/reduction.h"
#include "base/parallel.h"
#include "python/arrays.h"
#include "python/bindings.h"
#include "python/calls.h"

namespace bitline::python {
namespace {

using array::EffectiveMatrix;

constexpr std::size_t vectors_together = 64;

// One number, or one for each of `lines` lines (0: only one number).
std::vector<double> ohms(const py::object& given, const char* name, std::size_t lines, bool may_be_open) {
  const Array<double> a = real_array<double>(given, name, -1, false);
  const bool each = a.ndim() == 1 && lines > 0;
  if (a.ndim() != 0 && !each)
    throw InputError(fmt::format("{}: has shape {} where one number{} is expected", name, shape_text(a),
                                 lines ? ", or one for each line," : ""));
  if (each && static_cast<std::size_t>(a.size()) != lines)
    throw InputError(fmt::format("{}: has {} values for {} lines", name, a.size(), lines));
  for (const double ohm : values_of(a))
    if (!(ohm >= 0) || (std::isinf(ohm) && !may_be_open))
      throw InputError(fmt::format("{}: is {} ohm; a resistance is 0 or positive{}", name, ohm,
                                   may_be_open ? ", or inf (not connected)" : ", and finite"));
  const auto all = values_of(a);
  return {all.begin(), all.end()};
}

class Crossbar {
 public:
  Crossbar(const py::object& g_S, const py::object& r_row, const py::object& r_col, const py::object& r_driver,
           const py::object& r_sense, const py::object& r_driver_far, const py::object& r_sense_far,
           std::optional<double> sinh_beta_per_V, int threads)
      : threads_(threads), beta_(sinh_beta_per_V) {
    threads_for(threads);  // refuses wrong ones
    const Array<double> g = real_array<double>(g_S, "g_S", 2);
    const auto m = static_cast<std::size_t>(g.shape(0)), n = static_cast<std::size_t>(g.shape(1));
    if (m == 0 || n == 0) throw InputError("g_S: has shape " + shape_text(g) + ": there is no device");
    if (m + n > static_cast<std::size_t>(array::largest_crossbar_lines))
      throw InputError(fmt::format("g_S: has {} lines; {} are the most", m + n, array::largest_crossbar_lines));
    circuit_.rows = static_cast<int>(m), circuit_.columns = static_cast<int>(n);
    circuit_.g_S.assign(g.data(), g.data() + g.size());
    circuit_.lines.row_ohm = ohms(r_row, "r_row_ohm", 0, false);
    circuit_.lines.column_ohm = ohms(r_col, "r_col_ohm", 0, false);
    circuit_.lines.driver_ohm = ohms(r_driver, "r_driver_ohm", m, true);
    circuit_.lines.sense_ohm = ohms(r_sense, "r_sense_ohm", n, true);
    circuit_.lines.driver_far_ohm = ohms(r_driver_far, "r_driver_far_ohm", m, true);
    circuit_.lines.sense_far_ohm = ohms(r_sense_far, "r_sense_far_ohm", n, true);
    if (beta_ && !(*beta_ > 0 && std::isfinite(*beta_)))
      throw InputError(fmt::format("sinh_beta_per_V: is {}; it must be above 0", *beta_));
    check(circuit_);
  }

  std::pair<int, int> shape() const { return {circuit_.rows, circuit_.columns}; }

  py::object mvm(const py::object& v_V, const py::object& out) {
    const Array<double> v = voltages(v_V);
    const std::vector<py::ssize_t> shape = v.ndim() == 1 ? std::vector<py::ssize_t>{circuit_.columns}
                                                         : std::vector<py::ssize_t>{v.shape(0), circuit_.columns};
    Array<double> currents = result_array<double>(out, shape);
    check_apart(currents, v, "v_V");
    const std::span<double> room = room_of(currents);
    if (beta_)
      work([&] { solve_curved(values_of(v), room, {}); });
    else if (const auto matrix = effective(false); small(values_of(v).size()))
      direct([&] { multiply(*matrix, values_of(v), room); });
    else
      work([&] { multiply(*matrix, values_of(v), room); });
    return currents;
  }

  py::object effective_S() {
    const auto e = effective(false);
    return new_array(e->transfer_S, {circuit_.rows, circuit_.columns});
  }

  py::object source_power_W(const py::object& v_V) {
    const Array<double> v = voltages(v_V);
    const std::size_t vectors = v.ndim() == 1 ? 1 : static_cast<std::size_t>(v.shape(0));
    std::vector<double> power(vectors);
    const auto m = static_cast<std::size_t>(circuit_.rows);
    if (beta_) {
      std::vector<double> currents(vectors * static_cast<std::size_t>(circuit_.columns));
      work([&] { solve_curved(values_of(v), currents, power); });
    } else {
      const auto e = effective(true);
      work([&] {
        parallel_for(vectors,
                     [&](std::size_t b) { power[b] = array::source_power_W(*e, values_of(v).subspan(b * m, m)); });
      });
    }
    return v.ndim() == 1 ? py::object(py::float_(power[0])) : py::object(new_array(power, {length(vectors)}));
  }

  py::tuple node_voltages_V(const py::object& v_V) {
    if (beta_) throw InputError("node voltages of curved devices are not kept; leave out sinh_beta_per_V");
    const Array<double> v = voltages(v_V);
    std::vector<py::ssize_t> shape{circuit_.rows, circuit_.columns};
    if (v.ndim() == 2) shape.insert(shape.begin(), v.shape(0));
    Array<double> row(shape), column(shape);
    const std::span<double> row_V = room_of(row), column_V = room_of(column);
    if (!row_V.empty()) work([&] { array::NodeVoltages(circuit_).solve(values_of(v), row_V, column_V); });
    return py::make_tuple(row, column);
  }

 private:
  void work(const std::function<void()>& body) const {
    const int threads = threads_for(threads_);
    watched(py::none(), [&](const Report&) { with_threads(threads, body); });
  }

  bool small(std::size_t values) const { return values * static_cast<std::size_t>(circuit_.columns) < (1u << 22); }

  Array<double> voltages(const py::object& given) const {
    Array<double> v = real_array<double>(given, "v_V", -1);
    if ((v.ndim() != 1 && v.ndim() != 2) || v.shape(v.ndim() - 1) != circuit_.rows)
      throw InputError(fmt::format("v_V: has shape {} where (batch, {}) or ({},) is expected, one voltage for each row",
                                   shape_text(v), circuit_.rows, circuit_.rows));
    return v;
  }

  // Found once, and once more where sources are asked for later.
  std::shared_ptr<const EffectiveMatrix> effective(bool with_sources) {
    if (beta_) throw InputError("a circuit of curved devices (sinh_beta_per_V) is no matrix");
    {
      const std::lock_guard hold(mutex_);
      if (effective_ && (!with_sources || !effective_->source_S.empty())) return effective_;
    }
    auto made = std::make_shared<EffectiveMatrix>();
    work([&] { *made = effective_matrix(circuit_, with_sources); });
    const std::lock_guard hold(mutex_);
    return effective_ = std::move(made);
  }

  // In the order of `bitline solve`, for the same bits.
  void multiply(const EffectiveMatrix& e, std::span<const double> v, std::span<double> currents) const {
    const auto m = static_cast<std::size_t>(circuit_.rows), n = static_cast<std::size_t>(circuit_.columns);
    const std::size_t vectors = v.size() / m, tasks = (vectors + vectors_together - 1) / vectors_together;
    std::fill(currents.begin(), currents.end(), 0.0);
    const auto some = [&](std::size_t task) {
      for (std::size_t b = task * vectors_together; b < std::min(vectors, (task + 1) * vectors_together); ++b)
        for (std::size_t i = 0; i < m; ++i)
          for (std::size_t j = 0; j < n && v[b * m + i] != 0; ++j)
            currents[b * n + j] += v[b * m + i] * e.transfer_S[i * n + j];
    };
    if (tasks == 1)
      some(0);
    else
      parallel_for(tasks, some);
    for (const double current : currents)
      if (!std::isfinite(current)) throw RunError("currents beyond what numbers hold: check the units of v_V and g_S");
  }

  void solve_curved(std::span<const double> v, std::span<double> currents, std::span<double> power) const {
    const auto m = static_cast<std::size_t>(circuit_.rows), n = static_cast<std::size_t>(circuit_.columns);
    const device::DeviceLaw law{device::Sinh{*beta_}, 0, {}};
    parallel_for(v.size() / m, [&](std::size_t b) {
      const array::NonlinearState s = solve_nonlinear(circuit_, law, v.subspan(b * m, m));
      if (!s.state.status.converged)
        throw RunError(
            fmt::format("vector {} did not converge: curves this steep or circuits this uneven are beyond "
                        "the solver; lower v_V, sinh_beta_per_V or resistances",
                        b));
      std::copy(s.state.sense_A.begin(), s.state.sense_A.end(), currents.begin() + static_cast<std::ptrdiff_t>(b * n));
      if (!power.empty()) power[b] = s.state.source_W;
    });
  }

  array::Crossbar circuit_;
  int threads_;
  std::optional<double> beta_;
  std::mutex mutex_;
  std::shared_ptr<const EffectiveMatrix> effective_;
};

}  // namespace

void add_crossbar(py::module_& m) {
  const py::float_ open(array::not_connected_ohm);
  py::class_<Crossbar>(m, "Crossbar", R"(One resistive crossbar, solved exactly: wires, drivers and sense nodes.

Row i is a wire driven at its left end, column j one sensed at virtual ground at its bottom end. The path through
device (i, j) has j + 1 segments of ``r_row_ohm`` and m - i of ``r_col_ohm``.

Parameters
----------
g_S : (m, n) array, siemens; 0 is an open device.
r_row_ohm, r_col_ohm : ohms between neighbouring devices of a row, of a column.
r_driver_ohm, r_driver_far_ohm : of each row's source at its left, its right end; a number or (m,). inf: not connected.
r_sense_ohm, r_sense_far_ohm : of each column's sense node at its bottom, its top end; a number or (n,).
sinh_beta_per_V : devices carry G sinh(B d) / B at a drop of d volts; None: G d.
threads : at most so many; 0 = all cores. The result is the same.

Raises
------
InputError : wrong shapes or types, NaN, negative conductances or resistances.

Examples
--------
>>> import bitline
>>> import numpy as np
>>> bar = bitline.Crossbar(np.full((2, 2), 50e-6), r_row_ohm=2.0, r_col_ohm=2.0)
>>> bar.mvm([0.2, 0.2]).round(9)
array([1.9991e-05, 1.9989e-05])
)")
      .def(py::init<py::object, py::object, py::object, py::object, py::object, py::object, py::object,
                    std::optional<double>, int>(),
           py::arg("g_S"), py::kw_only(), py::arg("r_row_ohm") = 0.0, py::arg("r_col_ohm") = 0.0,
           py::arg("r_driver_ohm") = 0.0, py::arg("r_sense_ohm") = 0.0, py::arg("r_driver_far_ohm") = open,
           py::arg("r_sense_far_ohm") = open, py::arg("sinh_beta_per_V") = py::none(), py::arg("threads") = 0)
      .def("mvm", &Crossbar::mvm, py::arg("v_V"), py::kw_only(), py::arg("out") = py::none(),
           R"(Currents into the sense nodes, amperes: (batch, m) or (m,) volts give (batch, n) or (n,).

``out``: a C-contiguous float64 array of that shape that takes them. The first call finds the effective matrix.

Examples
--------
>>> import bitline, numpy as np
>>> bitline.Crossbar(np.array([[1e-6, 2e-6]])).mvm([[0.5]])
array([[5.e-07, 1.e-06]])
)")
      .def_property_readonly("effective_S", &Crossbar::effective_S,
                             "(m, n) siemens: currents are v_V @ effective_S. InputError with curved devices.")
      .def_property_readonly("shape", &Crossbar::shape, "(m, n): rows and columns.")
      .def("source_power_W", &Crossbar::source_power_W, py::arg("v_V"),
           "Power of all sources, watts: (batch, m) volts give (batch,), (m,) a number.")
      .def("node_voltages_V", &Crossbar::node_voltages_V, py::arg("v_V"),
           "Voltages of the row and the column nodes: two arrays (batch, m, n), or (m, n) for one vector.")
      .def("__repr__", [](const Crossbar& c) {
        return fmt::format("<bitline.Crossbar {} x {}>", c.shape().first, c.shape().second);
      });
}

}  // namespace bitline::python
