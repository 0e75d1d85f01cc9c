// SPDX-License-Identifier: Apache-2.0
// The keys of a sweep plan.
#include "experiments/sweep.h"

namespace bitline::experiments {

void fields(Visitor& v, RandomAxis& a) {
  v(a.from, {.key = "from", .meaning = "lowest value, with its unit", .required = true});
  v(a.to, {.key = "to", .meaning = "highest value, with the same unit", .required = true});
  v(a.scale, {.key = "scale", .meaning = "evenly in the value or in its logarithm"});
  v(a.whole, {.key = "whole", .meaning = "whole numbers only, both ends included"});
}

void fields(Visitor& v, RandomAxes& r) {
  v(r.points,
    {.key = "points", .meaning = "how many points to draw", .min = 1, .max = max_sweep_points, .required = true});
  v(r.seed, {.key = "seed", .meaning = "of the draws"});
  v(r.axes, {.key = "axes", .meaning = "by config path: from, to, scale, whole", .required = true});
}

void fields(Visitor& v, SweepPlan& p) {
  v(p.config,
    {.key = "config", .meaning = "the experiment to vary: beside the plan, or a shipped one's name", .required = true});
  v(p.set, {.key = "set", .meaning = "by config path: values for all points"});
  v(p.grid, {.key = "grid", .meaning = "by config path: lists of values, every combination"});
  v(p.zip, {.key = "zip", .meaning = "by config path: lists of equal length, in step"});
  v(p.list,
    {.key = "list", .meaning = "a list of points, each by config path; what a point leaves out is as in the config"});
  v(p.random, {.key = "random", .meaning = "points drawn at random"});
  v(p.seeds, {.key = "seeds", .meaning = "seeds; every point runs with each"});
  v(p.keep, {.key = "keep", .meaning = "paths into result.json: the columns of table.csv"});
  v(p.results,
    {.key = "results", .meaning = "what points.jsonl holds of each result: the figures of `keep`, or all of it"});
}

}  // namespace bitline::experiments
