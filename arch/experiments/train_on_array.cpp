// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/train_on_array.h"

#include "device/plasticity/level_pulses.h"

namespace bitline::arch {

namespace {

void rate(Visitor& v, double& r) {
  v(r, {.key = "rate", .meaning = "step of gradient descent, for the mean of a mini-batch", .positive = true});
}
void slots(Visitor& v, int& n) {
  v(n, {.key = "slots", .meaning = "of a random train: at most so many pulses a sample", .min = 1, .max = 32});
}
void transfer(Visitor& v, int& every, double& r) {
  v(every, {.key = "transfer_every", .meaning = "samples from one row's transfer to the next", .min = 1});
  v(r,
    {.key = "transfer_rate", .meaning = "share of what a row of the fast array holds that is added", .positive = true});
}

}  // namespace

void fields(Visitor& v, StochasticPulses& p) { slots(v, p.slots); }
void fields(Visitor& v, CountedPulses& p) {
  v(p.rounding, {.key = "rounding", .meaning = "of a change that is no whole number of steps"});
}
void fields(Visitor& v, FloatTraining& t) { rate(v, t.rate); }
void fields(Visitor& v, SgdTraining& t) {
  rate(v, t.rate);
  v(t.pulses, {.key = "pulses", .meaning = "how a change becomes pulses"});
}
void fields(Visitor& v, MixedPrecisionTraining& t) { rate(v, t.rate); }
void fields(Visitor& v, TikiTakaTraining& t) {
  rate(v, t.rate);
  slots(v, t.slots);
  transfer(v, t.transfer_every, t.transfer_rate);
}
void fields(Visitor& v, TikiTaka2Training& t) {
  rate(v, t.rate);
  slots(v, t.slots);
  transfer(v, t.transfer_every, t.transfer_rate);
}

void fields(Visitor& v, TrainOnArray& t) {
  v(t.seeds, {.key = "seeds", .meaning = "runs, each with draws of its own", .min = 2, .max = 10000});
  v(t.epochs, {.key = "epochs", .meaning = "accuracy is measured after each", .min = 1, .max = 10000});
  v(t.images, {.key = "images", .meaning = "of an epoch, drawn at random from the training split", .min = 1});
  v(t.test_images, {.key = "test_images", .meaning = "of the test split, from its first", .min = 1});
  v(t.validation_images,
    {.key = "validation_images",
     .meaning =
         "the last of the training split, which do not train, take the place of test pictures: what settings are "
         "chosen by",
     .min = 1});
  v(t.data,
    {.key = "data", .meaning = "sets of pictures with classes; the first that is there is learned", .single = true});
  v(t.border, {.key = "border",
               .meaning = "pixels cut off on each side; 4 of 28 leaves the 20 x 20 of NeuroSim's network",
               .min = 0});
  v(t.hidden, {.key = "hidden", .meaning = "neurons between the two layers", .min = 1, .max = 65535});
  v(t.batch, {.key = "batch", .meaning = "samples whose errors are of the same weights", .min = 1, .max = 4096});
  v(t.cell, {.key = "cell", .meaning = "devices of a weight"});
  v(t.zero, {.key = "zero",
             .meaning = "level of a device that is weight 0: the middle of the window, or where one pulse up and one "
                        "down move it alike (fast arrays of tiki-taka always have that)"});
  v(t.weight_range, {.key = "weight_range",
                     .meaning = "weight of a device at the end of its window, in a window of equal halves",
                     .positive = true});
  v(t.full_scale, {.key = "full_scale",
                   .meaning = "of converters in forward reads, as a sum of weights times inputs (largest 1); adc.range "
                              "is not used",
                   .positive = true});
  v(t.full_scale_back,
    {.key = "full_scale_back", .meaning = "the same in transposed reads, whose largest input is 1", .positive = true});
  v(t.algorithms, {.key = "algorithms", .meaning = "each trains the config's device", .single = true});
  v(t.devices, {.key = "devices",
                .meaning = "names of shipped devices, or files, each trained by all `device_algorithms`",
                .single = true});
  v(t.device_algorithms, {.key = "device_algorithms", .meaning = "train `devices`", .single = true});
}

std::vector<Diagnostic> check(const TrainOnArray& t) {
  std::vector<Diagnostic> found;
  if (t.algorithms.empty() && (t.devices.empty() || t.device_algorithms.empty()))
    add_problem(found, "algorithms",
                "nothing is trained: neither algorithms nor devices with device_algorithms are named",
                "name at least one");
  if (t.data.empty())
    add_problem(found, "data", "names no set of pictures", "name at least one, such as fashion-mnist");
  return found;
}

std::string cannot_train(const device::Device& d) {
  if (!d.plasticity) return "plasticity is not given";
  if (ages(d)) return "the device ages, and how pulses act on it meanwhile is not known";
  const std::string need = pulses_need(*d.plasticity);
  if (!need.empty()) return "plasticity." + need;
  return device::LevelPulses(*d.plasticity).step() > 0 ? "" : "a pulse changes nothing in the middle of the window";
}

}  // namespace bitline::arch
