// SPDX-License-Identifier: Apache-2.0
// Recordings by speaker, and the command that speaks where there are none.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "tests/temporary_folder.h"
#include "workloads/espeak.h"
#include "workloads/spoken_digits.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

// 8-bit WAV, two samples at 8 kHz.
const std::string short_wav(
    "RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\2\0\0\0\x80\xc0", 46);

// Commands are found here alone while it lives.
class OnlyPath {
 public:
  explicit OnlyPath(const fs::path& folder) : before_(std::getenv("PATH")) { setenv("PATH", folder.c_str(), 1); }
  ~OnlyPath() { setenv("PATH", before_.c_str(), 1); }
  OnlyPath(const OnlyPath&) = delete;
  OnlyPath& operator=(const OnlyPath&) = delete;

 private:
  std::string before_;
};

void add_command(const fs::path& folder, const std::string& script) {
  const fs::path file = folder / "espeak-ng";
  write_file(file, "#!/bin/sh\n" + script);
  fs::permissions(file, fs::perms::owner_all);
}

}  // namespace

TEST_CASE("recordings are listed by speaker, digit and number; other files are passed over") {
  const test::TemporaryFolder folder;
  for (const char* name : {"5_ann_lee_10.wav", "5_ann_lee_9.wav", "0_zed_0.WAV", "0_ann_lee_3.wav", "x_zed_1.wav",
                           "12_zed_1.wav", "5_zed.wav", "5_zed_-1.wav", "5_zed_2.txt", "readme"})
    write_file(folder.path / "fsdd" / name, short_wav);
  const auto all = spoken_digits({{folder.path}});
  REQUIRE(all.size() == 4);
  CHECK(all[0].speaker == "ann_lee");
  CHECK((all[0].digit == 0 && all[0].number == 3));
  CHECK((all[1].digit == 5 && all[1].number == 9));
  CHECK((all[2].digit == 5 && all[2].number == 10));
  CHECK((all[3].speaker == "zed" && all[3].digit == 0));
  CHECK(spoken_digits({}).empty());
  CHECK(spoken_digits_missing({}).find("DIR/fsdd") != std::string::npos);
}

TEST_CASE("speech is what the command writes; without the command there is none") {
  const test::TemporaryFolder folder, empty;
  const OnlyPath path(empty.path);
  CHECK(!speak({"zero", "en-us"}));

  // Keeps its arguments, and writes the file that -w names.
  write_file(folder.path / "short.wav", short_wav);
  const std::string at = folder.path.string();
  add_command(folder.path, "echo \"$@\" > " + at + "/said\n[ \"$7\" = -w ] && /bin/cp " + at + "/short.wav \"$8\"\n");
  {
    const OnlyPath found(folder.path);
    const auto sound = speak({"zero; rm -r x", "en-us+m3", 120, 30});
    REQUIRE(sound);
    CHECK(sound->rate_Hz == 8000);
    CHECK(sound->values.front() == std::vector<float>{0.f, 0.5f});
    const std::string said = read_file(folder.path / "said");
    CHECK(said.starts_with("-v en-us+m3 -s 120 -p 30 -w "));
    CHECK(said.ends_with(" -- zero; rm -r x\n"));  // one word for the command: no shell reads it
  }
  add_command(folder.path, "exit 3\n");
  const OnlyPath found(folder.path);
  CHECK_THROWS_AS(speak({"zero", "en-us"}), RunError);
}

TEST_CASE("speech that takes too long or writes too much is ended, and why is said") {
  const test::TemporaryFolder folder;
  const OnlyPath found(folder.path);
  const auto problem = [&](const std::string& script, const SpeechLimits& limits) -> std::string {
    add_command(folder.path, script);
    try {
      speak({"zero", "en-us"}, limits);
    } catch (const RunError& e) {
      return e.what();
    }
    return "none";
  };
  const auto begun = std::chrono::steady_clock::now();
  const std::string late = problem("exec /bin/sleep 100\n", {0.2, 1000});
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(50));  // ended, not waited for
  CHECK_MESSAGE(late.find("'zero' with voice 'en-us': it takes longer than 0.2 s") != std::string::npos, late);
  // Writes for ever: ended while it runs.
  const std::string endless = problem("exec /bin/cat /dev/zero > \"$8\"\n", {100, 1000});
  CHECK_MESSAGE(endless.find("more than the 1000 bytes") != std::string::npos, endless);
  const std::string large = problem("/usr/bin/head -c 1001 /dev/zero > \"$8\"\n", {100, 1000});
  CHECK_MESSAGE(large.find("more than the 1000 bytes") != std::string::npos, large);
}

TEST_CASE("a word's limits: two words of time for a character and one more, and half a minute") {
  // "zero": ten words of half a second are 5 s, of 96 kB each.
  const SpeechLimits l = limits_of({"zero", "en-us", 120});
  CHECK(l.wait_s == doctest::Approx(35));
  CHECK(l.file_bytes == 4096 + 480000);
}

}  // namespace bitline::workloads
