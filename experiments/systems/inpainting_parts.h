// SPDX-License-Identifier: Apache-2.0
// What inpainting is made of: which data, one size of hole on simulated and on real arrays, and the pictures of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arch/experiments/inpainting.h"
#include "experiments/systems/feature_judge.h"
#include "experiments/systems/system.h"
#include "run/network_run.h"

namespace bitline::experiments {

// --- data ----------------------------------------------------------------------------------------------------------

// The set in use and its networks.
struct InpaintingSet {
  arch::InpaintingData data;
  run::Stage<workloads::Samples> test, training;
  std::vector<run::Stage<run::ImportedGraph>> decoders;  // by hole
  run::Stage<run::ImportedGraph> classifier;
};
// The first set that is there with its networks; what was passed over is in `notes`. Throws InputError: none is.
InpaintingSet find_inpainting_set(const arch::Inpainting& inpainting, System& system);

// Features of images whose centre is missing; the truth is the centre.
run::Stage<workloads::Samples> encoded_images(const device::Encoder& encoder, int hole,
                                              const run::Stage<workloads::Samples>& images, std::size_t count,
                                              run::Shelf& shelf);

// --- one hole -------------------------------------------------------------------------------------------------------

// Of one way to make the centres: distance and accuracy of completed images, squared error of the hole.
struct HoleFigures {
  double distance = 0, accuracy = 0, square_error = 0;
};

struct HoleOutcome {
  int hole = 0;
  HoleFigures empty;       // nothing generated
  HoleFigures real;        // the float network with the same weights
  HoleFigures simulation;  // ideal arrays
  std::vector<HoleFigures> chips;
  double mean_hole_error = 0;                 // square error of the mean training hole
  std::vector<double> simulated, first_chip;  // centres of the first images, (shown, hole x hole)

  std::vector<double> distances() const;    // by chip
  std::vector<double> differences() const;  // ditto, less the simulation's
};

// `describe`: mapping, writing and costs of this hole's run are those of the result.
HoleOutcome run_hole(const arch::Inpainting& inpainting, std::size_t hole, const InpaintingSet& set,
                     const FeatureJudge& judge, bool describe, System& system);

// --- pictures -------------------------------------------------------------------------------------------------------

// Originals, holes, inpaintings; the currents of one image; the table of codes; weights meant and read back; distances.
void add_inpainting_pictures(const arch::Inpainting& inpainting, const InpaintingSet& set,
                             const std::vector<HoleOutcome>& outcomes, System& system);

}  // namespace bitline::experiments
