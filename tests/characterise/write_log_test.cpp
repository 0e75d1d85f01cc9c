// SPDX-License-Identifier: Apache-2.0
// Logs of write-verify: the fitted device takes as many pulses and fails as often as the one that was logged.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "base/config_writer.h"
#include "device/plasticity/pulsed_device.h"
#include "device/write_verify.h"
#include "tests/characterise/fit_cases.h"

namespace bitline::write_log_test {
using namespace characterise;
using namespace device;
using namespace bitline::test;

namespace {

constexpr double uS = 1e-6, g_max_S = 40 * uS;

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }
std::string notes_of(const FitPart& p) { return fmt::format("{}", fmt::join(p.notes, "\n")); }
const FitPart::Key* key_of_path(const FitPart& p, const std::string& path) {
  for (const FitPart::Key& k : p.keys)
    if (k.path == path) return &k;
  return nullptr;
}

Device written(const Folder& f, const std::vector<FitPart>& parts) {
  return load_pulsed_device(f.write("d.yaml", to_yaml(fitted_device(parts))), {}, ConfigPath{}).device;
}

std::vector<double> targets() {
  std::vector<double> out;
  for (int k = 1; k <= 8; ++k) out.push_back(g_max_S * k / 8);
  return out;
}

}  // namespace

TEST_CASE("pulses and failures of a fitted device follow the log's law") {
  const Folder f;
  for (const double device_spread : {0.6, 0.0}) {
    CAPTURE(device_spread);
    WriteVerify truth = example_writes();
    truth.device_spread = device_spread;
    const auto parts = fit_device({.write_log = f.write("w.csv", write_log_csv(truth, g_max_S, 250, 5))});
    CHECK(parts[0].best().model == (device_spread > 0 ? "differing-devices" : "equal-devices"));
    const Device d = written(f, parts);
    Device made = d;
    made.g_max_S = g_max_S, made.write = truth;
    const VerifyTables ours(d, targets()), theirs(made, targets());
    double failures = 0, failures_of_truth = 0;
    for (const double t : targets()) {
      CAPTURE(t);
      CHECK(ours.mean_pulses(t) == doctest::Approx(theirs.mean_pulses(t)).epsilon(0.1));
      // Three standard errors of a share of 250 cells.
      CHECK(std::abs(ours.failed_share(t) - theirs.failed_share(t)) <
            3 * std::sqrt((theirs.failed_share(t) + 0.004) / 250));
      failures += ours.failed_share(t) / 8, failures_of_truth += theirs.failed_share(t) / 8;
    }
    MESSAGE("failures: ", failures, " by the fit, ", failures_of_truth, " in truth; ", notes_of(parts[0]));
    CHECK(std::abs(failures - failures_of_truth) < 3 * std::sqrt((failures_of_truth + 5e-4) / 2000));
    const auto& w = std::get<WriteVerify>(d.write);
    CHECK(w.half_width_S == doctest::Approx(truth.half_width_S).epsilon(0.1).scale(1e-30));
    CHECK(w.half_width_per_g_S == doctest::Approx(truth.half_width_per_g_S).epsilon(0.15).scale(1e-30));
    CHECK(w.start_S == doctest::Approx(truth.start_S).scale(1e-30));
  }
}

TEST_CASE("a window that all targets share is one, and readings far off do not widen it") {
  const Folder f;
  WriteVerify truth = example_writes();
  truth.half_width_per_g_S = 0, truth.device_spread = 0;
  const std::string text = write_log_csv(truth, g_max_S, 200, 6);
  const FitPart even = fit_device({.write_log = f.write("w.csv", text), .models = {"equal-devices"}})[0];
  CHECK(!key_of_path(even, "write.half_width_per_g"));
  CHECK(!has(notes_of(even), "heavy tails"));
  // Of each 200th success the reading lies 6 uS above its target.
  std::istringstream lines(text);
  std::string line, tails;
  int success = 0;
  while (std::getline(lines, line)) {
    std::vector<std::string> fields;
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
    if (fields.size() == 6 && fields[5] == "1" && ++success % 200 == 0)
      line = fmt::format("{},{},{},{},{},1", fields[0], fields[1], fields[2], fields[3], std::stod(fields[1]) + 6);
    tails += line + "\n";
  }
  const FitPart tailed = fit_device({.write_log = f.write("t.csv", tails), .models = {"equal-devices"}})[0];
  CHECK(value_of(tailed, "half width of the window").value ==
        doctest::Approx(value_of(even, "half width of the window").value).epsilon(0.05).scale(1e-30));
  CHECK(has(notes_of(tailed), "successes read outside of their window, up to 6 uS off"));
}

TEST_CASE("logs of writes that cannot be used are refused with their place and remedy") {
  const Folder f;
  const std::string head = "target (uS),pulses,conductance (uS),success\n";
  const auto of = [&](const std::string& rows) { return refusal({.write_log = f.write("a.csv", head + rows)}); };
  const auto repeated = [](const std::string& row, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += row;
    return out;
  };
  CHECK(has(of("5,3.5,5,1\n"), "a.csv:2: 3.5 is no number of pulses"));
  CHECK(has(of("5,3,5,1\n5,3,5,maybe\n"), "a.csv:3: success 'maybe' is neither yes (1, true) nor no (0, false)"));
  CHECK(has(of("-5,3,5,1\n"), "a.csv:2: a target is below 0"));
  CHECK(has(of(repeated("5,3,5.1,1\n", 19)), "19 writes to the target 5 uS are too few to fit: at least 20"));
  CHECK(has(of(repeated("5,0,5.1,1\n", 30)), "no write took a pulse"));
  CHECK(has(of(repeated("5,9,5.1,1\n", 30) + "5,7,9,0\n"), "log those of one setting"));
  CHECK(has(of(repeated("5,9,9,0\n", 30)), "nothing tells the window"));
  CHECK(has(refusal({.write_log = f.write("b.csv", "target (uS),pulses,conductance (uS)\n5,3,5\n")}), "success"));
  CHECK(has(refusal({.readback = f.write("c.csv", head), .write_log = f.write("a.csv", head)}), "which is one law"));
}

}  // namespace bitline::write_log_test
