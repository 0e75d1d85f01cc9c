// SPDX-License-Identifier: Apache-2.0
#include "characterise/fit/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/yaml.h"
#include "characterise/fit/parts.h"
#include "device/write_pulses.h"

namespace bitline::characterise {

std::vector<std::string> fit_models() {
  std::vector<std::string> out;
  const auto add = [&](std::span<const std::string_view> list) { out.insert(out.end(), list.begin(), list.end()); };
  add(ltp_models);
  add(ppf_models);
  add(retention_models);
  add(readback_models);
  add(iv_models);
  add(stdp_models);
  add(endurance_models);
  add(write_log_models);
  return out;
}

namespace {

// A key that two files tell is taken from the first; where they disagree, the second part says so.
void note_disagreements(std::vector<FitPart>& parts) {
  struct First {
    double value;
    const FitPart* part;
  };
  std::map<std::string, First> first;
  for (FitPart& p : parts)
    for (const FitPart::Key& k : p.keys) {
      if (k.path != "g_min" && k.path != "g_max") continue;
      const double value = *parse_quantity(k.text, Unit::siemens).value;
      const auto [at, fresh] = first.try_emplace(k.path, First{value, &p});
      const auto top = first.find("g_max");
      const double window = top == first.end() ? at->second.value : top->second.value;
      constexpr double enough = 0.05;
      if (!fresh && std::abs(value - at->second.value) > enough * window)
        p.notes.push_back(fmt::format("{} would be {} here, {} from {}: the latter is written", k.path,
                                      pretty(value, Unit::siemens), pretty(at->second.value, Unit::siemens),
                                      at->second.part->part));
    }
}

// A header that no file has was meant for one.
void refuse_unused_choices(const FitFiles& files, const std::vector<FitPart>& parts) {
  for (const ColumnChoice& c : files.columns) {
    std::vector<std::string> headers;
    bool found = c.header == "*";
    for (const FitPart& p : parts)
      for (const ReadColumn& column : p.columns) {
        headers.push_back(column.header);
        found |= plain_name(column.header) == plain_name(c.header) ||
                 plain_name(header_parts(column.header).name) == plain_name(c.header);
      }
    if (!found)
      throw InputError(
          fmt::format("--columns: no file has a column '{}'; there are '{}'", c.header, fmt::join(headers, "', '")));
  }
}

}  // namespace

std::vector<FitPart> fit_device(const FitFiles& files) {
  const auto known = fit_models();
  for (const std::string& m : files.models)
    if (std::find(known.begin(), known.end(), m) == known.end())
      throw InputError(fmt::format("no model is called '{}': auto, or some of {}", m, fmt::join(known, ", ")));
  for (const std::string& m : files.models) {
    const auto of = [&](bool given, std::span<const std::string_view> list) {
      return given && std::find(list.begin(), list.end(), m) != list.end();
    };
    if (!of(files.ltp.has_value(), ltp_models) && !of(files.ppf.has_value(), ppf_models) &&
        !of(files.retention.has_value(), retention_models) && !of(files.readback.has_value(), readback_models) &&
        !of(files.iv.has_value(), iv_models) && !of(files.stdp.has_value(), stdp_models) &&
        !of(files.endurance.has_value(), endurance_models) && !of(files.write_log.has_value(), write_log_models))
      throw InputError(fmt::format("the model '{}' belongs to no file that is given", m));
  }
  if (files.readback && files.write_log)
    throw InputError(
        "both --readback and --write-log tell how the device is written, which is one law: give the log, or the "
        "read-back");
  std::vector<FitPart> parts;
  if (files.ltp) parts.push_back(fit_ltp(*files.ltp, files));
  if (files.ppf) parts.push_back(fit_ppf(*files.ppf, files));
  if (files.readback) {
    std::optional<double> g_max_S;
    for (const FitPart& p : parts)
      for (const FittedValue& v : p.best().values)
        if (v.key == "g_max") g_max_S = v.value;
    parts.push_back(fit_readback(*files.readback, files, g_max_S));
  }
  if (files.retention) parts.push_back(fit_retention(*files.retention, files));
  if (files.write_log) parts.push_back(fit_write_log(*files.write_log, files));
  if (files.endurance) parts.push_back(fit_endurance(*files.endurance, files));
  if (files.iv) parts.push_back(fit_iv(*files.iv, files));
  if (files.stdp) parts.push_back(fit_stdp(*files.stdp, files));
  if (parts.empty())
    throw InputError(
        "there is nothing to fit: give --ltp, --ppf, --retention, --readback, --write-log, --endurance, --iv or "
        "--stdp");
  refuse_unused_choices(files, parts);
  // What pulses do is described with the pulse that did it.
  std::set<std::string> given;
  for (const FitPart& p : parts)
    for (const FitPart::Key& k : p.keys) given.insert(k.path);
  for (const char* side : {"potentiation", "depression"}) {
    const std::string where = std::string("plasticity.") + side;
    for (const char* key : {".drive.amplitude", ".drive.width"})
      if (given.count(where + ".short_term.tau1") && !given.count(where + key))
        throw InputError(
            fmt::format("{}: which pulses these were is not known: give columns 'amplitude (V)' and 'width "
                        "(s)', or the {} measured with the same pulses (--ltp)",
                        files.ppf->string(), side));
  }
  // Nothing tells how far off cells land but the pulses themselves.
  if (files.ltp && !files.readback && !files.write_log && given.count("plasticity.potentiation.update.type") &&
      given.count("g_max")) {
    FitPart& ltp = parts.front();
    // No train is longer than all pulses are.
    if (ltp.x.back() <= device::PulseTables::most_pulses) {
      ltp.keys.push_back({"write.type", "pulses", "", ""});
      ltp.notes.push_back(
          "no --readback: `run` writes with these pulses, counted from the lowest conductance without a look "
          "(write.type: pulses)");
    } else {
      ltp.notes.push_back("no --readback, and too many pulses to write with: `run` writes exactly");
    }
  }
  note_disagreements(parts);
  return parts;
}

Value fitted_device(const std::vector<FitPart>& parts) {
  Value device = Value::map();
  std::set<std::string> done;
  // As in device files: the window first, and what a model is before its numbers.
  std::vector<FitPart::Key> keys;
  const auto rank = [](const std::string& path) {
    return path == "g_min" || path == "g_max" ? 0 : path.ends_with(".type") ? 1 : 2;
  };
  for (const int wanted : {0, 1, 2})
    for (const FitPart& p : parts)
      for (const FitPart::Key& k : p.keys)
        if (rank(k.path) == wanted && done.insert(k.path).second) keys.push_back(k);
  for (const FitPart::Key& k : keys) {
    Value v = parse_yaml("x: " + k.text, "fitted value").entries.front().value;
    if (!k.source.empty() || !k.assumed.empty()) {
      Value annotated = Value::map();
      annotated.set("value", v);
      const auto note = [&](const char* key, const std::string& text) {
        if (text.empty()) return;
        Value t = Value::scalar(text);
        t.quoted = true;
        annotated.set(key, t);
      };
      note("source", k.source);
      note("assumed", k.assumed);
      v = annotated;
    }
    set_path(device, k.path, v);
  }
  return device;
}

}  // namespace bitline::characterise
