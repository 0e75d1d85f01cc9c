// SPDX-License-Identifier: Apache-2.0
// What each key of a config means.
#include "arch/config.h"

namespace bitline::arch {

void fields(Visitor& v, Array& a) {
  v(a.rows, {.key = "rows",
             .meaning = "inputs of one array (a 2T2R array has two physical lines for each)",
             .min = 1,
             .max = 65536});
  v(a.columns, {.key = "columns", .meaning = "output columns of one array", .min = 1, .max = 65536});
  v(a.topology,
    {.key = "topology",
     .meaning = "voltage-rows: inputs are voltages on horizontal lines; gated-ladder: the input bit switches a row, "
                "supply lines run beside the bit lines; gated-rows: the same with horizontal supply lines"});
  v(a.active_rows, {.key = "active_rows",
                    .meaning = "rows driven at once; more rows take more reads, digitised and added",
                    .min = 1,
                    .absent = "all"});
}

void fields(Visitor& v, Quantization& q) {
  v(q.weight_bits,
    {.key = "weight_bits", .meaning = "bits of a weight: -(2^(b-1)-1) .. 2^(b-1)-1; 1 = sign", .min = 1, .max = 8});
  v(q.weight_scale, {.key = "weight_scale", .meaning = "one scale for a layer or one for each output column"});
  v(q.clip_percentile, {.key = "clip_percentile",
                        .meaning = "share of |weights| inside the range; larger ones saturate",
                        .unit = Unit::fraction,
                        .max = 1,
                        .positive = true});
  v(q.activation_range,
    {.key = "activation_range",
     .meaning = "range of a layer's inputs from calibration activations: coverage, the activation_coverage quantile of "
                "their magnitudes; mean-square-error, the range whose codes deviate least from them"});
  v(q.activation_coverage, {.key = "activation_coverage",
                            .meaning = "share of calibration activations inside the range of a layer's inputs "
                                       "(activation_range: coverage); 1 = the largest",
                            .unit = Unit::fraction,
                            .max = 1,
                            .positive = true});
  v(q.rescale,
    {.key = "rescale",
     .meaning = "channels of a layer's inputs are divided by factors of their own and its rows multiplied by them, the "
                "division folded into what makes the channels"});
}

void fields(Visitor& v, Mapping& m) {
  v(m.prefer,
    {.key = "prefer",
     .meaning =
         "area: blocks lie as densely as they can; balanced: they are spread over the arrays of the chips that this "
         "takes, so that fewer take turns; latency: also over more chips (chips: auto), and arrays that are left "
         "hold copies of layers"});
  v(m.duplicate,
    {.key = "duplicate",
     .meaning = "copies of every layer, which share its positions or, pipelined, serve images in turn; those "
                "that gain nothing are not placed",
     .min = 1,
     .max = 1024});
  v(m.schedule,
    {.key = "schedule", .meaning = "one image at a time through all layers, or layers working on successive images"});
  v(m.unused,
    {.key = "unused", .meaning = "what devices of unmapped cells are: written to g_min, or never formed (open)"});
  v(m.min_piece_rows,
    {.key = "min_piece_rows", .meaning = "smallest piece a block may be cut into along its rows", .min = 1});
}

void fields(Visitor& v, PublishedFigure& p) {
  v(p.what, {.key = "what", .meaning = "what the figure is", .required = true});
  v(p.published, {.key = "published", .meaning = "the figure, in `unit`", .required = true});
  v(p.ours,
    {.key = "ours", .meaning = "where ours stands in result.json, such as write.level_accuracy", .required = true});
  v(p.unit, {.key = "unit", .meaning = "of the figure"});
  v(p.source, {.key = "source", .meaning = "publication", .required = true});
  v(p.with, {.key = "with", .meaning = "settings under which it was published, where they are not this config's"});
  v(p.less,
    {.key = "less",
     .meaning = "settings under which our figure is taken off that of `with`: for differences, as along a curve"});
  v(p.kind,
    {.key = "kind",
     .meaning =
         "predicted: nothing was set from it; imposed: a parameter was solved from it; proxy: other data or metric; "
         "summed: parts of the same publication added up"});
  v(p.within, {.key = "within",
               .meaning = "goal for the deviation: ours beyond it is a miss",
               .unit = Unit::fraction,
               .min = 0,
               .absent = "no verdict"});
  v(p.replaced, {.key = "replaced",
                 .meaning = "key whose change put another part in place of the one that the figure speaks of: it is "
                            "named in results, but not compared"});
}

namespace {
void layer_parts(Visitor& v, array::Cell& cell, periphery::Input& input, periphery::Adc& adc, Quantization& q) {
  v(cell, {.key = "cell", .meaning = "what stores one signed weight"});
  v(input, {.key = "input", .meaning = "how inputs drive the rows"});
  v(adc, {.key = "adc", .meaning = "converters at the columns", .library = true});
  v(q, {.key = "quantization", .meaning = "weights and activations as integers"});
}
}  // namespace

void fields(Visitor& v, LayerConfig& c) {
  v(c.digital, {.key = "digital", .meaning = "computed exactly by a digital unit instead of arrays"});
  v(c.duplicate, {.key = "duplicate", .meaning = "copies of this layer", .min = 1, .max = 1024});
  layer_parts(v, c.cell, c.input, c.adc, c.quantization);
}

void fields(Visitor& v, Config& c) {
  v(c.name, {.key = "name", .meaning = "what reports call it", .label = true});
  v(c.seed, {.key = "seed", .meaning = "of all random numbers"});
  v(c.instances, {.key = "instances", .meaning = "chips drawn and evaluated (Monte Carlo)", .min = 1, .max = 100000});
  v(c.chips, {.key = "chips", .meaning = "chips of the system", .min = 1, .max = 100000, .absent = "auto"});
  v(c.tiles, {.key = "tiles", .meaning = "tiles of a chip", .min = 1, .max = 100000});
  v(c.arrays, {.key = "arrays", .meaning = "arrays of a tile", .min = 1, .max = 100000});
  v(c.array, {.key = "array", .meaning = "one crossbar"});
  v(c.wires, {.key = "wires", .meaning = "resistance of the lines of an array"});
  v(c.device, {.key = "device", .meaning = "one memristor", .library = true});
  layer_parts(v, c.cell, c.input, c.adc, c.quantization);
  v(c.calibrate,
    {.key = "calibrate",
     .meaning =
         "where calibrated converter ranges come from: the ideal array (one per layer), each chip, or each array"});
  v(c.mapping, {.key = "mapping", .meaning = "how layers are placed and scheduled"});
  v(c.mapping.bias,
    {.key = "bias", .meaning = "biases are added digitally, or held by extra rows driven at full input"});
  v(c.mapping.reload,
    {.key = "reload",
     .meaning = "time-multiplex the arrays when the network does not fit; writing is charged to each image"});
  v(c.technology, {.key = "technology",
                   .meaning = "unit costs of the process; to be given, but for an experiment on devices alone",
                   .library = true});
  v(c.periphery, {.key = "periphery", .meaning = "buffers, interconnect and drivers around the arrays"});
  v(c.programming, {.key = "programming", .meaning = "what writing devices takes; costs only"});
  v(c.workload, {.key = "workload", .meaning = "the network and its data, or shapes of layers"});
  v(c.experiment,
    {.key = "experiment", .meaning = "what is done on the chip or with its device beyond running a network"});
  v(c.age_s, {.key = "age",
              .meaning = "time between writing and reading; modulo programming.refresh, if that is given",
              .unit = Unit::second,
              .min = 0});
  v(c.use, {.key = "use", .meaning = "when images are read: at one moment, or through a span of time"});
  v(c.compensate,
    {.key = "compensate",
     .meaning =
         "digital factors that make up for drift, measured at the moment of the reads: one per layer (global) or "
         "column from reads of known inputs right after writing and now, or per block from reference cells"});
  v(c.correct,
    {.key = "correct",
     .meaning =
         "digital correction of each column of a block, measured at the moment of the reads: the scale, offset or both "
         "that bring its converted sums of calibration inputs closest to those of perfect devices (least squares)"});
  v(c.layers,
    {.key = "layers",
     .meaning = "by layer name: digital, duplicate, cell, input, adc, quantization; keys may be paths (adc.bits: 6)"});
  v(c.published, {.key = "published", .meaning = "published figures to print beside ours", .label = true});
  v(c.budget, {.key = "budget", .meaning = "a published table of components, to be summed by group", .label = true});
  v(c.keep,
    {.key = "keep",
     .meaning =
         "conductances: write target, written and aged conductances of the first chip's arrays to the run folder; "
         "outputs: what the network gave for each sample, outputs.npy of shape (chips, samples, values)",
     .label = true});
  v(c.conductances,
    {.key = "conductances",
     .meaning = "folder with <array>_written.npy or .csv, measured read-back conductances to use instead of writing",
     .label = true});
  v(c.conductances_missing,
    {.key = "conductances_missing",
     .meaning = "cells that hold a weight but have no value there (NaN, or an empty field): written = as the device's "
                "own write model makes them, target = as intended, open = 0 S, refuse = an error"});
}

}  // namespace bitline::arch
