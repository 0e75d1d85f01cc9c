// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/reservoir.h"

namespace bitline::arch {

void fields(Visitor& v, ReservoirImages& i) {
  v(i.glyphs, {.key = "glyphs", .meaning = "of each digit: rows of 0 and 1 from the top, with spaces between"});
  v(i.amplitude_V, {.key = "amplitude", .meaning = "of the pulse of a 1", .unit = Unit::volt, .positive = true});
  v(i.width_s, {.key = "width", .meaning = "of the pulse", .unit = Unit::second, .positive = true});
  v(i.period_s, {.key = "period",
                 .meaning = "from pixel to pixel, and from the last to the reading",
                 .unit = Unit::second,
                 .positive = true});
  v(i.kept, {.key = "kept", .meaning = "rows of a corrupted image, from the top", .min = 1});
}

void fields(Visitor& v, ReservoirVoices& s) {
  v(s.front_end, {.key = "front_end", .meaning = "from sound to frames of channels"});
  v(s.frames, {.key = "frames", .meaning = "of sound, from its middle", .min = 1, .max = 1000});
  v(s.columns, {.key = "columns", .meaning = "numbers that a frame becomes", .min = 1, .max = 1000});
  v(s.lowest_V,
    {.key = "lowest", .meaning = "amplitude of the smallest number's pulse", .unit = Unit::volt, .positive = true});
  v(s.highest_V,
    {.key = "highest", .meaning = "amplitude of the largest number's pulse", .unit = Unit::volt, .positive = true});
  v(s.width_s, {.key = "width", .meaning = "of a pulse", .unit = Unit::second, .positive = true});
  v(s.period_s, {.key = "period", .meaning = "from pulse to pulse", .unit = Unit::second, .positive = true});
  v(s.start, {.key = "start", .meaning = "level of the device before the first pulse", .min = 0, .max = 1});
  v(s.state, {.key = "state", .meaning = "what is read at the end of a pulse"});
  v(s.kept, {.key = "kept", .meaning = "states of a corrupted voice", .min = 1});
}

void fields(Visitor& v, ReservoirSets& s) {
  v(s.samples, {.key = "samples", .meaning = "images and recordings of each digit", .min = 2, .max = 1000});
  v(s.single,
    {.key = "single", .meaning = "samples of each digit that learn where images or voices stand alone", .min = 1});
  v(s.repeats,
    {.key = "repeats", .meaning = "how often each pair of image and recording counts", .min = 1, .max = 100});
  v(s.pairs, {.key = "pairs", .meaning = "pairs that learn, drawn from all", .min = 1});
  v(s.apart, {.key = "apart", .meaning = "images and recordings of each digit whose pairs learn", .min = 1});
  v(s.epochs_single, {.key = "epochs_single", .meaning = "passes over the samples of one kind", .min = 1, .max = 1e6});
  v(s.epochs_pairs, {.key = "epochs_pairs", .meaning = "passes over pairs", .min = 1, .max = 1e6});
}

void fields(Visitor& v, Reservoir& r) {
  v(r.digits, {.key = "digits", .meaning = "classes", .min = 0, .max = 9});
  v(r.speakers, {.key = "speakers",
                 .meaning = "so many, the first by name; all where there are fewer, which is told",
                 .min = 1,
                 .max = 1000});
  v(r.masks, {.key = "masks", .meaning = "runs of each speaker, each with draws of its own", .min = 1, .max = 10000});
  v(r.images, {.key = "images", .meaning = "digits seen"});
  v(r.voices, {.key = "voices", .meaning = "digits heard"});
  v(r.readout, {.key = "readout", .meaning = "how the layer that reads states learns"});
  v(r.sets, {.key = "sets", .meaning = "how many samples, and which learn"});
  v(r.read_V, {.key = "read_voltage", .meaning = "of a reading", .unit = Unit::volt, .positive = true});
  v(r.read_s, {.key = "read_time", .meaning = "of a reading, for its energy", .unit = Unit::second, .positive = true});
}

}  // namespace bitline::arch
