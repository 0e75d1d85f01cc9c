// SPDX-License-Identifier: Apache-2.0
// Logs of write-verify: which pulses cells took to their targets, and which never came there.
#pragma once

#include <string>
#include <vector>

#include "characterise/fit/parts.h"
#include "device/write_models.h"

namespace bitline::characterise {

struct LoggedWrite {
  std::string cell = {};
  std::size_t target = 0;  // of WriteLog::targets_S
  double pulses = 0, error_S = 0;
  bool failed = false;
};

struct WriteLog {
  std::vector<LoggedWrite> writes = {};
  std::vector<double> targets_S = {};  // ascending
  double start_S = 0;
  bool start_given = false;
  int max_pulses = 0;  // after which a cell is given up
  double highest_S() const { return targets_S.back(); }
};

// Columns target, pulses, success and a reading, and start where it is known. InputError for marks that are neither
// success nor failure, numbers of pulses that are none, and targets with fewer than 20 writes.
WriteLog read_write_log(const MeasuredTable&, const FitFiles&);

// Half widths of the window at each target: the largest error of its successes, n of which leave n / (n + 1) of it on
// average, but for those a fifth beyond what 95 % of them say: a few readings far off do not widen it. NaN with fewer
// than 20.
std::vector<double> windows_of(const WriteLog&);

// How many pulses the law takes to each target, a failure counting as one more than max_pulses: `paths` equally likely
// numbers, ascending. The same draws for every law.
std::vector<std::vector<double>> predicted_pulses(const device::WriteVerify&, const WriteLog&, int paths);
inline double pulses_or_failure(const LoggedWrite& w, int max_pulses) { return w.failed ? max_pulses + 1 : w.pulses; }

// The law of a log's pulses whose numbers of pulses are nearest to it: lowest mean CRPS (minimum CRPS estimation,
// Gneiting et al. 2005, doi:10.1175/MWR2904.1), found by a simplex (Nelder and Mead 1965,
// doi:10.1093/comjnl/7.4.308) from `from`, else from the middle of the log. Windows, start and max_pulses are `known`.
struct PulseLaw {
  std::vector<double> at = {};  // logarithms: step at 0, step at g_max over it, spread, and spread of devices
  device::WriteVerify write = {};
};
PulseLaw fit_pulse_law(const WriteLog&, const device::WriteVerify& known, bool devices_differ,
                       const std::vector<double>& from = {});

}  // namespace bitline::characterise
