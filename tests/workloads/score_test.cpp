// SPDX-License-Identifier: Apache-2.0
// Scores against values worked out by hand or with NumPy, and intervals against how often they hold the truth.
#include "workloads/score.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "base/random.h"
#include "tests/workloads/data_files.h"
#include "workloads/frechet.h"
#include "workloads/outputs_file.h"

namespace bitline::score_test {
using namespace test;
using namespace workloads;
using doctest::Approx;

namespace {

using Numbers = std::vector<double>;

Samples classes_of(std::vector<int> labels, int classes) {
  Samples s;
  s.name = "toys";
  s.dims = {1};
  s.values.assign(labels.size(), 0.f);
  s.truth = Labels{std::move(labels), classes, {}, {}};
  return s;
}

Samples targets_of(std::vector<float> values, int columns) {
  Samples s;
  s.name = "toys";
  s.dims = {1};
  s.values.assign(values.size() / static_cast<std::size_t>(columns), 0.f);
  s.truth = Values{columns, std::move(values)};
  return s;
}

Scored scored(const Score& by, const Numbers& outputs, int columns, const Samples& samples) {
  return score(by, std::span<const double>(outputs), columns, samples);
}

// Five samples of three classes: right, second, right, tied with the first, last.
const Numbers logits{2, 1, 0.5, 0.25, 0.5, -1, -3, 0, 4, 1, 1, 0.75, 0.5, -0.5, 2};
const Samples five = classes_of({0, 0, 2, 1, 1}, 3);

Numbers softmax(const Numbers& z, std::size_t columns) {
  Numbers p = z;
  for (std::size_t at = 0; at < p.size(); at += columns) {
    double sum = 0;
    for (std::size_t c = 0; c < columns; ++c) sum += p[at + c] = std::exp(z[at + c]);
    for (std::size_t c = 0; c < columns; ++c) p[at + c] /= sum;
  }
  return p;
}

Numbers normals(std::uint32_t seed, std::size_t count) {
  std::vector<float> z(count);
  Random(seed, 0).normals({Purpose::test}, z);
  return {z.begin(), z.end()};
}

}  // namespace

TEST_CASE("accuracy: the largest output is that of the class, of equals the first counts") {
  const Scored s = scored(Accuracy{}, logits, 3, five);
  CHECK(s.metric == "accuracy");
  CHECK(s.of_sample == Numbers{1, 0, 1, 0, 0});
  CHECK(s.value == Approx(0.4));
  CHECK(scored(TopK{2}, logits, 3, five).of_sample == Numbers{1, 1, 1, 1, 0});
  CHECK(scored(TopK{2}, logits, 3, five).metric == "top-2");
  CHECK(scored(TopK{1}, logits, 3, five).of_sample == s.of_sample);
  const std::vector<float> narrow(logits.begin(), logits.end());
  CHECK(score(Accuracy{}, std::span<const float>(narrow), 3, five).of_sample == s.of_sample);
}

TEST_CASE("accuracy of one output for two classes goes by a threshold") {
  const Samples two = classes_of({1, 0, 1, 0}, 2);
  CHECK(scored(Accuracy{0.5}, {0.7, 0.5, 0.2, 0.9}, 1, two).of_sample == Numbers{1, 1, 0, 0});
}

TEST_CASE("cross entropy and perplexity of logits, of probabilities and of their logarithms are the same") {
  // NumPy: -log(exp(z) / sum exp(z)) of the right class.
  const Numbers right{0.46436878, 0.94411219, 0.01904501, 1.02201946, 2.7663679};
  const Numbers p = softmax(logits, 3);
  Numbers logarithms;
  for (const double v : p) logarithms.push_back(std::log(v));
  for (const Numbers& outputs : {logits, p, logarithms}) {
    const Scored s = scored(CrossEntropy{}, outputs, 3, five);
    for (std::size_t i = 0; i < right.size(); ++i) CHECK(s.of_sample[i] == Approx(right[i]).epsilon(1e-7));
    CHECK(s.value == Approx(1.0431826679669602));
    const Scored e = scored(Perplexity{}, outputs, 3, five);
    CHECK(e.value == Approx(2.8382358170290045));
    CHECK(e.of_sample.empty());
  }
  // Said to be logits, probabilities are taken as such: a softmax of numbers in 0..1.
  CHECK(scored(CrossEntropy{Outputs::logits}, p, 3, five).value != Approx(1.0431826679669602));
  // A uniform guess among three has a perplexity of three.
  CHECK(scored(Perplexity{}, Numbers(15, 0.0), 3, five).value == Approx(3));
  // Overwhelming logits neither overflow nor lose the figure: 1000 nats.
  CHECK(scored(CrossEntropy{}, {1000, 0}, 2, classes_of({1}, 2)).value == Approx(1000));
  // A probability of 0 counts as the smallest single-precision number: -ln 2^-126.
  CHECK(scored(CrossEntropy{}, {1, 0}, 2, classes_of({1}, 2)).value == Approx(126 * std::log(2)));
}

TEST_CASE("mean square error of targets and of pictures") {
  const Samples targets = targets_of({1, 2, -1, 0}, 2);
  const Scored s = scored(MeanSquareError{}, {1.5, 2, -2, 3}, 2, targets);
  CHECK(s.of_sample == Numbers{0.125, 5});
  CHECK(s.value == Approx(2.5625));
  Samples pictures = targets;
  pictures.truth = Images{{1, 1, 2}, {1, 2, -1, 0}};
  CHECK(scored(MeanSquareError{}, {1.5, 2, -2, 3}, 2, pictures).of_sample == s.of_sample);
}

TEST_CASE("area under the ROC curve is the share of pairs in the right order") {
  // Two classes go by the probability of class 1, whose order is that of the difference of logits, here perfect; the
  // second logit alone has 4 of 9 pairs in order.
  const Samples two = classes_of({1, 0, 0, 1, 1, 0}, 2);
  const Numbers z{0, 1, 2, 1.5, 2, 0, -1, 0.25, 3, 3.25, 5, 4};
  CHECK(scored(Auc{}, z, 2, two).value == Approx(1));
  CHECK(scored(Auc{}, softmax(z, 2), 2, two).value == Approx(1));
  CHECK(scored(Auc{}, {1, 1.5, 0, 0.25, 3.25, 4}, 1, two).value == Approx(4.0 / 9));
  CHECK(scored(Auc{}, {1, 1, 1, 1, 1, 1}, 1, two).value == Approx(0.5));  // ties count half
  // More classes: each against the rest, by probabilities: 1, 1/2 and 1 (NumPy, all pairs); by logits it would be 2/3,
  // 5/12 and 1.
  CHECK(scored(Auc{}, logits, 3, five).value == Approx(2.5 / 3));
  CHECK(scored(Auc{}, softmax(logits, 3), 3, five).value == Approx(2.5 / 3));
  // Several labels: 7/8 and 5/8 hold pairs in order, a tie and a miss (by hand).
  const Samples several = targets_of({1, 0, 0, 1, 1, 1, 0, 0}, 2);
  CHECK(scored(Auc{}, {0.9, 0.2, 0.4, 0.2, 0.4, 0.8, 0.1, 0.5}, 2, several).value == Approx(0.75));
  CHECK(scored(Auc{}, z, 2, two).metric == "auc");
}

TEST_CASE("what has no value says why, and never is a number") {
  const Scored one = scored(Auc{}, {0, 1, 1, 0}, 2, classes_of({1, 1}, 2));
  CHECK(std::isnan(one.value));
  CHECK(one.why == "all samples are of one class");
  Numbers broken = logits;
  broken[0] = std::numeric_limits<double>::quiet_NaN();
  CHECK(scored(Accuracy{}, broken, 3, five).of_sample == Numbers{0, 0, 1, 0, 0});
  CHECK(scored(TopK{2}, broken, 3, five).of_sample == Numbers{0, 1, 1, 1, 0});
  for (const Score& by : {Score(CrossEntropy{}), Score(Perplexity{}), Score(Auc{})}) {
    const Scored s = scored(by, broken, 3, five);
    CHECK(std::isnan(s.value));
    CHECK(s.why == "outputs are not finite");
    const Interval i = interval_over_samples(by, {&broken, 1}, 3, five, 1);
    CHECK(std::isnan(i.lower));
    CHECK(std::isnan(i.upper));
  }
}

TEST_CASE("numbers of outputs and classes that differ are refused, unless the first class is named") {
  Numbers shifted;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (i % 3 == 0) shifted.push_back(-9);  // an output in front that is never used
    shifted.push_back(logits[i]);
  }
  const auto refused = [](const Score& by, int columns, const Samples& s) {
    return input_error([&] { check_outputs(by, columns, s.truth, s.name); });
  };
  const std::string m = refused(Accuracy{}, 4, five);
  CHECK(contains(m, "4 outputs, but the set has 3 classes"));
  CHECK(contains(m, "workload.first_class"));
  CHECK(contains(refused(Accuracy{}, 2, five), "2 outputs, but the set has 3 classes"));
  CHECK(contains(refused(Accuracy{}, 1, classes_of({0, 1}, 2)), "threshold"));
  CHECK(contains(refused(Accuracy{0.5}, 2, classes_of({0, 1}, 2)), "leave it out"));

  Samples named = five;
  std::get<Labels>(named.truth).first_output = 1;
  CHECK(scored(Accuracy{}, shifted, 4, named).of_sample == scored(Accuracy{}, logits, 3, five).of_sample);
  CHECK(scored(TopK{2}, shifted, 4, named).of_sample == scored(TopK{2}, logits, 3, five).of_sample);
  // exp(-9) more in the sum of each sample: 1e-4 at most of these probabilities.
  CHECK(scored(CrossEntropy{}, shifted, 4, named).value == Approx(1.0431826679669602).epsilon(1e-3));
  CHECK(scored(Auc{}, shifted, 4, named).value == Approx(2.5 / 3));
  std::get<Labels>(named.truth).first_output = 2;
  CHECK(contains(refused(Accuracy{}, 4, named), "from output 2 on"));
  std::get<Labels>(named.truth).first_output = 0;
  CHECK(refused(Accuracy{}, 1000, named) == "no error");
}

TEST_CASE("scores that do not fit the truth say what would") {
  const Samples targets = targets_of({1, 2, -1, 0}, 2);
  const auto refused = [](const Score& by, int columns, const Samples& s) {
    return input_error([&] { check_outputs(by, columns, s.truth, s.name); });
  };
  CHECK(contains(refused(Accuracy{}, 2, targets), "use mean-square-error"));
  CHECK(contains(refused(MeanSquareError{}, 3, five), "use accuracy"));
  CHECK(contains(refused(Frechet{}, 3, five), "needs targets"));
  CHECK(contains(refused(MeanSquareError{}, 3, targets), "3 outputs, but each sample 2 targets"));
  CHECK(contains(refused(TopK{3}, 3, five), "always right"));
  Samples none = targets;
  none.truth = std::monostate{};
  CHECK(contains(refused(Accuracy{}, 2, none), "workload.dataset.labels"));
  CHECK(contains(input_error([&] { scored(Accuracy{}, Numbers(12, 0), 3, five); }), "the truth of 5 samples"));
  CHECK(default_scores(five.truth).front().index() == Score(Accuracy{}).index());
  CHECK(default_scores(targets.truth).front().index() == Score(MeanSquareError{}).index());
  CHECK(default_scores(none.truth).empty());
}

TEST_CASE("Frechet distances of known normal distributions") {
  const auto file = std::filesystem::path(BITLINE_SOURCE_DIR) / "tests/workloads/frechet_vectors.json";
  const auto vectors = nlohmann::json::parse(std::ifstream(file)).at("vectors");
  CHECK(vectors.size() == 7);
  for (const auto& v : vectors) {
    CAPTURE(v.at("name"));
    const auto gaussian = [&](const char* mean, const char* covariance) {
      Gaussian g{v.at(mean).get<Numbers>(), {}};
      for (const auto& row : v.at(covariance))
        for (const double x : row) g.covariance.push_back(x);
      return g;
    };
    const Gaussian a = gaussian("mu1", "C1"), b = gaussian("mu2", "C2");
    double trace = 0;
    for (std::size_t i = 0; i < a.mean.size(); ++i)
      trace += a.covariance[i * (a.mean.size() + 1)] + b.covariance[i * (a.mean.size() + 1)];
    // Rounding of the traces; of the singular one, that its eigenvalues of 0 are stored as 1e-16, which a root makes
    // 1e-8.
    const double tolerance =
        v.at("name") == "rank_deficient_8" ? 1e-6 : 4e-15 * static_cast<double>(a.mean.size()) * trace;
    CHECK(std::abs(frechet_distance(a, b) - v.at("fd").get<double>()) <= tolerance);
    CHECK(std::abs(frechet_distance(b, a) - frechet_distance(a, b)) <= tolerance);
  }
}

TEST_CASE("mean and covariance of rows, where weights count rows") {
  const Numbers rows{1, 2, 3, 1, 5, 9, -1, 0};
  const Gaussian all = gaussian_of(rows, 2);
  CHECK(all.mean == Numbers{2, 3});
  // Deviations (-1,-1), (1,-2), (3,6), (-3,-3): sums of products 20, 26, 50 over 3.
  CHECK(all.covariance[0] == Approx(20.0 / 3));
  CHECK(all.covariance[1] == Approx(26.0 / 3));
  CHECK(all.covariance[2] == Approx(26.0 / 3));
  CHECK(all.covariance[3] == Approx(50.0 / 3));
  const std::vector<std::uint32_t> weights{2, 0, 1, 1};
  const Gaussian weighted = gaussian_of(rows, 2, weights), repeated = gaussian_of(Numbers{1, 2, 1, 2, 5, 9, -1, 0}, 2);
  for (std::size_t i = 0; i < 2; ++i) CHECK(weighted.mean[i] == Approx(repeated.mean[i]));
  for (std::size_t i = 0; i < 4; ++i) CHECK(weighted.covariance[i] == Approx(repeated.covariance[i]));
}

TEST_CASE("two sets of one distribution lie d (d + 5) / (2 n) apart") {
  constexpr int d = 4, n = 400, sets = 60;
  double sum = 0, squares = 0;
  for (std::uint32_t s = 0; s < sets; ++s) {
    const double fd =
        frechet_distance(gaussian_of(normals(2 * s + 1, d * n), d), gaussian_of(normals(2 * s + 2, d * n), d));
    sum += fd, squares += fd * fd;
  }
  const double average = sum / sets, error = std::sqrt((squares / sets - average * average) / sets);
  CHECK(std::abs(average - d * (d + 5) / (2.0 * n)) < 3.5 * error);  // once in 2000
}

TEST_CASE("the interval of a mean of samples is the bootstrap of the mean over chips") {
  const std::vector<Numbers> chips{logits, Numbers(logits.rbegin(), logits.rend())};
  const Numbers first = scored(Accuracy{}, chips[0], 3, five).of_sample,
                second = scored(Accuracy{}, chips[1], 3, five).of_sample;
  Numbers both(5);
  for (std::size_t i = 0; i < 5; ++i) both[i] = (first[i] + second[i]) / 2;
  const Interval right = bootstrap_interval(both, 7), got = interval_over_samples(Accuracy{}, chips, 3, five, 7);
  CHECK(got.lower == right.lower);
  CHECK(got.upper == right.upper);
  const Interval wilson = wilson_interval(2, 5), one = interval_of_chip(Accuracy{}, logits, 3, five, 7);
  CHECK(one.lower == wilson.lower);
  CHECK(one.upper == wilson.upper);
}

TEST_CASE("intervals of scores of sets hold the truth about as often as they say") {
  constexpr std::size_t n = 150;
  constexpr std::uint32_t repeats = 150;
  // Scores N(0, 1) and N(1, 1): the area is Phi(1 / sqrt 2). Targets N(0, 1), outputs N(1, 1.5^2): the distance is
  // 1 + 0.25. Both hold for large n; the distance is larger by d (d + 5) / (2 n) x about 1.5, far below its deviation.
  const double area = normal_cdf(1 / std::sqrt(2.0)), distance = 1.25;
  int area_held = 0, distance_held = 0;
  for (std::uint32_t r = 0; r < repeats; ++r) {
    const Numbers z = normals(1000 + r, 2 * n);
    std::vector<int> labels(n);
    Numbers outputs(n), shifted(n);
    std::vector<float> targets(n);
    for (std::size_t i = 0; i < n; ++i) {
      labels[i] = i % 2;
      outputs[i] = z[i] + labels[i];
      shifted[i] = 1 + 1.5 * z[i];
      targets[i] = static_cast<float>(z[n + i]);
    }
    const Interval a = interval_over_samples(Auc{}, {&outputs, 1}, 1, classes_of(labels, 2), r);
    area_held += a.lower <= area && area <= a.upper;
    const Interval f = interval_over_samples(Frechet{}, {&shifted, 1}, 1, targets_of(targets, 1), r);
    distance_held += f.lower <= distance && distance <= f.upper;
  }
  // Of 150 intervals of 95 %: 133 to 149 hold with odds of 2000 to 1.
  CHECK(area_held >= 133);
  CHECK(area_held <= 149);
  CHECK(distance_held >= 131);  // skewed at this n
  CHECK(distance_held <= 149);
}

TEST_CASE("intervals of sets stay within what a score can be") {
  const Samples two = classes_of({1, 0, 0, 1, 1, 0}, 2);
  const Numbers nearly{0.9, 0.1, 0.2, 0.8, 0.3, 0.4};  // one pair of nine is wrong
  const Interval i = interval_over_samples(Auc{}, {&nearly, 1}, 1, two, 3);
  CHECK(i.upper == 1);
  CHECK(i.lower < 8.0 / 9);
  CHECK(interval_over_samples(Perplexity{}, {&logits, 1}, 3, five, 3).lower >= 1);
}

TEST_CASE("outputs are kept as (chips, samples, values)") {
  const DataFolder d;
  const std::vector<Numbers> chips{{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12.5}};
  write_outputs(d.path / "outputs.npy", chips, 3);
  const NpyArray array = read_npy(d.path / "outputs.npy");
  CHECK(array.shape == std::vector<std::size_t>{2, 2, 3});
  CHECK(array.dtype == "<f4");
  CHECK(array.data[11] == 12.5);
  CHECK(array.data[6] == 7);
}

}  // namespace bitline::score_test
