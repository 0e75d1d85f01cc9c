// SPDX-License-Identifier: Apache-2.0
// What metal would do to a chip with ideal wires is what it does to the same chip with exact ones.
#include "run/metal.h"

#include <doctest/doctest.h>

#include "tests/run/small_data.h"
#include "tests/temporary_folder.h"

namespace bitline::metal_test {
using namespace arch;
using namespace run;
using namespace bitline::test;

namespace {

std::optional<chip::MetalEffect> effect(const std::filesystem::path& folder, const std::vector<Override>& more) {
  return metal_effect(small_job(folder, more), run_options());
}

}  // namespace

TEST_CASE("the effect of metal is that of exact wires, on the fullest array") {
  const TemporaryFolder folder;
  const Override quiet{"device.read_noise", "{relative: 0}"};  // else more arrays than one are looked at
  const Override chips{"chips", "auto"};
  for (const Override& change : {quiet, {"technology", "22nm"}, {"cell.type", "1t1r-differential"}}) {
    CAPTURE(change.value);
    const Result ideal = run::run(small_job(folder.path, {quiet, chips, change}), run_options());
    const Result exact =
        run::run(small_job(folder.path, {quiet, chips, change, {"wires.mode", "exact"}}), run_options());
    REQUIRE(ideal.metal);
    REQUIRE(exact.wires);
    CHECK(ideal.metal->current_error_rms > 0.01);
    CHECK(ideal.metal->current_error_rms == doctest::Approx(exact.wires->current_error_rms).epsilon(1e-12));
    CHECK(ideal.metal->row_ohm == exact.wires->row_ohm);
    CHECK(!exact.metal);
    // Before anything runs, and with converters that are not ranged.
    CHECK(effect(folder.path, {quiet, chips, change})->current_error_rms == ideal.metal->current_error_rms);
  }
}

TEST_CASE("where it cannot be told nothing is") {
  const TemporaryFolder folder;
  CHECK(!effect(folder.path, {{"device.iv", "{type: sinh, beta: 3 /V}"}}));
  CHECK(!effect(folder.path, {{"array.rows", "9000"}}));
  CHECK(!effect(folder.path,
                {{"chips", "auto"}, {"cell.type", "1t1r-differential"}, {"layers", "{fc1: {cell: {type: 2t2r}}}"}}));
  CHECK(!effect(folder.path, {{"layers", "{fc1: {digital: true}, fc2: {digital: true}, fc3: {digital: true}}"}}));
}

}  // namespace bitline::metal_test
