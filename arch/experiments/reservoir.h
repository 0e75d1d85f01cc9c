// SPDX-License-Identifier: Apache-2.0
// Digits seen and heard: pulses of their rows and of their sound drive devices that forget, and a learned layer reads
// the states (Nie et al., Adv. Mater. 2025, doi:10.1002/adma.202412006).
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/schema.h"
#include "workloads/delta_rule.h"
#include "workloads/gammatone.h"

namespace bitline::arch {

// One device a row of pixels: a slot a pixel, a positive pulse where it is 1. Its state is read at the end.
struct ReservoirImages {
  std::vector<std::string> glyphs{"1111 1001 1001 1001 1111", "1111 1000 1111 0001 1111",
                                  "1111 1001 1111 1001 1111"};  // of each digit, rows from the top
  double amplitude_V = 1, width_s = 1e-3, period_s = 20e-3;
  int kept = 2;  // of a corrupted image, the first rows
};
void fields(Visitor&, ReservoirImages&);

// Rows of pixels from "1111 1001 ...". Throws InputError: other characters, rows of different lengths, no pixels.
std::vector<std::vector<bool>> glyph_rows(const std::string& text);

using FrontEnd = std::variant<workloads::Gammatone>;

// What a pulse of a voice tells: the conductance at its end, or the current then.
enum class VoiceState { conductance, current };
inline constexpr std::string_view voice_state_names[] = {"conductance", "current"};
constexpr std::span<const std::string_view> names_of(VoiceState) { return voice_state_names; }

// The middle frames of a cochleagram times a random matrix of +-1 give numbers, frame by frame; each is a negative
// pulse on one device, from `lowest` for the smallest of all samples to `highest` for the largest.
struct ReservoirVoices {
  FrontEnd front_end = workloads::Gammatone{};
  int frames = 5, columns = 4;  // of sound; of the matrix
  double lowest_V = 0.4, highest_V = 1;
  double width_s = 1e-4, period_s = 20e-3;
  double start = 0.945;  // level of the device before the first pulse
  VoiceState state = VoiceState::conductance;
  int kept = 4;  // of a corrupted voice, at positions drawn once for all samples
};
void fields(Visitor&, ReservoirVoices&);

using ReadoutRule = std::variant<workloads::DeltaRule>;

// How samples are parted.
struct ReservoirSets {
  int samples = 30;  // images and recordings of each digit
  int single = 5;    // of each digit learn where one kind is read alone, the others test
  int repeats = 2;   // of every pair of an image and a recording
  int pairs = 900;   // of them learn, drawn from all; the others test
  int apart = 15;    // images and recordings of each digit whose pairs learn; pairs of the others test
  int epochs_single = 200, epochs_pairs = 20;
};
void fields(Visitor&, ReservoirSets&);

struct Reservoir {
  static constexpr const char* type = "reservoir";
  static constexpr const char* about = "digits seen and heard through devices that forget, read by a learned layer";
  static constexpr auto reads = std::to_array<std::string_view>(
      {"device.g_min", "device.g_max", "device.plasticity.potentiation", "device.plasticity.depression",
       "device.plasticity.history", "device.plasticity.spread"});
  std::vector<int> digits{0, 5, 8};
  int speakers = 6;
  int masks = 8;  // runs of each speaker, each with draws of its own
  ReservoirImages images;
  ReservoirVoices voices;
  ReadoutRule readout = workloads::DeltaRule{};
  ReservoirSets sets;
  double read_V = 0.1, read_s = 1e-4;  // of one reading of an image's state
};
void fields(Visitor&, Reservoir&);
std::vector<Diagnostic> check(const Reservoir&);  // paths are relative to the experiment

}  // namespace bitline::arch
