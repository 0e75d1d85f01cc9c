// SPDX-License-Identifier: Apache-2.0
// The frame of the `bitline` command: subcommands with their examples, and the options several of them share.
#pragma once

#include <CLI/CLI.hpp>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "arch/config.h"
#include "base/yaml.h"
#include "run/run.h"

namespace bitline::app {

enum ExitCode {
  exit_done = 0,
  exit_run_failed = 1,
  exit_wrong_usage = 2,
  exit_points_failed = 3,
  exit_check_failed = 4,
  exit_bug = 70,
  exit_interrupted = 130
};

// A command line to copy. Tests run every one of them, in the order of the help.
struct Example {
  std::string command, meaning;
};

struct Command {
  CLI::App* cli = nullptr;
  std::vector<Example> examples;
  std::function<int()> run;  // returns the exit code; throws what the library throws
  bool hidden = false;
};

// Wrong usage that only shows after parsing. Exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class CommandLine {
 public:
  CommandLine();
  // `group` is the heading in `bitline --help`; "" hides the command.
  Command& add(const std::string& name, const std::string& about, const std::string& group,
               std::vector<Example> examples);
  // Parses and runs; prints errors on standard error. Never throws.
  int main(int argc, char** argv);

  CLI::App app;
  std::vector<Example> examples;
  std::deque<Command> commands;

 private:
  int parse_problem(const CLI::ParseError& error, int argc, char** argv);
};

// One function per subcommand, each in its own file.
void add_run(CommandLine&);
void add_check(CommandLine&);
void add_schema(CommandLine&);
void add_list(CommandLine&);
void add_data(CommandLine&);
void add_device(CommandLine&);
void add_fit(CommandLine&);
void add_map(CommandLine&);
void add_mvm(CommandLine&);
void add_solve(CommandLine&);
void add_sweep(CommandLine&);
void add_report(CommandLine&);
void add_compare(CommandLine&);
void add_sensitivity(CommandLine&);
void add_validate(CommandLine&);
void add_completion(CommandLine&);
void add_complete(CommandLine&);
void add_docs(CommandLine&);

// What a user says about how to run, in no config and no result.
struct Common {
  std::vector<std::string> sets;
  std::string seed;
  int threads = 0;
  std::string isa;
  std::vector<std::string> data;
  std::string out;
  bool json = false, quiet = false;
  std::string color = "auto";

  void add_config_options(CLI::App&);  // --set, --seed
  void add_run_options(CLI::App&);     // --threads, --data
  void add_isa(CLI::App&);             // --isa
  void add_out(CLI::App&, const std::string& meaning);
  void add_output_options(CLI::App&, bool with_json = true);  // --json, -q, --color

  std::vector<Override> overrides() const;
  run::RunOptions run_options() const;
  bool colored() const;  // standard output
};

}  // namespace bitline::app
