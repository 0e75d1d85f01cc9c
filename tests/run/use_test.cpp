// SPDX-License-Identifier: Apache-2.0
// A use in time: devices age between the moments at which they are read, and refreshes write them anew.
#include "run/use.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "run/result_document.h"
#include "run/shelf.h"
#include "tests/run/small_data.h"
#include "tests/temporary_folder.h"

namespace bitline::use_test {
using namespace arch;
using namespace run;
using namespace bitline::test;

namespace {

constexpr double hour_s = 3600;
const Override drift{"device.drift", "{type: power-law, t0: 20 s, nu_mean: 0.06, nu_sigma: 0.02}"};

const Override disturb{"device.read_disturb",
                       "{type: stretched-exponential, g_rest: 4 uS, tau: 1 s, beta: 0.5, at_voltage: 0.2 V, "
                       "voltage_per_e: 50 mV}"};

Config timed(const std::string& text) { return config_of("{" + text + "}"); }

struct Ran {
  NetworkRun done;
  Stage<workloads::Samples> samples;
  const ChipRun& chip(std::size_t i) const { return *done.chips.runs[i]; }
};

// On the made-up pictures, the scores left out.
Ran ran(const std::vector<Override>& more, int threads = 2) {
  const TemporaryFolder folder;
  const LoadedConfig loaded = small_job(folder.path, more);
  std::optional<Ran> out;
  with_threads(threads, [&] {
    Shelf shelf(0);
    Result result;
    StageClock clock(result, run_options());
    const auto samples =
        load_samples(loaded.config.workload, workloads::Split::test, small_samples, run_options(), shelf);
    NetworkRun done =
        run_network(loaded, load_network(loaded.config, run_options(), shelf), samples, run_options(), shelf, clock);
    out.emplace(Ran{std::move(done), samples});
  });
  return std::move(*out);
}

// Of the same design's chip, written `writes` times, then left alone for `age_s`.
std::vector<double> outputs_at(const Ran& of, std::uint32_t instance, double age_s, int writes = 0) {
  const Session& session = of.done.session;
  chip::State state = session.write(instance);
  for (int i = 0; i < writes; ++i) chip::write(session.chip(), state);
  pass(state, age_s);
  return session.evaluate(session.look(state), *of.samples);
}

Result result_of(const std::vector<Override>& more) {
  const TemporaryFolder folder;
  return run::run(small_job(folder.path, more), run_options());
}

std::string problem_of(const std::vector<Override>& more) {
  try {
    const TemporaryFolder folder;
    small_job(folder.path, more);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

bool has(const std::vector<std::string>& all, const std::string& part) {
  return std::ranges::any_of(all, [&](const std::string& s) { return s.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("moments are evenly spread over the span, the first at its beginning, and know the last refresh") {
  // 1 h after writing the use begins; refreshes are due 6, 12, 18 and 24 h after writing.
  const auto all =
      read_moments(timed("age: 1 h, programming: {refresh: 6 h}, use: {type: in-time, span: 23 h, moments: 24}"));
  REQUIRE(all.size() == 24);
  for (std::size_t m = 0; m < all.size(); ++m) {
    const double clock_h = 1 + static_cast<double>(m), since_h = std::fmod(clock_h, 6);
    CAPTURE(m);
    CHECK(all[m].time_s == doctest::Approx(static_cast<double>(m) * hour_s).epsilon(1e-12));
    CHECK(all[m].age_s() == doctest::Approx(since_h * hour_s).epsilon(1e-9));
    CHECK(all[m].refreshes == static_cast<std::uint32_t>(clock_h / 6));
    CHECK(all[m].used_s == doctest::Approx(std::min(static_cast<double>(m), since_h) * hour_s).epsilon(1e-9));
  }
  CHECK(oldest_s(timed("age: 1 h, programming: {refresh: 6 h}, use: {type: in-time, span: 23 h, moments: 24}")) ==
        doctest::Approx(5 * hour_s));
  // Refreshes before the use began are not counted, as `age` is taken modulo their interval.
  const auto later =
      read_moments(timed("age: 13 h, programming: {refresh: 6 h}, use: {type: in-time, span: 5 h, moments: 2}"));
  CHECK(later[0].age_s() == hour_s);
  CHECK(later[0].refreshes == 0);
  CHECK(later[1].refreshes == 1);
  CHECK(later[1].age_s() == 0);
  const auto once = read_moments(timed("age: 13 h, programming: {refresh: 6 h}"));
  REQUIRE(once.size() == 1);
  CHECK(once[0].age_s() == hour_s);
}

TEST_CASE("every image arrives around one moment") {
  for (const std::size_t images : {1u, 7u, 12u, 1000u})
    for (const std::size_t count : {2u, 3u, 8u, 12u}) {
      std::size_t next = 0;
      for (std::size_t m = 0; m < count; ++m) {
        const ImageRange range = images_around(m, count, images);
        CHECK(range.first == next);
        next += range.count;
        for (std::size_t i = range.first; i < next; ++i) CHECK(i * count / images == m);
      }
      CHECK(next == images);
    }
}

TEST_CASE("where nothing ages, images in time give the bits of images at once") {
  const Ran once = ran({});
  for (const char* images : {"all", "share"}) {
    CAPTURE(images);
    const Ran use = ran({{"use", fmt::format("{{type: in-time, span: 1 day, moments: 3, images: {}}}", images)}});
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(use.chip(i).outputs == once.chip(i).outputs);
      REQUIRE(use.chip(i).moments.size() == 3);
      CHECK(use.chip(i).moments[1].size() == once.chip(i).outputs.size() / (images[0] == 'a' ? 1 : 3));
      if (images[0] == 'a') CHECK(use.chip(i).moments[1] == once.chip(i).outputs);
      for (std::size_t l = 0; l < once.chip(i).ledgers.size(); ++l) {
        // Sums of the same counts in another order.
        CHECK(use.chip(i).ledgers[l].array_J == doctest::Approx(once.chip(i).ledgers[l].array_J).epsilon(1e-12));
        CHECK(use.chip(i).ledgers[l].count == once.chip(i).ledgers[l].count);
        CHECK(use.chip(i).signal[l] == doctest::Approx(once.chip(i).signal[l]).epsilon(1e-12));
        CHECK(use.chip(i).noise[l] == doctest::Approx(once.chip(i).noise[l]).epsilon(1e-12));
      }
    }
    CHECK(use.chip(0).of_sample.size() == once.chip(0).of_sample.size());
    for (std::size_t i = 0; i < once.chip(0).of_sample.size(); ++i)
      CHECK(use.chip(0).of_sample[i].array_J == once.chip(0).of_sample[i].array_J);
  }
}

TEST_CASE("each moment gives what a chip of its age gives, to the bit") {
  const Ran use = ran({drift, {"use", "{type: in-time, span: 1 day, moments: 2}"}, {"age", "1 h"}});
  for (std::uint32_t i = 0; i < 2; ++i) {
    const std::vector<double> young = outputs_at(use, i, hour_s), old = outputs_at(use, i, 25 * hour_s);
    CHECK(use.chip(i).moments[0] == young);
    CHECK(use.chip(i).moments[1] == old);
    CHECK(young != old);
    const auto half = static_cast<std::ptrdiff_t>(young.size() / 2);
    std::vector<double> arriving(young.begin(), young.begin() + half);
    arriving.insert(arriving.end(), old.begin() + half, old.end());
    CHECK(use.chip(i).outputs == arriving);
  }
}

TEST_CASE("a refresh writes devices anew: as young as time since it says, with errors of their own") {
  const Override use{"use", "{type: in-time, span: 24 h, moments: 4}"};  // 0, 8, 16, 24 h
  const Override refresh{"programming.refresh", "5 h"};
  SUBCASE("exact writes are the same each time") {
    const Ran ageing = ran({drift, {"device.write", "exact"}, use, refresh});
    const double ages_h[] = {0, 3, 1, 4};
    for (std::size_t m = 0; m < 4; ++m) {
      CAPTURE(m);
      CHECK(ageing.chip(1).moments[m] == outputs_at(ageing, 1, ages_h[m] * hour_s));
    }
  }
  SUBCASE("others draw again, with the number of the write") {
    const Ran ageing = ran({drift, {"device.write", "{type: gaussian, sigma: [0.5 uS]}"}, use, refresh});
    CHECK(ageing.chip(1).moments[0] == outputs_at(ageing, 1, 0));
    CHECK(ageing.chip(1).moments[1] != outputs_at(ageing, 1, 3 * hour_s));
    CHECK(ageing.chip(1).moments[1] == outputs_at(ageing, 1, 3 * hour_s, 1));
    CHECK(ageing.chip(1).moments[3] == outputs_at(ageing, 1, 4 * hour_s, 4));
  }
}

TEST_CASE("reads disturb by how often images drive the rows: bits of their codes times the time of a read") {
  // One layer on arrays, whose inputs are pixels.
  const std::vector<Override> more{disturb,
                                   {"device.write", "exact"},
                                   {"layers", "{fc2: {digital: true}, fc3: {digital: true}}"},
                                   {"use", "{type: in-time, span: 1 h, time_per_image: 1 ms, moments: 2}"}};
  const Ran use = ran(more);
  const Session& session = use.done.session;
  const auto& input = session.network().weights[0].input;
  // Of the first six images, those of the first moment.
  std::vector<double> row_s(784, 0);
  for (std::size_t i = 0; i < 6 * 784; ++i) {
    const auto code = static_cast<unsigned>(std::lround(use.samples->values[i] / input.scale));
    row_s[i % 784] += std::popcount(code) * session.config().input.t_read_s / 6;
  }
  std::vector<std::vector<double>> of_block(session.chip().placement.blocks);
  for (const mapping::Block& block : session.chip().layers[0].blocks)
    of_block[block.id].assign(row_s.begin() + block.row, row_s.begin() + block.row + block.rows);
  chip::State state = session.write(0);
  CHECK(use.chip(0).moments[0] == session.evaluate(session.look(state), *use.samples));
  count_reads(state, 3.6e6, of_block);
  CHECK(state.blocks[0].images == 3.6e6);
  chip::View view = session.look(state);
  CHECK(use.chip(0).moments[1] == session.evaluate(view, *use.samples));
  CHECK(use.chip(0).moments[1] != use.chip(0).moments[0]);
  chip::write(session.chip(), state);
  CHECK(state.blocks[0].images == 0);
  session.look(state, view);
  CHECK(use.chip(0).moments[0] == session.evaluate(view, *use.samples));
}

TEST_CASE("slower images disturb less, and a refresh begins anew") {
  const auto with = [](const char* time, std::vector<Override> more = {}) {
    more.insert(more.end(),
                {disturb,
                 {"device.write", "exact"},
                 {"use", fmt::format("{{type: in-time, span: 2 h, time_per_image: {}, moments: 3}}", time)}});
    return ran(more);
  };
  const Ran fast = with("1 ms"), slow = with("2 ms");
  // As many images in twice the time, and nothing but reads changes these devices.
  CHECK(fast.chip(0).moments[1] == slow.chip(0).moments[2]);
  CHECK(fast.chip(0).moments[1] != fast.chip(0).moments[2]);
  const Ran refreshed = with("1 ms", {{"programming.refresh", "1 h"}});
  for (std::size_t m = 0; m < 3; ++m) CHECK(refreshed.chip(0).moments[m] == fast.chip(0).moments[0]);
  const Ran between = with("1 ms", {{"programming.refresh", "90 min"}});
  CHECK(between.chip(0).moments[1] == fast.chip(0).moments[1]);
  CHECK(between.chip(0).moments[2] == with("2 ms").chip(0).moments[1]);  // 30 min at one each ms
}

TEST_CASE("devices that reads lead to the top of their window stay on the lattice, in every cell") {
  for (const char* cell : {"2t2r", "1t1r-differential", "1t1r-offset"}) {
    CAPTURE(cell);
    const Ran use = ran({{"device.read_disturb",
                          "{type: stretched-exponential, g_rest: 40 uS, tau: 1 ms, beta: 1, at_voltage: 0.2 V, "
                          "voltage_per_e: 50 mV}"},
                         {"cell", cell},
                         {"array.columns", "256"},
                         {"instances", "1"},
                         {"chips", "auto"},
                         {"use", "{type: in-time, span: 1 day, time_per_image: 1 ms, moments: 3}"}});
    CHECK(use.chip(0).saturated == 0);
    CHECK(use.chip(0).moments[2] != use.chip(0).moments[0]);
  }
}

TEST_CASE("reads at once leave nothing behind, and say that read_disturb is ignored") {
  CHECK(ran({disturb}).chip(0).outputs == ran({}).chip(0).outputs);
  CHECK(has(result_of({disturb}).warnings, "device.read_disturb: is ignored"));
  const Override use{"use", "{type: in-time, span: 1 h, time_per_image: 1 s, moments: 2}"};
  const Result in_time = result_of({disturb, use});
  CHECK(!has(in_time.warnings, "device.read_disturb"));
  CHECK(!has(in_time.warnings, "use: changes nothing"));
}

TEST_CASE("one thread and many give the same bits through a use") {
  const std::vector<Override> more{drift,
                                   disturb,
                                   {"device.write", "{type: gaussian, sigma: [0.5 uS]}"},
                                   {"device.read_noise.relative", "2 %"},
                                   {"use", "{type: in-time, span: 1 day, moments: 3}"},
                                   {"programming.refresh", "7 h"}};
  const Ran one = ran(more, 1), many = ran(more, 4);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(one.chip(i).moments == many.chip(i).moments);
    CHECK(one.chip(i).outputs == many.chip(i).outputs);
  }
}

TEST_CASE("a result tells score, age, images and refreshes of every moment, and what refreshes take") {
  const Result r = result_of({drift,
                              {"use", "{type: in-time, span: 1 day, time_per_image: 2 s, moments: 5}"},
                              {"programming", "{voltage: 1.2 V, pulse: 100 ns, refresh: 9 h}"}});
  REQUIRE(r.use);
  CHECK(r.use->images == 43200);
  CHECK(r.use->refreshes == 2);
  REQUIRE(r.use->moments.size() == 5);
  const double ages_h[] = {0, 6, 3, 0, 6};
  const std::uint32_t refreshes[] = {0, 0, 1, 2, 2};
  for (std::size_t m = 0; m < 5; ++m) {
    const UseMoment& at = r.use->moments[m];
    CAPTURE(m);
    CHECK(at.age_s == ages_h[m] * hour_s);
    CHECK(at.refreshes == refreshes[m]);
    CHECK(at.images == static_cast<double>(m) * 10800);
    CHECK(at.images_since_write == ages_h[m] * 1800);
    CHECK(at.inputs == small_samples);
    CHECK(at.ci95_both.lower <= at.value);
    CHECK(at.ci95_both.upper >= at.value);
    REQUIRE(at.change);
    CHECK(*at.change == at.value - r.use->moments[0].value);
    CHECK(at.change_ci95.lower <= *at.change + 1e-12);
    CHECK(at.change_ci95.upper >= *at.change - 1e-12);
  }
  REQUIRE(r.costs.energy_write_J);
  CHECK(*r.use->refresh_J == doctest::Approx(2 * *r.costs.energy_write_J));
  CHECK(*r.use->refresh_s == doctest::Approx(2 * *r.costs.write_time_s));
  CHECK(ResultFigures(r).number("use.moments.3.value") == r.use->moments[3].value);
  // Without a time, images follow each other as the chip reads them.
  const Result fast = result_of({drift, {"use", "{type: in-time, span: 1 day, moments: 2, images: share}"}});
  CHECK(fast.use->time_per_image_s == doctest::Approx(fast.costs.latency_per_inference_s).epsilon(1e-12));
  CHECK(fast.use->moments[0].inputs == small_samples / 2);
  CHECK(!fast.use->moments[1].change);
  CHECK(!result_of({drift}).use);
  CHECK(result_document(result_of({drift}))["use"].is_null());
}

TEST_CASE("with images as they arrive, the quality is the mean over shares") {
  const Result r = result_of({drift, {"use", "{type: in-time, span: 1 year, moments: 3, images: share}"}});
  double mean = 0;
  for (const UseMoment& m : r.use->moments) mean += m.value / 3;
  CHECK(r.quality.value == doctest::Approx(mean).epsilon(1e-12));
}

TEST_CASE("uses that cannot be are refused, those that do nothing are warned of") {
  const auto has_problem = [](const std::vector<Override>& more, const char* part) {
    const std::string problem = problem_of(more);
    CHECK_MESSAGE(problem.find(part) != std::string::npos, problem);
  };
  has_problem({{"use", "in-time"}}, "use.span");
  has_problem({{"use", "{type: in-time, span: 1 day, moments: 1}"}}, "use.moments");
  has_problem({{"use", "{type: in-time, span: 1 day, moments: 40, images: share}"}}, "too few");
  has_problem({{"use", "{type: in-time, span: 1 day}"}, {"reload", "true"}}, "never grow old");
  has_problem({{"use", "{type: in-time, span: 1 year}"}, {"programming.refresh", "1 us"}}, "programming.refresh");
  const Override use{"use", "{type: in-time, span: 1 day, moments: 2}"};
  CHECK(has(result_of({use}).warnings, "use: changes nothing"));
  CHECK(!has(result_of({use, {"programming.refresh", "9 h"}}).warnings, "use: changes nothing"));
  CHECK(!has(result_of({use, drift}).warnings, "use: changes nothing"));
  // The oldest devices are those that must have been measured.
  const Override until{"device.measured_until", "5 h"};
  CHECK(has(result_of({use, drift, until}).warnings, "1 day after writing is extrapolated"));
  CHECK(has(result_of({{"use", "{type: in-time, span: 1 day, time_per_image: 1 ns, moments: 2}"}, drift}).warnings,
            "use.time_per_image"));
}

}  // namespace bitline::use_test
