// SPDX-License-Identifier: Apache-2.0
#include "device/plasticity/stdp.h"

#include <cmath>

namespace bitline::device {
namespace {

void stdp_time_constant(Visitor& v, double& tau_s, const char* key, const char* meaning) {
  v(tau_s, {.key = key, .meaning = meaning, .unit = Unit::second, .positive = true, .required = true});
}

// The pair rule is the triplet rule without its second terms.
TripletStdp general(const StdpRule& rule) {
  if (const auto* t = std::get_if<TripletStdp>(&rule)) return *t;
  TripletStdp t;
  t.plus = t.minus = 0;
  if (const auto* p = std::get_if<PairStdp>(&rule))
    t.plus = p->plus, t.tau_plus_s = p->tau_plus_s, t.minus = p->minus, t.tau_minus_s = p->tau_minus_s;
  return t;
}

void decay(const TripletStdp& t, SpikeTraces& s, double t_s) {
  const double dt = t_s - s.time_s;
  s.pre *= std::exp(-dt / t.tau_plus_s), s.post *= std::exp(-dt / t.tau_minus_s);
  s.pre_slow *= std::exp(-dt / t.tau_x_s), s.post_slow *= std::exp(-dt / t.tau_y_s);
  s.time_s = t_s;
}

}  // namespace

void fields(Visitor&, NoStdp&) {}

void fields(Visitor& v, PairStdp& p) {
  v(p.plus, {.key = "plus", .meaning = "change at dt = 0+, a share of the window", .unit = Unit::fraction});
  stdp_time_constant(v, p.tau_plus_s, "tau_plus", "of pre before post (dt > 0)");
  v(p.minus, {.key = "minus", .meaning = "fall at dt = 0-, a share of the window", .unit = Unit::fraction});
  stdp_time_constant(v, p.tau_minus_s, "tau_minus", "of post before pre (dt < 0)");
}

void fields(Visitor& v, TripletStdp& t) {
  v(t.plus, {.key = "plus", .meaning = "pair change at dt = 0+, a share of the window", .unit = Unit::fraction});
  stdp_time_constant(v, t.tau_plus_s, "tau_plus", "of pre before post (dt > 0)");
  v(t.minus, {.key = "minus", .meaning = "pair fall at dt = 0-, a share of the window", .unit = Unit::fraction});
  stdp_time_constant(v, t.tau_minus_s, "tau_minus", "of post before pre (dt < 0)");
  v(t.triplet_plus, {.key = "triplet_plus",
                     .meaning = "what an immediately preceding post spike adds to plus, a share of the window",
                     .unit = Unit::fraction});
  stdp_time_constant(v, t.tau_y_s, "tau_y", "memory of earlier post spikes");
  v(t.triplet_minus, {.key = "triplet_minus",
                      .meaning = "what an immediately preceding pre spike adds to minus, a share of the window",
                      .unit = Unit::fraction});
  stdp_time_constant(v, t.tau_x_s, "tau_x", "memory of earlier pre spikes");
}

double pre_spike(const StdpRule& rule, SpikeTraces& s, double t_s) {
  const TripletStdp t = general(rule);
  decay(t, s, t_s);
  const double change = -s.post * (t.minus + t.triplet_minus * s.pre_slow);
  s.pre += 1, s.pre_slow += 1;
  return change;
}

double post_spike(const StdpRule& rule, SpikeTraces& s, double t_s) {
  const TripletStdp t = general(rule);
  decay(t, s, t_s);
  const double change = s.pre * (t.plus + t.triplet_plus * s.post_slow);
  s.post += 1, s.post_slow += 1;
  return change;
}

double pair_change(const StdpRule& rule, double dt_s) {
  SpikeTraces s;
  if (dt_s == 0) return 0;
  if (dt_s > 0) {
    pre_spike(rule, s, 0);
    return post_spike(rule, s, dt_s);
  }
  post_spike(rule, s, 0);
  return pre_spike(rule, s, -dt_s);
}

}  // namespace bitline::device
