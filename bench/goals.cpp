// SPDX-License-Identifier: Apache-2.0
// Goals of speed, one line each, ending in its verdict. Every goal is a ratio of two times that are taken in turns
// inside this process, the median of several turns, so that neither the machine, nor how fast it happens to run now,
// nor its other users decide. Compared is with OpenBLAS on one thread, sgemm of the same shape ("units") or dgemm of
// 512^3, with a normal number, or with the same work at another size.
#include <cstdio>

#include "base/parallel.h"
#include "bench/converted_columns.h"
#include "bench/goal.h"
#include "bench/main_job.h"
#include "bench/mvm_setup.h"
#include "bench/trace_files.h"
#include "bench/vgg8.h"

namespace bitline::bench {
namespace {

// --- setting up a matrix --------------------------------------------------------------------------------------------

// The first work of this process: the most memory it has had says what the matrix took.
void judge_setup() {
  MvmSetup setup(2048);
  const double before = most_memory();
  if (!setup.answers_agree()) wrong_answer("mvm");
  judge("mvm of a 2048 x 2048 matrix, bytes a weight beyond the matrix itself",
        (most_memory() - before) / setup.weights(), Bound::at_most, 20);
  ConvertedColumns normals(ConvertedColumns::Kind::plain);
  constexpr int draws = 4096;  // of 128 columns
  const auto draw = [&] {
    for (std::uint32_t read = 0; read < draws; read += ConvertedColumns::reads) normals.draw(read);
  };
  // 40 ns a weight, where a normal number takes 0.78 ns (AVX-512 at 2.6 GHz).
  judge("mvm of a 2048 x 2048 matrix and one vector, normal numbers a weight",
        ratio(
            3, [&] { setup.product(); }, draw) *
            draws * normals.columns / setup.weights(),
        Bound::at_most, 51);
}

// --- a whole network

// Takes more memory than all work before it.
void judge_network() {
  const double before = memory_now();
  constexpr std::size_t images = 32;
  Vgg8 network(images);
  if (!network.answers_agree()) wrong_answer("VGG-8");
  judge("VGG-8 with its references and one chip, bytes a weight", (most_memory() - before) / network.weights(),
        Bound::at_most, 20);
  const auto sgemm = [&] { network.by_sgemm(); };
  judge("float and integer references of VGG-8 for an image, units",
        ratio(
            3, [&] { network.in_float(), network.in_integers(); }, sgemm),
        Bound::at_most, 2.5);
  judge("inputs of all layers of VGG-8 for an image that converters are ranged on, units",
        ratio(
            3, [&] { network.layer_inputs(); }, sgemm),
        Bound::at_most, 2.4);
  judge("VGG-8 for an image on a chip with read noise, what is between its layers included, units",
        ratio(
            3, [&] { network.on_chip(); }, sgemm),
        Bound::at_most, 9);
}

// --- texts of other programs

// Reading and summing the bytes alone goes at several GB/s where files lie in memory: 150 MB/s of text are 20 times
// that.
void judge_traces() {
  TraceFiles files;
  if (!files.answers_agree()) wrong_answer("traces");
  judge("weights of a trace, times their bytes read and summed up alone",
        ratio(
            7, [&] { files.read_weights(); }, [&] { files.sum_weights(); }),
        Bound::at_most, 20);
  judge("inputs of a trace, times their bytes read and summed up alone",
        ratio(
            7, [&] { files.read_inputs(); }, [&] { files.sum_inputs(); }),
        Bound::at_most, 20);
}

// --- the main job

void judge_main_job() {
  const auto job = MainJob::sized(2, 10000);
  if (!job) {
    std::fprintf(stderr, "goals: Fashion-MNIST is not installed; two threads are not compared with one\n");
    return;
  }
  if (!job->answers_agree()) wrong_answer("the main job");
  judge("main job on 10000 images and two chips, loading included, times faster with two threads than with one",
        ratio(
            5, [&] { job->run(1); }, [&] { job->run(2); }, wall_seconds),
        Bound::at_least, 1.8);
}

int main() {
  judge_setup();
  with_threads(1, judge_network);
  judge_arrays();
  judge_traces();
  judge_main_job();
  return 0;
}

}  // namespace
}  // namespace bitline::bench

int main() { return bitline::bench::main(); }
