// SPDX-License-Identifier: Apache-2.0
// Spike-timing dependence: pair and triplet rules. Changes are shares of the conductance window; dt = t_post - t_pre.
#pragma once

#include <variant>

#include "base/schema.h"

namespace bitline::device {

struct NoStdp {
  static constexpr const char* type = "none";
  static constexpr const char* about = "spike timing is not described";
};
// dx = plus exp(-dt / tau_plus) for dt > 0, -minus exp(dt / tau_minus) for dt < 0.
struct PairStdp {
  static constexpr const char* type = "pair";
  static constexpr const char* about = "exponential window on each side of zero";
  double plus = 0.1, tau_plus_s = 0.02, minus = 0.1, tau_minus_s = 0.02;
};
// At a post spike dx = exp(-dt / tau_plus)(plus + triplet_plus exp(-(t_post - last post) / tau_y)), at a pre spike
// dx = -exp(dt / tau_minus)(minus + triplet_minus exp(-(t_pre - last pre) / tau_x)), all spikes summed. Pfister and
// Gerstner, J. Neurosci. 26, 9673 (2006), doi:10.1523/JNEUROSCI.1425-06.2006, Eqs. 1-4 (all-to-all).
struct TripletStdp {
  static constexpr const char* type = "triplet";
  static constexpr const char* about = "pairs and the spike before them";
  double plus = 0.1, tau_plus_s = 0.0168, minus = 0.1, tau_minus_s = 0.0337;
  double triplet_plus = 0, tau_y_s = 0.114, triplet_minus = 0, tau_x_s = 0.101;
};
using StdpRule = std::variant<NoStdp, PairStdp, TripletStdp>;

void fields(Visitor&, NoStdp&);
void fields(Visitor&, PairStdp&);
void fields(Visitor&, TripletStdp&);

// Traces of the spikes so far. Plain data.
struct SpikeTraces {
  double time_s = 0;
  double pre = 0, post = 0;            // r1, o1: decay with tau_plus, tau_minus
  double pre_slow = 0, post_slow = 0;  // r2, o2: decay with tau_x, tau_y
};

// The change a spike at t_s >= traces.time_s brings (0 without a rule), and the traces after it. Of two spikes at one
// moment neither pairs with the other if the post spike comes first here.
double pre_spike(const StdpRule&, SpikeTraces&, double t_s);
double post_spike(const StdpRule&, SpikeTraces&, double t_s);

// The change of one pair; 0 for dt = 0.
double pair_change(const StdpRule&, double dt_s);

}  // namespace bitline::device
