// SPDX-License-Identifier: Apache-2.0
// Edges of grey pictures: gradients, and figures of a map of edges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/picture.h"

namespace bitline::workloads {

struct GreyPicture {
  int height = 0, width = 0;
  std::vector<float> values;  // 0 .. 1, row by row
  std::size_t size() const { return values.size(); }
};
// Of colours 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
GreyPicture grey(const Picture& picture);

struct Gradients {
  int height = 0, width = 0;
  std::vector<float> x, y;  // to the right, and down
  // |(x, y)| / (4 sqrt 2).
  std::vector<float> magnitude() const;
};
// Sobel's operator, weights 1, 2, 1 across (Sobel and Feldman 1968; Duda and Hart 1973, p. 271). The border repeats its
// pixels.
Gradients sobel(const GreyPicture& picture);

struct EdgeMap {
  int height = 0, width = 0;
  std::vector<std::uint8_t> edge;  // 1: an edge pixel
};

struct EdgeFigures {
  double pixels = 0;            // edge pixels
  double information_bits = 0;  // pixels of the picture times the entropy of one: H2(share of edge pixels)
  double connectivity = 0;      // share of edge pixels in 8-connected pieces of at least `piece`; 0 of none
  double length = 0;            // edge pixels after thinning
  double coherence = 0;  // mean over edge pixels of |sum exp(2 i angle)| / n of those in the 5 x 5 around; 0 of none
};
EdgeFigures edge_figures(const EdgeMap& map, const Gradients& gradients, int piece = 10);

double connectivity(const EdgeMap& map, int piece);

// Skeleton of Zhang and Suen, Commun. ACM 27, 236 (1984), doi:10.1145/357994.358023. Pixels outside are none.
EdgeMap thinned(EdgeMap map);

// Shares of pixels that have one of the other map at most one pixel away, also diagonally; 1 where there are none.
struct EdgeAgreement {
  double precision = 1;  // of the map's pixels near `truth`
  double recall = 1;     // of the truth's pixels near the map
};
EdgeAgreement agreement(const EdgeMap& map, const EdgeMap& truth);

}  // namespace bitline::workloads
