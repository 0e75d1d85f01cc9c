// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/vehicle_maps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "workloads/vehicles.h"

namespace bitline::experiments {

using arch::SensitizedClassify;
using arch::VehicleNetworks;
using workloads::Samples;

namespace {

int side_of(std::size_t positions) { return static_cast<int>(std::lround(std::sqrt(static_cast<double>(positions)))); }

// Of each position of a map, whether most of what it sees is the subject.
std::vector<bool> subject(const workloads::VehiclePicture& made, std::size_t positions) {
  const int side = side_of(positions), block = made.picture.width / side;
  std::vector<bool> out(positions);
  for (int r = 0; r < side; ++r)
    for (int c = 0; c < side; ++c) {
      int covered = 0;
      for (int k = 0; k < block * block; ++k)
        covered +=
            made.mask[static_cast<std::size_t>((r * block + k / block) * made.picture.width + c * block + k % block)];
      out[static_cast<std::size_t>(r * side + c)] = 2 * covered > block * block;
    }
  return out;
}

// Mean over pictures of |mean rate on the subject - mean outside| / (sum of both); 0 for a picture without any rate.
double distinctiveness(const DarkNetwork::Rates& rates, std::size_t pictures) {
  const Random random = workloads::vehicle_draws(workloads::Split::test);
  std::vector<double> of_picture(pictures, 0);
  parallel_for(pictures, [&](std::size_t i) {
    const std::vector<bool> on =
        subject(workloads::vehicle_picture({}, random, static_cast<std::uint32_t>(i)), rates.positions);
    double sum[2] = {0, 0}, count[2] = {0, 0};
    for (std::size_t k = 0; k < rates.channels * rates.positions; ++k) {
      const bool here = on[k % rates.positions];
      sum[here] += rates.values[i * rates.channels * rates.positions + k], ++count[here];
    }
    if (count[0] == 0 || count[1] == 0) return;
    const double inside = sum[1] / count[1], outside = sum[0] / count[0];
    if (inside + outside > 0) of_picture[i] = std::abs(inside - outside) / (inside + outside);
  });
  return mean(of_picture);
}

struct View {
  std::string name;
  Samples samples;
  Shifts shifts;
};

std::vector<View> views_of(const SensitizedClassify& c, const VehicleNetworks& v, const DarkNetwork& network,
                           const LitPictures& pictures, const Samples& some) {
  const NeuronKind sensitized{NeuronKind::Rule::stored, c.limits.back()};
  return {{"brightness 1, fixed", some, {}},
          {fmt::format("brightness {:g}, fixed", v.dark), dimmed(some, v.dark), {}},
          {fmt::format("brightness {:g}, sensitized", v.dark), dimmed(some, v.dark),
           network.adapt(sensitized, dimmed(pictures.environment, v.dark))}};
}

// Channels of one picture.
run::ImageFigure::Row channel_maps(const std::string& name, const DarkNetwork::Rates& rates, std::size_t picture) {
  run::ImageFigure::Row row{name, {}};
  const int side = side_of(rates.positions);
  for (std::size_t k = 0; k < rates.channels; ++k) {
    const auto first =
        rates.values.begin() + static_cast<std::ptrdiff_t>((picture * rates.channels + k) * rates.positions);
    row.images.push_back({side, side, {first, first + static_cast<std::ptrdiff_t>(rates.positions)}});
  }
  return row;
}

const workloads::Weights& last_weights(const workloads::Graph& graph) {
  int last = 0;
  for (const workloads::Node& node : graph.nodes)
    if (const auto* product = std::get_if<workloads::Product>(&node.op)) last = product->weights;
  return graph.weights[static_cast<std::size_t>(last)];
}

// What each position adds to the output of a class: the head is linear in the mean rates of 2 x 2 positions, so that
// the maps add up to the output, but for its bias (Zhou et al., CVPR 2016, doi:10.1109/CVPR.2016.319). What speaks
// against the class is left out.
run::ImageFigure::Image activation_map(const DarkNetwork::Rates& rates, std::size_t picture,
                                       const workloads::Weights& head, int label) {
  const int side = side_of(rates.positions), pooled = side / 2;
  std::vector<float> map(static_cast<std::size_t>(pooled * pooled), 0.f);
  const std::vector<float>& w = head.panels.front().weights;
  for (std::size_t k = 0; k < rates.channels; ++k)
    for (std::size_t p = 0; p < rates.positions; ++p) {
      const int r = static_cast<int>(p) / side / 2, c = static_cast<int>(p) % side / 2;
      const auto at = static_cast<std::size_t>(r * pooled + c);
      const std::size_t row = k * map.size() + at;
      map[at] += static_cast<float>(rates.values[(picture * rates.channels + k) * rates.positions + p] / 4) *
                 w[row * static_cast<std::size_t>(head.columns) + static_cast<std::size_t>(label)];
    }
  for (float& v : map) v = std::max(v, 0.f);
  return {pooled, pooled, std::move(map)};
}

void add_activation_maps(const std::vector<View>& views, const DarkNetwork& network, const workloads::Graph& graph,
                         System& system) {
  const workloads::Weights& head = last_weights(graph);
  const Samples& bright = views.front().samples;
  constexpr std::size_t first = 4, shown = 4;  // one of each class
  const std::size_t n = std::min(shown, bright.count() > first ? bright.count() - first : 0);
  const std::size_t last = network.layers() - 1;
  run::ImageFigure figure;
  figure.rows.push_back({"pictures", {}});
  for (std::size_t i = 0; i < n; ++i) {
    const auto picture = bright.of(first + i, 1);
    figure.rows.front().images.push_back({bright.dims[1], bright.dims[2], {picture.begin(), picture.end()}});
  }
  float largest = 0;
  for (const View& view : views) {
    const DarkNetwork::Rates rates = network.rates(view.samples, view.shifts, last);
    const int side = side_of(rates.positions);
    if (side % 2 != 0 || static_cast<std::size_t>(side * side) != rates.positions ||
        static_cast<std::size_t>(head.rows) != rates.channels * rates.positions / 4)
      return;  // another kind of head
    run::ImageFigure::Row row{view.name, {}};
    for (std::size_t i = 0; i < n; ++i) {
      const int label = std::get<workloads::Labels>(bright.truth).of_sample[first + i];
      row.images.push_back(activation_map(rates, first + i, head, label));
      largest = std::max(largest, std::ranges::max(row.images.back().values));
    }
    figure.rows.push_back(std::move(row));
  }
  for (std::size_t r = 1; r < figure.rows.size(); ++r)
    for (auto& image : figure.rows[r].images)
      for (float& value : image.values) value /= std::max(largest, 1e-6f);
  system.found.pictures.push_back({"class-activation",
                                   "What each place adds to the output of the picture's class, first network; white: "
                                   "the most in any of them.",
                                   std::move(figure)});
}

}  // namespace

void add_maps(const SensitizedClassify& c, const VehicleNetworks& v, const DarkNetwork& network,
              const workloads::Graph& graph, const LitPictures& pictures, System& system) {
  constexpr std::size_t most = 100, shown = 5;
  const std::size_t n = std::min(most, pictures.test->count());
  const std::vector<View> views = views_of(c, v, network, pictures, part_of_set(*pictures.test, 0, n));
  run::ExperimentTable table{"distinctiveness",
                             fmt::format("|mean rate on the subject - mean outside| / their sum, by layer of neurons, "
                                         "mean over {} pictures, first network; largest shift {:g}",
                                         n, c.limits.back()),
                             {"light and neurons"},
                             {}};
  for (std::size_t l = 0; l < network.layers(); ++l) table.columns.push_back(fmt::format("layer {}", l + 1));
  run::ImageFigure figure;
  for (const View& view : views) {
    std::vector<run::TableCell> row{view.name};
    for (std::size_t l = 0; l < network.layers(); ++l) {
      const DarkNetwork::Rates rates = network.rates(view.samples, view.shifts, l);
      row.emplace_back(distinctiveness(rates, n));
      if (l > 0) continue;
      figure.rows.push_back(channel_maps(view.name, rates, std::min(shown, n - 1)));
    }
    table.rows.push_back(std::move(row));
  }
  system.found.tables.push_back(std::move(table));
  system.found.pictures.push_back(
      {"feature-maps", "Rates of the first layer's channels for one picture, first network.", std::move(figure)});
  add_activation_maps(views, network, graph, system);
}

}  // namespace bitline::experiments
