// SPDX-License-Identifier: Apache-2.0
#include "workloads/edges.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace bitline::workloads {

GreyPicture grey(const Picture& picture) {
  GreyPicture out{picture.height, picture.width, {}};
  const std::size_t n = static_cast<std::size_t>(picture.height) * static_cast<std::size_t>(picture.width);
  out.values.resize(n);
  constexpr float luma[] = {0.299f, 0.587f, 0.114f};
  for (std::size_t i = 0; i < n; ++i) {
    float value = picture.bytes[i];
    if (picture.channels == 3)
      value = luma[0] * picture.bytes[i] + luma[1] * picture.bytes[n + i] + luma[2] * picture.bytes[2 * n + i];
    out.values[i] = value / 255.f;
  }
  return out;
}

std::vector<float> Gradients::magnitude() const {
  constexpr float scale = static_cast<float>(1 / (4 * std::numbers::sqrt2));
  std::vector<float> out(x.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::sqrt(x[i] * x[i] + y[i] * y[i]) * scale;
  return out;
}

Gradients sobel(const GreyPicture& p) {
  Gradients g{p.height, p.width, std::vector<float>(p.size()), std::vector<float>(p.size())};
  const auto width = static_cast<std::size_t>(p.width);
  for (int r = 0; r < p.height; ++r) {
    const float* row[3];
    for (int d = -1; d <= 1; ++d)
      row[d + 1] = p.values.data() + static_cast<std::size_t>(std::clamp(r + d, 0, p.height - 1)) * width;
    for (int c = 0; c < p.width; ++c) {
      const int left = std::max(c - 1, 0), right = std::min(c + 1, p.width - 1);
      const std::size_t at = static_cast<std::size_t>(r) * width + static_cast<std::size_t>(c);
      g.x[at] = row[0][right] - row[0][left] + 2 * (row[1][right] - row[1][left]) + row[2][right] - row[2][left];
      g.y[at] = row[2][left] - row[0][left] + 2 * (row[2][c] - row[0][c]) + row[2][right] - row[0][right];
    }
  }
  return g;
}

namespace {

double entropy_bits(double share) {
  if (share <= 0 || share >= 1) return 0;
  return -share * std::log2(share) - (1 - share) * std::log2(1 - share);
}

double coherence_of(const EdgeMap& map, const Gradients& g) {
  double sum = 0;
  std::size_t count = 0;
  // exp(2 i angle) of the gradient (x, y) is (x + i y)^2 / |(x, y)|^2.
  std::vector<float> cosine(map.edge.size(), 0), sine(map.edge.size(), 0);
  for (std::size_t i = 0; i < map.edge.size(); ++i) {
    const float square = g.x[i] * g.x[i] + g.y[i] * g.y[i];
    if (!map.edge[i] || square <= 0) continue;
    cosine[i] = (g.x[i] * g.x[i] - g.y[i] * g.y[i]) / square;
    sine[i] = 2 * g.x[i] * g.y[i] / square;
  }
  for (int r = 0; r < map.height; ++r)
    for (int c = 0; c < map.width; ++c) {
      if (!map.edge[static_cast<std::size_t>(r * map.width + c)]) continue;
      double re = 0, im = 0;
      int n = 0;
      for (int y = std::max(r - 2, 0); y <= std::min(r + 2, map.height - 1); ++y)
        for (int x = std::max(c - 2, 0); x <= std::min(c + 2, map.width - 1); ++x) {
          const auto at = static_cast<std::size_t>(y * map.width + x);
          if (map.edge[at]) re += cosine[at], im += sine[at], ++n;
        }
      sum += std::hypot(re, im) / n, ++count;
    }
  return count ? sum / static_cast<double>(count) : 0;
}

double count_edges(const EdgeMap& map) { return static_cast<double>(std::ranges::count(map.edge, 1)); }

// The eight neighbours of a pixel, clockwise from the one above; those outside are 0.
std::array<int, 8> neighbours(const EdgeMap& map, int r, int c) {
  constexpr int dr[] = {-1, -1, 0, 1, 1, 1, 0, -1}, dc[] = {0, 1, 1, 1, 0, -1, -1, -1};
  std::array<int, 8> out{};
  for (std::size_t k = 0; k < 8; ++k) {
    const int y = r + dr[k], x = c + dc[k];
    if (y >= 0 && y < map.height && x >= 0 && x < map.width)
      out[k] = map.edge[static_cast<std::size_t>(y * map.width + x)];
  }
  return out;
}

// One of the two passes; true when a pixel left.
bool thin_once(EdgeMap& map, bool second) {
  std::vector<std::size_t> leave;
  for (int r = 0; r < map.height; ++r)
    for (int c = 0; c < map.width; ++c) {
      const auto at = static_cast<std::size_t>(r * map.width + c);
      if (!map.edge[at]) continue;
      const std::array<int, 8> p = neighbours(map, r, c);
      int around = 0, rises = 0;
      for (std::size_t k = 0; k < 8; ++k) around += p[k], rises += p[k] == 0 && p[(k + 1) % 8] != 0;
      if (around < 2 || around > 6 || rises != 1) continue;
      const bool goes = second ? !(p[0] && p[2] && p[6]) && !(p[0] && p[4] && p[6])
                               : !(p[0] && p[2] && p[4]) && !(p[2] && p[4] && p[6]);
      if (goes) leave.push_back(at);
    }
  for (std::size_t at : leave) map.edge[at] = 0;
  return !leave.empty();
}

// Pixels that have an edge pixel at most one away.
std::vector<std::uint8_t> widened(const EdgeMap& map) {
  std::vector<std::uint8_t> out(map.edge.size(), 0);
  for (int r = 0; r < map.height; ++r)
    for (int c = 0; c < map.width; ++c) {
      if (!map.edge[static_cast<std::size_t>(r * map.width + c)]) continue;
      for (int y = std::max(r - 1, 0); y <= std::min(r + 1, map.height - 1); ++y)
        for (int x = std::max(c - 1, 0); x <= std::min(c + 1, map.width - 1); ++x)
          out[static_cast<std::size_t>(y * map.width + x)] = 1;
    }
  return out;
}

double share_near(const EdgeMap& map, const std::vector<std::uint8_t>& near) {
  double all = 0, hit = 0;
  for (std::size_t i = 0; i < map.edge.size(); ++i)
    if (map.edge[i]) ++all, hit += near[i];
  return all > 0 ? hit / all : 1;
}

}  // namespace

double connectivity(const EdgeMap& map, int piece) {
  std::vector<std::uint8_t> open(map.edge);
  std::vector<int> stack;
  double connected = 0, all = 0;
  for (std::size_t start = 0; start < open.size(); ++start) {
    if (!open[start]) continue;
    open[start] = 0;
    stack.assign(1, static_cast<int>(start));
    double size = 0;
    while (!stack.empty()) {
      const int at = stack.back(), r = at / map.width, c = at % map.width;
      stack.pop_back();
      ++size;
      for (int y = std::max(r - 1, 0); y <= std::min(r + 1, map.height - 1); ++y)
        for (int x = std::max(c - 1, 0); x <= std::min(c + 1, map.width - 1); ++x) {
          const int next = y * map.width + x;
          if (open[static_cast<std::size_t>(next)]) open[static_cast<std::size_t>(next)] = 0, stack.push_back(next);
        }
    }
    all += size;
    if (size >= piece) connected += size;
  }
  return all > 0 ? connected / all : 0;
}

EdgeMap thinned(EdgeMap map) {
  for (bool changed = true; changed;) {
    changed = thin_once(map, false);
    changed = thin_once(map, true) || changed;
  }
  return map;
}

EdgeFigures edge_figures(const EdgeMap& map, const Gradients& gradients, int piece) {
  EdgeFigures f;
  const auto n = static_cast<double>(map.edge.size());
  f.pixels = count_edges(map);
  f.information_bits = n * entropy_bits(f.pixels / n);
  f.connectivity = connectivity(map, piece);
  f.length = count_edges(thinned(map));
  f.coherence = coherence_of(map, gradients);
  return f;
}

EdgeAgreement agreement(const EdgeMap& map, const EdgeMap& truth) {
  return {share_near(map, widened(truth)), share_near(truth, widened(map))};
}

}  // namespace bitline::workloads
