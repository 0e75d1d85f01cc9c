// SPDX-License-Identifier: Apache-2.0
// What a run found, as plain data; report/ turns it into JSON, CSV, tables and pictures. Keys of result.json follow the
// member names, and users read them: renaming one breaks their scripts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/config_reader.h"
#include "base/simplification.h"
#include "base/statistics.h"
#include "chip/level_map.h"
#include "chip/wire_result.h"
#include "cost/costs.h"
#include "run/experiment_result.h"

namespace bitline::run {

struct ChipQuality {
  double value = 0;
  Interval ci95{0, 0};  // Wilson over images
};

struct Quality {
  std::string metric = "accuracy";
  double value = 0;            // mean over chips
  Interval ci95_both{0, 0};    // over chips and images together (base/two_way.h): the one to quote
  Interval ci95{0, 0};         // t over chips, given these images (Wilson when there is one chip)
  Interval ci95_images{0, 0};  // bootstrap over images, given these chips
  std::vector<ChipQuality> chips;
  double reference_float = 0, reference_quantized = 0;
  std::optional<double> chance;  // accuracy alone: what answering the commonest class always gives
  // Quantized-reference minus on-chip accuracy, paired by image and chip; interval by bootstrap over images.
  double loss = 0;
  Interval loss_ci95{0, 0};
  std::size_t inputs = 0;
  std::string no_value;  // why the score has no value (NaN); empty: it has
  // By chip: what each sample scored, whose mean is the chip's value; empty where only the set has a value. Two runs on
  // the same samples are compared by it; not in result.json.
  std::vector<std::vector<float>> of_samples{};
};

struct WriteResult {
  double level_accuracy = 1, rms_error_S = 0, fault_frac = 0;
  std::optional<double> pulses_per_cell;  // of a device, as papers count cells; unset: writing counts no pulses
  std::optional<double> failed_frac;      // devices that write-verify gave up, stuck ones included
  double sigma_S = 0;                     // solved or given spread of the Gaussian write; 0 when not Gaussian
  std::size_t cells = 0;                  // mapped weights counted in level_accuracy
  Interval level_accuracy_ci95{0, 0};
  std::optional<double> unpulsed_frac;  // devices that took no pulse: in their window, or nearest to g_min
  double read_after_s = 0;              // since the last writing, of all reads (of a use in time: of the first)
  std::optional<double> refresh_in_s;   // from these reads to the next refresh
};

// A use in time: the first score at each of its moments.
struct UseMoment {
  double time_s = 0;                          // since the use began
  double age_s = 0;                           // since the last writing or refresh
  double images = 0, images_since_write = 0;  // that arrived since the use, or the last writing in it, began
  std::uint32_t refreshes = 0;                // since the use began
  std::size_t inputs = 0;                     // that are scored
  double value = 0;                           // mean over chips
  Interval ci95_both{0, 0};                   // as Quality's
  // From the first moment to this one, paired by image and chip; interval by bootstrap over images. Unset where moments
  // score other images, or only the set has a value.
  std::optional<double> change{};
  Interval change_ci95{0, 0};
};
struct UseResult {
  double span_s = 0, time_per_image_s = 0, images = 0;
  std::string metric;
  std::uint32_t refreshes = 0;
  std::optional<double> refresh_J, refresh_s;  // of all of them; unset: not known
  std::vector<UseMoment> moments;
};

// Where only shapes of layers are known.
struct ShapesResult {
  std::string statistics;  // "expected" or "drawn"
  std::string note;        // what the counts are of
};
inline constexpr const char* nothing_was_run = "costs from layer shapes: nothing was run, so there is no accuracy";

struct PlacedBlock {
  std::string layer;
  int copy = 0;
  int array = 0, row = 0, column = 0, rows = 0, columns = 0;  // in array rows and physical columns
  int layer_row = 0, layer_column = 0;                        // of the weight matrix
};

struct LayerMapping {
  std::string name;
  int rows = 0, columns = 0;
  bool digital = false;
  std::vector<PlacedBlock> blocks;
  int copies = 1;
};

struct MappingResult {
  int arrays_used = 0, arrays_total = 0, chips = 0, array_rows = 0, array_columns = 0;
  int arrays_needed = 0;             // with mapping.prefer: area, one copy of each layer
  std::vector<std::string> choices;  // made without being asked for, with the key that changes them
  std::vector<std::string> warnings;
  std::string fits;             // with unused arrays, what would leave fewer: "arrays: 2"; empty: nothing would
  double cell_utilisation = 0;  // mapped cells / all cells
  std::vector<double> array_utilisation;  // per array
  std::vector<LayerMapping> layers;
  int unused() const { return std::max(0, arrays_total - arrays_used); }
};

// What reads of a layer showed, over images and chips.
struct LayerReads {
  double snr_db = 0;  // power of the exact product over that of the deviation, summed over chips
  double adc_clipped_frac = 0;
  double adc_full_scale_A = 0;
};

// One image on the first chip.
struct ImageResult {
  int label = 0, predicted = 0;
  double energy_J = 0;                // of the whole inference
  std::vector<double> data_energy_J;  // by layer: the part that depends on the inputs
};
inline constexpr std::size_t sampled_images = 100;

struct Published {
  std::string what, unit, source, kind;
  double published = 0;
  std::optional<double> ours;           // unset: the path named nothing
  std::optional<double> within{};       // goal for |deviation|; unset: no verdict
  std::optional<double> low{}, high{};  // within which 90 % of real designs lie by our spreads; unset: none is known
};
// A figure that is not compared.
struct LeftOut {
  std::string what, why;
};
// Ours over the published figure, minus 1; unset where either is missing or the published one is 0.
std::optional<double> deviation(const Published&);
// Beyond its goal, or without ours. A published 0 is met by 0 only.
bool is_miss(const Published&);
// Whether the published figure lies inside our interval; unset without one.
std::optional<bool> is_inside(const Published&);

struct InputFile {
  std::string name, checksum;
};

struct DesignLine {
  std::string what, text;
};

// What went into the network, as it saw it: after normalization.
struct NetworkInput {
  std::string network;  // file
  std::size_t layers = 0, weights = 0, outputs = 0;
  std::string set;  // of the data
  std::vector<int> dims;
  std::size_t samples = 0;
  double least = 0, largest = 0, mean = 0, deviation = 0;  // of all values of these samples
  std::string normalized;                                  // "(x - 0.286) / 0.353"; empty: not
  std::optional<std::size_t> classes, targets;             // of the set, or neither
};

struct Result {
  std::string name, config_hash, status = "done";
  std::uint32_t seed = 0;
  std::vector<DesignLine> design;
  std::optional<NetworkInput> input;  // unset: no network was run on samples of a set
  std::vector<std::string> warnings;
  std::vector<Assumption> assumed;
  std::vector<Simplification> simplifications;  // what the models in this run say they leave out
  // Set: costs from layer shapes. Nothing was written or run, so `quality`, `write`, `images` and `reads` say nothing.
  std::optional<ShapesResult> shapes;
  // Set: what an experiment found. It may have written no array and mapped no network: `write` and `mapping` then say
  // nothing.
  std::optional<ExperimentResult> experiment;
  Quality quality;               // the first score
  std::vector<Quality> scores;   // all, in the order of the config
  std::optional<UseResult> use;  // unset: all images were read at once
  WriteResult write;
  std::optional<chip::WireResult> wires;   // unset: ideal
  std::optional<chip::MetalEffect> metal;  // of ideal wires: what real ones would do; unset: not known
  cost::Costs costs;
  std::vector<ImageResult> images;  // the first images; result.json describes the first sampled_images
  std::vector<cost::BudgetSum> budget;
  bool only_budget = false;  // the config has no network: all there is are `budget` and `published`
  MappingResult mapping;
  std::vector<LayerReads> reads;  // like costs.layers; empty where nothing was run
  std::vector<Published> published;
  std::vector<LeftOut> published_left_out;
  std::vector<std::pair<std::string, double>> timing;  // stage, seconds
  int threads = 0;
  std::string isa;  // instruction set of the reads
  std::vector<InputFile> inputs;
  chip::LevelMap level_map;  // of one array, for pictures only: not in result.json
};

// An experiment with devices that no network was mapped on: there are no arrays, layers or writing to tell of.
inline bool is_without_arrays(const Result& r) { return r.experiment && r.mapping.arrays_total == 0; }

}  // namespace bitline::run
