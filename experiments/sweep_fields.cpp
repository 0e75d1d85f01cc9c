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
  v(r.axes, {.key = "axes",
             .meaning = "what to draw, by config path: {device.g_max: {from: 10 uS, to: 100 uS, scale: log}}",
             .required = true});
}

void fields(Visitor& v, SweepPlan& p) {
  v(p.config,
    {.key = "config", .meaning = "the experiment to vary: beside the plan, or a shipped one's name", .required = true});
  v(p.set, {.key = "set", .meaning = "values for all points, by config path: {workload.images: 500}"});
  v(p.grid, {.key = "grid", .meaning = "lists of values by config path, in every combination: {adc.bits: [4, 6, 8]}"});
  v(p.zip, {.key = "zip",
            .meaning = "lists of equal length by config path, in step: {array.rows: [64, 128], array.columns: [64, "
                       "128]}"});
  v(p.list, {.key = "list",
             .meaning = "a list of designs, each with values by config path: [{name: small, array.rows: 64}, {name: "
                        "large}]; what one leaves out is as in the config"});
  v(p.random, {.key = "random", .meaning = "points drawn at random"});
  v(p.seeds, {.key = "seeds", .meaning = "seeds; every point runs with each"});
  v(p.keep, {.key = "keep",
             .meaning = "paths into result.json: the columns of table.csv; without: accuracy, energy, latency, area"});
  v(p.results,
    {.key = "results", .meaning = "what points.jsonl holds of each result: the figures of `keep`, or all of it"});
  v(p.skip_invalid, {.key = "skip_invalid",
                     .meaning = "leave out points that no config takes, and count them, instead of refusing the plan"});
}

}  // namespace bitline::experiments
