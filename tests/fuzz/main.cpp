// SPDX-License-Identifier: Apache-2.0
// fuzz TARGET [CASES [FIRST]]: reads wrong files and demands an answer to each: accepted, or one of Bitline's errors,
// in two seconds of processor time and 4 GiB. The file of a case that fails is left in the working folder.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <exception>
#include <fstream>
#include <typeinfo>

#include "base/error.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz/targets.h"

namespace bitline::fuzz {
namespace {

constexpr double longest_s = 2;
constexpr unsigned hangs_s = 60;

char running[200];  // what a signal handler may still say

extern "C" void on_fatal_signal(int number) {
  const char* end = running;
  while (*end) ++end;
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, running, static_cast<std::size_t>(end - running));
  std::signal(number, SIG_DFL);
  std::raise(number);
}

double processor_s() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// What is wrong with how the file was read; empty when nothing is.
std::string complaint(const Target& target, const std::filesystem::path& file, bool must_be_accepted, bool& accepted) {
  accepted = false;
  const auto refused = [&](const char* message) {
    if (must_be_accepted) return fmt::format("the seed itself is refused: {}", message);
    return std::string(*message ? "" : "an error that says nothing");
  };
  try {
    target.read(file);
    accepted = true;
  } catch (const ConfigError& e) {
    return refused(e.diagnostics().empty() ? "" : e.what());
  } catch (const InputError& e) {
    return refused(e.what());
  } catch (const RunError& e) {
    return refused(e.what());
  } catch (const std::exception& e) {
    return fmt::format("{}: {}", typeid(e).name(), e.what());
  }
  return {};
}

int run(const Target& target, std::uint32_t cases, std::uint32_t first) {
  std::size_t read = 0, failed = 0;
  double slowest_s = 0;
  for (std::uint32_t i = first; i < first + cases; ++i) {
    const std::filesystem::path file = fmt::format("fuzz-{}-{}{}", target.name, i, target.extension);
    std::ofstream(file, std::ios::binary) << mutate(target.seeds, target.dictionary, i);
    *fmt::format_to_n(running, sizeof running - 1, "fuzz: crash or hang in {}\n", file.string()).out = '\0';
    alarm(hangs_s);
    const double start_s = processor_s();
    bool accepted = false;
    std::string wrong = complaint(target, file, i < target.seeds.size(), accepted);
    read += accepted;
    const double spent_s = processor_s() - start_s;
    slowest_s = std::max(slowest_s, spent_s);
    if (wrong.empty() && spent_s > longest_s) wrong = fmt::format("took {:.1f} s", spent_s);
    if (wrong.empty()) {
      std::filesystem::remove(file);
    } else {
      ++failed;
      fmt::print(stderr, "fuzz: {}: {}\n", file.string(), wrong);
    }
  }
  fmt::print("{}: {} cases, {} accepted, {} wrong, the slowest took {:.2f} s\n", target.name, cases, read, failed,
             slowest_s);
  return failed ? 1 : 0;
}

int main(int argc, char** argv) {
#ifndef __SANITIZE_ADDRESS__  // which reserves terabytes
  constexpr rlim_t memory = rlim_t{4} << 30;
  const rlimit limit{memory, memory};
  setrlimit(RLIMIT_AS, &limit);
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(number, on_fatal_signal);
#endif
  std::signal(SIGALRM, on_fatal_signal);
  const std::string wanted = argc > 1 ? argv[1] : "";
  for (const Target& target :
       {yaml_target(), npy_target(), onnx_target(), idx_images_target(), idx_labels_target(), npz_target(),
        arrays_target(), picture_target(), sound_target(), trace_target(), conductances_target(), parameters_target()})
    if (target.name == wanted)
      return run(target, argc > 2 ? static_cast<std::uint32_t>(std::stoul(argv[2])) : 1000,
                 argc > 3 ? static_cast<std::uint32_t>(std::stoul(argv[3])) : 0);
  fmt::print(stderr,
             "usage: fuzz yaml|npy|onnx|idx-images|idx-labels|npz|arrays|picture|sound|trace|conductances|parameters "
             "[CASES [FIRST]]\n");
  return 2;
}

}  // namespace
}  // namespace bitline::fuzz

int main(int argc, char** argv) { return bitline::fuzz::main(argc, argv); }
