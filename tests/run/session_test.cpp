// SPDX-License-Identifier: Apache-2.0
// One chip, written, aged and read by itself: the same numbers as whole runs give.
#include "run/session.h"

#include <doctest/doctest.h>

#include <thread>

#include "base/error.h"
#include "run/run.h"
#include "tests/run/helpers.h"
#include "tests/run/small_data.h"
#include "tests/temporary_folder.h"

namespace bitline::session_test {
using namespace workloads;
using namespace array;
using namespace arch;
using namespace chip;
using namespace read;
using namespace cost;
using namespace run;
using namespace bitline::test;

namespace {

const char* noisy =
    "device: {write: {type: gaussian, sigma: [1 uS]}, read_noise: {relative: 2 %}}\n"
    "adc: {type: sar, bits: 8, range: {type: full-scale}}\narray: {rows: 8, columns: 8}\nchips: auto";

struct Matrix {
  CellLayout cell = layout(SignWeightedCell{}, 4);
  InputScale input{1, 8, false};
  workloads::IntegerWeights weights = random_layer(13, 6, cell, 4, input, 1);
  std::vector<std::int16_t> codes = random_inputs(70, 13, input, 2);
  Session session(const std::string& config) const { return {config_of(config), weights, codes}; }
  std::vector<double> read(const Session& s, const View& view, Reads reads, Ledger* ledger = nullptr) const {
    std::vector<double> sums(70 * 6 * reads.count);
    s.read(view, 0, codes, reads, sums, ledger);
    return sums;
  }
};

}  // namespace

TEST_CASE("an ideal chip reads the integer product, from any number of threads") {
  const Matrix m;
  const Session session = m.session("array: {rows: 8, columns: 8}\nchips: auto");
  const View view = session.look(session.write(0));
  std::vector<double> exact(70 * 6, 0);
  multiply_exactly(m.weights, m.codes, {70, 0, 0, 1}, exact);
  std::vector<double> here, there;
  std::thread other([&] { there = m.read(session, view, {}); });
  here = m.read(session, view, {});
  other.join();
  for (std::size_t i = 0; i < exact.size(); ++i) CHECK(here[i] == doctest::Approx(exact[i]).epsilon(1e-9));
  CHECK(there == here);
}

TEST_CASE("the number of a read is its noise") {
  const Matrix m;
  const Session session = m.session(noisy);
  const View view = session.look(session.write(3));
  const std::vector<double> first = m.read(session, view, {.first = 5}), again = m.read(session, view, {.first = 5}),
                            later = m.read(session, view, {.first = 75});
  CHECK(first == again);
  CHECK(first != later);
  // Read twice: the second time is that of the next 70 numbers.
  std::vector<double> both = first;
  both.insert(both.end(), later.begin(), later.end());
  CHECK(m.read(session, view, {.first = 5, .count = 2}) == both);
  CHECK(m.read(session, session.look(session.write(4)), {.first = 5}) != first);
}

TEST_CASE("mvm: the deviation of a product is over the rms of the real one, where there is one") {
  const NpyArray w{{2, 2}, {3, 0, 0, 4}, "<f8"}, x{{2, 2}, {1, 1, 0, 0}, "<f8"};
  // Real products 3, 4 and 0, 0: rms 5 / 2; off by 0, 1, 0, 0: rms 1 / 2.
  const MvmDeviation off = deviation(w, x, {3, 5, 0, 0});
  REQUIRE(off.relative_rms);
  CHECK(*off.relative_rms == doctest::Approx(0.2).epsilon(1e-12));
  CHECK(off.inputs == 2);
  CHECK(*deviation(w, x, {3, 4, 0, 0}).relative_rms == 0);
  CHECK_FALSE(deviation(w, NpyArray{{1, 2}, {0, 0}, "<f8"}, {0, 1}).relative_rms);
}

TEST_CASE("reads in one's own buffers are those of mvm, and what they drive is counted whatever the order") {
  const Matrix m;
  NpyArray w{{13, 6}, {}, "<f8"}, x{{70, 13}, {}, "<f8"};
  for (std::int16_t code : m.weights.panels[0].codes) w.data.push_back(code);
  for (std::int16_t code : m.codes) x.data.push_back(code);
  const Session session = m.session(noisy);
  State state = session.write(0);
  pass(state, session.age_s());
  const View view = session.look(state);
  std::vector<float> products(70 * 6);
  session.read(view, 0, m.codes, {}, std::span(products));
  CHECK(products == mvm(config_of(noisy), w, x, {}));
  Ledger together, apart;
  m.read(session, view, {}, &together);
  std::vector<double> sums(7 * 6);
  for (std::size_t i = 0; i < 70; i += 7)
    session.read(view, 0, std::span(m.codes).subspan(i * 13, 7 * 13), {}, sums, &apart);
  CHECK(together.array_J > 0);
  CHECK(apart.array_J == doctest::Approx(together.array_J).epsilon(1e-12).scale(1e-30));
  CHECK(apart[Action::line_activation] == together[Action::line_activation]);
  CHECK(session.price(std::vector<Ledger>{together}).layers[0].energy_breakdown_J[Part::array] == together.array_J);
}

TEST_CASE("buffers and codes that do not fit are refused") {
  const Matrix m;
  const Session session = m.session("adc: ideal\narray: {rows: 8, columns: 8}\nchips: auto");
  const View view = session.look(session.write(0));
  std::vector<double> sums(6);
  std::vector<std::int16_t> one(13, 1);
  CHECK_THROWS_AS(session.read(view, 0, std::span(one).first(12), {}, sums), InputError);
  CHECK_THROWS_AS(session.read(view, 0, one, {.count = 2}, sums), InputError);
  CHECK_THROWS_AS(session.read(view, 1, one, {}, sums), std::out_of_range);
  one[4] = 256;
  CHECK_THROWS_AS(session.read(view, 0, one, {}, sums), InputError);
  CHECK_THROWS_AS(session.evaluate(view, {}), InputError);
}

TEST_CASE("a network evaluated on a session is the chip of a run, and opening it twice makes nothing twice") {
  const TemporaryFolder folder;
  const LoadedConfig loaded = small_job(folder.path, {{"device", "pcm"}, {"age", "1 h"}, {"calibrate", "per-chip"}});
  const Result r = run::run(loaded, run_options());
  Shelf shelf;
  const Session session = Session::open(loaded, run_options(), shelf);
  State state = session.write(1);
  pass(state, session.age_s());
  const workloads::Samples samples = load_data(loaded.config.workload, workloads::Split::test, small_samples, {});
  const std::vector<double> outputs = session.evaluate(session.look(state), samples);
  const auto accuracy = workloads::score(workloads::Accuracy{}, std::span<const double>(outputs), 10, samples);
  CHECK(accuracy.value == r.quality.chips[1].value);
  const std::size_t made = shelf.counts().made;
  CHECK(&Session::open(loaded, run_options(), shelf).chip() == &session.chip());
  CHECK(shelf.counts().made == made);
}

}  // namespace bitline::session_test
