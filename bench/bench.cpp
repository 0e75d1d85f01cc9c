// SPDX-License-Identifier: Apache-2.0
// Google Benchmark of the hot loops and of one run. Answers are checked first; a wrong one ends the program with 1.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <deque>
#include <string>
#include <utility>

#include "bench/converted_columns.h"
#include "bench/effective_matrix.h"
#include "bench/gated_rows.h"
#include "bench/ladder_product.h"
#include "bench/layer_product.h"
#include "bench/main_job.h"
#include "bench/plane_product.h"

namespace bitline::bench {
namespace {

constexpr int images = 1000;

void count_macs(benchmark::State& state, const PlaneProduct& product) {
  state.counters["MAC/s"] = benchmark::Counter(product.macs(), benchmark::Counter::kIsIterationInvariantRate);
}

void sums_of_codes(benchmark::State& state, PlaneProduct& product) {
  for (auto _ : state) benchmark::DoNotOptimize(product.by_codes().data());
  count_macs(state, product);
}

void sums_of_codes_and_variances(benchmark::State& state, PlaneProduct& product) {
  for (auto _ : state) product.by_codes_and_variances();
  count_macs(state, product);
}

void product_by_sgemm(benchmark::State& state, PlaneProduct& product) {
  for (auto _ : state) benchmark::DoNotOptimize(product.by_sgemm().data());
  count_macs(state, product);
}

void ladder(benchmark::State& state, LadderProduct& product) {
  for (auto _ : state) benchmark::DoNotOptimize(product.read().data());
}

void normals(benchmark::State& state, ConvertedColumns& columns) {
  std::uint32_t read = 0;
  for (auto _ : state) columns.draw(read++);
  state.SetItemsProcessed(state.iterations() * ConvertedColumns::columns);
}

void conversion(benchmark::State& state, ConvertedColumns& columns) {
  for (auto _ : state) benchmark::DoNotOptimize(columns.convert().data());
  state.SetItemsProcessed(state.iterations() * ConvertedColumns::columns);
}

void gated_reads(benchmark::State& state, GatedReads& reads) {
  for (auto _ : state) benchmark::DoNotOptimize(reads.solve().data());
  state.SetItemsProcessed(state.iterations() * GatedReads::vectors);
  state.counters["sweeps"] = reads.mean_sweeps();
}

void reduction(benchmark::State& state, EffectiveMatrixCase& array) {
  for (auto _ : state) benchmark::DoNotOptimize(array.reduce(state.range(0) != 0).transfer_S.data());
}

void double_product(benchmark::State& state, DoubleProduct& product) {
  for (auto _ : state) benchmark::DoNotOptimize(product.multiply().data());
  state.counters["F/s"] = benchmark::Counter(DoubleProduct::operations, benchmark::Counter::kIsIterationInvariantRate);
}

void layer_product(benchmark::State& state, LayerProduct& layer) {
  for (auto _ : state) benchmark::DoNotOptimize(layer.product().data());
  state.SetItemsProcessed(state.iterations() * layer.shape().vectors);
}

void main_job(benchmark::State& state, const MainJob& job) {
  for (auto _ : state) benchmark::DoNotOptimize(job.run(static_cast<int>(state.range(0))).quality.value);
  state.SetItemsProcessed(state.iterations() * images);
}

int wrong(const char* what) {
  std::fprintf(stderr, "bench: wrong answer of %s\n", what);
  return 1;
}

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  std::deque<PlaneProduct> products;
  for (const Isa isa : isas())
    if (!products.emplace_back(576, 128, std::size_t{256}, isa).answers_agree())
      return wrong("the product: sums of codes and sgemm differ");
  ConvertedColumns plain(ConvertedColumns::Kind::plain), with_errors(ConvertedColumns::Kind::with_errors);
  LadderProduct tall(576, 128, LadderProduct::Cell::one), square(128, 128, LadderProduct::Cell::one);
  LadderProduct tall_pair(576, 128, LadderProduct::Cell::pair), square_pair(128, 128, LadderProduct::Cell::pair);
  if (!tall.answers_agree() || !square.answers_agree() || !tall_pair.answers_agree() || !square_pair.answers_agree())
    return wrong("the gated ladder");
  if (!plain.answers_agree() || !with_errors.answers_agree()) return wrong("noise and conversion");
  GatedReads weak(20e-6), strong(100e-6);
  if (!weak.answers_agree() || !strong.answers_agree()) return wrong("gated rows: sweeps in float and double differ");
  std::deque<EffectiveMatrixCase> arrays;  // their scratch does not move
  for (const auto& [rows, columns] : {std::pair{128, 128}, {576, 128}, {1152, 128}, {1024, 1024}})
    if (!arrays.emplace_back(rows, columns).answers_agree()) return wrong("the effective matrix");
  DoubleProduct machine;
  if (!machine.answers_agree()) return wrong("dgemm");
  LayerProduct ideal(LayerProduct::usual, LayerProduct::Devices::noisy),
      wired(LayerProduct::usual, LayerProduct::Devices::noisy, LayerProduct::Lines::one_ohm);
  if (!ideal.answers_agree() || !wired.answers_agree()) return wrong("a layer with or without wires");
  for (std::size_t i = 0; i < products.size(); ++i) {
    const std::string name = "sums_576x128x256/" + std::string(name_of(isas()[i]));
    benchmark::RegisterBenchmark(name.c_str(), sums_of_codes, std::ref(products[i]));
    benchmark::RegisterBenchmark((name + "/with_variances").c_str(), sums_of_codes_and_variances,
                                 std::ref(products[i]));
  }
  benchmark::RegisterBenchmark("sgemm_256x576x128_openblas", product_by_sgemm, std::ref(products.front()));
  benchmark::RegisterBenchmark("ladder_576x128", ladder, std::ref(tall));
  benchmark::RegisterBenchmark("ladder_128x128", ladder, std::ref(square));
  benchmark::RegisterBenchmark("ladder_576x128/pair", ladder, std::ref(tall_pair));
  benchmark::RegisterBenchmark("ladder_128x128/pair", ladder, std::ref(square_pair));
  benchmark::RegisterBenchmark("normals_128", normals, std::ref(plain));
  benchmark::RegisterBenchmark("conversion_128/plain", conversion, std::ref(plain));
  benchmark::RegisterBenchmark("conversion_128/with_errors", conversion, std::ref(with_errors));
  benchmark::RegisterBenchmark("gated_rows_128x128x64/20_uS", gated_reads, std::ref(weak));
  benchmark::RegisterBenchmark("gated_rows_128x128x64/100_uS", gated_reads, std::ref(strong));
  for (auto& array : arrays) {
    const array::EffectiveMatrix& e = array.reduce();
    const std::string name = "effective_matrix_" + std::to_string(e.rows) + "x" + std::to_string(e.columns);
    benchmark::RegisterBenchmark(name.c_str(), reduction, std::ref(array))
        ->ArgName("sources")
        ->Arg(0)
        ->Arg(1)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("dgemm_512_openblas", double_product, std::ref(machine));
  benchmark::RegisterBenchmark("layer_576x128x256/ideal_wires", layer_product, std::ref(ideal));
  benchmark::RegisterBenchmark("layer_576x128x256/wires_1_ohm", layer_product, std::ref(wired));
  const auto job = MainJob::sized(1, images);
  if (!job) {
    std::fprintf(stderr, "bench: Fashion-MNIST is not installed; the run of the main job is left out\n");
  } else {
    if (!job->answers_agree()) return wrong("the main job");
    benchmark::RegisterBenchmark("main_job_1000_images", main_job, std::cref(*job))
        ->ArgName("threads")
        ->Arg(1)
        ->Arg(2)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace bitline::bench

int main(int argc, char** argv) { return bitline::bench::main(argc, argv); }
