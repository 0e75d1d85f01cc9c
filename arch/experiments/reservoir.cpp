// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/reservoir.h"

#include <fmt/format.h>

#include <sstream>
#include <utility>

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

std::vector<std::vector<bool>> glyph_rows(const std::string& text) {
  std::vector<std::vector<bool>> rows;
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    std::vector<bool>& row = rows.emplace_back();
    for (const char c : word) {
      if (c != '0' && c != '1') throw InputError(fmt::format("'{}' has '{}' where 0 or 1 is expected", text, c));
      row.push_back(c == '1');
    }
    if (row.size() != rows.front().size()) throw InputError(fmt::format("rows of '{}' have different lengths", text));
  }
  if (rows.empty()) throw InputError("a glyph has no rows");
  return rows;
}

namespace {

using Problems = std::vector<Diagnostic>;

void check_glyphs(const Reservoir& r, Problems& found) {
  constexpr const char *key = "images.glyphs", *remedy = "write rows of 0 and 1, such as \"1111 1001 1111\"";
  if (r.images.glyphs.size() != r.digits.size())
    return add_problem(found, key, fmt::format("{} given for {} digits", r.images.glyphs.size(), r.digits.size()),
                       "give one for each");
  std::size_t rows = 0;
  for (const std::string& glyph : r.images.glyphs) try {
      const std::size_t n = glyph_rows(glyph).size();
      if (rows > 0 && n != rows) add_problem(found, key, "glyphs have different numbers of rows", remedy);
      rows = n;
    } catch (const InputError& wrong) {
      add_problem(found, key, wrong.what(), remedy);
    }
  if (rows > 0 && static_cast<std::size_t>(r.images.kept) > rows)
    add_problem(found, "images.kept", fmt::format("{} of {} rows", r.images.kept, rows), "keep at most all");
}

void check_pulses(const Reservoir& r, Problems& found) {
  if (r.images.width_s > r.images.period_s)
    add_problem(found, "images.width", "is longer than images.period", "make pulses shorter");
  if (r.voices.width_s > r.voices.period_s)
    add_problem(found, "voices.width", "is longer than voices.period", "make pulses shorter");
  if (r.voices.lowest_V > r.voices.highest_V)
    add_problem(found, "voices.lowest", "is above voices.highest", "the range runs from low to high");
  if (const int states = r.voices.frames * r.voices.columns; r.voices.kept > states)
    add_problem(found, "voices.kept", fmt::format("{} of {} states", r.voices.kept, states), "keep at most all");
}

void check_sets(const Reservoir& r, Problems& found) {
  constexpr const char* remedy = "leave some for the test";
  for (const auto& [learners, key] : {std::pair{r.sets.single, "sets.single"}, {r.sets.apart, "sets.apart"}})
    if (learners >= r.sets.samples)
      add_problem(found, key, fmt::format("{} of {} samples learn", learners, r.sets.samples), remedy);
  const auto all = static_cast<double>(r.digits.size()) * r.sets.samples * r.sets.samples * r.sets.repeats;
  if (all > 1e6) add_problem(found, "sets.samples", fmt::format("make {:.0f} pairs", all), "a million are the most");
  if (r.sets.pairs >= all)
    add_problem(found, "sets.pairs", fmt::format("{} of {:.0f} learn", r.sets.pairs, all), remedy);
}

}  // namespace

std::vector<Diagnostic> check(const Reservoir& r) {
  Problems found;
  if (r.digits.size() < 2)
    add_problem(found, "digits", fmt::format("{} given", r.digits.size()), "two or more can be told apart");
  check_glyphs(r, found);
  check_pulses(r, found);
  check_sets(r, found);
  return found;
}

}  // namespace bitline::arch
