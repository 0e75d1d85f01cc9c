// SPDX-License-Identifier: Apache-2.0
#include "tests/characterise/example_curves.h"

#include <fmt/format.h>

#include <cmath>

#include "base/random.h"
#include "device/curve.h"
#include "device/plasticity/synapse.h"
#include "device/write_verify.h"

namespace bitline::test {

using device::CellId;
using device::Device;
using device::Sinh;
using device::Stimulus;

namespace {

// Standard normal numbers, one after another.
class Noise {
 public:
  Noise(std::uint32_t seed, std::uint32_t what) : random_(seed, what) {}
  double operator()() { return random_.normal4({.purpose = Purpose::test, .place = next_++})[0]; }

 private:
  Random random_;
  std::uint32_t next_ = 0;
};

const char* const made = "# Example: drawn from Bitline's own models, not measured.\n";

}  // namespace

Device ExampleTruth::device() const {
  Device d;
  d.g_min_S = g_min_S, d.g_max_S = g_max_S;
  d.write = device::GaussianWrite{{sigma0_S, sigma1_S}};
  d.drift = device::PowerLawDrift{t0_s, nu, nu_sigma};
  d.iv = Sinh{beta_per_V};
  device::Plasticity p;
  const auto side = [&](double amplitude_V, double label) {
    device::PulseResponse r;
    r.drive.amplitude_V = amplitude_V, r.drive.width_s = 1e-3;
    r.update = device::ExponentialUpdate{static_cast<double>(pulses), label};
    return r;
  };
  p.potentiation = side(1.5, label_up);
  p.depression = side(1.2, label_down);
  p.spread.cycle_to_cycle = cycle;
  d.plasticity = p;
  return d;
}

std::string ltp_csv(const ExampleTruth& e, std::uint32_t seed) {
  Noise noise(seed, 1);
  const Random random(seed, 2);
  const Device d = e.device();
  device::SynapseState s;
  std::string out = std::string(made) + "amplitude (V),width (ms),current (nA)\n";
  const auto row = [&](double amplitude_V) {
    const double g_S = e.g_min_S + s.level * (e.g_max_S - e.g_min_S) + e.read_S * noise();
    out += fmt::format("{},1,{:.2f}\n", amplitude_V, std::max(0.0, g_S) * e.v_read_V * 1e9);
  };
  row(0);
  for (int cycle = 0; cycle < e.cycles; ++cycle)
    for (const Stimulus stimulus : {Stimulus::potentiation, Stimulus::depression})
      for (int i = 0; i < e.pulses; ++i) {
        const device::Pulse pulse = reference_pulse(*d.plasticity, stimulus, s.time_s);
        apply(*d.plasticity, s, pulse, {&random, 0});
        row(pulse.amplitude_V);
      }
  return out;
}

std::string ppf_csv(const ExampleTruth& e, std::uint32_t seed) {
  Noise noise(seed, 3);
  std::string out = std::string(made) + "interval (ms);P2/P1 (%)\n";
  for (int i = 0; i < 24; ++i) {
    const double dt_s = 2e-3 * std::pow(500.0, i / 23.0);
    const double ratio =
        1 + e.share1 * std::exp(-dt_s / e.tau1_s) + e.share2 * std::exp(-dt_s / e.tau2_s) + e.pair_noise * noise();
    out += fmt::format("{:.3f};{:.2f}\n", dt_s * 1e3, ratio * 100);
  }
  return out;
}

std::string retention_csv(const ExampleTruth& e, std::uint32_t seed, const std::vector<double>& times_s) {
  Noise noise(seed, 4);
  Device d = e.device();
  const Random random(seed, 5);
  std::string out = std::string(made) + "cell,time (s),conductance (uS)\n";
  for (int cell = 0; cell < e.cells; ++cell) {
    const CellId id{1, static_cast<std::uint32_t>(cell), 0, 0};
    const double target_S = level_conductance(d, 1 + cell % 7, 8);
    double written_S = 0;
    write_cells(d, 0, random, {&id, 1}, {&target_S, 1}, {&written_S, 1});
    for (const double t_s : times_s) {
      double g_S = written_S;
      if (t_s > 0) age_cells(d, t_s, random, {&id, 1}, {&written_S, 1}, {}, {&g_S, 1});
      out += fmt::format("{},{},{:.4f}\n", cell, t_s, std::max(0.0, g_S + e.read_S * noise()) * 1e6);
    }
  }
  return out;
}

std::string bake_csv(const ExampleTruth& e, std::uint32_t seed) {
  constexpr double day_s = 86400;
  return retention_csv(e, seed, {0, day_s});
}

device::WriteVerify example_writes() {
  return {.half_width_S = 0.5e-6,
          .half_width_per_g_S = 0.7e-6,
          .set_step_S = {2e-6, 1e-6},
          .spread = 0.5,
          .device_spread = 0.6,
          .max_pulses = 30,
          .start_S = 1e-6};
}

std::string write_log_csv(const device::WriteVerify& w, double g_max_S, int cells, std::uint32_t seed) {
  Noise noise(seed, 9);
  std::string out = std::string(made) + "cell,target (uS),start (uS),pulses,conductance (uS),success\n";
  constexpr int targets = 8;
  for (int cell = 0; cell < targets * cells; ++cell) {
    const double target_S = g_max_S * (1 + cell % targets) / targets, factor = std::exp(w.device_spread * noise());
    const auto one = device::write_by_pulses(w, g_max_S, target_S, w.start_S, factor, [&](int) {
      const auto read = static_cast<float>(noise());
      return std::array<float, 2>{read, static_cast<float>(noise())};
    });
    out += fmt::format("{},{:.4g},{:.4g},{},{:.4f},{}\n", cell, 1e6 * target_S, 1e6 * w.start_S, one.pulses,
                       1e6 * (target_S + static_cast<double>(one.offset_S)), one.failed ? 0 : 1);
  }
  return out;
}

std::string readback_csv(const ExampleTruth& e, std::uint32_t seed) {
  const Device d = e.device();
  const Random random(seed, 6);
  std::string out = std::string(made) + "target (uS)\tconductance (uS)\n";
  for (int cell = 0; cell < e.written; ++cell) {
    const CellId id{1, static_cast<std::uint32_t>(cell), 0, 0};
    const double target_S = level_conductance(d, cell % 8, 8);
    double written_S = 0;
    write_cells(d, 0, random, {&id, 1}, {&target_S, 1}, {&written_S, 1});
    out += fmt::format("{:.4f}\t{:.4f}\n", target_S * 1e6, written_S * 1e6);
  }
  return out;
}

std::string iv_csv(const ExampleTruth& e, std::uint32_t seed) {
  Noise noise(seed, 7);
  const device::DeviceCurve curve = Sinh{e.beta_per_V};
  std::string out = std::string(made) + "state,voltage (V),current (uA)\n";
  for (const double g_S : {10e-6, 20e-6, 40e-6})
    for (int i = -20; i <= 20; ++i) {
      const double v = 0.025 * i, zero_S = at_zero_drop_S(curve, g_S, e.v_read_V);
      const double current_A = std::visit([&](const auto& law) { return law.at(zero_S, v).current_A; }, curve);
      out += fmt::format("{:.0f} uS,{:.3f},{:.4f}\n", g_S * 1e6, v, current_A * 1e6 + 0.02 * noise());
    }
  return out;
}

}  // namespace bitline::test
