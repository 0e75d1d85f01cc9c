// SPDX-License-Identifier: Apache-2.0
// Curves of a device as a laboratory would measure them, drawn from Bitline's own models: for tests of fits, and the
// source of the example files in docs/tutorial/my-device.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "device/device.h"

namespace bitline::test {

// Everything is known of this device.
struct ExampleTruth {
  double g_min_S = 2e-6, g_max_S = 40e-6, v_read_V = 0.1;
  double label_up = 2.4, label_down = 3.6, cycle = 0.008, read_S = 0.1e-6;
  int pulses = 50, cycles = 3;
  double share1 = 0.5, tau1_s = 15e-3, share2 = 0.3, tau2_s = 0.2, pair_noise = 0.004;
  double sigma0_S = 0.3e-6, sigma1_S = 0.9e-6;  // of writing: sigma0 + sigma1 G / g_max
  int cells = 160, written = 320;
  double nu = 0.03, nu_sigma = 0.008, t0_s = 1;
  double beta_per_V = 2.5;

  device::Device device() const;
};

// CSV texts; other seeds, other noise.
std::string ltp_csv(const ExampleTruth&, std::uint32_t seed);  // currents in nA, three cycles
std::string ppf_csv(const ExampleTruth&, std::uint32_t seed);  // P2 / P1 in percent
// Cells written to eight levels; time 0 is right after writing.
std::string retention_csv(const ExampleTruth&, std::uint32_t seed,
                          const std::vector<double>& times_s = {0, 1, 10, 100, 1e3, 1e4, 1e5});
std::string bake_csv(const ExampleTruth&, std::uint32_t seed);  // the same read once, a day later
// Writes by this law, `cells` cells to each of eight targets up to `g_max_S`; readings are those that verified.
std::string write_log_csv(const device::WriteVerify&, double g_max_S, int cells, std::uint32_t seed);
device::WriteVerify example_writes();  // of docs/tutorial/my-device/writes.csv
std::string readback_csv(const ExampleTruth&, std::uint32_t seed);
std::string iv_csv(const ExampleTruth&, std::uint32_t seed);  // three states

}  // namespace bitline::test
