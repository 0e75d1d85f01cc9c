// SPDX-License-Identifier: Apache-2.0
// bitline.sweep: many points around one experiment, as the command runs them.
#include <pybind11/stl.h>

#include <algorithm>

#include "experiments/sweep.h"
#include "python/bindings.h"
#include "python/calls.h"
#include "report/sweep_page.h"

namespace bitline::python {
namespace {

constexpr std::size_t most_on_a_page = 10'000;

py::dict run_plan(const std::string& plan, const std::vector<std::pair<std::string, std::string>>& settings,
                  const Places& places, const std::string& out, int jobs, int threads,
                  const std::vector<std::string>& merge, bool skip_invalid, const py::object& progress) {
  const std::filesystem::path file = find_config(Value::scalar(plan), "", places.configs), folder = out;
  if (!experiments::is_sweep_plan(file, places.configs))
    refuse_at({file.string()}, "is no sweep plan: it has no key 'config'", "bitline.run takes experiments");
  if (std::filesystem::exists(folder / "result.json"))
    throw InputError(folder.string() + " holds the result of a run, whose report.html a sweep would replace");
  std::vector<Override> overrides;
  for (const auto& [path, value] : settings) overrides.push_back({path, value});
  experiments::SweepOptions options;
  options.folder = folder;
  options.merge.assign(merge.begin(), merge.end());
  const run::RunOptions run = run_options(places, threads, "");
  options.jobs = jobs > 0 ? jobs : run.threads;
  experiments::SweepOutcome outcome;
  std::vector<std::string> paths;
  std::vector<experiments::SkippedPoints> skipped;
  watched(progress, [&](const Report& tell) {
    options.progress = [&](const experiments::SweepProgress& p) {
      tell(static_cast<double>(p.done + p.failed) / static_cast<double>(std::max<std::size_t>(p.total, 1)),
           fmt::format("{} of {} points", p.done + p.failed, p.total));
    };
    const experiments::Sweep sweep = experiments::load_sweep(file, overrides, places.configs, run, skip_invalid);
    paths = sweep.paths();
    outcome = run_sweep(sweep, options);
    skipped = sweep.skipped;
    report::SweepNote note = report::sweep_note(sweep, file.stem().string(), "");
    note.metric = outcome.metric;
    report::write_sweep_note(folder, std::move(note));
    if (sweep.size() <= most_on_a_page) report::write_sweep_page(folder);
  });
  py::dict left_out;
  for (const experiments::SkippedPoints& s : skipped) left_out[py::str(s.reason)] = s.points;
  return py::dict(py::arg("skipped") = left_out, py::arg("points") = outcome.points,
                  py::arg("resumed") = outcome.resumed, py::arg("done") = outcome.done,
                  py::arg("failed") = outcome.failed, py::arg("missing") = outcome.missing,
                  py::arg("errors") = outcome.errors, py::arg("warnings") = outcome.warnings, py::arg("axes") = paths);
}

}  // namespace

void add_sweep(py::module_& m) {
  m.def("sweep", &run_plan, py::arg("plan"), py::arg("settings"), py::arg("places"), py::arg("out"), py::arg("jobs"),
        py::arg("threads"), py::arg("merge"), py::arg("skip_invalid"), py::arg("progress"), "Behind bitline.sweep.");
}

}  // namespace bitline::python
