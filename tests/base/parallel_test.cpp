// SPDX-License-Identifier: Apache-2.0
// Parallel loops: every index once, exceptions, interruption.
#include "base/parallel.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <vector>

#include "base/error.h"
#include "base/stop.h"

namespace bitline::parallel_test {

TEST_CASE("every index is visited once, for any number of threads") {
  for (const int threads : {0, 1, 2, 5}) {
    std::vector<int> visits(1000, 0);
    with_threads(threads, [&] { parallel_for(visits.size(), [&](std::size_t i) { ++visits[i]; }); });
    CHECK(visits == std::vector<int>(1000, 1));
  }
  int calls = 0;
  parallel_for(0, [&](std::size_t) { ++calls; });
  CHECK(calls == 0);
}

TEST_CASE("one thread is one thread") {
  std::atomic<int> inside{0}, most{0};
  with_threads(1, [&] {
    parallel_for(200, [&](std::size_t) {
      const int now = ++inside;
      if (now > most) most = now;
      --inside;
    });
  });
  CHECK(most == 1);
}

TEST_CASE("an exception reaches the caller") {
  CHECK_THROWS_WITH_AS(with_threads(2,
                                    [] {
                                      parallel_for(100, [](std::size_t i) {
                                        if (i == 37) throw InputError("number 37");
                                      });
                                    }),
                       "number 37", InputError);
  CHECK_THROWS_AS(with_threads(2, [] { throw RunError("outside a loop"); }), RunError);
  int after = 0;  // and the next loop runs
  with_threads(1, [&] { parallel_for(3, [&](std::size_t) { ++after; }); });
  CHECK(after == 3);
}

TEST_CASE("interrupt() stops a loop with Interrupted") {
  // The flag stays up for the rest of a process, so a child raises it. The child uses one thread: threads of the
  // parent's pool do not exist in it.
  CHECK_FALSE(interrupted());
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int done = 0;
    std::signal(SIGUSR1, [](int) { interrupt(); });
    try {
      for (std::size_t round = 0; round < 10; ++round) {
        if (round == 3) ::raise(SIGUSR1);
        if (interrupted() && round < 3) ::_exit(1);
        parallel_for(1, [&](std::size_t) { ++done; });
      }
    } catch (const Interrupted&) {
      ::_exit(done == 3 ? 0 : 2);
    } catch (...) {
      ::_exit(3);
    }
    ::_exit(4);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK_FALSE(interrupted());
}

TEST_CASE("a Stop ends the work below it and no other") {
  Stop stop;
  std::atomic<int> before{0}, after{0};
  with_threads(3, [&] {
    CHECK_THROWS_AS(parallel_for(8,
                                 [&](std::size_t) {
                                   const StopScope scope(stop);  // of an inner loop, whichever thread it is on
                                   CHECK(current_stop() == &stop);
                                   parallel_for(100, [&](std::size_t) { ++before; });
                                   stop.set();
                                   parallel_for(100, [&](std::size_t) { ++after; });
                                 }),
                    Interrupted);
  });
  CHECK(before >= 100);
  CHECK(after == 0);
  CHECK(current_stop() == nullptr);
  CHECK_FALSE(interrupted());
  int others = 0;
  parallel_for(5, [&](std::size_t) { ++others; });
  CHECK(others == 5);
}

}  // namespace bitline::parallel_test
