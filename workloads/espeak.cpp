// SPDX-License-Identifier: Apache-2.0
#include "workloads/espeak.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/error.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

// A folder of its own, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((fs::temp_directory_path() / "bitline-speech-XXXXXX").string()) {
    if (!mkdtemp(path_.data()))
      throw RunError(fmt::format("{}: no temporary folder can be made: {}", path_, std::strerror(errno)));
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  fs::path file(const char* name) const { return fs::path(path_) / name; }

 private:
  std::string path_;
};

// Runs a command of PATH without shell, input or output; its exit status, unset where there is no such command.
std::optional<int> run_command(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&files, stream, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error = posix_spawnp(&child, argv[0], &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error == ENOENT) return std::nullopt;
  if (error != 0) throw RunError(fmt::format("{} cannot be started: {}", words.front(), std::strerror(error)));
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw RunError(fmt::format("{} is lost: {}", words.front(), std::strerror(errno)));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::optional<Sound> speak(const Speech& s) {
  const TemporaryFolder folder;
  const fs::path wav = folder.file("speech.wav");
  const auto status = run_command({"espeak-ng", "-v", s.voice, "-s", std::to_string(s.words_per_minute), "-p",
                                   std::to_string(s.pitch), "-w", wav.string(), "--", s.text});
  if (!status) return std::nullopt;
  std::error_code ignored;
  if (*status != 0 || !fs::exists(wav, ignored))
    throw RunError(fmt::format("espeak-ng does not speak '{}' with voice '{}' (status {}); is its package whole?",
                               s.text, s.voice, *status));
  return read_sound(wav);
}

}  // namespace bitline::workloads
