// SPDX-License-Identifier: Apache-2.0
// Relaxation of 15,961 cells of a technology, measured (../shared; akashlevy/RRAM-Relaxation-Master-Model, MIT).
#pragma once

#include <zlib.h>

#include <cstdio>
#include <vector>

#include "characterise/fit/fit_relaxation.h"

namespace bitline::test {

struct TechnologyCell {
  unsigned address;
  characterise::RelaxationReading reading;
};

// addr, time, R, G, G_initial, range, timepoint by tabulators; empty where the data are not beside the project.
inline std::vector<TechnologyCell> technology_b() {
  const std::string file =
      BITLINE_SOURCE_DIR "/../shared/data/device/rram_relaxation_levy/techB/relaxdata_10k.min.tsv.gz";
  std::vector<TechnologyCell> cells;
  gzFile in = gzopen(file.c_str(), "rb");
  if (!in) return cells;
  char line[512];
  while (gzgets(in, line, sizeof line)) {
    double address = 0, t = 0, r = 0, g = 0, written = 0, range = 0, point = 0;
    if (std::sscanf(line, "%lf %lf %lf %lf %lf %lf %lf", &address, &t, &r, &g, &written, &range, &point) == 7 &&
        point > 0)
      cells.push_back({static_cast<unsigned>(address), {written, point, g}});
  }
  gzclose(in);
  return cells;
}

}  // namespace bitline::test
