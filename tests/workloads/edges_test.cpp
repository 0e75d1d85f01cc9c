// SPDX-License-Identifier: Apache-2.0
// Gradients and figures of edges on pictures small enough to count by hand.
#include "workloads/edges.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string_view>

namespace bitline::edges_test {
using namespace workloads;

namespace {

EdgeMap map_of(int width, std::string_view rows) {
  EdgeMap map{static_cast<int>(rows.size()) / width, width, {}};
  for (char c : rows) map.edge.push_back(c == '#');
  return map;
}

GreyPicture ramp(int height, int width, float right, float down) {
  GreyPicture p{height, width, {}};
  for (int r = 0; r < height; ++r)
    for (int c = 0; c < width; ++c) p.values.push_back(right * static_cast<float>(c) + down * static_cast<float>(r));
  return p;
}

}  // namespace

TEST_CASE("a plane of slopes a and b has the Sobel gradient (8 a, 8 b) inside, half of it across a border") {
  const Gradients g = sobel(ramp(5, 6, 0.01f, -0.02f));
  CHECK(g.x[2 * 6 + 3] == doctest::Approx(0.08));
  CHECK(g.y[2 * 6 + 3] == doctest::Approx(-0.16));
  CHECK(g.x[2 * 6] == doctest::Approx(0.04));
  CHECK(g.magnitude()[2 * 6 + 3] == doctest::Approx(std::hypot(0.08, 0.16) / (4 * std::sqrt(2.0))));
}

TEST_CASE("colours are weighed as BT.601 does") {
  const Picture p{3, 1, 2, {255, 0, 0, 255, 0, 0}};  // red, green
  CHECK(grey(p).values[0] == doctest::Approx(0.299));
  CHECK(grey(p).values[1] == doctest::Approx(0.587));
}

TEST_CASE("information is that of independent pixels of the map's share") {
  const Gradients g = sobel(ramp(4, 4, 1, 0));
  const EdgeMap quarter = map_of(4,
                                 "#..."
                                 "#..."
                                 "#..."
                                 "#...");
  CHECK(edge_figures(quarter, g).information_bits == doctest::Approx(16 * (0.25 * 2 + 0.75 * std::log2(4.0 / 3))));
  CHECK(edge_figures(quarter, g).pixels == 4);
  CHECK(edge_figures(map_of(4, "................"), g).information_bits == 0);
}

TEST_CASE("pieces hang together over corners, and count from ten pixels on") {
  const EdgeMap map = map_of(8,
                             "#......#"
                             ".#......"
                             "..#....."
                             "...#...."
                             "....#..."
                             ".....#.."
                             "......##"
                             ".....##.");
  // A diagonal of 6 joins the four pixels below: ten; the corner stands alone.
  CHECK(connectivity(map, 10) == doctest::Approx(10.0 / 11));
  CHECK(connectivity(map, 11) == 0);
  CHECK(connectivity(map_of(2, "...."), 1) == 0);
}

TEST_CASE("thinning leaves one pixel of a wide bar's thickness and keeps a thin line whole") {
  const EdgeMap line = map_of(6,
                              "......"
                              ".####."
                              "......");
  CHECK(thinned(line).edge == line.edge);
  EdgeMap bar{7, 12, std::vector<std::uint8_t>(84, 0)};
  for (int r = 2; r < 5; ++r)
    for (int c = 1; c < 11; ++c) bar.edge[static_cast<std::size_t>(r * 12 + c)] = 1;
  const EdgeMap thin = thinned(bar);
  for (int c = 3; c < 9; ++c) {
    int column = 0;
    for (int r = 0; r < 7; ++r) column += thin.edge[static_cast<std::size_t>(r * 12 + c)];
    CHECK(column == 1);
  }
}

TEST_CASE("edges of one direction are coherent, those of crossing directions cancel") {
  EdgeMap all{6, 6, std::vector<std::uint8_t>(36, 1)};
  CHECK(edge_figures(all, sobel(ramp(6, 6, 0.1f, 0.05f))).coherence == doctest::Approx(1).epsilon(0.03));
  // Two pixels whose gradients are at right angles: exp(2 i angle) is 1 and -1.
  Gradients g{1, 2, {1, 0}, {0, 1}};
  CHECK(edge_figures({1, 2, {1, 1}}, g).coherence == doctest::Approx(0));
}

TEST_CASE("precision and recall forgive one pixel") {
  const EdgeMap truth = map_of(5, "#....#....#...."), shifted = map_of(5, ".#....#....#..."),
                far = map_of(5, "....#....#....#");
  CHECK(agreement(shifted, truth).precision == 1);
  CHECK(agreement(shifted, truth).recall == 1);
  CHECK(agreement(far, truth).precision == 0);
  const EdgeMap half = map_of(5, "#...##...##...#");
  CHECK(agreement(half, truth).precision == doctest::Approx(0.5));
  CHECK(agreement(half, truth).recall == 1);
}

}  // namespace bitline::edges_test
