// SPDX-License-Identifier: Apache-2.0
// The reads that bench/python_reads.py times from Python, by the library alone: both in one process.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <tbb/task_arena.h>
#include <time.h>

#include "run/prepare.h"
#include "run/session.h"

namespace py = pybind11;

namespace bitline::bench {
namespace {

double own_time_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

using Matrix = py::array_t<double, py::array::c_style | py::array::forcecast>;

// One matrix on one chip, read one vector at a time.
class Reads {
 public:
  Reads(const std::string& configs, const Matrix& weights, const std::vector<std::int16_t>& codes, double x_max)
      : codes_(codes), session_(session(configs, weights, codes, x_max)), view_(session_.look(session_.write(0))) {}

  // Processor time of this thread; the sums of the last read stay in sums().
  double seconds(std::uint32_t count) {
    sums_.resize(static_cast<std::size_t>(session_.network().weights[0].columns));
    double spent = 0;
    tbb::task_arena(1).execute([&] {
      const double start = own_time_s();
      for (std::uint32_t i = 0; i < count; ++i) session_.read(view_, 0, codes_, {i, 1}, std::span(sums_));
      spent = own_time_s() - start;
    });
    return spent;
  }
  std::vector<double> sums() const { return sums_; }

 private:
  static run::Session session(const std::string& configs, const Matrix& weights, std::span<const std::int16_t> codes,
                              double x_max) {
    const arch::Config config = arch::load(std::filesystem::path(configs) / "chip" / "two-chip-2t2r.yaml",
                                           {{"chips", "auto"}, {"instances", "1"}}, {{configs}})
                                    .config;
    const NpyArray w{{static_cast<std::size_t>(weights.shape(0)), static_cast<std::size_t>(weights.shape(1))},
                     {weights.data(), weights.data() + weights.size()}};
    return {config, run::quantized_matrix(config, w, x_max, false), codes};
  }

  std::vector<std::int16_t> codes_;
  run::Session session_;
  chip::View view_;
  std::vector<double> sums_;
};

}  // namespace
}  // namespace bitline::bench

PYBIND11_MODULE(bitline_reads, m) {
  using bitline::bench::Reads;
  py::class_<Reads>(m, "Reads")
      .def(py::init([](const std::string& configs, const bitline::bench::Matrix& weights,
                       const py::array_t<std::int16_t>& codes, double x_max) {
        return std::make_unique<Reads>(configs, weights, std::vector(codes.data(), codes.data() + codes.size()), x_max);
      }))
      .def("seconds", &Reads::seconds)
      .def("sums", [](const Reads& r) {
        const std::vector<double> sums = r.sums();
        return py::array_t<double>(static_cast<py::ssize_t>(sums.size()), sums.data());
      });
}
