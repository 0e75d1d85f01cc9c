// SPDX-License-Identifier: Apache-2.0
// Goals of single arrays and layers.
#include <memory>
#include <string>
#include <vector>

#include "array/wires/nonlinear.h"
#include "bench/converted_columns.h"
#include "bench/effective_matrix.h"
#include "bench/gated_rows.h"
#include "bench/goal.h"
#include "bench/ladder_product.h"
#include "bench/layer_product.h"
#include "bench/plane_product.h"
#include "bench/pulsed_rows.h"
#include "bench/verified_write.h"
#include "bench/wired_array.h"

namespace bitline::bench {
namespace {

std::string size(int rows, int columns) { return std::to_string(rows) + " x " + std::to_string(columns); }

// --- sums of codes over planes, 256 at a time as reads form them

void judge_sums(Isa isa) {
  constexpr std::size_t planes = 256;
  PlaneProduct array(576, 128, planes, isa), wide(1024, 1024, planes, isa);
  if (!array.answers_agree() || !wide.answers_agree()) wrong_answer("sums of codes");
  const std::string by = " by " + std::string(name_of(isa));
  judge("sums of 576 x 128 codes over 256 planes" + by + ", times faster than sgemm",
        ratio(
            101, [&] { array.by_sgemm(); }, [&] { array.by_codes(); }),
        Bound::at_least, 2.2);
  judge("the same with variances" + by + ", times faster than sgemm",
        ratio(
            101, [&] { array.by_sgemm(); }, [&] { array.by_codes_and_variances(); }),
        Bound::at_least, 1.3);
  judge("sums of 1024 x 1024 codes" + by + ", times a product's time of 576 x 128",
        ratio(
            21, [&] { wide.by_codes(); }, [&] { array.by_codes(); }) /
            (wide.macs() / array.macs()),
        Bound::at_most, 1.2);
}

// --- whole layers, conversion included

struct Layers {
  std::string what;
  std::vector<LayerProduct::Shape> shapes;
  LayerProduct::Devices devices;
  double goal;  // units
  int turns;
};

void judge_layers(const Layers& goal) {
  std::vector<std::unique_ptr<LayerProduct>> layers;
  for (const LayerProduct::Shape& shape : goal.shapes) {
    layers.push_back(std::make_unique<LayerProduct>(shape, goal.devices));
    if (!layers.back()->answers_agree()) wrong_answer(goal.what);
  }
  const auto products = [&] {
    for (auto& layer : layers) layer->product();
  };
  const auto sgemm = [&] {
    for (auto& layer : layers) layer->by_sgemm();
  };
  judge(goal.what + ", units", ratio(goal.turns, products, sgemm), Bound::at_most, goal.goal);
}

void judge_all_layers() {
  using enum LayerProduct::Devices;
  for (const LayerProduct::Shape& shape :
       {LayerProduct::Shape{128, 128, 512}, LayerProduct::usual, LayerProduct::Shape{1024, 1024, 128}}) {
    const std::string of = size(shape.rows, shape.columns) + ", 8 planes, 8-bit conversion";
    judge_layers({"layer of " + of + ", ideal devices", {shape}, ideal, 4.5, 41});
    judge_layers({"layer of " + of + ", read noise", {shape}, noisy, 7.5, 41});
  }
  judge_layers({"convolutions of 9 x 8 and 72 x 16, read noise", {{9, 8, 784}, {72, 16, 196}}, noisy, 15, 101});
  judge_layers({"layers of VGG-8 for one image of 3 x 32 x 32, read noise",
                {{27, 128, 1024},
                 {1152, 128, 1024},
                 {1152, 256, 256},
                 {2304, 256, 256},
                 {2304, 512, 64},
                 {4608, 512, 64},
                 {8192, 1024, 1}},
                noisy,
                8.5,
                7});
}

void judge_conversion() {
  PlaneProduct product(576, 128, 256);
  ConvertedColumns columns(ConvertedColumns::Kind::plain);
  if (!columns.answers_agree()) wrong_answer("noise and conversion");
  const auto noise_and_conversion = [&] {
    for (std::uint32_t read = 0; read < 256; read += ConvertedColumns::reads) columns.draw(read), columns.convert();
  };
  judge("read noise and conversion of a column, share of the time of its product over 576 rows",
        ratio(101, noise_and_conversion, [&] { product.by_codes(); }), Bound::at_most, 0.5);
}

// --- wires

// Time of a dgemm of 512^3 that each of `operations` would take.
double flops(double dgemms, double operations) { return dgemms * DoubleProduct::operations / operations; }

void judge_reduction(DoubleProduct& machine) {
  struct Case {
    int rows, columns, turns;
    double operations, goal;
  };
  // Operations of a square reduction: 33.6 N^3; of the narrow ones what they had when the goals were set.
  const auto square = [](double n) { return 33.6 * n * n * n; };
  for (const Case& c :
       {Case{128, 128, 41, square(128), 3}, Case{576, 128, 15, 6 * DoubleProduct::operations, 1.25},
        Case{1152, 128, 7, 15 * DoubleProduct::operations, 1.25}, Case{1024, 1024, 3, square(1024), 3}}) {
    EffectiveMatrixCase array(c.rows, c.columns);
    if (!array.answers_agree()) wrong_answer("the effective matrix");
    const double dgemms = ratio(
        c.turns, [&] { array.reduce(); }, [&] { machine.multiply(); });
    judge("effective matrix of " + size(c.rows, c.columns) + " devices, times its operations at dgemm's speed",
          flops(dgemms, c.operations), Bound::at_most, c.goal);
  }
}

void judge_reads(DoubleProduct& machine) {
  LadderProduct tall(576, 128, LadderProduct::Cell::one), small(128, 128, LadderProduct::Cell::one),
      large(1024, 1024, LadderProduct::Cell::one);
  GatedReads gated;
  if (!tall.answers_agree() || !small.answers_agree()) wrong_answer("the gated ladder");
  if (!gated.answers_agree()) wrong_answer("gated rows");
  const auto dgemm = [&] { machine.multiply(); };
  constexpr int reads = 64;
  const auto reads_of = [](LadderProduct& ladder, int count) {
    for (int i = 0; i < count; ++i) ladder.read();
  };
  judge("read of a gated ladder of 576 x 128 devices, dgemm's operations a device",
        flops(ratio(
                  41, [&] { reads_of(tall, reads); }, dgemm),
              reads * 576.0 * 128),
        Bound::at_most, 4);
  judge("read of a gated ladder of 1024 x 1024 devices, times a device's time of 128 x 128",
        ratio(
            21, [&] { reads_of(large, 1); }, [&] { reads_of(small, reads); }),
        Bound::at_most, 2);
  judge("read of 128 x 128 devices in gated rows to a residual of 1e-6, dgemm's operations a device",
        flops(ratio(
                  41, [&] { gated.solve(); }, dgemm),
              GatedReads::vectors * 128.0 * 128),
        Bound::at_most, 100);
}

void judge_curved() {
  const device::DeviceLaw law{device::Sinh{3}, 0, {}};
  const auto solve = [&](int side) {
    return [&law, x = wired_array(side, side, 20e-6), v_V = std::vector<double>(static_cast<std::size_t>(side), 0.2)] {
      if (!solve_nonlinear(x, law, v_V).state.status.converged) wrong_answer("curved devices");
    };
  };
  judge("operating point of 256 x 256 curved devices, times that of 128 x 128 (8: as N^3)",
        ratio(3, solve(256), solve(128)), Bound::at_most, 10);
}

void judge_wires() {
  DoubleProduct machine;
  if (!machine.answers_agree()) wrong_answer("dgemm");
  judge_reduction(machine);
  judge_reads(machine);
  judge_curved();
  using enum LayerProduct::Lines;
  LayerProduct without(LayerProduct::usual, LayerProduct::Devices::noisy, ideal),
      with(LayerProduct::usual, LayerProduct::Devices::noisy, one_ohm);
  if (!without.answers_agree() || !with.answers_agree() || without.codes() == with.codes()) wrong_answer("wires");
  judge("products of a 576 x 128 layer with wires of 1 ohm, times those with ideal wires",
        ratio(
            41, [&] { with.product(); }, [&] { without.product(); }),
        Bound::at_most, 1.05);
  EffectiveMatrixCase reduced(512, 256);  // two lines to a row
  constexpr LayerProduct::Shape one{256, 256, 8};
  judge("chip of 256 x 256 cells of two devices with wires and its first product, times one reduction of it",
        ratio(
            3, [&] { LayerProduct(one, LayerProduct::Devices::noisy, one_ohm).product(); },
            [&] { reduced.reduce(true); }),
        Bound::at_most, 1.5);
}

// --- writing

void judge_writing() {
  DoubleProduct machine;
  VerifiedWrite verified;
  if (!verified.answers_agree()) wrong_answer("write-verify");
  judge("writing a device with write-verify statistics, dgemm's operations",
        flops(ratio(
                  101, [&] { verified.write(); }, [&] { machine.multiply(); }),
              static_cast<double>(verified.devices())),
        Bound::at_most, 200);
  ConvertedColumns normals(ConvertedColumns::Kind::plain);
  LayerProduct layer({576, 128, 1}, LayerProduct::Devices::noisy);
  const auto draw = [&] {
    for (std::uint32_t read = 0; read < 576; read += ConvertedColumns::reads) normals.draw(read);
  };
  judge("writing a weight of two devices and laying out its sums, normal numbers",
        ratio(
            41, [&] { layer.rewrite(); }, draw),
        Bound::at_most, 20);
}

// --- pulses on arrays

void judge_pulses() {
  PulsedRows one(1), eight(8);
  if (!one.answers_agree() || !eight.answers_agree()) wrong_answer("pulses on rows");
  const auto draw = [&] { one.draw(); };
  // Device by device a pulse takes 25 ns, 32 normal numbers of 0.78 ns (AVX-512 at 2.6 GHz); an eighth of that.
  judge("pulse with spread on each device of an array, normal numbers",
        ratio(
            101, [&] { one.pulse(); }, draw),
        Bound::at_most, 4);
  judge("the same for eight pulses at once, normal numbers a pulse",
        ratio(
            101, [&] { eight.pulse(); }, draw) /
            8,
        Bound::at_most, 0.6);
}

}  // namespace

void judge_arrays() {
  judge_sums(isas().front());
  for (const Isa isa : isas())
    if (isa == Isa::avx2 && isas().front() != isa) judge_sums(isa);
  judge_all_layers();
  judge_conversion();
  judge_wires();
  judge_writing();
  judge_pulses();
}

}  // namespace bitline::bench
