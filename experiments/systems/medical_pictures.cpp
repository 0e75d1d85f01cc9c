// SPDX-License-Identifier: Apache-2.0
// Training curves and class-activation maps of the medical experiment.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "base/error.h"
#include "experiments/systems/medical.h"

namespace bitline::experiments {

using arch::Medical;
using workloads::Graph;
using workloads::Samples;

namespace {

constexpr std::size_t shown_images = 8;

// The last map before a mean over it, and the weights that follow: what a class-activation map is made of.
struct PooledHead {
  int maps = -1;  // tensor
  int weights = -1;
  int height = 0, width = 0, channels = 0;
};

const workloads::Node* maker_of(const Graph& graph, int tensor) {
  for (const workloads::Node& node : graph.nodes)
    if (std::ranges::count(node.out, tensor) > 0) return &node;
  return nullptr;
}

// Over all of height and width, however it is said, of (.., channels, height, width).
bool is_mean_of_map(const workloads::Op& op, const workloads::Shape& shape) {
  if (const auto* pool = std::get_if<workloads::Pool>(&op))
    return pool->kind == workloads::Pool::Kind::average && pool->window.kernel_height == shape.from_end(1) &&
           pool->window.kernel_width == shape.from_end(0);
  const auto* reduce = std::get_if<workloads::Reduce>(&op);
  return reduce && reduce->kind == workloads::Reduce::Kind::mean &&
         reduce->axes == std::vector<int>{shape.rank() - 2, shape.rank() - 1};
}

// A mean over height and width, then values that only move, then the product that gives the outputs.
PooledHead pooled_head(const Graph& graph) {
  PooledHead head;
  const workloads::Node* node = maker_of(graph, graph.outputs.front());
  const auto* product = node ? std::get_if<workloads::Product>(&node->op) : nullptr;
  if (!product || product->window) return head;
  head.weights = product->weights;
  node = maker_of(graph, node->in.front());
  while (node && (workloads::only_moves(node->op) || std::holds_alternative<workloads::Reshape>(node->op)))
    node = maker_of(graph, node->in.front());
  if (!node) return head;
  const workloads::Shape& shape = graph.tensors[static_cast<std::size_t>(node->in.front())].shape;
  if (shape.rank() < 3 || !is_mean_of_map(node->op, shape)) return head;
  head.maps = node->in.front();
  head.channels = shape.from_end(2), head.height = shape.from_end(1), head.width = shape.from_end(0);
  return head;
}

// The map of a class, sum_k w_ck A_k (Zhou et al. 2016, doi:10.1109/CVPR.2016.319), which with a mean before the last
// product is that of Grad-CAM up to a factor (Selvaraju et al. 2017, doi:10.1109/ICCV.2017.74, section 3.1); what
// speaks against the class is left out.
std::vector<float> class_map(const Graph& graph, const PooledHead& head, std::span<const double> maps, int label) {
  const workloads::Panel& w = graph.weights[static_cast<std::size_t>(head.weights)].panels.front();
  const auto size = static_cast<std::size_t>(head.height) * static_cast<std::size_t>(head.width);
  std::vector<float> map(size, 0);
  for (std::size_t k = 0; k < static_cast<std::size_t>(head.channels); ++k)
    for (std::size_t i = 0; i < size; ++i)
      map[i] += w.weights[k * static_cast<std::size_t>(w.columns) + static_cast<std::size_t>(label)] *
                static_cast<float>(maps[k * size + i]);
  for (float& v : map) v = std::max(v, 0.f);
  return map;
}

// To the size of the image, straight between the centres of entries; the largest value becomes 1.
run::ImageFigure::Image drawn_map(const std::vector<float>& map, const PooledHead& head, int height, int width) {
  const auto at = [&](int y, int x) {
    return map[static_cast<std::size_t>(std::clamp(y, 0, head.height - 1) * head.width +
                                        std::clamp(x, 0, head.width - 1))];
  };
  std::vector<float> out;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double v = (y + 0.5) * head.height / height - 0.5, u = (x + 0.5) * head.width / width - 0.5;
      const int y0 = static_cast<int>(std::floor(v)), x0 = static_cast<int>(std::floor(u));
      const auto b = static_cast<float>(v - y0), a = static_cast<float>(u - x0);
      out.push_back((1 - b) * ((1 - a) * at(y0, x0) + a * at(y0, x0 + 1)) +
                    b * ((1 - a) * at(y0 + 1, x0) + a * at(y0 + 1, x0 + 1)));
    }
  if (const float largest = std::ranges::max(out); largest > 0)
    for (float& v : out) v /= largest;
  return {height, width, std::move(out)};
}

// The first images of each class in turn.
Samples chosen_images(const Samples& test) {
  const auto& labels = std::get<workloads::Labels>(test.truth);
  std::vector<std::size_t> chosen;
  for (std::size_t round = 0; chosen.size() < shown_images && round < shown_images; ++round)
    for (int c = 0; c < labels.classes && chosen.size() < shown_images; ++c) {
      std::size_t met = 0;
      for (std::size_t i = 0; i < labels.of_sample.size(); ++i)
        if (labels.of_sample[i] == c && met++ == round) chosen.push_back(i);
    }
  Samples out;
  out.name = test.name, out.dims = test.dims, out.pixels = test.pixels;
  workloads::Labels truth{{}, labels.classes, labels.names, labels.first_output};
  for (const std::size_t i : chosen) {
    const auto values = test.of(i, 1);
    out.values.insert(out.values.end(), values.begin(), values.end());
    truth.of_sample.push_back(labels.of_sample[i]);
  }
  out.truth = std::move(truth);
  return out;
}

// The mean over channels.
run::ImageFigure::Image grey(const Samples& samples, std::size_t i) {
  const auto channels = static_cast<std::size_t>(samples.dims.front()), size = samples.size() / channels;
  run::ImageFigure::Image out{samples.dims[1], samples.dims[2], std::vector<float>(size, 0)};
  const auto values = samples.of(i, 1);
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t p = 0; p < size; ++p) out.values[p] += values[c * size + p] / static_cast<float>(channels);
  return out;
}

// Maps of the images' own classes on the first chip.
std::vector<run::ImageFigure::Image> maps_on_chip(const Graph& graph, const PooledHead& head,
                                                  const SensorHardware& hardware, const Samples& images,
                                                  const MedicalSet& set, System& system) {
  Graph both = graph;
  both.outputs.push_back(head.maps);
  const SensorNetwork network(both, hardware, set.images, system);
  const std::vector<double> outputs = network.on_chip(0, images);
  const auto& labels = std::get<workloads::Labels>(images.truth);
  const std::size_t each = outputs.size() / images.count(),
                    scores = each - static_cast<std::size_t>(head.channels * head.height * head.width);
  std::vector<run::ImageFigure::Image> maps;
  for (std::size_t i = 0; i < images.count(); ++i)
    maps.push_back(drawn_map(
        class_map(graph, head, std::span(outputs).subspan(i * each + scores, each - scores), labels.of_sample[i]), head,
        images.dims[1], images.dims[2]));
  return maps;
}

std::string labels_text(const Samples& images) {
  std::string text;
  for (const int label : std::get<workloads::Labels>(images.truth).of_sample)
    text += (text.empty() ? "" : ", ") + std::to_string(label);
  return text;
}

// Means over all seeds, of means over some: rows say of which (FIRST-LAST).
class TrainingCurves {
 public:
  // Of some slopes: more lines than six cannot be told apart.
  TrainingCurves(const CsvTable& t, const std::string& kind, const std::vector<double>& slopes) {
    for (std::size_t row = 0; row < t.rows(); ++row) {
      const double slope = t.number(row, "slope");
      const bool shown = std::ranges::any_of(slopes, [&](double s) { return std::abs(s - slope) < 1e-6; });
      if (t.text(row, "network") != kind || !shown) continue;
      Epoch& e = curves_[{slope, t.text(row, "curve")}][t.number(row, "epoch")];
      const double seeds = seeds_of(t, row);
      e.seeds += seeds;
      e.loss += seeds * t.number(row, "training_loss"), e.accuracy += seeds * t.number(row, "training_accuracy");
    }
  }
  bool empty() const { return curves_.empty(); }
  void add_to(run::LineFigure& loss, run::LineFigure& accuracy) const {
    for (const auto& [key, epochs] : curves_) {
      run::LineFigure::Series losses{fmt::format("{}, slope {:.3g}", key.second, key.first), {}, {}}, shares = losses;
      for (const auto& [epoch, e] : epochs) {
        losses.x.push_back(epoch), losses.y.push_back(e.loss / e.seeds);
        shares.x.push_back(epoch), shares.y.push_back(e.accuracy / e.seeds);
      }
      loss.series.push_back(std::move(losses)), accuracy.series.push_back(std::move(shares));
    }
  }

 private:
  struct Epoch {
    double seeds = 0, loss = 0, accuracy = 0;
  };
  static double seeds_of(const CsvTable& t, std::size_t row) {
    const std::string& range = t.text(row, "seeds");
    int first = 0, last = 0;
    const auto* end = range.data() + range.size();
    const auto [dash, error] = std::from_chars(range.data(), end, first);
    if (error != std::errc{} || dash == end || *dash != '-' || std::from_chars(dash + 1, end, last).ec != std::errc{} ||
        first < 1 || last < first)
      t.refuse(row, "seeds", fmt::format("'{}' is no range such as 1-6", range));
    return last - first + 1.0;
  }

  std::map<std::pair<double, std::string>, std::map<double, Epoch>> curves_;
};

}  // namespace

void add_training_curves(const Medical& m, const NetworkPack& pack, const MedicalSet& set, System& system) {
  std::vector<double> slopes{
      slope_at(system, std::get<workloads::DiodeActivation>(system.config().workload.activation).gain)};
  if (!m.gains.empty())
    for (const double gain : {std::ranges::min(m.gains), std::ranges::max(m.gains)})
      slopes.push_back(slope_at(system, gain));
  const TrainingCurves curves(pack.training(), m.networks.front(), slopes);
  if (curves.empty()) return;
  run::LineFigure loss{"epoch", "training loss", {}, false}, accuracy{"epoch", "training accuracy", {}, false};
  curves.add_to(loss, accuracy);
  const std::string of =
      fmt::format("of the {} on {}, means over seeds, with dropout and changed images", m.networks.front(), set.name);
  system.found.pictures.push_back({"training-loss", "Loss in training " + of, std::move(loss)});
  system.found.pictures.push_back(
      {"training-accuracy", "Accuracy on training images in training " + of + "; no result", std::move(accuracy)});
}

void add_class_maps(const Medical& m, const NetworkPack& pack, const MedicalSet& set, System& system) {
  const auto& diode = std::get<workloads::DiodeActivation>(system.config().workload.activation);
  const double slope = slope_at(system, diode.gain);
  const NetworkName device{m.map_network, "device", slope, 1}, ideal{m.map_network, "ideal", slope, 1};
  if (m.map_network.empty() || !pack.has(device) || !pack.has(ideal)) return;
  const Samples images = chosen_images(set.images.test);
  run::ImageFigure figure;
  figure.rows.push_back({"images", {}});
  for (std::size_t i = 0; i < images.count(); ++i) figure.rows.back().images.push_back(grey(images, i));
  for (const NetworkName& name : {device, ideal}) {
    const Graph graph = pack.read(name);
    const PooledHead head = pooled_head(graph);
    if (head.maps < 0)
      throw InputError(
          fmt::format("experiment.map_network: {} has no mean over maps before its last product", name.file()));
    const workloads::Activation activation =
        name.curve == "device" ? workloads::Activation(diode) : workloads::TrainedActivation{};
    figure.rows.push_back(
        {name.curve + " activation", maps_on_chip(graph, head, {activation, m.sensor}, images, set, system)});
  }
  system.found.pictures.push_back(
      {"class-maps",
       fmt::format("What speaks for the class of an image (white: most), on a chip: class-activation maps of the {} of "
                   "the first seed. Test images of the classes {}.",
                   m.map_network, labels_text(images)),
       std::move(figure)});
}

}  // namespace bitline::experiments
