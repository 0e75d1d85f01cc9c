// SPDX-License-Identifier: Apache-2.0
// The `bitline` command. Only this folder prints, reads the environment or exits.
#include "app/command_line.h"
#include "app/environment.h"

int main(int argc, char** argv) {
  using namespace bitline::app;
  install_signal_handlers();
  CommandLine line;
  add_run(line);
  add_map(line);
  add_mvm(line);
  add_solve(line);
  add_sweep(line);
  add_check(line);
  add_schema(line);
  add_list(line);
  add_data(line);
  add_device(line);
  add_fit(line);
  add_report(line);
  add_compare(line);
  add_sensitivity(line);
  add_validate(line);
  add_completion(line);
  add_complete(line);
  add_docs(line);
  return line.main(argc, argv);
}
