// SPDX-License-Identifier: Apache-2.0
// bitline completion: scripts that ask `bitline complete` (complete.cpp) what may stand where the cursor is. Its first
// line is ":files" where files fit too.
#include <fmt/format.h>

#include <memory>

#include "app/command_line.h"

namespace bitline::app {
namespace {

// Bash takes `=` and `:` for ends of words, so that it completes what is behind the last of them.
constexpr const char* bash = R"(# bash completion for bitline: source <(bitline completion bash)
_bitline() {
  local line="${COMP_LINE:0:COMP_POINT}" word before file
  local -a words
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  word="${words[${#words[@]}-1]}"
  before="${word%"${word##*[=:]}"}"
  mapfile -t COMPREPLY < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
  if [ "${COMPREPLY[0]}" = :files ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=("${COMPREPLY[@]:1}")
    while IFS= read -r file; do COMPREPLY+=("$before$file"); done < <(compgen -f -- "${word#"$before"}")
  fi
  COMPREPLY=("${COMPREPLY[@]#"$before"}")
  [[ "${COMPREPLY[*]}" == *[=./] ]] && compopt -o nospace 2>/dev/null
}
complete -F _bitline bitline
)";

constexpr const char* zsh = R"(#compdef bitline
# zsh completion for bitline: bitline completion zsh > "${fpath[1]}/_bitline"
_bitline() {
  local -a found
  found=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "$found[1]" == :files ]]; then
    shift found
    _files
  fi
  compadd -Q -S '' -- ${(M)found:#*[=.]}
  compadd -Q -- ${found:#*[=.]}
}
_bitline "$@"
)";

constexpr const char* fish =
    R"(# fish completion for bitline: bitline completion fish > ~/.config/fish/completions/bitline.fish
function __bitline_words
  set -l found (bitline complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if test "$found[1]" = :files
    set -e found[1]
    __fish_complete_path (commandline -ct)
  end
  printf '%s\n' $found
end
complete -c bitline -f -a '(__bitline_words)'
)";

}  // namespace

void add_completion(CommandLine& line) {
  auto shell = std::make_shared<std::string>();
  Command& c =
      line.add("completion",
               "prints shell completion for bash, zsh or fish: of commands, keys, values and shipped names", "Look",
               {{"bitline completion bash > bitline-completion.bash", "then source this file from ~/.bashrc"},
                {"bitline completion zsh > _bitline", "then put it into a folder of $fpath"},
                {"bitline completion fish > bitline.fish", "then put it into ~/.config/fish/completions"}});
  c.cli->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  c.run = [shell] {
    fmt::print("{}", *shell == "bash" ? bash : *shell == "zsh" ? zsh : fish);
    return static_cast<int>(exit_done);
  };
}

}  // namespace bitline::app
