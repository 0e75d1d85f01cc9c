// SPDX-License-Identifier: Apache-2.0
// One device from its measured curves: each part of its description is fitted by every candidate model that the data
// can tell, and the best by Akaike's criterion is kept, with intervals. Equations: docs/model/fitting.md.
//
// Nothing is made up: what the data leave open is not written into the device, and is said in the notes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/column_match.h"
#include "base/measured_table.h"
#include "base/units.h"
#include "base/value.h"

namespace bitline::characterise {

// One key of the device file.
struct FittedValue {
  std::string key;                      // path in a device file; "" for what no key holds, said by `name`
  std::string name;                     // for people
  double value = 0, low = 0, high = 0;  // 95 % interval
  Unit unit = Unit::none;
};

// How well a candidate predicts cells that it was not fitted to (characterise/fit/held_out.h), in y's unit. Errors are
// standard errors over cells, that of a difference cell by cell.
struct HeldOutScore {
  double crps = 0, error = 0;                   // lowest is best
  double above_best = 0, above_best_error = 0;  // both 0: the best itself
};

// One candidate model of a part.
struct FitCandidate {
  std::string model = {};
  int parameters = 0;  // with the variance
  double aic = 0;      // lowest is best; corrected for few readings where these are independent. NaN: held_out
  std::optional<HeldOutScore> held_out = {};  // what chooses where cells can be held out
  double rms = 0;                             // of the residuals, in y's unit
  std::string refused = {};                   // why it is out: the data cannot tell its parameters; "" = usable
  std::vector<FittedValue> values = {};
  std::vector<double> fitted = {}, fitted_spread = {};  // at FitPart::x
};

// What one file tells.
struct FitPart {
  std::string part = {}, file = {};  // "ltp", "ppf", "retention", "readback", "iv", "stdp", "endurance", "write-log"
  std::string x_name = {}, y_name = {};
  Unit y_unit = Unit::none;
  bool log_x = false;
  std::vector<double> x = {}, y = {};  // what was measured
  std::vector<double> spread = {};     // between cells; empty when there are too few
  double readings = 0;                 // independent ones
  std::vector<FitCandidate> candidates = {};
  std::size_t chosen = 0;
  std::string chosen_by = "lowest AIC";  // for people: by which rule
  std::vector<std::string> notes = {};   // what is assumed, left open or not used
  // Keys to write: fitted ones with their interval as source, and plain facts of the file.
  struct Key {
    std::string path, text, source, assumed;
  };
  std::vector<Key> keys = {};
  std::vector<ReadColumn> columns = {};  // of the file, as they were understood
  const FitCandidate& best() const { return candidates[chosen]; }
};

// What was understood of one file, before anything is fitted.
struct FilePreview {
  std::string part = {}, file = {};
  std::vector<ReadColumn> columns = {};
  std::size_t rows = 0, left_out = 0;
  std::vector<std::string> notes = {};
  std::vector<std::string> heads = {};               // of what is fitted, with units
  std::vector<std::vector<std::string>> first = {};  // a few rows of it
};

struct FitFiles {
  std::optional<std::filesystem::path> ltp = {}, ppf = {}, retention = {}, readback = {}, iv = {}, stdp = {},
                                       endurance = {}, write_log = {};
  std::optional<double> read_voltage_V = {};  // turns currents into conductances
  // Of all pulses, where the file has no such column: of positive ones, and of negative ones where they differ.
  std::vector<double> amplitude_V = {};
  std::optional<double> width_s = {};
  std::optional<bool> negative_potentiates = {};  // unset: recognised where both signs were measured
  std::vector<ColumnChoice> columns = {};         // what headers mean
  std::vector<std::string> models = {};           // names; those not named are left out. Empty: all ("auto")
};

// Akaike weights of a part's candidates, 0 for those that are out (Akaike 1978).
std::vector<double> weights_of(const FitPart&);

// Throws InputError for files that cannot be used (too few points, times that go back, constant data, ...) and when a
// model that was asked for cannot be told from the data.
std::vector<FitPart> fit_device(const FitFiles&);

// The same files, only read. Throws what reading them throws.
std::vector<FilePreview> preview(const FitFiles&);

// Names of the candidates of all parts.
std::vector<std::string> fit_models();

// The device file: keys of all parts as an annotated tree. A key that two parts give is taken from the first.
Value fitted_device(const std::vector<FitPart>&);

}  // namespace bitline::characterise
