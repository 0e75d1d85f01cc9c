// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/reservoir_run.h"

#include <numeric>

namespace bitline::experiments {

using arch::Reservoir;
using workloads::LabelledRows;
using workloads::Readout;

namespace {

// What draws are for, beside the run.
enum Pick : std::uint16_t { recordings, positions, image_learners, voice_learners, pairs, image_sides, voice_sides };

// Which learners a readout's first weights are drawn for.
enum ReadoutNumber : std::uint16_t { image_alone, voice_alone, both_mixed, both_kept_apart, whole, scan = 100 };

int pulses_of(const Reservoir& r) { return r.voices.frames * r.voices.columns; }

// Learns from some samples and is tested with others.
struct Split {
  LabelledRows training, test;
};

double learn(const Reservoir& r, const Split& split, int epochs, const Random& random, std::uint16_t number) {
  const auto classes = static_cast<int>(r.digits.size());
  return std::visit(
      [&](const auto& rule) {
        return Readout(rule, split.training, classes, epochs, random, {Purpose::readout_start, number})
            .accuracy(split.test);
      },
      r.readout);
}

std::vector<double> columns_of(std::span<const double> row, std::span<const std::size_t> columns) {
  std::vector<double> some;
  for (const std::size_t c : columns) some.push_back(row[c]);
  return some;
}

LabelledRows some_columns(const LabelledRows& all, std::span<const std::size_t> columns) {
  LabelledRows some{static_cast<int>(columns.size()), {}, {}};
  for (std::size_t i = 0; i < all.count(); ++i) some.add(columns_of(all.row(i), columns), all.labels[i]);
  return some;
}

// Samples lie digit by digit; the first `single` of each digit's own order learn, digits in turn.
Split alone(const Reservoir& r, const LabelledRows& all, const Random& random, Pick pick) {
  Split split{{all.columns, {}, {}}, {all.columns, {}, {}}};
  const auto n = static_cast<std::size_t>(r.sets.samples), learners = static_cast<std::size_t>(r.sets.single);
  std::vector<std::vector<std::size_t>> order;
  for (std::size_t digit = 0; digit < r.digits.size(); ++digit)
    order.push_back(shuffled(
        n, random, {Purpose::pick, static_cast<std::uint16_t>(pick), 0, 0, static_cast<std::uint32_t>(digit)}));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t digit = 0; digit < order.size(); ++digit) {
      const std::size_t sample = digit * n + order[digit][i];
      (i < learners ? split.training : split.test).add(all.row(sample), all.labels[sample]);
    }
  return split;
}

// An image and a recording of one digit, by their numbers among its samples.
struct Pair {
  std::size_t digit, image, voice;
};

void add_pair(const Reservoir& r, const LabelledRows& images, const LabelledRows& voices, const Pair& pair,
              LabelledRows& to) {
  const auto n = static_cast<std::size_t>(r.sets.samples);
  std::vector<double> row;
  for (const auto& [from, sample] : {std::pair{&images, pair.image}, {&voices, pair.voice}}) {
    const auto values = from->row(pair.digit * n + sample);
    row.insert(row.end(), values.begin(), values.end());
  }
  to.add(row, static_cast<int>(pair.digit));
}

Split in_order(const Reservoir& r, const LabelledRows& images, const LabelledRows& voices,
               const std::vector<Pair>& training, const std::vector<Pair>& test) {
  const int columns = images.columns + voices.columns;
  Split split{{columns, {}, {}}, {columns, {}, {}}};
  for (const Pair& pair : training) add_pair(r, images, voices, pair, split.training);
  for (const Pair& pair : test) add_pair(r, images, voices, pair, split.test);
  return split;
}

// The paper's: learners are drawn from all pairs, so that each image and each recording is on both sides.
Split mixed(const Reservoir& r, const LabelledRows& images, const LabelledRows& voices, const Random& random) {
  const auto n = static_cast<std::size_t>(r.sets.samples), repeats = static_cast<std::size_t>(r.sets.repeats);
  std::vector<Pair> training, test;
  for (const std::size_t at : shuffled(r.digits.size() * n * n * repeats, random, {Purpose::pick, pairs})) {
    const std::size_t pair = at / repeats;
    (training.size() < static_cast<std::size_t>(r.sets.pairs) ? training : test)
        .push_back({pair / (n * n), pair / n % n, pair % n});
  }
  return in_order(r, images, voices, training, test);
}

// Each image and each recording is on one side alone.
Split kept_apart(const Reservoir& r, const LabelledRows& images, const LabelledRows& voices, const Random& random) {
  const auto n = static_cast<std::size_t>(r.sets.samples), learners = static_cast<std::size_t>(r.sets.apart);
  std::vector<Pair> training, test;
  for (std::size_t digit = 0; digit < r.digits.size(); ++digit) {
    const auto order = [&](Pick pick) {
      return shuffled(n, random,
                      {Purpose::pick, static_cast<std::uint16_t>(pick), 0, 0, static_cast<std::uint32_t>(digit)});
    };
    const auto image = order(image_sides), voice = order(voice_sides);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < n; ++k)
        if ((i < learners) == (k < learners)) (i < learners ? training : test).push_back({digit, image[i], voice[k]});
  }
  std::vector<Pair> turned;
  for (const std::size_t at : shuffled(training.size(), random, {Purpose::pick, pairs, 0, 1}))
    turned.push_back(training[at]);
  return in_order(r, images, voices, turned, test);
}

DeviceStates states_of_voices(const Reservoir& r, const device::Device& device, const SpokenFrames& spoken,
                              const Random& random) {
  const auto n = static_cast<std::size_t>(r.sets.samples);
  const auto channels = static_cast<int>(spoken.of_digit.front().front().size()) / r.voices.frames;
  const std::vector<float> mask = reservoir_mask(channels, r.voices.columns, random);
  std::vector<double> numbers;
  std::vector<int> labels;
  for (std::size_t digit = 0; digit < r.digits.size(); ++digit) {
    const auto& said = spoken.of_digit[digit];
    const auto order =
        shuffled(said.size(), random, {Purpose::pick, recordings, 0, 0, static_cast<std::uint32_t>(digit)});
    for (std::size_t i = 0; i < n; ++i) {
      const std::vector<double> one = masked(said[order[i]], mask, channels, r.voices.columns);
      numbers.insert(numbers.end(), one.begin(), one.end());
      labels.push_back(static_cast<int>(digit));
    }
  }
  return voice_states(r, device, random, numbers, labels);
}

std::vector<std::size_t> first_of(std::size_t count) {
  std::vector<std::size_t> columns(count);
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  return columns;
}

}  // namespace

std::vector<std::size_t> shuffled(std::size_t count, const Random& random, const Counter& first) {
  std::vector<std::size_t> order = first_of(count);
  Counter at = first;
  for (std::size_t i = count; i > 1; --i, ++at.place)  // Fisher and Yates
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.uniform4(at)[0] * static_cast<double>(i))]);
  return order;
}

std::vector<float> reservoir_mask(int channels, int columns, const Random& random) {
  std::vector<std::uint32_t> bits(static_cast<std::size_t>(channels) * static_cast<std::size_t>(columns));
  random.words({Purpose::mask}, bits);
  std::vector<float> mask;
  for (const std::uint32_t word : bits) mask.push_back(word >> 31 ? 1.f : -1.f);
  return mask;
}

ReservoirRun run_reservoir(const Reservoir& r, const device::Device& device, const SpokenFrames& spoken,
                           const Random& random, std::span<const int> by_kept) {
  const DeviceStates images = image_states(r, device, random), voices = states_of_voices(r, device, spoken, random);
  const auto order = shuffled(static_cast<std::size_t>(pulses_of(r)), random, {Purpose::pick, positions});
  const auto kept_voice = [&](int count) {
    return some_columns(voices.rows, std::span(order).first(static_cast<std::size_t>(count)));
  };
  const LabelledRows image = some_columns(images.rows, first_of(static_cast<std::size_t>(r.images.kept))),
                     voice = kept_voice(r.voices.kept);
  const int single = r.sets.epochs_single, joint = r.sets.epochs_pairs;
  const auto read_alone = [&](const LabelledRows& rows, Pick pick, std::uint16_t number) {
    return learn(r, alone(r, rows, random, pick), single, random, number);
  };
  const auto read_pairs = [&](const LabelledRows& some, const LabelledRows& others, std::uint16_t number) {
    return learn(r, mixed(r, some, others, random), joint, random, number);
  };

  ReservoirRun run;
  run.accuracy = {.image = read_alone(image, image_learners, image_alone),
                  .voice = read_alone(voice, voice_learners, voice_alone),
                  .both = read_pairs(image, voice, both_mixed),
                  .both_apart = learn(r, kept_apart(r, image, voice, random), joint, random, both_kept_apart),
                  .whole_image = read_alone(images.rows, image_learners, image_alone),
                  .whole_voice = read_alone(voices.rows, voice_learners, voice_alone),
                  .whole_both = read_pairs(images.rows, voices.rows, whole)};
  for (const int count : by_kept) {
    const LabelledRows some = kept_voice(count);
    run.voice_by_kept.push_back(read_alone(some, voice_learners, scan));
    run.both_by_kept.push_back(read_pairs(image, some, scan + 1));
  }
  for (int k = 0; k < r.images.kept; ++k) run.image_J += images.energy_J[static_cast<std::size_t>(k)];
  run.voice_J = std::accumulate(voices.energy_J.begin(), voices.energy_J.end(), 0.0);
  run.below = images.below + voices.below, run.readings = images.readings + voices.readings;
  return run;
}

}  // namespace bitline::experiments
