// SPDX-License-Identifier: Apache-2.0
// What a run found, as plain data; report/ turns it into JSON, CSV, tables and pictures. Keys of result.json follow the
// member names (contract).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/config_reader.h"
#include "base/statistics.h"
#include "periphery/unit_cost.h"

namespace bitline {

// Parts in the order they are reported; their sum is the total.
using Breakdown = std::vector<std::pair<std::string, double>>;
double total(const Breakdown&);

struct ChipQuality {
  double value = 0;
  Interval ci95{0, 0};  // Wilson over images
};

struct Quality {
  std::string metric = "accuracy";
  double value = 0;            // mean over chips
  Interval ci95{0, 0};         // t over chips, given these images (Wilson when there is one chip)
  Interval ci95_images{0, 0};  // bootstrap over images
  std::vector<ChipQuality> chips;
  double reference_float = 0, reference_quantized = 0;
  // Quantized-reference minus on-chip accuracy, paired by image and chip; interval by bootstrap over images.
  double loss = 0;
  Interval loss_ci95{0, 0};
  std::size_t inputs = 0;
};

struct WriteResult {
  double level_accuracy = 1, rms_error_S = 0, fault_frac = 0;
  std::optional<double> pulses_per_cell;  // of a device, as papers count cells; unset: writing counts no pulses
  std::optional<double> failed_frac;      // devices that write-verify gave up, stuck ones included
  double sigma_S = 0;                     // solved or given spread of the Gaussian write; 0 when not Gaussian
  std::size_t cells = 0;                  // mapped weights counted in level_accuracy
  Interval level_accuracy_ci95{0, 0};
  std::optional<double> unpulsed_frac;  // devices that took no pulse: in their window, or nearest to g_min
  double read_after_s = 0;              // since the last writing, of all reads
  std::optional<double> refresh_in_s;   // from these reads to the next refresh
};

// What the interconnect does, seen on a sample of reads of the first chip.
struct WireResult {
  double row_ohm = 0, column_ohm = 0;  // of a segment
  std::string method;                  // how currents are found
  std::string status = "solved";       // or what did not converge
  std::optional<double> residual;  // of Kirchhoff's current law, the largest met over the largest current; unset: not
                                   // measured, as nothing is iterated
  std::size_t reads = 0;           // in the sample
  double current_error_rms = 0;    // current with wires minus without, over the rms current without
  // Voltage left across a cell, of a pair's devices the lesser, over that of its source, with all rows driven: mean and
  // least of the map.
  double drop_mean = 1, drop_min = 1;
  double noise_factor_mean = 1;  // variance of a column's read noise over that of its own cells
  double noise_sigma_error = 0;  // rms relative error that is left in the standard deviation
  // For pictures: voltage left at each cell of the first array with all rows driven, (rows, columns), of a pair's
  // devices the lesser; currents with and without wires over the largest without.
  int map_rows = 0, map_columns = 0;
  bool supplied_beside_columns = false;  // supplies enter above the first row (gated ladder), not left of each row
  std::vector<float> drop_map, with_wires, without_wires;
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
};

struct MappingResult {
  int arrays_used = 0, arrays_total = 0, chips = 0, array_rows = 0, array_columns = 0;
  std::string fits;             // with unused arrays, what would leave fewer: "arrays: 2"; empty: nothing would
  double cell_utilisation = 0;  // mapped cells / all cells
  std::vector<double> array_utilisation;  // per array
  std::vector<LayerMapping> layers;
  int unused() const { return std::max(0, arrays_total - arrays_used); }
};

struct LayerResult {
  std::string name;
  double energy_J = 0, latency_s = 0;
  double settle_s = 0;  // of its lines, to half an LSB
  double snr_db = 0;    // power of the exact product over that of the deviation, summed over chips
  double adc_clipped_frac = 0;
  double adc_full_scale_A = 0;
  double conversions = 0;  // per inference
  double macs = 0;         // per inference
  int arrays = 0;
  Breakdown energy_breakdown_J;
  double read_s = 0;  // one read: rows driven, columns converted in turn
};

// A part of the chip: what it costs and where the figure comes from. `per` names the action.
struct CostLine {
  std::string part, per;
  UnitCost unit;
  double instances = 0;
};

// When an array works for a layer during one inference.
struct Busy {
  int layer = 0, array = 0;
  double start_s = 0, end_s = 0;
};

// Operations per energy and area of what lies inside a boundary.
struct Boundary {
  std::string name, inside;
  double tops_per_w = 0, tops_per_mm2 = 0;
};

// A digital machine that holds and runs the same network at the same node.
struct Baseline {
  std::string name, how;
  double energy_J = 0, latency_s = 0, area_m2 = 0, tops_per_w = 0, tops_per_mm2 = 0;
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
  std::optional<double> ours;      // unset: the path named nothing
  std::optional<double> within{};  // goal for |deviation|; unset: no verdict
};
// Ours over the published figure, minus 1; unset where either is missing or the published one is 0.
std::optional<double> deviation(const Published&);
// Beyond its goal, or without ours. A published 0 is met by 0 only.
bool is_miss(const Published&);

// What the lines of a published table of components add up to, by group.
struct BudgetSum {
  std::string name;
  double power_W = 0, area_m2 = 0;
};

struct InputFile {
  std::string name, checksum;
};

struct Result {
  std::string name, config_hash, status = "done";
  std::uint32_t seed = 0;
  std::vector<std::string> warnings;
  std::vector<Assumption> assumed;
  // Set: costs from layer shapes. Nothing was written or run, so `quality`, `write`, `images` and a layer's SNR,
  // clipping and full scale say nothing.
  std::optional<ShapesResult> shapes;
  Quality quality;
  WriteResult write;
  std::optional<WireResult> wires;  // unset: ideal
  double energy_per_inference_J = 0;
  double energy_low_J = 0, energy_high_J = 0;          // with every part's spread, all one way
  std::optional<double> energy_write_J, write_time_s;  // unset: neither pulses nor a write's cost are given
  std::string write_needs;                             // keys that would tell what writing costs; empty: they are given
  std::optional<double> refresh_W;
  Breakdown energy_J;
  std::vector<ImageResult> images;  // the first images; result.json describes the first sampled_images
  double latency_per_inference_s = 0, throughput_per_s = 0;
  Breakdown latency_s;
  double area_m2 = 0;
  Breakdown area_breakdown_m2;
  double unused_arrays_m2 = 0;  // of the total: arrays that no layer uses, with what stands around them
  double tops_per_w = 0, tops_per_mm2 = 0;
  double one_bit_tops_per_w = 0;  // times input and weight bits
  std::string efficiency_definition;
  std::vector<Boundary> boundaries;  // array, macro, chip
  std::vector<Baseline> baselines;
  std::vector<CostLine> unit_costs;
  std::vector<Busy> timeline;
  std::vector<BudgetSum> budget;
  bool only_budget = false;  // the config has no network: all there is are `budget` and `published`
  MappingResult mapping;
  std::vector<LayerResult> layers;
  std::vector<Published> published;
  std::vector<std::pair<std::string, double>> timing;  // stage, seconds
  int threads = 0;
  std::string isa;  // instruction set of the reads
  std::vector<InputFile> inputs;
  // For pictures only, not in result.json: one array's target and read-back levels.
  struct LevelMap {
    int rows = 0, columns = 0;
    std::vector<float> intended, read_back;
  } level_map;
};

}  // namespace bitline
