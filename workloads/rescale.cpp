// SPDX-License-Identifier: Apache-2.0
#include "workloads/rescale.h"

#include <fmt/format.h>
#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/parallel.h"
#include "workloads/interpret.h"
#include "workloads/rescale_links.h"

namespace bitline::workloads {

void fields(Visitor&, NoRescale&) {}
void fields(Visitor& v, SmoothRescale& c) {
  v(c.strength, {.key = "strength",
                 .meaning = "share a of the inputs' range that is moved: factors max|x|^a / max|w|^(1 - a)",
                 .unit = Unit::fraction,
                 .min = 0,
                 .max = 1,
                 .source = "Xiao 2023, arXiv:2211.10438: 0.5 suits most networks"});
}
void fields(Visitor&, EqualizeRescale&) {}

namespace {

// max|x| of each channel of each link, over all calibration samples.
std::vector<std::vector<double>> largest_inputs(const Graph& graph, std::span<const ChannelLink> links,
                                                const Calibration& calibration) {
  std::vector<std::vector<double>> largest;
  for (const ChannelLink& link : links) largest.emplace_back(link.channels, 0.0);
  // All that read a tensor see the same: the first one tells.
  std::vector<std::optional<std::size_t>> link_of(graph.weights.size());
  for (std::size_t k = 0; k < links.size(); ++k) link_of[static_cast<std::size_t>(links[k].readers.front())] = k;
  const auto size = static_cast<std::size_t>(graph.input().size());
  const std::size_t samples = calibration.values.size() / size,
                    batch = samples_together_in_float(graph, std::clamp<std::size_t>(samples / 8, 1, 64));
  tbb::enumerable_thread_specific<std::vector<std::vector<double>>> met(largest);
  parallel_for((samples + batch - 1) / batch, [&](std::size_t part) {
    const std::size_t begin = part * batch, count = std::min(batch, samples - begin);
    std::vector<std::vector<double>>& mine = met.local();
    interpret_float(graph, calibration.values.subspan(begin * size, count * size),
                    [&](int w, std::span<const float> values) {
                      const auto link = link_of[static_cast<std::size_t>(w)];
                      if (!link) return;
                      const std::vector<int>& channel = links[*link].channel;
                      for (std::size_t i = 0; i < values.size(); ++i) {
                        double& most = mine[*link][static_cast<std::size_t>(channel[i % channel.size()])];
                        most = std::max(most, std::abs(static_cast<double>(values[i])));
                      }
                    });
  });
  for (const auto& some : met)
    for (std::size_t k = 0; k < links.size(); ++k)
      for (std::size_t j = 0; j < largest[k].size(); ++j) largest[k][j] = std::max(largest[k][j], some[k][j]);
  return largest;
}

// s of each channel; 1 where either range is 0.
template <class F>
std::vector<double> channel_factors(std::span<const double> before, std::span<const double> after, const F& f) {
  std::vector<double> s(before.size(), 1);
  for (std::size_t j = 0; j < s.size(); ++j)
    if (before[j] > 0 && after[j] > 0) s[j] = f(before[j], after[j]);
  return s;
}

void smooth_links(Graph& graph, std::span<const ChannelLink> links, std::span<const double> strengths,
                  const Calibration& calibration) {
  if (links.empty()) return;
  const std::vector<std::vector<double>> inputs = largest_inputs(graph, links, calibration);
  std::vector<std::vector<double>> all;  // from the weights as they are, whatever links share
  for (std::size_t k = 0; k < links.size(); ++k)
    all.push_back(channel_factors(inputs[k], row_ranges(graph, links[k]), [a = strengths[k]](double x, double w) {
      return std::pow(x, a) / std::pow(w, 1 - a);
    }));
  for (std::size_t k = 0; k < links.size(); ++k) rescale(graph, links[k], all[k]);
}

void equalize_links(Graph& graph, std::span<const ChannelLink> links) {
  constexpr int most = 100;
  constexpr double alike = 1e-3;
  for (int pass = 0; pass < most; ++pass) {
    double furthest = 0;
    for (const ChannelLink& link : links) {
      const std::vector<double> s =
          channel_factors(column_ranges(graph, link), row_ranges(graph, link),
                          [](double before, double after) { return std::sqrt(before / after); });
      for (const double f : s) furthest = std::max(furthest, std::abs(std::log(f)));
      rescale(graph, link, s);
    }
    if (furthest < alike) return;
  }
}

}  // namespace

Rescaled rescaled(std::shared_ptr<const Graph> graph, const Calibration& calibration,
                  const std::function<Rescale(int, const std::string&)>& settings) {
  std::vector<Rescale> wanted;
  for (std::size_t i = 0; i < graph->weights.size(); ++i)
    wanted.push_back(settings(static_cast<int>(i), graph->weights[i].name));
  const auto asked = [](const Rescale& r) { return !std::holds_alternative<NoRescale>(r); };
  if (std::ranges::none_of(wanted, asked)) return {std::move(graph), {}};
  Rescaled out;
  std::vector<ChannelLink> smoothed, equalized;
  std::vector<double> strengths;
  const auto leave = [&](const std::vector<int>& readers, const std::string& why) {
    for (const int w : readers)
      if (asked(wanted[static_cast<std::size_t>(w)]))
        out.notes.push_back(fmt::format("layer {}: quantization.rescale leaves its inputs as they are: {}",
                                        graph->weights[static_cast<std::size_t>(w)].name, why));
  };
  std::vector<bool> found(wanted.size());
  for (ChannelLink& link : channel_links(*graph)) {
    for (const int w : link.readers) found[static_cast<std::size_t>(w)] = true;
    const Rescale& first = wanted[static_cast<std::size_t>(link.readers.front())];
    const auto* smoothing = std::get_if<SmoothRescale>(&first);
    const bool alike = std::ranges::all_of(link.readers, [&](int w) {
      const Rescale& other = wanted[static_cast<std::size_t>(w)];
      const auto* same = std::get_if<SmoothRescale>(&other);
      return other.index() == first.index() && (!smoothing || same->strength == smoothing->strength);
    });
    if (!link.why_not.empty()) {
      leave(link.readers, link.why_not);
    } else if (!alike) {
      leave(link.readers, "others that read them ask for something else");
    } else if (smoothing) {
      strengths.push_back(smoothing->strength);
      smoothed.push_back(std::move(link));
    } else if (asked(first) && !link.maker) {
      leave(link.readers, "a normalization makes them, and equalize needs a layer before");
    } else if (asked(first)) {
      equalized.push_back(std::move(link));
    }
  }
  for (std::size_t w = 0; w < found.size(); ++w)
    if (!found[w]) leave({static_cast<int>(w)}, "a loop holds it");
  auto changed = std::make_shared<Graph>(*graph);
  smooth_links(*changed, smoothed, strengths, calibration);
  equalize_links(*changed, equalized);
  out.graph = std::move(changed);
  return out;
}

}  // namespace bitline::workloads
