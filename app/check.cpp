// SPDX-License-Identifier: Apache-2.0
// bitline check: reads and validates everything a run would, and runs nothing.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

#include "app/command_line.h"
#include "app/environment.h"
#include "arch/warnings.h"
#include "base/files.h"
#include "base/parallel.h"
#include "device/plasticity/pulsed_device.h"
#include "experiments/sweep.h"
#include "report/design_text.h"
#include "run/foresee.h"
#include "run/metal.h"

namespace bitline::app {
namespace {

struct CheckArguments : Common {
  std::vector<std::string> configs;
};

// Keys that a device has and a config has not: such a file was meant as a device.
bool is_device_file(const std::filesystem::path& file) {
  const Value tree = parse_yaml(read_file(file), file.string());
  if (!tree.is_map() || tree.find("workload") || tree.find("device")) return false;
  return std::ranges::any_of(std::array{"g_min", "g_max", "plasticity", "write", "relaxation", "drift", "iv"},
                             [&](const char* key) { return tree.find(key) != nullptr; });
}

std::string examine_device(const std::filesystem::path& file, const CheckArguments& a) {
  const device::PulsedDevice d = device::load_pulsed_device(file, a.overrides(), config_path());
  return fmt::format("a device file{}; configs take it as device: {}",
                     d.relative ? ", without conductances (g_min, g_max)" : "", file.filename().string());
}

// One line of praise, or throws. `warn`: takes what is valid but hardly meant.
std::string examine(const std::string& argument, const CheckArguments& a,
                    const std::function<void(const std::string&)>& warn) {
  const std::filesystem::path file = config_file(argument);
  if (experiments::is_sweep_plan(file, config_path())) {
    const experiments::Sweep sweep = experiments::load_sweep(file, a.overrides(), config_path(), a.run_options());
    for (const auto& s : sweep.skipped)
      warn(fmt::format("{} of {} points left out: {}", s.points, sweep.size(), s.reason));
    for (const auto& w : check_points(sweep, distinct_points(sweep))) warn(w);
    return fmt::format("a sweep of {} points", sweep.size());
  }
  if (is_device_file(file)) return examine_device(file, a);
  const arch::LoadedConfig loaded = arch::load(file, a.overrides(), config_path());
  for (const Diagnostic& d : warnings(loaded)) warn(to_string(d));
  std::string what;
  if (is_experiment(loaded.config.experiment)) {
    what = std::visit([](const auto& e) { return fmt::format("experiment {}", e.type); }, loaded.config.experiment);
    if (!runs_network(loaded.config.experiment)) return what;
    what += ", ";
  }
  if (loaded.config.workload.network.empty() && loaded.config.workload.shapes.empty())
    return loaded.config.budget.empty() ? "no network (for mvm)"
                                        : fmt::format("a budget of {} lines", loaded.config.budget.size());
  run::MappingResult m;
  with_threads(a.threads, [&] {
    m = map_network(loaded, a.run_options());
    for (const std::string& w : m.warnings) warn(w);
    for (const std::string& w : foreseen_warnings(loaded, a.run_options())) warn(w);
  });
  std::string praise = what + fmt::format("{} of {} arrays, {:.1f} % of their cells", m.arrays_used, m.arrays_total,
                                          m.cell_utilisation * 100);
  if (!loaded.config.wires.exact() && loaded.config.workload.shapes.empty()) {
    std::optional<chip::MetalEffect> metal;
    with_threads(a.threads, [&] { metal = run::metal_effect(loaded, a.run_options()); });
    praise += ". " + report::metal_text(metal);
  }
  return praise;
}

int check_command(const CheckArguments& a) {
  bool wrong = false;
  for (const auto& argument : a.configs) {
    const auto complain = [&](const std::string& message) {
      wrong = true;
      fmt::print(stderr, "{}: {}\n", argument, message);
    };
    try {
      const std::string praise = examine(argument, a, [&](const std::string& warning) {
        if (!a.quiet) print_warning(warning);
      });
      fmt::print("{}: ok, {}\n", argument, praise);
    } catch (const ConfigError& e) {
      wrong = true;
      for (const auto& d : e.diagnostics()) print_diagnostic(d);
    } catch (const InputError& e) {
      complain(e.what());
    } catch (const RunError& e) {  // does not fit
      complain(e.what());
    }
  }
  return wrong ? exit_wrong_usage : exit_done;
}

}  // namespace

void add_check(CommandLine& line) {
  auto a = std::make_shared<CheckArguments>();
  Command& c = line.add("check", "reads and validates configs and sweep plans; all problems in one go", "Look",
                        {{"bitline check configs/fashion-mlp.yaml configs/ideal.yaml",
                          "exit code 2 and file:line:column of every problem, if there is one"},
                         {"bitline check fashion-mlp --set array.active_rows=64", "would this change be valid?"}});
  c.cli->add_option("CONFIG", a->configs, "YAML files, or short names of shipped ones")->required()->type_name("");
  a->add_config_options(*c.cli);
  a->add_run_options(*c.cli);
  a->add_output_options(*c.cli, false);
  c.run = [a] { return check_command(*a); };
}

}  // namespace bitline::app
