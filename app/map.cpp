// SPDX-License-Identifier: Apache-2.0
// bitline map: where every block of every layer goes.
#include <fmt/format.h>

#include <memory>

#include "app/command_line.h"
#include "app/environment.h"
#include "base/files.h"
#include "base/parallel.h"
#include "report/svg.h"
#include "report/table.h"
#include "run/result_json.h"

namespace bitline::app {
namespace {

struct MapArguments : Common {
  std::string config, svg;
};

int map_command(const MapArguments& a) {
  const arch::LoadedConfig loaded = arch::load(config_file(a.config), a.overrides(), config_path());
  run::MappingResult mapping;
  with_threads(a.threads, [&] { mapping = map_network(loaded, a.run_options()); });
  if (!a.svg.empty()) write_file(a.svg, report::mapping_svg(mapping));
  fmt::print("{}", a.json ? mapping_json(mapping) : report::mapping_table(mapping));
  return exit_done;
}

}  // namespace

void add_map(CommandLine& line) {
  auto a = std::make_shared<MapArguments>();
  Command& c = line.add("map", "shows where every block of every layer goes and how full the arrays are", "Run",
                        {{"bitline map configs/fashion-mlp.yaml", "blocks, arrays and their utilisation as a table"},
                         {"bitline map fashion-mlp --set array.columns=64 --set chips=auto --svg map.svg",
                          "the same network on narrower arrays, drawn"}});
  c.cli->add_option("CONFIG", a->config, "YAML file, or the short name of a shipped one")->required()->type_name("");
  c.cli->add_option("--svg", a->svg, "draw the arrays")->type_name("FILE");
  a->add_config_options(*c.cli);
  a->add_run_options(*c.cli);
  a->add_output_options(*c.cli);
  c.run = [a] { return map_command(*a); };
}

}  // namespace bitline::app
