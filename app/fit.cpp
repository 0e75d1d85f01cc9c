// SPDX-License-Identifier: Apache-2.0
// bitline fit: one device file from measured curves.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <memory>

#include "app/command_line.h"
#include "app/environment.h"
#include "base/files.h"
#include "characterise/fit/fit.h"
#include "device/plasticity/pulsed_device.h"
#include "report/fit_text.h"
#include "report/svg_fit.h"
#include "run/json_parts.h"

namespace bitline::app {

using characterise::FitCandidate;
using characterise::FitPart;
using characterise::FittedValue;
using run::Json;

namespace {

struct FitArguments : Common {
  std::string ltp, ppf, retention, readback, iv, stdp, endurance, write_log, potentiation, read_voltage, amplitude,
      width, columns, name, model = "auto", output, svg;
  bool preview = false;
};

std::string interval(const FittedValue& v) {
  if (!std::isfinite(v.low) || !std::isfinite(v.high)) return "no interval";
  return fmt::format("95 %: {} .. {}", pretty(v.low, v.unit), pretty(v.high, v.unit));
}

// A handful of lines for each part.
std::string text_of(const FitPart& p) {
  std::string out = p.spread.empty() ? fmt::format("{} from {}: {} points, worth {:.0f} independent ones\n", p.part,
                                                   p.file, p.x.size(), p.readings)
                                     : fmt::format("{} from {}: {:.0f} cells at {} time{}\n", p.part, p.file,
                                                   p.readings, p.x.size(), p.x.size() == 1 ? "" : "s");
  const std::vector<double> weights = characterise::weights_of(p);
  const report::HeldOutTable held_out = report::held_out_table(p);
  if (!held_out.rows.empty()) out += fmt::format("    chosen: {}\n    {:<20} {}\n", p.chosen_by, "", held_out.head);
  for (const FitCandidate& c : p.candidates) {
    const bool chosen = &c == &p.best();
    if (!c.refused.empty()) {
      out += fmt::format("    {:<20} out: {}\n", c.model, c.refused);
      continue;
    }
    const auto index = static_cast<std::size_t>(&c - p.candidates.data());
    const std::string criterion = c.held_out ? held_out.rows[index]
                                  : std::isfinite(c.aic)
                                      ? fmt::format("AIC {:>9.1f}  weight {:.3f}", c.aic, weights[index])
                                      : "more parameters than readings";
    out += fmt::format("  {} {:<20} {:<{}}  residuals {}\n", chosen ? "*" : " ", c.model, criterion,
                       c.held_out ? 40 : 30, pretty(c.rms, p.y_unit));
  }
  constexpr std::size_t most = 16;
  const auto& values = p.best().values;
  for (std::size_t i = 0; i < values.size() && i < most; ++i)
    out += fmt::format("    {:<42} {:>11}   {}\n", values[i].name, pretty(values[i].value, values[i].unit),
                       interval(values[i]));
  if (values.size() > most) out += fmt::format("    ... and {} more (--json has all)\n", values.size() - most);
  for (const std::string& note : p.notes) out += fmt::format("    note: {}\n", note);
  return out;
}

// What does not read back never takes the place of what is there.
void write_device(const FitArguments& a, const std::vector<FitPart>& parts, std::optional<double> read_voltage_V) {
  const std::filesystem::path part = a.output + ".part";
  write_file(part, report::fitted_device_file(a.name, parts, read_voltage_V));
  try {
    device::load_pulsed_device(part, {}, config_path());
    std::filesystem::rename(part, a.output);
  } catch (...) {
    std::filesystem::remove(part);
    throw;
  }
}

double quantity_of(const char* option, std::string_view text, Unit unit) {
  const auto q = parse_quantity(text, unit);
  if (!q.value || *q.value == 0)
    throw UsageError(fmt::format("{} '{}' {}", option, text, q.value ? "must not be 0" : q.problem));
  return *q.value;
}

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// What was understood of each file: columns, what is left out, first rows.
int show_preview(const FitArguments& a, const characterise::FitFiles& files) {
  const auto all = characterise::preview(files);
  if (a.json) {
    Json out = Json::array();
    for (const auto& p : all) {
      Json columns = Json::array();
      for (const ReadColumn& c : p.columns)
        columns.push_back({{"header", c.header}, {"is", c.name.empty() ? Json() : Json(c.name)}, {"unit", c.unit}});
      out.push_back({{"part", p.part},
                     {"file", p.file},
                     {"columns", columns},
                     {"rows", p.rows},
                     {"left_out", p.left_out},
                     {"notes", p.notes},
                     {"heads", p.heads},
                     {"first", p.first}});
    }
    fmt::print("{}\n", out.dump(2));
    return exit_done;
  }
  for (const auto& p : all) {
    fmt::print("{} from {}: {} rows, {} left out\n", p.part, p.file, p.rows, p.left_out);
    constexpr std::size_t most = 12;
    for (std::size_t i = 0; i < p.columns.size() && i < most; ++i) {
      const ReadColumn& c = p.columns[i];
      fmt::print("    {:<28} {}\n", "'" + c.header + "'",
                 c.name.empty()   ? "not used"
                 : c.unit.empty() ? c.name
                                  : fmt::format("{} in {}", c.name, c.unit));
    }
    if (p.columns.size() > most) fmt::print("    ... and {} more\n", p.columns.size() - most);
    fmt::print("  as fitted:\n");
    const auto line = [](const std::vector<std::string>& fields) {
      fmt::print("   ");
      for (const auto& f : fields) fmt::print(" {:>14}", f);
      fmt::print("\n");
    };
    line(p.heads);
    for (const auto& row : p.first) line(row);
    for (const auto& note : p.notes) fmt::print("    note: {}\n", note);
    fmt::print("\n");
  }
  return exit_done;
}

int run_fit(const FitArguments& a) {
  characterise::FitFiles files;
  const auto file = [](const std::string& name) {
    return name.empty() ? std::nullopt : std::optional<std::filesystem::path>(name);
  };
  files.ltp = file(a.ltp), files.ppf = file(a.ppf), files.retention = file(a.retention);
  files.readback = file(a.readback), files.iv = file(a.iv);
  files.stdp = file(a.stdp), files.endurance = file(a.endurance);
  files.write_log = file(a.write_log);
  if (!a.read_voltage.empty()) files.read_voltage_V = quantity_of("--read-voltage", a.read_voltage, Unit::volt);
  if (!a.amplitude.empty())
    for (const auto& one : parts_of(a.amplitude))
      files.amplitude_V.push_back(quantity_of("--amplitude", one, Unit::volt));
  if (files.amplitude_V.size() > 2)
    throw UsageError("--amplitude takes one voltage, or two: of positive and of negative pulses, '1.5 V, -1.2 V'");
  if (!a.width.empty()) files.width_s = quantity_of("--width", a.width, Unit::second);
  if (files.width_s.value_or(1) < 0) throw UsageError("--width must be above 0");
  if (!a.potentiation.empty()) files.negative_potentiates = a.potentiation == "negative";
  files.columns = parse_column_choices(a.columns);
  if (a.preview) return show_preview(a, files);
  const bool looks = a.output.empty();  // nothing is written
  if (!looks && !a.output.ends_with(".yaml"))
    throw UsageError(fmt::format("-o {} is a device file: its name ends in .yaml", a.output));
  for (const std::string* in : {&a.ltp, &a.ppf, &a.retention, &a.readback, &a.iv, &a.stdp, &a.endurance, &a.write_log})
    if (!looks && *in == a.output) throw UsageError("-o names a file of measurements: it would be lost");
  if (looks && !a.name.empty()) throw UsageError("--name goes with -o FILE.yaml, the device file to write");
  if (!looks && a.name.empty()) throw UsageError("-o goes with --name, what the device is called");
  if (std::any_of(a.name.begin(), a.name.end(), [](unsigned char c) { return std::iscntrl(c); }))
    throw UsageError("--name holds a control character, such as a line break");
  if (a.model != "auto") files.models = parts_of(a.model);
  // A folder that is not there may be a slip of the pen.
  const std::filesystem::path folder = std::filesystem::path(a.output).parent_path();
  const bool new_folder = !folder.empty() && !std::filesystem::exists(folder);
  const std::vector<FitPart> parts = fit_device(files);
  if (!looks) write_device(a, parts, files.read_voltage_V);
  if (!a.svg.empty()) write_file(a.svg, report::fit_svg(looks ? "A fit" : a.name, parts));
  if (a.json) {
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    fmt::print(
        "{}\n",
        Json{{"name", or_null(a.name)}, {"device", or_null(a.output)}, {"parts", report::fit_json(parts)}}.dump(2));
    return exit_done;
  }
  for (const FitPart& p : parts) fmt::print("{}\n", text_of(p));
  if (looks) {
    fmt::print("nothing is written: -o FILE.yaml --name NAME makes a device of it\n");
    return exit_done;
  }
  if (new_folder) fmt::print("the folder {} is new\n", folder.string());
  fmt::print("{} written; look at it with: bitline device show {}\n", a.output, a.output);
  return exit_done;
}

}  // namespace

void add_fit(CommandLine& line) {
  auto a = std::make_shared<FitArguments>();
  Command& c = line.add(
      "fit", "one device from its measured curves, with intervals", "Look",
      {{"bitline fit --ltp docs/tutorial/my-device/ltp.csv --read-voltage '0.1 V' --name mine -o mine.yaml",
        "potentiation and depression: the best of four curves, by Akaike's criterion"},
       {"bitline fit --ltp docs/tutorial/my-device/ltp.csv --ppf docs/tutorial/my-device/ppf.csv --retention "
        "docs/tutorial/my-device/retention.csv --readback docs/tutorial/my-device/readback.csv --iv "
        "docs/tutorial/my-device/iv.csv --read-voltage '0.1 V' --name mine -o mine.yaml --svg mine.svg",
        "everything measured in one device file, and a picture of the residuals"},
       {"bitline fit --ltp docs/tutorial/my-device/ltp.csv --read-voltage '0.1 V' --preview",
        "what is understood of a file, without a fit"},
       {"bitline fit --iv docs/tutorial/my-device/iv.csv", "only look: nothing is written"},
       {"bitline fit --retention docs/tutorial/my-device/retention.csv --model power-law --name mine -o mine.yaml",
        "one model by name"},
       {"bitline fit --write-log docs/tutorial/my-device/writes.csv --name written -o written.yaml",
        "write-verify from a log: window, steps of pulses, failures"},
       {"bitline fit --retention docs/tutorial/my-device/bake.csv --name baked -o baked.yaml",
        "cells read once, after a bake: the laws that one time determines, and what is assumed"}});
  c.cli->footer(
      "Columns (names with units, comma, semicolon or tab; lines above the header and other columns are not used):\n"
      "  --ltp        amplitude (V) or pulse, or columns LTP and LTD; width (s), a reading or level\n"
      "  --ppf        interval (s), ppf ratio or ppf gain, ppd ratio or ppd gain; amplitude, width\n"
      "  --retention  cell, time (s), a reading (or a column of readings for each cell), written (S);\n"
      "               20 cells or more: the law is chosen by cells held out; one time (a bake) is enough\n"
      "  --readback   target (S), a reading\n"
      "  --iv         voltage (V), current (A), state\n"
      "  --stdp       interval (s) = t_post - t_pre, change (of the window) or relative change\n"
      "  --write-log  target (S), pulses, a reading (after the last), success (1 or 0), start (S)\n"
      "  --endurance  cycle, columns LRS and HRS or a state and a reading\n"
      "  A reading is conductance (S), resistance (ohm), or current (A) with --read-voltage or a column 'read "
      "voltage'.\n"
      "  Forms and spellings that are known: docs/tutorial/my-device.md.\n\n" +
      c.cli->get_footer());
  const auto text = [&](const char* name, std::string& to, const std::string& meaning, const char* type) {
    return c.cli->add_option(name, to, meaning)->type_name(type);
  };
  text("--ltp", a->ltp, "readings after the pulses of potentiation and depression", "FILE");
  text("--ppf", a->ppf, "paired pulses over their interval", "FILE");
  text("--retention", a->retention, "written cells read at several times", "FILE");
  text("--readback", a->readback, "cells and their targets, right after writing", "FILE");
  text("--iv", a->iv, "current over voltage of one or several states", "FILE");
  text("--stdp", a->stdp, "change by one pair of spikes over their interval", "FILE");
  text("--endurance", a->endurance, "two states over cycles of writing", "FILE");
  text("--write-log", a->write_log, "write-verify: target, pulses, reading and success of each write", "FILE");
  text("--read-voltage", a->read_voltage, "at which currents were read, such as '0.1 V'", "VOLT");
  text("--amplitude", a->amplitude, "of all pulses where no column tells it: '1.5 V', or '1.5 V, -1.2 V'", "VOLT");
  text("--width", a->width, "of all pulses where no column tells it, such as '100 us'", "TIME");
  text("--columns", a->columns, "what headers mean: 'Vprog [V]=amplitude, t=time (ms)'; * is every other column",
       "HEADER=NAME");
  text("--potentiation", a->potentiation, "which pulses of --ltp potentiate, where readings do not tell", "SIGN")
      ->check(CLI::IsMember({"positive", "negative"}));
  c.cli->add_flag("--preview", a->preview, "show what is understood of the files, and fit nothing");
  text("--name", a->name, "what the device is called", "NAME");
  text("--model", a->model,
       fmt::format("auto, or the only ones to try, with commas: {}", fmt::join(characterise::fit_models(), ", ")),
       "MODELS");
  text("-o,--output", a->output, "the device file to write; without it only look", "FILE.yaml");
  text("--svg", a->svg, "draw curves and residuals", "FILE");
  a->add_output_options(*c.cli);
  c.run = [a] { return run_fit(*a); };
}

}  // namespace bitline::app
