// SPDX-License-Identifier: Apache-2.0
// Where every block of every layer goes, without running.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "run/load_stages.h"
#include "run/prepare.h"
#include "run/quality.h"
#include "run/run.h"
#include "run/shapes.h"

namespace bitline::run {

namespace {

// What a run would refuse of its data, without reading all of it.
void check_data(const arch::Workload& workload, const workloads::Graph& graph, const RunOptions& options) {
  const workloads::Contents test = contents_of(workload.dataset, workloads::Split::test, options.data);
  if (test.count < static_cast<std::size_t>(workload.images))
    throw DataError(fmt::format("{} samples are asked for (workload.images), but the test part of '{}' has {}",
                                workload.images, test.name, test.count));
  const workloads::Samples some =
      load_data(workload, workloads::Split::test, std::min<std::size_t>(test.count, 16), options);
  check_shape(graph, some);
  scores_of(workload.scores, static_cast<int>(graph.output_size()), some);
}

}  // namespace

MappingResult map_network(const arch::LoadedConfig& loaded, const RunOptions& options) {
  if (!loaded.config.workload.shapes.empty()) {
    const PlacedShapes p = place_shapes(loaded, options);
    return mapping_of(loaded.config, p.matrices, p.placement);
  }
  Shelf shelf(0);
  LoadedNetwork p;
  at_dataset(loaded, [&] {
    p = load_network(loaded.config, options, shelf);
    check_data(loaded.config.workload, *p.graph->graph, options);
  });
  const std::vector<workloads::IntegerWeights>& weights = p.network->weights;
  const mapping::Placement placement = place(loaded, weights, settings_of_layers(loaded.config, weights));
  return mapping_of(loaded.config, weights, placement);
}

}  // namespace bitline::run
