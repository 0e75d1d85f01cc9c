// SPDX-License-Identifier: Apache-2.0
// bitline report: the HTML page of a folder that run or sweep wrote.
#include <fmt/format.h>

#include <memory>

#include "app/command_line.h"
#include "base/error.h"
#include "report/sweep_page.h"

namespace bitline::app {
namespace fs = std::filesystem;
namespace {

struct ReportArguments : Common {
  std::string folder;
};

int report_command(const ReportArguments& a) {
  const fs::path folder = a.folder, page = folder / "report.html";
  if (!fs::is_directory(folder)) throw InputError(a.folder + ": there is no such folder");
  if (fs::exists(folder / "table.csv")) {
    report::write_sweep_page(folder);
  } else if (fs::exists(folder / "points.jsonl")) {
    throw InputError(a.folder + ": the sweep is not finished, table.csv is missing; run it again to go on");
  } else if (!fs::exists(folder / "result.json")) {
    throw InputError(a.folder + ": is neither a run folder (result.json) nor a sweep folder (table.csv)");
  } else if (!fs::exists(page)) {  // `run` writes it; a picture needs more than result.json holds
    throw InputError(fmt::format("{}: report.html is missing; 'bitline run {} --out {}' repeats the run and writes it",
                                 a.folder, (folder / "resolved.yaml").string(), a.folder));
  }
  fmt::print("{}\n", page.string());
  return exit_done;
}

}  // namespace

void add_report(CommandLine& line) {
  auto a = std::make_shared<ReportArguments>();
  Command& c = line.add("report", "writes the HTML report of a sweep folder; says where that of a run is", "Results",
                        {{"bitline report runs/small", "table and charts of a sweep"},
                         {"bitline report runs/first", "the page that run wrote"}});
  c.cli->add_option("DIR", a->folder, "folder that sweep or run wrote with --out")->required()->type_name("");
  c.run = [a] { return report_command(*a); };
}

}  // namespace bitline::app
