// SPDX-License-Identifier: Apache-2.0
// One experiment as data: the chip (chips x tiles x arrays x cells and the periphery), the network that runs on it, and
// how often. Everything a result depends on is here; threads, folders and formats are not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arch/experiment.h"
#include "arch/system.h"
#include "arch/use.h"
#include "arch/workload.h"
#include "array/cell.h"
#include "array/wires/wires.h"
#include "base/config_reader.h"
#include "device/device.h"
#include "periphery/adc/adc.h"
#include "periphery/input/input.h"
#include "periphery/technology/technology.h"
#include "workloads/quantization.h"
#include "workloads/rescale.h"

namespace bitline::arch {

enum class Topology { voltage_rows, gated_ladder, gated_rows };
inline constexpr std::string_view topology_names[] = {"voltage-rows", "gated-ladder", "gated-rows"};
constexpr std::span<const std::string_view> names_of(Topology) { return topology_names; }

enum class Schedule { sequential, pipelined };
inline constexpr std::string_view schedule_names[] = {"sequential", "pipelined"};
constexpr std::span<const std::string_view> names_of(Schedule) { return schedule_names; }

enum class Prefer { balanced, latency, area };
inline constexpr std::string_view prefer_names[] = {"balanced", "latency", "area"};
constexpr std::span<const std::string_view> names_of(Prefer) { return prefer_names; }

enum class Calibrate { ideal, per_chip, per_array };
inline constexpr std::string_view calibrate_names[] = {"ideal", "per-chip", "per-array"};
constexpr std::span<const std::string_view> names_of(Calibrate) { return calibrate_names; }

enum class Unused { g_min, open };
inline constexpr std::string_view unused_names[] = {"g_min", "open"};
constexpr std::span<const std::string_view> names_of(Unused) { return unused_names; }

enum class Keep { nothing, conductances, outputs };
inline constexpr std::string_view keep_names[] = {"nothing", "conductances", "outputs"};
constexpr std::span<const std::string_view> names_of(Keep) { return keep_names; }

// What stands in for cells that `conductances` has no value of.
enum class MissingCells { written, target, open, refuse };
inline constexpr std::string_view missing_cells_names[] = {"written", "target", "open", "refuse"};
constexpr std::span<const std::string_view> names_of(MissingCells) { return missing_cells_names; }

enum class BiasPlace { digital, rows };
inline constexpr std::string_view bias_names[] = {"digital", "rows"};
constexpr std::span<const std::string_view> names_of(BiasPlace) { return bias_names; }

// Of drift, digitally at read time: one factor per layer, per column, or per block from reference cells.
enum class DriftCompensation { none, global, column, reference };
inline constexpr std::string_view drift_compensation_names[] = {"none", "global", "column", "reference"};
constexpr std::span<const std::string_view> names_of(DriftCompensation) { return drift_compensation_names; }

// Of converted columns, digitally: what a line fitted to reads of known inputs says, one for each column of a block.
enum class Correct { none, offset, scale, scale_and_offset };
inline constexpr std::string_view correct_names[] = {"none", "offset", "scale", "scale-and-offset"};
constexpr std::span<const std::string_view> names_of(Correct) { return correct_names; }

struct Array {
  int rows = 576;  // inputs; a 2T2R array has two physical lines for each
  int columns = 128;
  Topology topology = Topology::voltage_rows;
  std::optional<int> active_rows;  // rows driven at once; unset = all
};

struct Quantization {
  int weight_bits = 4;
  workloads::WeightScale weight_scale = workloads::WeightScale::per_tensor;
  double clip_percentile = 1;
  workloads::InputRange activation_range = workloads::InputRange::coverage;
  double activation_coverage = 1;
  workloads::Rescale rescale = workloads::NoRescale{};
};

struct Mapping {
  Prefer prefer = Prefer::balanced;
  int duplicate = 1;  // copies of every layer, at most
  Schedule schedule = Schedule::sequential;
  Unused unused = Unused::g_min;
  BiasPlace bias = BiasPlace::digital;
  bool reload = false;  // time-multiplex arrays when the network does not fit; writing is charged
  int min_piece_rows = 16;
};

// A figure of a publication beside ours. `ours` is a path into result.json.
struct PublishedFigure {
  std::string what, ours, unit, source, kind = "predicted";
  double published = 0;
  Value with;  // settings under which the figure was published, where they are not the config's; keys may be paths
  Value less;  // settings whose figure is taken off: the published one is a difference, as the slope of a curve is
  std::optional<double> within;  // goal for the deviation, a fraction; unset: no verdict
  std::string replaced;  // key whose change put another part in place of the one the figure speaks of; empty: none
};

// What may differ from layer to layer.
struct LayerConfig {
  bool digital = false;  // computed exactly by a digital unit, not on arrays
  int duplicate = 1;
  array::Cell cell;
  periphery::Input input;
  periphery::Adc adc = periphery::SarAdc{};
  Quantization quantization;
};

struct Config {
  std::string name;
  std::uint32_t seed = 1;
  int instances = 10;        // chips drawn (Monte Carlo)
  std::optional<int> chips;  // unset = as many as needed
  int tiles = 1;             // per chip
  int arrays = 2;            // per tile
  Array array;
  array::Wires wires;
  array::Cell cell;
  device::Device device;
  periphery::Input input;
  periphery::Adc adc = periphery::SarAdc{};
  Calibrate calibrate = Calibrate::ideal;
  Quantization quantization;
  Mapping mapping;
  periphery::Technology technology;
  Periphery periphery;
  Programming programming;
  Workload workload;
  Experiment experiment = NoExperiment{};
  double age_s = 0;
  Use use = AtOnce{};
  DriftCompensation compensate = DriftCompensation::none;
  Correct correct = Correct::none;
  Value layers;  // as written, by layer name: overrides of LayerConfig, keys may be paths
  std::map<std::string, LayerConfig> own_layers;  // the settings of those layers; set by resolve_layers()
  std::vector<PublishedFigure> published;
  std::vector<BudgetLine> budget;
  Keep keep = Keep::nothing;
  std::string conductances;  // folder of measured arrays instead of writing; empty = write
  MissingCells conductances_missing = MissingCells::written;
};
// Age modulo the interval of refresh; of a use in time, at its beginning.
double age_since_write_s(const Config&);
// Whether each write pulse is followed by a read.
bool verifies(const Config&);
// Voltage and length of a write pulse: programming's, else those of the device's own pulses where they write
// (device.write: pulses).
struct WritePulse {
  std::optional<double> voltage_V, length_s;
};
WritePulse write_pulse(const Config&);
void fields(Visitor&, Config&);
void fields(Visitor&, LayerConfig&);
void fields(Visitor&, PublishedFigure&);

struct LoadedConfig {
  Config config;
  Annotations annotations;
  Value tree;        // as written, bases merged, for positions
  ConfigPath where;  // where names of files were looked up
};

// Reads, merges, checks. Throws ConfigError with every problem found.
LoadedConfig load(const std::filesystem::path& file, const std::vector<Override>& overrides, const ConfigPath& where);

// The same from a tree whose bases are resolved.
LoadedConfig load_tree(Value tree, const ConfigPath& where);

// Only these keys at the top of a tree that holds no others: their files are found, but whether they fit together and
// to the rest is not looked at. Throws ConfigError.
Config load_keys(const Value& tree, std::span<const std::string> keys, const ConfigPath& where);

// The same config with other settings (keys may be paths) on top, such as PublishedFigure::with.
LoadedConfig load_with(const LoadedConfig& loaded, const Value& settings);

// The settings of a layer that overrides none.
LayerConfig common_parts(const Config& config);

// Overlays the config's own settings with those of each of `layers: {NAME: ...}`, once; load() has done it. Throws
// ConfigError.
void resolve_layers(Config& config);

// The settings of one layer: those of its name, else the config's own.
LayerConfig layer_config(const Config& config, const std::string& layer);

// Resolved YAML (every value, where it came from) and the hash of the same without comments.
std::string resolved_yaml(const LoadedConfig& loaded);
std::string config_hash(const Config& config);

}  // namespace bitline::arch
