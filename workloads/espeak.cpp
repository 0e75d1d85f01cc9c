// SPDX-License-Identifier: Apache-2.0
#include "workloads/espeak.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"

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

// A command of PATH that runs, without shell, input or output. Ended, if it still runs, when this goes.
class Child {
 public:
  explicit Child(pid_t process) : process_(process) {}
  ~Child() {
    if (process_ == 0) return;
    kill(process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  // Its exit status, once it has ended; -1 of one that a signal ended.
  std::optional<int> ended() {
    int status = 0;
    const pid_t found = waitpid(process_, &status, WNOHANG);
    if (found == 0 || (found < 0 && errno == EINTR)) return std::nullopt;
    process_ = 0;
    if (found < 0) throw RunError(fmt::format("a command is lost: {}", std::strerror(errno)));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_;
};

// Unset where there is no such command.
std::optional<pid_t> start_command(std::vector<std::string> words) {
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
  return child;
}

std::uintmax_t bytes_there(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  return error ? 0 : size;
}

[[noreturn]] void does_not_speak(const Speech& s, const std::string& what) {
  throw RunError(
      fmt::format("espeak-ng does not speak '{}' with voice '{}': {}; is its package whole?", s.text, s.voice, what));
}

// Its exit status.
int wait_for(Child& child, const Speech& s, const SpeechLimits& limits, const fs::path& file) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(limits.wait_s);
  for (;;) {
    const std::optional<int> status = child.ended();
    if (bytes_there(file) > limits.file_bytes)
      does_not_speak(s, fmt::format("it writes more than the {} bytes that this can take", limits.file_bytes));
    if (status) return *status;
    if (interrupted()) throw Interrupted();
    if (Clock::now() > end) does_not_speak(s, fmt::format("it takes longer than {:.3g} s", limits.wait_s));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

SpeechLimits limits_of(const Speech& s) {
  constexpr double busy_s = 30, bytes_per_s = 48000 * 2;
  const double words = 2 * (static_cast<double>(s.text.size()) + 1), lasts_s = words * 60 / s.words_per_minute;
  constexpr std::uintmax_t header_bytes = 4096;
  return {busy_s + lasts_s, header_bytes + static_cast<std::uintmax_t>(std::ceil(lasts_s * bytes_per_s))};
}

std::optional<Sound> speak(const Speech& s) { return speak(s, limits_of(s)); }

std::optional<Sound> speak(const Speech& s, const SpeechLimits& limits) {
  const TemporaryFolder folder;
  const fs::path wav = folder.file("speech.wav");
  const auto process = start_command({"espeak-ng", "-v", s.voice, "-s", std::to_string(s.words_per_minute), "-p",
                                      std::to_string(s.pitch), "-w", wav.string(), "--", s.text});
  if (!process) return std::nullopt;
  Child child(*process);
  const int status = wait_for(child, s, limits, wav);
  if (std::error_code ignored; status != 0 || !fs::exists(wav, ignored))
    does_not_speak(s, fmt::format("status {}", status));
  return read_sound(wav, limits.file_bytes);
}

}  // namespace bitline::workloads
