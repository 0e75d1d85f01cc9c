// SPDX-License-Identifier: Apache-2.0
// What the part of a gated ladder below a cut looks like from above: six positive numbers, one for each pair of its
// four ends. Used by gated_ladder.cpp alone.
#pragma once

namespace bitline::array {

// The part of one column below a cut, seen from the wires p (+V_read), n (-V_read) and b (bit line) that the cut
// crosses, as a network of positive numbers. With ground left open it is a mesh of conductances: pb, nb, pn. With the
// three wires joined it is a resistance to ground, and the shares of its current that flow down each wire. T is a
// number or a vector of columns. Moving the cut never subtracts, so every number keeps its relative accuracy.
template <class T>
struct Mesh {
  T pb{}, nb{}, pn{};
  T share_p{}, share_n{}, share_b = T{} + 1;
  T ground_ohm{};

  // Moves the cut up past wire: r ohm in each supply wire, q in the bit line.
  template <class Real>
  __attribute__((always_inline)) inline void lengthen(Real r, Real q) {
    const T sum = pb + nb, det = pb * nb + pn * sum;
    const T r_det = r * det, r_pb = r * pb, r_nb = r * nb, r_pn = r * pn, q_sum = q * sum;
    const T b = 1 + (r_pb + r_nb) + (r_pn + r_pn);
    const T per = 1 / (b + q_sum + (r + 2 * q) * r_det);
    const T own = 1 + q_sum + r_pn;
    const T new_p = ((own + r_nb) * share_p + r_pn * share_n + q * (pb * share_b + r_det)) * per;
    const T new_n = ((own + r_pb) * share_n + r_pn * share_p + q * (nb * share_b + r_det)) * per;
    const T new_b = (b * share_b + r_pb * share_p + r_nb * share_n + r * r_det) * per;
    ground_ohm += r * (share_p * new_p + share_n * new_n) + q * (share_b * new_b);
    share_p = new_p, share_n = new_n, share_b = new_b;
    pb = (pb + r_det) * per;
    nb = (nb + r_det) * per;
    pn = (pn + q * det) * per;
  }

  // With the cut at the ideal sources, where the bit line ends: current into ground and power of both, per volt; and
  // the voltage of the bit line's end.
  __attribute__((always_inline)) inline void solve(T& current, T& power, T& end) const {
    const T sum = pb + nb, difference = share_p - share_n, p = share_b + difference, n = share_b - difference;
    const T denominator = share_b * share_b + sum * ground_ohm;
    current = ((share_b * pb + sum * share_p) - (share_b * nb + sum * share_n)) / denominator;
    power = (4 * ground_ohm * pb * nb + pb * p * p + nb * n * n) / denominator + 4 * pn;
    end = (ground_ohm * (pb - nb) - share_b * difference) / denominator;
  }
};

}  // namespace bitline::array
