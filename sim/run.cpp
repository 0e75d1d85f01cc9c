// SPDX-License-Identifier: Apache-2.0
#include "sim/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>

#include "base/error.h"
#include "base/files.h"
#include "base/parallel.h"
#include "sim/chip.h"
#include "sim/cost.h"
#include "sim/execute.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

class Stages {
 public:
  Stages(Result& result, const RunOptions& options) : result_(result), options_(options) {}
  void begin(const std::string& stage, double done) {
    end();
    name_ = stage;
    start_ = Clock::now();
    report(done);
  }
  void report(double done) {
    if (options_.progress) options_.progress(done, name_);
  }
  void end() {
    if (!name_.empty()) result_.timing.emplace_back(name_, std::chrono::duration<double>(Clock::now() - start_).count());
    name_.clear();
  }

 private:
  Result& result_;
  const RunOptions& options_;
  std::string name_;
  Clock::time_point start_;
};

fs::path find_model(const std::string& name, const RunOptions& options) {
  if (fs::path(name).is_absolute()) return name;
  std::string places;
  for (const auto& folder : options.model_folders) {
    if (fs::exists(folder / name)) return folder / name;
    places += (places.empty() ? "" : ", ") + (folder / name).string();
  }
  if (fs::exists(name)) return name;
  throw InputError("workload.network: no file '" + name + "'; looked for " + places);
}

struct Prepared {
  std::shared_ptr<const QuantizedNetwork> network;
  Dataset calibration;
  Placement placement;
  std::vector<InputFile> inputs;
};

void add_inputs(const Dataset& data, std::vector<InputFile>& inputs) {
  for (std::size_t i = 0; i < data.files.size(); ++i) {
    const std::string name = fs::path(data.files[i]).filename().string();
    if (std::none_of(inputs.begin(), inputs.end(), [&](const InputFile& f) { return f.name == name; })) inputs.push_back({name, data.checksums[i]});
  }
}

Prepared prepare(const Config& config, const RunOptions& options) {
  if (config.workload.network.empty())
    throw ConfigError(Diagnostic{{}, "workload.network", "is missing: there is no network to run", "add \"workload: {network: FILE.onnx}\""});
  Prepared p;
  const fs::path file = find_model(config.workload.network, options);
  Network network = read_onnx(file);
  p.inputs.push_back({file.filename().string(), checksum(read_file(file))});
  p.calibration = load_dataset(config.workload.dataset, Split::train, 0, static_cast<std::size_t>(config.workload.calibration_images), options.data);
  add_inputs(p.calibration, p.inputs);

  std::vector<std::string> names;
  for (const auto& layer : network.layers)
    if (std::holds_alternative<Linear>(layer.operation) || std::holds_alternative<Convolution>(layer.operation)) names.push_back(layer.name);
  const std::vector<LayerConfig> settings = layer_settings(config, names);
  const auto quantize = [&](const std::vector<bool>& is_signed) {
    return std::make_shared<const QuantizedNetwork>(
        network, p.calibration,
        [&](int i, const std::string&) {
          const LayerConfig& s = settings[static_cast<std::size_t>(i)];
          // Ternary inputs are -1, 0, 1, or 0 and 1 where they cannot be negative.
          const int bits = s.input.encoding == Encoding::ternary ? (is_signed[static_cast<std::size_t>(i)] ? 2 : 1) : s.input.bits;
          const bool bias_rows = config.mapping.bias == BiasPlace::rows && !s.digital;
          return LayerQuantization{s.quantization.weight_bits, bits, s.quantization.weight_scale, s.quantization.clip_percentile, bias_rows};
        },
        config.quantization.activation_coverage);
  };
  const bool any_ternary = std::any_of(settings.begin(), settings.end(), [](const LayerConfig& s) { return s.input.encoding == Encoding::ternary; });
  std::vector<bool> is_signed(settings.size(), false);
  if (any_ternary) {
    const auto first = quantize(std::vector<bool>(settings.size(), true));
    for (const auto& m : first->matrices()) is_signed[static_cast<std::size_t>(m.index)] = m.input.is_signed;
  }
  p.network = quantize(is_signed);
  p.placement = place(config, p.network->matrices(), settings);
  return p;
}

MappingResult mapping_of(const Config& config, const Prepared& p) {
  MappingResult m;
  m.arrays_used = std::min(p.placement.arrays_used, p.placement.arrays_total);
  m.arrays_total = p.placement.arrays_total;
  m.chips = p.placement.chips;
  m.array_rows = config.array.rows;
  m.array_columns = config.array.columns;
  m.array_utilisation.assign(static_cast<std::size_t>(std::max(p.placement.arrays_used, p.placement.arrays_total)), 0);
  const double cells = static_cast<double>(config.array.rows) * config.array.columns;
  double used = 0;
  for (const auto& layer : p.placement.layers) {
    const MatrixLayer& matrix = p.network->matrices()[static_cast<std::size_t>(layer.matrix)];
    LayerMapping& out = m.layers.emplace_back();
    out.name = layer.name;
    out.rows = matrix.rows;
    out.columns = matrix.columns;
    out.digital = layer.settings.digital;
    for (const auto& b : layer.blocks) {
      const int width = b.columns * layer.cell.columns_per_weight;
      out.blocks.push_back({layer.name, b.copy, b.array, b.array_row, b.array_column, b.rows, width, b.row, b.column});
      m.array_utilisation[static_cast<std::size_t>(b.array)] += static_cast<double>(b.rows) * width / cells;
      used += static_cast<double>(b.rows) * width;
    }
  }
  m.cell_utilisation = used / (cells * std::max(1, std::max(p.placement.arrays_used, p.placement.arrays_total)));
  return m;
}

std::size_t matrix_index(const MatrixLayer& m) { return static_cast<std::size_t>(m.index); }

// |analog sums| on calibration inputs, by layer and block; pooled over a layer's blocks unless `per_block`.
std::vector<std::vector<std::vector<float>>> calibrate(const Chip& chip, const ChipState& state, const QuantizedNetwork& network, const Dataset& data, bool per_block) {
  // Images are cut the same way whatever the batch size, since thinning counts samples.
  constexpr std::size_t images_each = 16;
  const std::size_t parts = (data.count() + images_each - 1) / images_each;
  std::vector<std::vector<std::vector<std::vector<float>>>> seen(parts);
  parallel_for(parts, [&](std::size_t part) {
    auto& mine = seen[part];
    mine.resize(chip.layers.size());
    for (std::size_t l = 0; l < chip.layers.size(); ++l) mine[l].resize(chip.layers[l].mapped->blocks.size());
    const std::size_t first = part * images_each, count = std::min(images_each, data.count() - first);
    network.run(data, first, count, [&](const MatrixLayer& m, std::span<const std::int16_t> in, std::size_t vectors, std::size_t image, std::span<double> out) {
      auto& blocks = mine[matrix_index(m)];
      std::vector<std::size_t> met(blocks.size(), 0);
      // Convolutions have many positions: keep one sum in k so that a layer needs bounded memory, chosen by a hash of its
      // number, since a regular stride would favour some columns or planes.
      const std::size_t every = 1 + static_cast<std::size_t>(m.positions) / 16;
      const CurrentObserver keep = [&](std::size_t b, double sum) {
        if ((met[b]++ * 0x9e3779b97f4a7c15u >> 32) % every == 0) blocks[b].push_back(static_cast<float>(std::abs(sum)));
      };
      execute_layer(chip, state, matrix_index(m), in, vectors, image, out, nullptr, &keep);
    });
  });
  std::vector<std::vector<std::vector<float>>> sums(chip.layers.size());
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const std::size_t blocks = chip.layers[l].mapped->blocks.size();
    sums[l].resize(blocks);
    for (std::size_t b = 0; b < blocks; ++b)
      for (auto& part : seen) {
        auto& target = sums[l][per_block ? b : 0];
        target.insert(target.end(), part[l][b].begin(), part[l][b].end());
      }
  }
  return sums;
}

bool needs_calibration(const LayerPlan& plan) {
  const AdcCommon* adc = common(plan.settings().adc);
  return adc && std::holds_alternative<CalibratedRange>(adc->range) && !plan.settings().digital;
}

// Full scales from the ideal array, one per layer: the same for every chip.
void calibrate_on_ideal(Chip& chip, const QuantizedNetwork& network, const Dataset& data) {
  const bool any = std::any_of(chip.layers.begin(), chip.layers.end(), needs_calibration);
  std::vector<std::vector<std::vector<float>>> sums;
  if (any) {
    const ChipState ideal = ideal_chip(chip);
    sums = calibrate(chip, ideal, network, data, false);
  }
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    LayerPlan& plan = chip.layers[l];
    if (!plan.settings().digital) plan.full_scale_A = full_scale_A(chip, plan, any && !sums[l].empty() ? std::move(sums[l][0]) : std::vector<float>{});
  }
}

ChipState make_chip(const Chip& chip, int instance, const QuantizedNetwork& network, const Dataset& calibration, const fs::path& keep_in) {
  ChipState state = write_chip(chip, instance, keep_in);
  std::vector<std::vector<std::vector<float>>> sums(chip.layers.size());
  if (chip.config.calibrate != Calibrate::ideal) {
    sums = calibrate(chip, state, network, calibration, chip.config.calibrate == Calibrate::per_array);
    if (chip.config.calibrate == Calibrate::per_chip)
      for (auto& layer : sums)
        for (std::size_t b = 1; b < layer.size(); ++b) layer[b] = layer[0];
  } else {
    for (std::size_t l = 0; l < sums.size(); ++l) sums[l].resize(state.layers[l].blocks.size());
  }
  set_ranges(chip, state, sums);
  return state;
}

constexpr std::size_t snr_images = 128;

// One chip over all images: outputs' classes and everything counted.
struct ChipRun {
  std::vector<int> predicted;
  std::vector<Activity> activity;               // by layer
  std::vector<double> signal, noise;            // by layer, over the first images
};

ChipRun run_chip(const Chip& chip, const ChipState& state, const QuantizedNetwork& network, const Dataset& data, const RunOptions& options, const std::function<void(double)>& progress) {
  const std::size_t layers = chip.layers.size(), count = data.count(), batch = std::max<std::size_t>(1, options.batch);
  const std::size_t batches = (count + batch - 1) / batch, checked = std::min(count, snr_images);
  const int classes = network.outputs();
  ChipRun run;
  run.predicted.resize(count);
  run.activity.resize(layers);
  // Per image, so that sums do not depend on how images are batched.
  std::vector<double> signal(layers * checked, 0), noise(layers * checked, 0);
  std::mutex mutex;
  std::size_t finished = 0;
  parallel_for(batches, [&](std::size_t b) {
    const std::size_t first = b * batch, n = std::min(batch, count - first);
    std::vector<Activity> activity(layers);
    const auto outputs = network.run(data, first, n, [&](const MatrixLayer& m, std::span<const std::int16_t> in, std::size_t vectors, std::size_t image, std::span<double> out) {
      const std::size_t l = matrix_index(m);
      execute_layer(chip, state, l, in, vectors, image, out, &activity[l]);
      const auto positions = static_cast<std::size_t>(m.positions), columns = static_cast<std::size_t>(m.columns), rows = static_cast<std::size_t>(m.rows);
      if (image >= checked) return;
      const std::size_t some = std::min(vectors, (checked - image) * positions);
      std::vector<double> exact(some * columns, 0);
      QuantizedNetwork::exact_product(m, in.first(some * rows), some, image, exact);
      for (std::size_t i = 0; i < exact.size(); ++i) {
        const std::size_t at = l * checked + image + i / (positions * columns);
        signal[at] += exact[i] * exact[i];
        noise[at] += (out[i] - exact[i]) * (out[i] - exact[i]);
      }
    });
    const auto best = argmax(std::span<const double>(outputs), classes);
    std::copy(best.begin(), best.end(), run.predicted.begin() + static_cast<std::ptrdiff_t>(first));
    const std::lock_guard lock(mutex);
    for (std::size_t l = 0; l < layers; ++l) run.activity[l].add(activity[l]);
    if (progress) progress(static_cast<double>(++finished) / static_cast<double>(batches));
  });
  run.signal.assign(layers, 0);
  run.noise.assign(layers, 0);
  for (std::size_t l = 0; l < layers; ++l)
    for (std::size_t i = 0; i < checked; ++i) run.signal[l] += signal[l * checked + i], run.noise[l] += noise[l * checked + i];
  return run;
}

std::vector<int> reference_classes(const QuantizedNetwork& network, const Dataset& data) {
  constexpr std::size_t batch = 125;
  std::vector<int> classes(data.count());
  parallel_for((data.count() + batch - 1) / batch, [&](std::size_t b) {
    const std::size_t first = b * batch, n = std::min(batch, data.count() - first);
    const auto best = argmax(std::span<const double>(network.run(data, first, n, QuantizedNetwork::exact_product)), network.outputs());
    std::copy(best.begin(), best.end(), classes.begin() + static_cast<std::ptrdiff_t>(first));
  });
  return classes;
}

std::vector<double> correct(const std::vector<int>& predicted, const Dataset& data) {
  std::vector<double> hit(predicted.size());
  for (std::size_t i = 0; i < hit.size(); ++i) hit[i] = predicted[i] == data.labels[i];
  return hit;
}

}  // namespace

MappingResult map_network(const LoadedConfig& loaded, const RunOptions& options) {
  return mapping_of(loaded.config, prepare(loaded.config, options));
}

Result run(const LoadedConfig& loaded, const RunOptions& options) {
  Result result;
  const Config& config = loaded.config;
  with_threads(options.threads, [&] {
    Stages stages(result, options);
    result.name = config.name;
    result.config_hash = config_hash(config);
    result.seed = config.seed;
    result.assumed = loaded.annotations.assumed;
    stages.begin("load", 0);
    Prepared p = prepare(config, options);
    const Dataset data = load_dataset(config.workload.dataset, Split::test, 0, static_cast<std::size_t>(config.workload.images), options.data);
    if (data.labels.empty()) throw InputError("workload.dataset: '" + config.workload.dataset + "' has no labels, which accuracy needs");
    add_inputs(data, p.inputs);
    result.inputs = p.inputs;
    result.mapping = mapping_of(config, p);

    stages.begin("references", 0.01);
    result.quality.inputs = data.count();
    constexpr std::size_t float_batch = 250;
    std::vector<int> float_classes(data.count());
    parallel_for((data.count() + float_batch - 1) / float_batch, [&](std::size_t b) {
      const std::size_t first = b * float_batch, n = std::min(float_batch, data.count() - first);
      const auto best = argmax(std::span<const float>(run_float(p.network->network(), data, first, n)), p.network->outputs());
      std::copy(best.begin(), best.end(), float_classes.begin() + static_cast<std::ptrdiff_t>(first));
    });
    result.quality.reference_float = mean(correct(float_classes, data));
    const std::vector<double> quantized = correct(reference_classes(*p.network, data), data);
    result.quality.reference_quantized = mean(quantized);

    stages.begin("calibrate", 0.05);
    Chip chip = build_chip(config, p.network->matrices(), p.placement);
    if (config.calibrate == Calibrate::ideal) calibrate_on_ideal(chip, *p.network, p.calibration);

    stages.begin("chips", 0.08);
    const auto layers = chip.layers.size();
    std::vector<double> accuracies, hits(data.count(), 0), level_accuracies;
    std::vector<LayerCounts> counts(layers);
    std::vector<double> signal(layers, 0), noise(layers, 0), clipped(layers, 0), conversions(layers, 0), full_scale(layers, 0);
    std::size_t cells = 0, at_level = 0, devices = 0, faulty = 0;
    double squared_error_S2 = 0;
    for (int instance = 0; instance < config.instances; ++instance) {
      const ChipState state = make_chip(chip, instance, *p.network, p.calibration, instance == 0 && config.keep == Keep::conductances ? options.conductance_folder : fs::path());
      const ChipRun run = run_chip(chip, state, *p.network, data, options, [&](double part) { stages.report(0.08 + 0.92 * (instance + part) / config.instances); });
      const std::vector<double> hit = correct(run.predicted, data);
      std::size_t successes = 0;
      for (std::size_t i = 0; i < hit.size(); ++i) hits[i] += hit[i], successes += hit[i] > 0;
      accuracies.push_back(mean(hit));
      result.quality.chips.push_back({mean(hit), wilson_interval(successes, hit.size())});
      cells += state.cells, at_level += state.at_level, devices += state.devices, faulty += state.faulty;
      squared_error_S2 += state.squared_error_S2;
      for (std::size_t l = 0; l < layers; ++l) {
        const LayerCounts c = array_counts(chip.layers[l], state.layers[l], run.activity[l]);
        counts[l].array_J += c.array_J;
        counts[l].line_drive += c.line_drive;
        counts[l].line_activations += c.line_activations;
        signal[l] += run.signal[l], noise[l] += run.noise[l];
        clipped[l] += static_cast<double>(run.activity[l].clipped), conversions[l] += static_cast<double>(run.activity[l].conversions);
        if (!state.layers[l].blocks.empty() && common(chip.layers[l].settings().adc)) {
          const AdcCommon& adc = *common(chip.layers[l].settings().adc);
          const double steps = chip.layers[l].signed_current ? (1 << (adc.bits - 1)) - 1 : (1 << adc.bits) - 1;
          full_scale[l] += state.layers[l].blocks[0].scale.lsb * steps * state.layers[l].lattice_S * chip.layers[l].v_step_V / config.instances;
        }
      }
      if (instance == 0) result.level_map = state.level_map;
    }

    stages.begin("statistics", 1);
    Quality& q = result.quality;
    q.value = mean(accuracies);
    q.ci95 = accuracies.size() > 1 ? t_interval(accuracies) : q.chips[0].ci95;
    for (double& h : hits) h /= config.instances;
    q.ci95_images = bootstrap_interval(hits, config.seed);
    std::vector<double> lost(hits.size());
    for (std::size_t i = 0; i < hits.size(); ++i) lost[i] = quantized[i] - hits[i];
    q.loss = mean(lost);
    q.loss_ci95 = bootstrap_interval(lost, config.seed);

    WriteResult& w = result.write;
    w.cells = cells;
    w.level_accuracy = cells ? static_cast<double>(at_level) / static_cast<double>(cells) : 1;
    w.level_accuracy_ci95 = cells ? wilson_interval(at_level, cells) : Interval{1, 1};
    const double pairs = static_cast<double>(devices) / (std::holds_alternative<OffsetCell>(config.cell) ? 1 : 2);
    w.rms_error_S = devices ? std::sqrt(squared_error_S2 / pairs) : 0;
    w.fault_frac = devices ? static_cast<double>(faulty) / static_cast<double>(devices) : 0;
    w.sigma_S = chip.write_sigma_S;

    const double inferences = static_cast<double>(config.instances) * static_cast<double>(data.count());
    for (auto& c : counts) c.array_J /= inferences, c.line_drive /= inferences, c.line_activations /= inferences;
    add_costs(chip, counts, result);
    for (std::size_t l = 0; l < layers; ++l) {
      LayerResult& out = result.layers[l];
      // Infinite for a product without any deviation: reports say "exact".
      out.snr_db = noise[l] > 0 ? 10 * std::log10(signal[l] / noise[l]) : std::numeric_limits<double>::infinity();
      out.adc_clipped_frac = conversions[l] > 0 ? clipped[l] / conversions[l] : 0;
      out.adc_full_scale_A = full_scale[l];
    }
    for (const auto& f : config.published) result.published.push_back({f.what, f.unit, f.source, f.kind, f.published, std::nullopt});
    stages.end();
  });
  result.threads = options.threads;
  return result;
}

std::vector<float> mvm(const Config& config, const NpyArray& weights, const NpyArray& inputs, const RunOptions& options) {
  const auto rows = static_cast<int>(weights.shape.at(0)), columns = static_cast<int>(weights.shape.at(1));
  const std::size_t batch = inputs.shape.at(0);
  const double largest = inputs.data.empty() ? 0 : *std::max_element(inputs.data.begin(), inputs.data.end());
  const double lowest = inputs.data.empty() ? 0 : *std::min_element(inputs.data.begin(), inputs.data.end());
  std::vector<float> result(batch * static_cast<std::size_t>(columns), 0);
  if (rows == 0 || columns == 0 || batch == 0) return result;
  const bool is_signed = lowest < 0;
  if (is_signed && config.input.encoding != Encoding::ternary && config.input.bits < 2) throw InputError("the inputs are signed, which needs at least 2 input bits");
  const double w_max = std::abs(*std::max_element(weights.data.begin(), weights.data.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
  const double x_max = std::max(largest, -lowest);
  if (w_max == 0 || x_max == 0) return result;

  // A network of one layer, without its float part.
  MatrixLayer layer;
  layer.name = "mvm";
  layer.rows = rows;
  layer.columns = columns;
  layer.inputs = rows;
  layer.weight_bits = config.quantization.weight_bits;
  const LayerQuantization quantization{config.quantization.weight_bits, config.input.bits, config.quantization.weight_scale, config.quantization.clip_percentile};
  auto quantized = quantize_weights(std::span<const double>(weights.data), rows, columns, quantization);
  layer.weights = std::move(quantized.codes);
  layer.weight_scale = std::move(quantized.scale);
  layer.bias.assign(static_cast<std::size_t>(columns), 0);
  layer.input.bits = config.input.encoding == Encoding::ternary ? (is_signed ? 2 : 1) : config.input.bits;
  layer.input.is_signed = is_signed;
  layer.input.scale = x_max / layer.input.highest();

  with_threads(options.threads, [&] {
    std::vector<std::int16_t> codes(inputs.data.size());
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::int16_t>(requantize(inputs.data[i], layer.input));
    Chip chip = build_chip(config, {layer}, place(config, {layer}, {layer_config(config, layer.name)}));
    LayerPlan& plan = chip.layers[0];
    const auto vectors_of = [&](std::size_t first, std::size_t n) { return std::span<const std::int16_t>(codes).subspan(first * static_cast<std::size_t>(rows), n * static_cast<std::size_t>(rows)); };
    // Without a data set the inputs themselves calibrate the converters.
    const auto sums_of = [&](const ChipState& state) {
      std::vector<std::vector<std::vector<float>>> sums(1);
      sums[0].resize(plan.mapped->blocks.size());
      if (!needs_calibration(plan)) return sums;
      const std::size_t n = std::min<std::size_t>(batch, 256);
      std::vector<double> out(n * static_cast<std::size_t>(columns));
      const CurrentObserver keep = [&](std::size_t b, double sum) { sums[0][config.calibrate == Calibrate::per_array ? b : 0].push_back(static_cast<float>(std::abs(sum))); };
      execute_layer(chip, state, 0, vectors_of(0, n), n, 0, out, nullptr, &keep);
      return sums;
    };
    ChipState state = write_chip(chip, 0);
    auto sums = sums_of(config.calibrate == Calibrate::ideal && needs_calibration(plan) ? ideal_chip(chip) : state);
    if (config.calibrate != Calibrate::per_array) {
      plan.full_scale_A = full_scale_A(chip, plan, std::move(sums[0][0]));
    }
    set_ranges(chip, state, sums);
    constexpr std::size_t chunk = 64;
    parallel_for((batch + chunk - 1) / chunk, [&](std::size_t b) {
      const std::size_t first = b * chunk, n = std::min(chunk, batch - first);
      std::vector<double> out(n * static_cast<std::size_t>(columns));
      execute_layer(chip, state, 0, vectors_of(first, n), n, first, out, nullptr);
      for (std::size_t i = 0; i < out.size(); ++i)
        result[first * static_cast<std::size_t>(columns) + i] = static_cast<float>(out[i] * layer.input.scale * layer.weight_scale[i % static_cast<std::size_t>(columns)]);
    });
  });
  return result;
}

}  // namespace bitline
