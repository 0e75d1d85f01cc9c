// SPDX-License-Identifier: Apache-2.0
// Parsing, help, and the one place where errors become messages and exit codes.
#include "app/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <system_error>
#include <thread>

#include "app/environment.h"
#include "base/config_reader.h"
#include "base/error.h"
#include "base/isa.h"
#include "base/nearest.h"
#include "base/version.h"

namespace bitline::app {

using run::RunOptions;

namespace {

std::string examples_text(const std::vector<Example>& examples) {
  std::string out = "Examples:";
  for (const auto& e : examples) out += fmt::format("\n  {}\n      {}", e.command, e.meaning);
  return out;
}

// Help with one usage line and short options.
class Help : public CLI::Formatter {
 public:
  Help() {
    column_width(24);
    label("REQUIRED", "");
  }
  std::string make_description(const CLI::App* app) const override { return app->get_description() + "\n\n"; }
  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string out = "Usage: " + name;
    if (!app->get_subcommands({}).empty()) out += " COMMAND";
    for (const CLI::Option* o : app->get_options()) {
      if (o->get_positional())
        out += " " + make_option_usage(o);
      else if (o->get_required())
        out += " " + o->get_name(false, true) + make_option_opts(o);
    }
    return out + " [options]\n";
  }
  std::string make_option_opts(const CLI::Option* o) const override {
    const std::string type = o->get_option_text().empty() ? value_name(o) : o->get_option_text();
    return type.empty() ? "" : " " + type;
  }

 private:
  // The name of the value without the validators that CLI11 appends.
  static std::string value_name(const CLI::Option* o) {
    const std::string text = o->get_type_name();
    return text.substr(0, text.find(':'));
  }
};

void print_error(const std::string& message) {
  std::fflush(stdout);
  fmt::print(stderr, "bitline: {}\n", message);
}

std::string known_options(const CLI::App& app, const std::string& written) {
  std::vector<std::string> names;
  for (const CLI::Option* o : app.get_options())
    for (const auto& n : o->get_lnames()) names.push_back("--" + n);
  const std::string near = did_you_mean(written.substr(0, written.find('=')), names);
  return near.empty() ? "" : "; " + near;
}

}  // namespace

CommandLine::CommandLine()
    : app("Simulates compute-in-memory accelerators made of memristor crossbars: a network is quantized, mapped onto "
          "arrays\n"
          "of cells, written with the errors of real devices, aged and run; out come accuracy, energy, latency and "
          "area.",
          "bitline") {
  app.formatter(std::make_shared<Help>());
  app.set_help_flag("-h,--help", "print this help");
  app.set_version_flag("--version", std::string("bitline ") + version(), "print the version");
  app.require_subcommand(1);
  examples = {{"bitline run configs/fashion-mlp.yaml",
               "the main job: accuracy, energy, latency and area of a network on four arrays"},
              {"bitline run fashion-mlp --set adc.bits=6 --set workload.images=1000",
               "a shipped configuration by its short name, with changes"},
              {"bitline schema adc", "what the keys below adc mean"}};
  app.footer("'bitline COMMAND --help' explains a command.\n\n" + examples_text(examples));
}

Command& CommandLine::add(const std::string& name, const std::string& about, const std::string& group,
                          std::vector<Example> command_examples) {
  Command& c = commands.emplace_back();
  c.cli = app.add_subcommand(name, about);
  c.cli->group(group);
  c.hidden = group.empty();
  c.examples = std::move(command_examples);
  if (!c.examples.empty()) c.cli->footer(examples_text(c.examples));
  return c;
}

int CommandLine::parse_problem(const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == 0) {  // --help, --version
    app.exit(error);
    return exit_done;
  }
  if (argc < 2) {
    fmt::print(stderr, "{}", app.help());
    return exit_wrong_usage;
  }
  const std::string first = argv[1];
  std::vector<std::string> names;
  const CLI::App* chosen = &app;
  for (const auto& c : commands) {
    if (c.cli->get_name() == first) chosen = c.cli;
    if (!c.hidden) names.push_back(c.cli->get_name());
  }
  if (chosen == &app && first[0] != '-') {
    const std::string near = did_you_mean(first, names);
    print_error(fmt::format("there is no command '{}'; {}", first, near.empty() ? "see bitline --help" : near));
    return exit_wrong_usage;
  }
  std::string message = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error))
    for (const auto& word : app.remaining(true)) {
      message = word.starts_with("-") ? fmt::format("there is no option '{}'{}", word, known_options(*chosen, word))
                                      : fmt::format("'{}' is one argument too many", word);
      break;
    }
  print_error(message);
  fmt::print(stderr, "see {} --help\n", chosen == &app ? "bitline" : "bitline " + chosen->get_name());
  return exit_wrong_usage;
}

int CommandLine::main(int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return parse_problem(e, argc, argv);
  }
  try {
    int code = exit_bug;
    for (const auto& c : commands)
      if (c.cli->parsed()) code = c.run();
    // A full disk or a closed pipe must not look like success.
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
      print_error("standard output cannot be written");
      return exit_run_failed;
    }
    return code;
  } catch (const ConfigError& e) {
    for (const auto& d : e.diagnostics()) print_diagnostic(d);
    return exit_wrong_usage;
  } catch (const InputError& e) {
    print_error(e.what());
    return exit_wrong_usage;
  } catch (const UsageError& e) {
    print_error(e.what());
    return exit_wrong_usage;
  } catch (const Interrupted& e) {
    print_error(e.what());
    return exit_interrupted;
  } catch (const RunError& e) {
    print_error(e.what());
    return exit_run_failed;
  } catch (const std::system_error& e) {
    print_error(e.what());
    return exit_run_failed;
  } catch (const std::bad_alloc&) {
    print_error("not enough memory; fewer --threads, fewer images or smaller arrays need less");
    return exit_run_failed;
  } catch (const std::exception& e) {
    print_error(fmt::format("this is a bug in bitline {}: {}\nplease report it with the command and the configuration",
                            version(), e.what()));
    return exit_bug;
  } catch (...) {
    print_error(fmt::format(
        "this is a bug in bitline {}: unknown exception\nplease report it with the command and the configuration",
        version()));
    return exit_bug;
  }
}

void Common::add_config_options(CLI::App& cli) {
  cli.add_option("--set", sets, "change one value of the config, such as adc.bits=6; repeatable")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  cli.add_option("--seed", seed, "of all random numbers; short for --set seed=N")->type_name("N");
}

void Common::add_run_options(CLI::App& cli) {
  cli.add_option("--threads", threads, "at most this many threads; 0 = all cores")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  cli.add_option("--data", data, "look for data sets here first; repeatable")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

void Common::add_isa(CLI::App& cli) {
  std::string names;
  for (const std::string_view name : isa_names) names += (names.empty() ? "" : ", ") + std::string(name);
  cli.add_option("--isa", isa,
                 "sum with this instruction set (" + names +
                     ") instead of the best that the machine has; results are "
                     "the same")
      ->type_name("NAME");
}

void Common::add_out(CLI::App& cli, const std::string& meaning) {
  cli.add_option("--out", out, meaning)->type_name("DIR");
}

void Common::add_output_options(CLI::App& cli, bool with_json) {
  if (with_json) cli.add_flag("--json", json, "print one JSON document");
  cli.add_flag("-q,--quiet", quiet, "no progress and no warnings");
  cli.add_option("--color", color, "auto, always or never; NO_COLOR is obeyed")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

std::vector<Override> Common::overrides() const {
  std::vector<Override> all;
  for (const auto& s : sets) all.push_back(parse_override(s));
  if (!seed.empty()) all.push_back({"seed", seed});
  return all;
}

RunOptions Common::run_options() const {
  RunOptions o;
  o.data = data_path(data);
  o.model_folders = model_folders();
  o.isa = isa;
  o.threads = threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return o;
}

bool Common::colored() const { return want_color(color); }

}  // namespace bitline::app
