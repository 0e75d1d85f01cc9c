// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/reservoir_voices.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/parallel.h"
#include "workloads/espeak.h"
#include "workloads/sound.h"
#include "workloads/spoken_digits.h"

namespace bitline::experiments {

namespace fs = std::filesystem;
using arch::Reservoir;
using workloads::Cochleagram;
using workloads::Sound;
using workloads::Speech;
using workloads::SpokenDigit;

namespace {

// A sound to be heard: a file, or words to be spoken.
struct Utterance {
  std::size_t speaker = 0, digit = 0;  // their numbers in the run
  std::string name;                    // for messages
  fs::path file;                       // empty: `speech` is spoken
  Speech speech;
};

std::vector<Utterance> recorded(const Reservoir& r, const std::vector<SpokenDigit>& all,
                                std::vector<std::string>& speakers) {
  for (const SpokenDigit& d : all)
    if (std::ranges::find(speakers, d.speaker) == speakers.end()) speakers.push_back(d.speaker);
  speakers.resize(std::min(speakers.size(), static_cast<std::size_t>(r.speakers)));
  std::vector<Utterance> utterances;
  for (std::size_t s = 0; s < speakers.size(); ++s)
    for (std::size_t digit = 0; digit < r.digits.size(); ++digit) {
      int found = 0;
      for (const SpokenDigit& d : all)
        if (d.speaker == speakers[s] && d.digit == r.digits[digit])
          utterances.push_back({s, digit, d.file.string(), d.file, {}}), ++found;
      if (found < r.sets.samples)
        throw InputError(fmt::format("{}: {} recordings of digit {} by {}, but experiment.sets.samples asks for {}",
                                     all.front().file.parent_path().string(), found, r.digits[digit], speakers[s],
                                     r.sets.samples));
    }
  return utterances;
}

// Voices of espeak-ng; a digit is spoken at different speeds and pitches.
std::vector<Utterance> spoken(const Reservoir& r, std::vector<std::string>& speakers) {
  constexpr std::array voices{"en-us+m1", "en-us+f2", "en-gb+m3", "en-us+m7", "en-gb+f4", "en-gb-scotland+m5"};
  constexpr std::array words{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
  constexpr int speeds = 6, slowest = 120, faster = 15, lowest = 20, higher = 5, pitches = 13;
  if (r.sets.samples > speeds * pitches)
    throw InputError(fmt::format(
        "experiment.sets.samples: {} of each digit, but espeak-ng is asked to speak a digit in {} ways; give "
        "at most so many, or recordings (--data DIR)",
        r.sets.samples, speeds * pitches));
  std::vector<Utterance> utterances;
  for (std::size_t s = 0; s < std::min(voices.size(), static_cast<std::size_t>(r.speakers)); ++s) {
    speakers.emplace_back(voices[s]);
    for (std::size_t digit = 0; digit < r.digits.size(); ++digit)
      for (int i = 0; i < r.sets.samples; ++i) {
        const char* word = words[static_cast<std::size_t>(r.digits[digit])];
        utterances.push_back({s,
                              digit,
                              fmt::format("'{}' by {}", word, voices[s]),
                              {},
                              {word, voices[s], slowest + i % speeds * faster, lowest + i / speeds * higher}});
      }
  }
  return utterances;
}

Sound heard(const Utterance& u, const workloads::DataPath& where) {
  constexpr std::uintmax_t minute_bytes =
      std::uintmax_t{60} * 48000 * 4;  // far more than a digit, in stereo of 16 bits
  if (!u.file.empty()) return workloads::read_sound(u.file, minute_bytes);
  if (auto sound = workloads::speak(u.speech)) return std::move(*sound);
  throw InputError(
      fmt::format("{}\nor, for a stand-in of synthetic voices: apt-get install espeak-ng (the command is not found)",
                  workloads::spoken_digits_missing(where)));
}

std::vector<float> middle_frames(const Cochleagram& c, int count, const std::string& name) {
  if (c.frames < count)
    throw InputError(
        fmt::format("{}: {} frames of sound, but experiment.voices.frames asks for {}", name, c.frames, count));
  const auto first = static_cast<std::ptrdiff_t>((c.frames - count) / 2) * c.channels;
  return {c.values.begin() + first, c.values.begin() + first + static_cast<std::ptrdiff_t>(count) * c.channels};
}

// One entry for the folder, as data sets of many files have.
workloads::InputFile folder_of(const std::vector<Utterance>& utterances, const std::vector<std::string>& checksums) {
  std::string lines;
  for (std::size_t i = 0; i < utterances.size(); ++i)
    lines += fmt::format("{} {}\n", utterances[i].file.filename().string(), checksums[i]);
  return {utterances.front().file.parent_path().string(), checksum(lines)};
}

}  // namespace

Voices load_voices(const Reservoir& r, const workloads::DataPath& where) {
  Voices voices;
  std::vector<std::string> speakers;
  const std::vector<SpokenDigit> recordings = workloads::spoken_digits(where);
  voices.recorded = !recordings.empty();
  const std::vector<Utterance> utterances = voices.recorded ? recorded(r, recordings, speakers) : spoken(r, speakers);
  if (!voices.recorded) heard(utterances.front(), where);  // one message where nothing speaks

  const auto& bank = std::get<workloads::Gammatone>(r.voices.front_end);
  std::vector<std::vector<float>> frames(utterances.size());
  std::vector<std::string> checksums(utterances.size());
  std::vector<std::optional<Cochleagram>> examples(r.digits.size());
  parallel_for(utterances.size(), [&](std::size_t i) {
    const Utterance& u = utterances[i];
    const Sound sound = heard(u, where);
    Cochleagram c = cochleagram(bank, sound.values.front(), sound.rate_Hz);
    frames[i] = middle_frames(c, r.voices.frames, u.name);
    if (!u.file.empty()) checksums[i] = checksum_of(u.file);
    const bool first = i == 0 || utterances[i - 1].digit != u.digit || utterances[i - 1].speaker != u.speaker;
    if (first && u.speaker == 0) examples[u.digit] = std::move(c);
  });
  for (const std::string& name : speakers)
    voices.speakers.push_back({name, std::vector<std::vector<std::vector<float>>>(r.digits.size())});
  for (std::size_t i = 0; i < utterances.size(); ++i)
    voices.speakers[utterances[i].speaker].of_digit[utterances[i].digit].push_back(std::move(frames[i]));
  for (auto& example : examples) voices.examples.push_back(std::move(*example));
  if (voices.recorded) voices.files.push_back(folder_of(utterances, checksums));
  voices.frames_s = r.voices.frames * bank.frame_s;
  return voices;
}

}  // namespace bitline::experiments
