// SPDX-License-Identifier: Apache-2.0
// Runs side by side: differences with the right intervals, one line for each change, the same said where it is.
#include "report/comparison.h"

#include <doctest/doctest.h>

#include <cmath>

#include "report/compare_page.h"
#include "report/compare_table.h"
#include "report/svg_stack.h"
#include "report/text.h"
#include "run/result_document.h"
#include "tests/report/sample.h"

namespace bitline::comparison_test {
using namespace report;

namespace {

ComparedRun run_of(const run::Result& result, const std::string& label) {
  ComparedRun r;
  r.label = label;
  r.source = "runs/" + label;
  r.name = result.name;
  r.document = result_document(result);
  r.outcomes = result.quality.of_samples;
  r.config["adc.bits"] = {"8", "chip.yaml"};
  return r;
}

// Chips of these accuracies.
run::Result with_chips(const std::vector<double>& values) {
  run::Result r = costed_result();
  r.quality.chips.clear();
  double sum = 0;
  for (const double v : values) r.quality.chips.push_back({v, {v - 0.01, v + 0.01}}), sum += v;
  r.quality.value = sum / static_cast<double>(values.size());
  r.quality.ci95_both = {r.quality.value - 0.03, r.quality.value + 0.03};
  return r;
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

std::string flat(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\n')
      out += c;
    else if (!out.ends_with(' '))
      out += ' ';
  return out;
}

}  // namespace

TEST_CASE("chips of the same seed and images are paired") {
  const ComparedRun a = run_of(with_chips({0.90, 0.88, 0.86}), "A"), b = run_of(with_chips({0.91, 0.90, 0.89}), "B");
  const auto d = quality_difference(b, a);
  REQUIRE(d);
  // Differences 0.01, 0.02, 0.03: mean 0.02, sd 0.01, t(0.975, 2) = 4.302653 (tables).
  CHECK(d->value == doctest::Approx(0.02));
  REQUIRE(d->ci95);
  CHECK(d->ci95->lower == doctest::Approx(0.02 - 4.302653 * 0.01 / std::sqrt(3.0)));
  CHECK(d->ci95->upper == doctest::Approx(0.02 + 4.302653 * 0.01 / std::sqrt(3.0)));
  CHECK(has(d->how, "paired by chip (3 chips)"));
  CHECK(!d->is_beyond_chance());
}

TEST_CASE("outcomes of single images pair images too") {
  run::Result low = with_chips({0.5}), high = with_chips({0.75});
  // One chip, 400 images: 100 more are right, none less. Variance of a difference: 0.25 - 0.0625.
  low.quality.of_samples = {std::vector<float>(400, 0)};
  for (std::size_t i = 0; i < 200; ++i) low.quality.of_samples[0][i] = 1;
  high.quality.of_samples = low.quality.of_samples;
  for (std::size_t i = 200; i < 300; ++i) high.quality.of_samples[0][i] = 1;
  const ComparedRun a = run_of(low, "A"), b = run_of(high, "B");
  const auto d = quality_difference(b, a);
  REQUIRE(d);
  CHECK(d->value == doctest::Approx(0.25));
  REQUIRE(d->ci95);
  // Standard error sqrt(0.1875 / 399) of the mean; t(0.975, 399) = 1.965927 (tables).
  const double half = 1.965927 * std::sqrt(0.1875 / 399);
  CHECK(d->ci95->lower == doctest::Approx(0.25 - half).epsilon(1e-4));
  CHECK(d->ci95->upper == doctest::Approx(0.25 + half).epsilon(1e-4));
  CHECK(has(d->how, "paired by image and chip (400 images, 1 chip)"));
  CHECK(d->is_beyond_chance());
  // The same outcomes differ by nothing, for certain.
  const auto none = quality_difference(a, a);
  CHECK(none->value == 0);
  CHECK(none->ci95->lower == 0);
  CHECK(none->ci95->upper == 0);
  CHECK(none->all_equal);
  CHECK(has(flat(compare_text({a, run_of(low, "B")}, {false})), "A and B are the same"));
  run::Result cheaper = low;
  cheaper.costs.energy_per_inference_J /= 2;
  CHECK(has(flat(compare_text({a, run_of(cheaper, "B")}, {false})),
            "less that of A: 0, paired by image and chip (400 images, 1 chip): no outcome differs."));
}

TEST_CASE("what cannot be paired is said, with the intervals of both") {
  run::Result one = with_chips({0.9}), other = with_chips({0.8});
  other.seed = 8;
  const ComparedRun a = run_of(one, "A");
  ComparedRun b = run_of(other, "B");
  auto d = quality_difference(b, a);
  CHECK(d->value == doctest::Approx(-0.1));
  // Two intervals of half width 0.03.
  CHECK(d->ci95->upper - d->value == doctest::Approx(0.03 * std::sqrt(2.0)));
  CHECK(has(d->how, "their seeds differ"));
  other.inputs.push_back({"t10k-images", "other"});
  d = quality_difference(run_of(other, "B"), a);
  CHECK(has(d->how, "do not run on the same images"));
  other.quality.metric = "auc";
  CHECK(!quality_difference(run_of(other, "B"), a));
}

TEST_CASE("runs that read other files say so, and what is of arrays alone is not asked of experiments") {
  run::Result published = with_chips({0.9}), stand_in = published;
  published.inputs = {{"organs.npz", "1"}};
  stand_in.inputs = {{"clothes", "2"}, {"labels", "3"}, {"net.onnx", "4"}, {"more", "5"}};
  const ComparedRun a = run_of(published, "A"), b = run_of(stand_in, "B");
  const auto notes = comparison_notes(a, b);
  REQUIRE(!notes.empty());
  CHECK(has(notes[0],
            "A and B do not read the same data, though their configurations are the same: A reads organs.npz, "
            "B clothes, labels and 2 more"));
  CHECK(!read_same_files(a, b));
  CHECK(read_same_files(a, a));
  stand_in.inputs = {{"organs.npz", "1"}, {"net.onnx", "4"}};
  CHECK(has(comparison_notes(a, run_of(stand_in, "B"))[0], "do not read the same network"));
  published.costs.energy_is_bound = true;
  CHECK(has(comparison_notes(run_of(published, "A"), a)[0], "The costs of A leave out what reloading"));
}

TEST_CASE("a library of another name is one change, what is set over it another") {
  const auto config = [](const std::string& name, const std::string& bits) {
    std::map<std::string, ConfigValue> c;
    const std::string file = "configs/technology/" + name + ".yaml";
    for (const char* key : {"technology.node", "technology.transistor.drive_n", "technology.clock"})
      c[key] = {name + key, file};
    c["technology.toggle"] = {"0.5", ""};  // a default
    c["technology.vdd"] = {name == "22nm" ? "1 V" : "1.3 V", name == "22nm" ? "mine.yaml" : file};
    c["adc.bits"] = {bits, "mine.yaml"};
    c["seed"] = {"1", "mine.yaml"};
    c["published.0.what"] = {"said of " + name, "chip.yaml"};
    return c;
  };
  ComparedRun a = run_of(costed_result(), "A"), b = a;
  a.config = config("130nm", "8"), b.config = config("22nm", "6");
  const auto changes = config_changes({a, b});
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].key == "adc.bits");
  CHECK(changes[0].values == std::vector<std::string>{"8", "6"});
  CHECK(changes[1].key == "technology");
  CHECK(changes[1].values == std::vector<std::string>{"130nm", "22nm"});
  CHECK(changes[2].key == "technology.vdd");
  CHECK(config_changes({a, a}).empty());
  b.config.clear(), b.label = "B";
  CHECK(config_changes({a, b}).empty());
  CHECK(has(change_table({a, b}).note, "The configuration of B is not known"));
}

TEST_CASE("figures have units, factors and differences, whatever the number of runs") {
  run::Result small = costed_result();
  small.costs.energy_per_inference_J /= 4;
  small.quality.value -= 0.0141;
  const std::vector<ComparedRun> runs{run_of(costed_result(), "A"), run_of(small, "B"), run_of(costed_result(), "C")};
  const std::string text = compare_text(runs, {false});
  const std::string words = flat(text);
  CHECK(has(words, " A B B to A C C to A "));
  CHECK(has(words, "Energy per inference 937.5 nJ 234.4 nJ 0.25 x 937.5 nJ 1 x "));
  CHECK(has(words, "Accuracy on chip 86.91 % 85.50 % -1.41 points 86.91 % 0 "));
  CHECK(has(words, "A and C are the same: all "));
  CHECK(!has(words, "A and B are the same"));
  CHECK(has(words, "Energy by part A B B to A C C to A array 500 nJ 53 % 500 nJ 53 % 1 x"));
  CHECK(has(words, "fc1 700 nJ 700 nJ 1 x 700 nJ 1 x"));
  CHECK(!has(text, "per_inference_J"));
}

TEST_CASE("a run beside itself is the same, and nothing else is said of it") {
  const ComparedRun a = run_of(costed_result(), "A");
  ComparedRun b = a;
  b.label = "B";
  const std::string text = flat(compare_text({a, b}, {false}));
  CHECK(has(text, "A and B are the same: all "));
  CHECK(has(text, "The configurations are the same."));
  CHECK(!has(text, "Iso-area"));
  CHECK(!has(text, "less that of"));
  CHECK(!has(text, "by part"));
  CHECK(comparison_notes(a, b).empty());
}

TEST_CASE("the page of a comparison is complete, well-formed and still") {
  run::Result other = hostile_result();
  other.quality.metric = costed_result().quality.metric;  // two measures have no axis in common
  const std::vector<ComparedRun> runs{run_of(costed_result(), "A"), run_of(other, "B"), run_of(wired_result(), "C")};
  const std::string html = compare_page(runs);
  const std::string doctype = "<!DOCTYPE html>\n";
  REQUIRE(html.starts_with(doctype));
  CHECK(xml_problem(std::string_view(html).substr(doctype.size())) == "");
  CHECK(html == compare_page(runs));
  CHECK(!has(html, "<script"));
  for (const std::string text : {"<title>Comparison of A, B and C - Bitline</title>", "Energy per inference",
                                 "Latency per inference", ">Area<", "rings: quantized network", "937.5 nJ", "ADC"}) {
    CAPTURE(text);
    CHECK(has(html, text));
  }
}

TEST_CASE("bars of one scale are as long as their totals") {
  using cost::Part;
  const std::string svg =
      stacked_svg("Energy", {{"A", {{Part::array, 3e-9}, {Part::adc, 1e-9}}}, {"B", {{Part::adc, 2e-9}}}}, Unit::joule);
  CHECK(xml_problem(svg) == "");
  const auto width_of = [&](const std::string& tip) {
    const std::size_t at = svg.find("<title>" + tip), begin = svg.rfind("width=\"", at) + 7;
    return std::stod(svg.substr(begin));
  };
  const double a = width_of("A, array: 3 nJ (75.0 %)"), b = width_of("A, ADC: 1 nJ (25.0 %)"),
               c = width_of("B, ADC: 2 nJ (100.0 %)");
  CHECK(a == doctest::Approx(3 * b).epsilon(1e-3));  // hundredths of a pixel
  CHECK(c == doctest::Approx(2 * b).epsilon(1e-3));
}

}  // namespace bitline::comparison_test
