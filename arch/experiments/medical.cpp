// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/medical.h"

namespace bitline::arch {

void fields(Visitor& v, OpticalLayer& o) {
  v(o.bits, {.key = "bits",
             .meaning = "levels of a responsivity: 0 .. 2^bits - 1, one device for each sign",
             .min = 1,
             .max = 8});
  v(o.spread, {.key = "spread",
               .meaning = "sigma of a responsivity over devices, relative to its own",
               .unit = Unit::fraction,
               .min = 0});
}

void fields(Visitor& v, Medical& m) {
  v(m.models,
    {.key = "models",
     .meaning = "folder with SET.zip for each set of data, as scripts/train/medical.py makes it: a shipped one, "
                "or a path"});
  v(m.stand_in, {.key = "stand_in", .meaning = "data that are taken where workload.dataset is not found"});
  v(m.networks, {.key = "networks", .meaning = "kinds of networks in SET.zip; the claim is about the first"});
  v(m.map_network,
    {.key = "map_network", .meaning = "the one with a mean over its maps: class-activation maps are of it"});
  v(m.seeds, {.key = "seeds", .meaning = "trained pairs of each network, at most", .min = 2, .max = 1000});
  v(m.gains, {.key = "gains", .meaning = "of the reverse slope, at which networks are run"});
  v(m.margin, {.key = "margin",
               .meaning = "difference of accuracy within which activations count as equal",
               .unit = Unit::fraction,
               .positive = true});
  v(m.sensor, {.key = "sensor", .meaning = "the first layer, computed by light"});
}

std::vector<Diagnostic> check(const Medical& m) {
  std::vector<Diagnostic> found;
  if (m.networks.empty()) add_problem(found, "networks", "names no kind of network", "name at least one, such as cnn");
  return found;
}

}  // namespace bitline::arch
