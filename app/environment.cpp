// SPDX-License-Identifier: Apache-2.0
#include "app/environment.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/parallel.h"

namespace bitline::app {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> paths_of(const char* variable) {
  std::vector<fs::path> out;
  const char* text = std::getenv(variable);
  for (std::string_view rest = text ? text : ""; !rest.empty();) {
    const auto colon = rest.find(':');
    if (colon != 0) out.emplace_back(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return out;
}

extern "C" void on_signal(int) {
  static volatile std::sig_atomic_t count = 0;
  if (count) _exit(130);
  count = 1;
  interrupt();
}

}  // namespace

ConfigPath config_path() {
  std::vector<fs::path> candidates = paths_of("BITLINE_CONFIGS");
  std::error_code ec;
  const fs::path executable = fs::read_symlink("/proc/self/exe", ec);
  if (!ec) {
    candidates.push_back(executable.parent_path() / ".." / "share" / "bitline" / "configs");
    // The tree it was built in, wherever that has been moved: TREE/build/release/bitline.
    if (const fs::path tree = executable.parent_path() / ".." / "..", configs = tree / "configs";
        fs::is_directory(configs / "technology", ec))
      candidates.push_back(configs);
  }
  candidates.emplace_back(BITLINE_SOURCE_CONFIGS);
  ConfigPath where;
  for (const auto& c : candidates)
    if (fs::is_directory(c, ec)) where.roots.push_back(fs::weakly_canonical(c));
  return where;
}

fs::path config_file(const std::string& argument) { return find_config(Value::scalar(argument), "", config_path()); }

std::vector<fs::path> model_folders() {
  std::vector<fs::path> out;
  for (const auto& root : config_path().roots) out.push_back(root.parent_path() / "models");
  return out;
}

workloads::DataPath data_path(const std::vector<std::string>& from_options) {
  workloads::DataPath where;
  for (const auto& d : from_options) {
    if (!fs::is_directory(d)) throw InputError("--data " + d + ": there is no such folder");
    where.folders.emplace_back(d);
  }
  for (const auto& d : paths_of("BITLINE_DATA")) where.folders.push_back(d);
  where.folders.emplace_back("/usr/share/datasets");
  if (const char* home = std::getenv("HOME"); home && *home)
    where.folders.push_back(fs::path(home) / ".local/share/bitline");
  // Of Debian's python3-skimage and python3-sklearn.
  where.photographs = {"/usr/lib/python3/dist-packages/skimage/data",
                       "/usr/lib/python3/dist-packages/sklearn/datasets/images"};
  return where;
}

bool has_command(const std::string& name) {
  const std::vector<fs::path> folders = paths_of("PATH");
  return std::ranges::any_of(folders,
                             [&](const fs::path& folder) { return ::access((folder / name).c_str(), X_OK) == 0; });
}

bool want_color(const std::string& option) {
  if (option != "auto") return option == "always";
  const char *no_color = std::getenv("NO_COLOR"), *terminal = std::getenv("TERM");
  return !(no_color && *no_color) && ::isatty(STDOUT_FILENO) && terminal && std::string_view(terminal) != "dumb";
}

void print_diagnostic(const Diagnostic& d) {
  const std::string text = to_string(d);
  fmt::print(stderr, "{}{}\n", d.where.file.empty() ? "bitline: " : "", text);
}

void print_warning(const std::string& message) { fmt::print(stderr, "bitline: warning: {}\n", message); }

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // writes to the run folder go on
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

Progress::Progress(bool quiet)
    : on_(!quiet && ::isatty(STDERR_FILENO)), start_(std::chrono::steady_clock::now()), last_(start_) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

void Progress::show(double done, const std::string& what) {
  if (!on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  const double spent = std::chrono::duration<double>(now - start_).count();
  std::string left;
  if (done > 0.02 && done < 1) {
    const auto seconds = static_cast<long>(spent * (1 - done) / done + 0.5);
    left = seconds >= 3600 ? fmt::format(", {} h {:02} min left", seconds / 3600, seconds / 60 % 60)
           : seconds >= 60 ? fmt::format(", {} min {:02} s left", seconds / 60, seconds % 60)
                           : fmt::format(", {} s left", seconds);
  }
  fmt::print(stderr, "\r\033[K{:3.0f} %  {}{}", std::clamp(done, 0.0, 1.0) * 100, what, left);
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace bitline::app
