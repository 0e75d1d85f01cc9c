// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/figure.h"

namespace bitline::device {
namespace {

void stimulus(Visitor& v, Stimulus& s) { v(s, {.key = "stimulus", .meaning = "what the pulses are"}); }

void pulse_count(Visitor& v, int& pulses, const char* key = "pulses", const char* meaning = "of the train") {
  v(pulses, {.key = key, .meaning = meaning, .min = 1, .max = 1000000});
}

void seconds(Visitor& v, double& t, const char* key, const char* meaning) {
  v(t, {.key = key, .meaning = meaning, .unit = Unit::second, .positive = true});
}

void decay_fields(Visitor& v, Stimulus& s, Decay& which, double& spacing_s) {
  stimulus(v, s);
  v(which, {.key = "which", .meaning = "the faster or the slower time constant"});
  seconds(v, spacing_s, "spacing", "between the four intervals it is taken from");
}

void train_fields(Visitor& v, double& from, double& amplitude_V, double& width_s) {
  v(from,
    {.key = "from", .meaning = "state before, a share of the window", .unit = Unit::fraction, .min = 0, .max = 1});
  v(amplitude_V, {.key = "amplitude", .meaning = "with its sign", .unit = Unit::volt});
  seconds(v, width_s, "width", "of a pulse");
}

}  // namespace

void fields(Visitor&, NoProtocol&) {}

void fields(Visitor& v, PairedPulses& p) {
  stimulus(v, p.stimulus);
  v(p.definition,
    {.key = "definition", .meaning = "of paired-pulse facilitation; P: current over the long-term level"});
  seconds(v, p.interval_s, "interval", "from the end of the first pulse to the start of the second");
}

void fields(Visitor& v, PairDecay& p) { decay_fields(v, p.stimulus, p.which, p.spacing_s); }
void fields(Visitor& v, ActivationEnergy& a) { decay_fields(v, a.stimulus, a.which, a.spacing_s); }

void fields(Visitor& v, StateAfter& s) {
  train_fields(v, s.from, s.amplitude_V, s.width_s);
  v(s.frequency_Hz, {.key = "frequency", .meaning = "of the pulses", .unit = Unit::hertz, .positive = true});
  pulse_count(v, s.pulses);
}

void fields(Visitor& v, OnOff& o) { pulse_count(v, o.pulses, "pulses", "up, and as many down"); }

void fields(Visitor& v, Nonlinearity& n) {
  stimulus(v, n.stimulus);
  pulse_count(v, n.pulses);
}

void fields(Visitor& v, Asymmetry& a) { pulse_count(v, a.pulses, "pulses", "up, and as many down"); }

void fields(Visitor& v, LevelCount& l) {
  stimulus(v, l.stimulus);
  pulse_count(v, l.pulses);
}

void fields(Visitor& v, SpikeTiming& s) {
  v(s.dt1_s, {.key = "dt1", .meaning = "t_post - t_pre", .unit = Unit::second});
  v(s.dt2_s, {.key = "dt2", .meaning = "another of the same sign", .unit = Unit::second});
}

void fields(Visitor& v, PulseCodes& c) {
  v(c.slots, {.key = "slots", .meaning = "of a code", .min = 1, .max = 12});
  seconds(v, c.period_s, "period", "of a slot");
  seconds(v, c.width_s, "width", "of a pulse");
}

void fields(Visitor& v, Trend& t) {
  stimulus(v, t.stimulus);
  v(t.of, {.key = "of", .meaning = "what differs between the trains"});
  v(t.low, {.key = "low", .meaning = "in V (or W/m2), s, pulses or Hz", .positive = true});
  v(t.high, {.key = "high", .meaning = "in the same unit", .positive = true});
  pulse_count(v, t.pulses);
  seconds(v, t.interval_s, "interval", "from the end of a pulse to the start of the next");
  v(t.duty, {.key = "duty",
             .meaning = "share of a period that the pulse takes, when the frequency differs",
             .unit = Unit::fraction,
             .max = 1,
             .positive = true});
  v(t.long_term, {.key = "long_term", .meaning = "compare the level long after, not the current at the last pulse"});
}

void fields(Visitor& v, SpreadAfter& s) {
  v(s.of, {.key = "of", .meaning = "repetitions on one device, or devices"});
  pulse_count(v, s.pulses);
}

void fields(Visitor& v, TrainSequence& s) {
  train_fields(v, s.from, s.amplitude_V, s.width_s);
  seconds(v, s.gap_s, "gap", "between trains");
  pulse_count(v, s.pulses, "pulses", "of each train but the last");
  pulse_count(v, s.last_pulses, "last_pulses", "of the last train");
  v(s.last_amplitude_V,
    {.key = "last_amplitude", .meaning = "of the last train; 0: as the others", .unit = Unit::volt});
  v(s.relative, {.key = "relative", .meaning = "divide by the change that the last train brings without the others"});
  v(s.frequencies_Hz,
    {.key = "frequencies", .meaning = "of the trains, in order", .unit = Unit::hertz, .positive = true});
}

void fields(Visitor& v, SlidingThreshold& s) {
  train_fields(v, s.from, s.amplitude_V, s.width_s);
  seconds(v, s.gap_s, "gap", "between prior and test train");
  v(s.prior_Hz, {.key = "prior", .meaning = "frequency of the prior train", .unit = Unit::hertz, .positive = true});
  pulse_count(v, s.pulses, "pulses", "of the prior train");
  pulse_count(v, s.test_pulses, "test_pulses", "of the test train");
  v(s.against_Hz, {.key = "against",
                   .meaning = "divide by the threshold after a prior train of this frequency; 0: do not",
                   .unit = Unit::hertz,
                   .min = 0});
}

void fields(Visitor& v, PublishedDeviceFigure& f) {
  v(f.what, {.key = "what", .meaning = "what the figure is", .required = true});
  v(f.published,
    {.key = "published", .meaning = "the number as printed; its last digit is the tolerance", .required = true});
  v(f.unit, {.key = "unit", .meaning = "of the published number"});
  v(f.source, {.key = "source", .meaning = "where it is printed"});
  v(f.relation, {.key = "relation", .meaning = "ours is to be equal to it, above it or below it"});
  v(f.kind, {.key = "kind", .meaning = "predicted, imposed (a parameter was set from it) or not modelled"});
  v(f.protocol, {.key = "protocol", .meaning = "how ours is measured on the model"});
}

}  // namespace bitline::device
