// SPDX-License-Identifier: Apache-2.0
// Where every block of every layer goes, without running.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "run/load_stages.h"
#include "run/quality.h"
#include "run/run.h"
#include "run/shapes.h"

namespace bitline::run {

MappingResult map_network(const arch::LoadedConfig& loaded, const RunOptions& options) {
  if (!loaded.config.workload.shapes.empty()) {
    const PlacedShapes p = place_shapes(loaded, options);
    return mapping_of(loaded.config, p.matrices, p.placement);
  }
  Shelf shelf(0);
  const LoadedNetwork p = load_network(loaded.config, options, shelf);
  const std::vector<workloads::IntegerWeights>& weights = p.network->weights;
  const mapping::Placement placement = place(loaded, weights, settings_of_layers(loaded.config, weights));
  // What a run would refuse of its data, without reading all of it.
  const arch::Workload& workload = loaded.config.workload;
  const workloads::Contents test = contents_of(workload.dataset, workloads::Split::test, options.data);
  if (test.count < static_cast<std::size_t>(workload.images))
    throw InputError(fmt::format("workload.images: {} are asked for, but the test part of '{}' has {}", workload.images,
                                 test.name, test.count));
  const workloads::Samples some =
      load_data(workload, workloads::Split::test, std::min<std::size_t>(test.count, 16), options);
  check_shape(*p.graph->graph, some);
  scores_of(workload.scores, static_cast<int>(p.graph->graph->output_size()), some);
  return mapping_of(loaded.config, weights, placement);
}

}  // namespace bitline::run
