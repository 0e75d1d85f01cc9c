// SPDX-License-Identifier: Apache-2.0
// bitline.run: an experiment as the command runs it.
#include <pybind11/stl.h>

#include "base/isa.h"
#include "experiments/experiment.h"
#include "python/bindings.h"
#include "python/calls.h"
#include "report/html.h"
#include "report/result_files.h"
#include "report/run_folder.h"
#include "report/table.h"
#include "run/result_json.h"

namespace bitline::python {
namespace {

struct Ran {
  run::Result result;
  std::shared_ptr<const arch::LoadedConfig> loaded;
};

Ran run_config(const Config& config, const Places& places, int threads, const std::string& out, bool per_image,
               const std::string& isa, const py::object& progress) {
  run::RunOptions options = run_options(places, threads, isa);
  options.per_image = per_image;
  Ran ran{{}, config.loaded};
  watched(progress, [&](const Report& tell) {
    const arch::Keep keep = config.loaded->config.keep;
    std::optional<report::RunFolder> folder;
    if (!out.empty()) {
      folder.emplace(out);
      if (keep == arch::Keep::conductances) options.conductance_folder = folder->scratch() / "conductance";
      if (keep == arch::Keep::outputs) options.outputs_file = folder->scratch() / "outputs.npy";
    }
    options.progress = tell;
    ran.result = experiments::run(*config.loaded, options);
    if (!folder) return;
    report::write_result_files(folder->scratch(), ran.result, *ran.loaded, per_image);
    folder->commit();
  });
  return ran;
}

}  // namespace

run::RunOptions run_options(const Places& places, int threads, const std::string& isa) {
  run::RunOptions options;
  options.data.folders = places.data;
  options.data.photographs = places.photographs;
  for (const auto& root : places.configs.roots) options.model_folders.push_back(root.parent_path() / "models");
  options.threads = threads_for(threads);
  options.isa = isa;
  isa_named(isa);  // refuses wrong ones
  return options;
}

void add_run(py::module_& m) {
  py::class_<Places>(m, "Places", "Where configurations, models and data are found.")
      .def(py::init([](const std::vector<std::string>& configs, const std::vector<std::string>& data,
                       const std::vector<std::string>& photographs) {
             return Places{config_path(configs), {data.begin(), data.end()}, {photographs.begin(), photographs.end()}};
           }),
           py::arg("configs"), py::arg("data"), py::arg("photographs"));
  py::class_<Ran>(m, "Ran", "What a run gave; bitline.Result has its figures as attributes.")
      .def(
          "json", [](const Ran& r) { return result_json(r.result); }, "The document of `bitline run --json`.")
      .def(
          "html", [](const Ran& r) { return report::html_report(r.result, resolved_yaml(*r.loaded)); },
          "The report, one HTML page.")
      .def(
          "summary", [](const Ran& r) { return report::summary(r.result, false); }, "What the command prints.");
  m.def("run", &run_config, py::arg("config"), py::arg("places"), py::arg("threads"), py::arg("out"),
        py::arg("per_image"), py::arg("isa"), py::arg("progress"), "Behind bitline.run.");
}

}  // namespace bitline::python
