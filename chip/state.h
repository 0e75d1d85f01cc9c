// SPDX-License-Identifier: Apache-2.0
// The truth of one chip instance: what every cell is, when it was written and how often. Only write(), pulse()
// (chip/pulse.h), pass() and count_reads() change it; what reads need is derived from it by look() (chip/view.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/random.h"
#include "chip/chip.h"
#include "chip/level_map.h"
#include "device/plasticity/synapse.h"

namespace bitline::chip {

// The cells of one block, in the order of BlockDevices: (rows, weights, slices, devices of a slice).
struct Cells {
  std::vector<double> written_S;     // conductance right after the last writing
  std::vector<std::uint8_t> faulty;  // 1: stuck, or on a dead line
  std::vector<std::uint8_t> round;   // of write-verify that wrote the device last; empty: all in the first
  std::vector<double> reference_S;   // reference devices of offset cells, (rows, slices); else empty
  std::vector<std::uint8_t> reference_faulty, reference_round;
  std::vector<device::SynapseState> synapses;  // of devices that pulses have met since (chip/pulse.h); empty: none has
  double written_at_s = 0;                     // on the clock of State::now_s
  double images = 0;                           // that have been run since
  std::vector<double> read_s;                  // by row: driven by reads since; empty: never
  std::uint32_t writes = 0;                    // how often; the number of the next write names its draws
  std::uint32_t version = 0;                   // grows with every change
};

struct State {
  Random random{0, 0};
  double now_s = 0;
  std::vector<Cells> blocks;  // by BlockId
};

// What writing took and how well it met its targets, over the blocks written.
struct WriteReport {
  // Weights without a faulty device, those of them at their level; digits, devices, faulty ones.
  std::size_t cells = 0, at_level = 0, digits = 0, devices = 0, faulty = 0;
  double squared_error_S2 = 0;  // of digits: G+ - G- or G, written minus target
  // Of writing by pulses: pulses of all devices, devices that took none, devices outside their window.
  std::uint64_t pulses = 0, unpulsed = 0, given_up = 0;
  std::size_t missing = 0;  // devices that measured conductances have no value of
  void add(const WriteReport& other);
};

// A chip instance before anything is written.
State new_state(const Chip& chip, int instance);

// Writes the network's weights to all blocks, or to `blocks` of them, as the configured device is written (or as its
// conductances were measured: config.conductances). Draws hang on instance, weight and number of the write.
WriteReport write(const Chip& chip, State& state);
WriteReport write(const Chip& chip, State& state, std::span<const mapping::BlockId> blocks);
// The same with perfect devices: every cell at its target.
State ideal_state(const Chip& chip);

// Lets time pass: nothing is drawn, since what a device becomes is a function of its age.
void pass(State& state, double seconds);
// The same until a moment of the state's clock, without the rounding of a sum of steps.
void pass_until(State& state, double now_s);

// Counts the reads of `images` images; `read_s`: how long one of them drives each row of each block, by BlockId.
void count_reads(State& state, double images, std::span<const std::vector<double>> read_s);

// Writings of everything that others follow before anything is read leave nothing but their numbers: `count` are used
// up.
void skip_writings(State& state, std::uint32_t count);

// Target, written and aged conductances of every array to FOLDER/<array>_<what>.npy. Throws RunError.
void keep_conductances(const Chip& chip, const State& state, const std::filesystem::path& folder);

// Intended and read-back levels of the first block, for pictures; empty where weights are cut into slices.
LevelMap level_map(const Chip& chip, const State& state);

}  // namespace bitline::chip
