// SPDX-License-Identifier: Apache-2.0
// bitline completion: shell completion written from the command line's own description.
#include <fmt/format.h>

#include <memory>

#include "app/command_line.h"

namespace bitline::app {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& w : words) out += (out.empty() ? "" : " ") + w;
  return out;
}

std::vector<std::string> options_of(const CLI::App& cli) {
  std::vector<std::string> out;
  for (const CLI::Option* o : cli.get_options()) {
    for (const auto& n : o->get_lnames()) out.push_back("--" + n);
    for (const auto& n : o->get_snames()) out.push_back("-" + n);
  }
  return out;
}

// Words a command's first argument is chosen from; empty = a file.
std::vector<std::string> arguments_of(const Command& c) {
  if (c.cli->get_name() == "list") return {"devices", "adcs", "chips", "technologies", "experiments", "datasets"};
  if (c.cli->get_name() == "device")
    return {"list", "show", "iv", "ltp", "ppf", "retention", "stdp", "pulses", "table"};
  if (c.cli->get_name() == "completion") return {"bash", "zsh", "fish"};
  return {};
}

std::string bash(const CommandLine& line) {
  std::vector<std::string> names = options_of(line.app);
  std::string cases;
  for (const auto& c : line.commands) {
    if (c.hidden) continue;
    names.push_back(c.cli->get_name());
    cases += fmt::format("    {}) options=\"{}\"; words=\"{}\" ;;\n", c.cli->get_name(), joined(options_of(*c.cli)),
                         joined(arguments_of(c)));
  }
  return "# bash completion for bitline: source <(bitline completion bash)\n_bitline() {\n"
         "  local word=\"${COMP_WORDS[COMP_CWORD]}\" options=\"\" words=\"\"\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         joined(names) +
         "\" -- \"$word\"))\n    return\n  fi\n"
         "  case \"${COMP_WORDS[1]}\" in\n" +
         cases +
         "  esac\n"
         "  if [[ \"$word\" == -* ]]; then\n    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "  elif [ -n \"$words\" ] && [ \"$COMP_CWORD\" -eq 2 ]; then\n    COMPREPLY=($(compgen -W \"$words\" -- "
         "\"$word\"))\n"
         "  else\n    COMPREPLY=($(compgen -f -- \"$word\"))\n  fi\n}\ncomplete -o filenames -F _bitline bitline\n";
}

std::string quoted(std::string text) {  // for single quotes of zsh and fish
  for (std::size_t at = 0; (at = text.find_first_of("'[]:", at)) != std::string::npos; ++at) text[at] = ' ';
  return text;
}

std::string zsh(const CommandLine& line) {
  std::string names, cases;
  for (const auto& c : line.commands) {
    if (c.hidden) continue;
    names += fmt::format("    '{}:{}'\n", c.cli->get_name(), quoted(c.cli->get_description()));
    std::string specs;
    for (const CLI::Option* o : c.cli->get_options()) {
      const std::string value =
          o->get_items_expected_max() > 0 && !o->get_positional()
              ? (o->get_type_name() == "FILE" || o->get_type_name() == "DIR" ? ":value:_files" : ":value:")
              : "";
      for (const auto& n : o->get_lnames())
        specs += fmt::format(" '--{}[{}]{}'", n, quoted(o->get_description()), value);
    }
    const auto words = arguments_of(c);
    specs += words.empty() ? " '*:file:_files'" : " '1:what:(" + joined(words) + ")'";
    cases += fmt::format("    {}) _arguments{} ;;\n", c.cli->get_name(), specs);
  }
  return "#compdef bitline\n# zsh completion for bitline: bitline completion zsh > "
         "\"${fpath[1]}/_bitline\"\n_bitline() {\n  local -a commands=(\n" +
         names +
         "  )\n  if (( CURRENT == 2 )); then\n    _describe 'command' commands\n    return\n  fi\n  local "
         "command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n" +
         cases + "  esac\n}\n_bitline \"$@\"\n";
}

std::string fish(const CommandLine& line) {
  std::string out =
      "# fish completion for bitline: bitline completion fish > ~/.config/fish/completions/bitline.fish\n";
  for (const auto& c : line.commands) {
    if (c.hidden) continue;
    const std::string& name = c.cli->get_name();
    out += fmt::format("complete -c bitline -n __fish_use_subcommand -f -a {} -d '{}'\n", name,
                       quoted(c.cli->get_description()));
    for (const CLI::Option* o : c.cli->get_options())
      for (const auto& n : o->get_lnames())
        out += fmt::format("complete -c bitline -n '__fish_seen_subcommand_from {}' -l {}{} -d '{}'\n", name, n,
                           o->get_items_expected_max() > 0 ? " -r" : "", quoted(o->get_description()));
    if (const auto words = arguments_of(c); !words.empty())
      out += fmt::format("complete -c bitline -n '__fish_seen_subcommand_from {}' -f -a '{}'\n", name, joined(words));
  }
  return out;
}

}  // namespace

void add_completion(CommandLine& line) {
  auto shell = std::make_shared<std::string>();
  Command& c = line.add("completion", "prints shell completion for bash, zsh or fish", "Look",
                        {{"bitline completion bash > bitline-completion.bash", "then source this file from ~/.bashrc"},
                         {"bitline completion zsh > _bitline", "then put it into a folder of $fpath"},
                         {"bitline completion fish > bitline.fish", "then put it into ~/.config/fish/completions"}});
  c.cli->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  c.run = [shell, &line] {
    fmt::print("{}", *shell == "bash" ? bash(line) : *shell == "zsh" ? zsh(line) : fish(line));
    return static_cast<int>(exit_done);
  };
}

}  // namespace bitline::app
