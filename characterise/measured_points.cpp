// SPDX-License-Identifier: Apache-2.0
#include "characterise/measured_points.h"

#include <fmt/format.h>

#include "base/error.h"
#include "characterise/fit/parts.h"
#include "characterise/fit/trains.h"

namespace bitline::characterise {

namespace {

using Points = std::vector<std::pair<double, double>>;

// Over the legs of a curve, in order; where there are none of a direction, or a train is longer, readings are left out.
struct TrainPoints {
  Points points;
  std::size_t beyond = 0;
};
void add_trains(const ResponseCurve& c, const LtpReadings& r, TrainPoints& out) {
  std::vector<CurveLeg> legs[2];
  for (const CurveLeg& leg : c.legs) legs[leg.up].push_back(leg);
  std::size_t met[2] = {0, 0};
  for (const Train& train : r.trains.all) {
    const auto& own = legs[train.up];
    if (own.empty()) {
      out.beyond += train.count;
      continue;
    }
    const CurveLeg& leg = own[met[train.up]++ % own.size()];
    if (train.first > 0 && !train.anew) out.points.emplace_back(leg.first, r.y[train.first - 1]);
    for (std::size_t i = train.first; i < train.first + train.count; ++i)
      if (r.trains.at[i] <= static_cast<double>(leg.pulses))
        out.points.emplace_back(static_cast<double>(leg.first) + r.trains.at[i], r.y[i]);
      else
        ++out.beyond;
  }
}

TrainPoints ltp_points(const ResponseCurve& c, const std::filesystem::path& file, const FitFiles& files) {
  const MeasuredTable table = ltp_table(file, files);
  TrainPoints out;
  const auto add = [&](const MeasuredTable& one) {
    const LtpReadings r = read_ltp(one, files);
    if (r.y_unit != Unit::siemens)
      throw InputError(fmt::format("{}: its readings are no conductances ({}): --read-voltage makes some of currents",
                                   file.string(), r.y_name));
    add_trains(c, r, out);
  };
  const auto devices = devices_of(table);
  if (devices.size() < 2)
    add(table);
  else
    for (const auto& rows : devices) add(table.only(rows));
  return out;
}

// What a fit of this kind is made to.
Points fitted_points(const FitPart& part) {
  Points out;
  for (std::size_t i = 0; i < part.x.size(); ++i) out.emplace_back(part.x[i], part.y[i]);
  return out;
}

}  // namespace

void add_measured(ResponseCurve& c, MeasuredKind kind, const device::PulsedDevice& d, const std::filesystem::path& file,
                  const FitFiles& files) {
  if (d.relative && (kind == MeasuredKind::ltp || kind == MeasuredKind::iv))
    throw InputError(
        fmt::format("{}: its file gives no conductances (g_min, g_max): measured ones have no place on its "
                    "curve",
                    d.name));
  std::string name = file.filename().string();
  Points points;
  switch (kind) {
    case MeasuredKind::ltp: {
      TrainPoints trains = ltp_points(c, file, files);
      points = std::move(trains.points);
      if (trains.beyond > 0) name += fmt::format(" ({} beyond these pulses left out)", trains.beyond);
      break;
    }
    case MeasuredKind::ppf:
      points = fitted_points(fit_ppf(file, files));
      break;
    case MeasuredKind::iv:
      points = fitted_points(fit_iv(file, files));
      break;
    case MeasuredKind::stdp:
      points = fitted_points(fit_stdp(file, files));
      break;
  }
  c.measured = {std::move(name), std::move(points)};
}

}  // namespace bitline::characterise
