// SPDX-License-Identifier: Apache-2.0
// bitline compare: two runs side by side.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <memory>
#include <optional>

#include "app/command_line.h"
#include "app/environment.h"
#include "base/files.h"
#include "base/statistics.h"
#include "base/yaml.h"
#include "report/cost_text.h"
#include "report/text.h"
#include "run/json_parts.h"

namespace bitline::app {

using report::Align;
using report::count_text;
using report::TextTable;
using run::Json;
using workloads::Map;

namespace fs = std::filesystem;
namespace {

struct CompareArguments : Common {
  std::string a, b;
  double tolerance = -1;  // < 0: not asked for
};

// Shown in every comparison, in this order.
constexpr const char* main_figures[] = {"quality.value",
                                        "quality.reference.float",
                                        "quality.reference.quantized",
                                        "write.level_accuracy",
                                        "energy.per_inference_J",
                                        "energy.write_J",
                                        "energy.write_s",
                                        "energy.refresh_W",
                                        "latency.per_inference_s",
                                        "latency.throughput_per_s",
                                        "area.total_m2",
                                        "efficiency.tops_per_w",
                                        "efficiency.tops_per_mm2",
                                        "mapping.arrays_used",
                                        "mapping.cell_utilisation"};

struct Run {
  std::map<std::string, double> numbers;      // by path, without what may differ between runs of one config
  std::map<std::string, std::string> config;  // by path; empty without resolved.yaml
  bool at_least = false;                      // its energy, and its latency perhaps: reloading is not counted
};

void flatten(const Json& node, const std::string& path, std::map<std::string, double>& out) {
  if (node.is_number()) out[path] = node.get<double>();
  const std::string prefix = path.empty() ? "" : path + ".";
  if (node.is_object())
    for (const auto& [key, child] : node.items()) flatten(child, prefix + key, out);
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i) {
      const bool named = node[i].is_object() && node[i].contains("name") && node[i]["name"].is_string();
      flatten(node[i], prefix + (named ? node[i]["name"].get<std::string>() : std::to_string(i)), out);
    }
}

void flatten(const Value& node, const std::string& path, std::map<std::string, std::string>& out) {
  if (node.is_scalar()) out[path] = node.text;
  if (const Value* value = node.is_map() ? node.find("value") : nullptr) return flatten(*value, path, out);
  for (const auto& e : node.entries) flatten(e.value, path.empty() ? e.key : path + "." + e.key, out);
  for (std::size_t i = 0; i < node.items.size(); ++i) flatten(node.items[i], path + "." + std::to_string(i), out);
}

Run read_run(const std::string& argument) {
  const bool folder = fs::is_directory(argument);
  const fs::path file = folder ? fs::path(argument) / "result.json" : fs::path(argument);
  Json json = Json::parse(read_file(file), nullptr, false);
  if (!json.is_object()) throw InputError(file.string() + ": is not the JSON of a result");
  if (!json.contains("energy") || !json.contains("latency"))
    throw InputError(file.string() + ": has no 'energy' and 'latency', so it is not the result of a run");
  Run run;
  run.at_least = json["energy"].is_object() && json["energy"].value("at_least", false);
  for (const char* key : {"timing", "provenance", "schema_version", "seed", "published"}) json.erase(key);
  flatten(json, "", run.numbers);
  if (const fs::path resolved = file.parent_path() / "resolved.yaml"; folder && fs::exists(resolved))
    flatten(parse_yaml(read_file(resolved), resolved.string()), "", run.config);
  return run;
}

double relative(double a, double b) {
  const double largest = std::max(std::abs(a), std::abs(b));
  return largest == 0 ? 0 : std::abs(a - b) / largest;
}

struct Difference {
  std::string key, a, b;
};

template <class Map, class Same, class Text>
std::vector<Difference> differences(const Map& a, const Map& b, const Same& same, const Text& text) {
  std::vector<Difference> out;
  Map keys = a;
  keys.insert(b.begin(), b.end());
  for (const auto& [key, _] : keys) {
    const auto in_a = a.find(key), in_b = b.find(key);
    if (in_a != a.end() && in_b != b.end() && same(in_a->second, in_b->second)) continue;
    out.push_back({key, in_a == a.end() ? "-" : text(in_a->second), in_b == b.end() ? "-" : text(in_b->second)});
  }
  return out;
}

std::string number_text(double x) { return fmt::format("{:.6g}", x); }

void print_figures(const Run& a, const Run& b, bool color) {
  TextTable table({{Align::left}, {Align::right}, {Align::right}, {Align::right}, {Align::right}});
  table.row({"", "A", "B", "B - A", "B / A"});
  for (const char* key : main_figures) {
    const auto x = a.numbers.find(key), y = b.numbers.find(key);
    if (x == a.numbers.end() && y == b.numbers.end()) continue;
    const bool both = x != a.numbers.end() && y != b.numbers.end();
    table.row({key, x == a.numbers.end() ? "-" : number_text(x->second),
               y == b.numbers.end() ? "-" : number_text(y->second), both ? number_text(y->second - x->second) : "",
               both && x->second != 0 ? fmt::format("{:.4f}", y->second / x->second) : ""});
  }
  fmt::print("{}", table.str(0, color ? "\033[1m" : ""));
}

void print_differences(const std::string& title, const std::vector<Difference>& list, std::size_t most) {
  if (list.empty()) return;
  fmt::print("\n{}\n", title);
  TextTable table({{Align::left}, {Align::right}, {Align::right}});
  for (std::size_t i = 0; i < std::min(list.size(), most); ++i)
    table.row({list[i].key, report::shorten(list[i].a, 40), report::shorten(list[i].b, 40)});
  fmt::print("{}", table.str(2));
  if (list.size() > most) fmt::print("  and {} more\n", list.size() - most);
}

// What both runs make for each second and area. Throughput of B on the area of A: as if B were built several times, or
// in part.
struct IsoArea {
  double throughput_a, throughput_b, tops_per_w_a, tops_per_w_b, area_a_m2, area_b_m2;
  double area_ratio() const { return area_a_m2 / area_b_m2; }
  double scaled() const { return throughput_b * area_ratio(); }
};

std::optional<double> find(const Run& run, const char* key) {
  const auto at = run.numbers.find(key);
  return at == run.numbers.end() ? std::nullopt : std::optional(at->second);
}

std::optional<IsoArea> iso_area(const Run& a, const Run& b) {
  const auto rate_a = find(a, "latency.throughput_per_s"), rate_b = find(b, "latency.throughput_per_s");
  const auto per_w_a = find(a, "efficiency.tops_per_w"), per_w_b = find(b, "efficiency.tops_per_w");
  const auto area_a = find(a, "area.total_m2"), area_b = find(b, "area.total_m2");
  if (!rate_a || !rate_b || !per_w_a || !per_w_b || !area_a || !area_b || *area_a <= 0 || *area_b <= 0) return {};
  return IsoArea{*rate_a, *rate_b, *per_w_a, *per_w_b, *area_a, *area_b};
}

// Both intervals of the energy, and whether a value lies in both.
struct EnergyIntervals {
  Interval a, b;
  // An interval of no width is one that nobody knows: given prices, not exact ones.
  bool known() const { return a.lower < a.upper && b.lower < b.upper; }
  bool neither() const { return a.lower == a.upper && b.lower == b.upper; }
  bool overlap() const { return a.lower <= b.upper && b.lower <= a.upper; }
};

std::optional<EnergyIntervals> energy_intervals(const Run& a, const Run& b) {
  const auto low_a = find(a, "energy.interval_J.0"), high_a = find(a, "energy.interval_J.1");
  const auto low_b = find(b, "energy.interval_J.0"), high_b = find(b, "energy.interval_J.1");
  if (!low_a || !high_a || !low_b || !high_b) return {};
  return EnergyIntervals{{*low_a, *high_a}, {*low_b, *high_b}};
}

void print_paragraph(const std::string& text) {
  fmt::print("\n");
  for (const std::string& line : report::wrap(text, 98)) fmt::print("{}\n", line);
}

void print_costs(const Run& a, const Run& b) {
  const auto differing = std::find_if(a.config.begin(), a.config.end(), [&](const auto& entry) {
    const auto& [key, value] = entry;
    const auto other = b.config.find(key);
    const bool workload = key == "workload.network" || key == "workload.dataset" || key.starts_with("workload.shapes");
    return workload && !b.config.empty() && (other == b.config.end() || other->second != value);
  });
  if (differing != a.config.end())
    print_paragraph(
        fmt::format("The runs do different work ({} differs): an inference of one is not one of the other, so "
                    "neither their costs nor their qualities rank them.",
                    differing->first));
  if (a.at_least || b.at_least)
    print_paragraph(
        fmt::format("The costs of {} leave out what reloading arrays for each image takes, which is not "
                    "known: its energy is at least what is shown, its efficiency at most.",
                    a.at_least && b.at_least ? "both"
                    : a.at_least             ? "A"
                                             : "B"));
  const auto e = energy_intervals(a, b);
  if (e && !e->known() && !e->neither())
    print_paragraph(
        fmt::format("The energy of {} has no interval: its prices are given ones, not exact ones. So whether the "
                    "difference is more than what is known cannot be said.",
                    e->a.lower < e->a.upper ? "B" : "A"));
  if (e && e->known())
    print_paragraph(fmt::format(
        "Energy intervals: A {}, B {}: they differ by {} than their intervals.{}",
        report::range_text(e->a.lower, e->a.upper, Unit::joule),
        report::range_text(e->b.lower, e->b.upper, Unit::joule), e->overlap() ? "less" : "more",
        e->overlap() ? " Where both take a price from the same model, its error cancels in their ratio." : ""));
  if (const auto i = iso_area(a, b))
    print_paragraph(fmt::format(
        "Iso-area: A makes {} inferences/s at {:.4g} TOPS/W on {}, B {} at {:.4g} on {}. On A's area ({:.4g} times its "
        "own) B would make {} inferences/s, {:.4g} times A's; that assumes that throughput scales with area.",
        count_text(i->throughput_a), i->tops_per_w_a, report::quantity(i->area_a_m2, Unit::square_meter),
        count_text(i->throughput_b), i->tops_per_w_b, report::quantity(i->area_b_m2, Unit::square_meter),
        i->area_ratio(), count_text(i->scaled()), i->throughput_a > 0 ? i->scaled() / i->throughput_a : 0));
}

Json json_of(const std::vector<Difference>& list) {
  Json out = Json::array();
  for (const auto& d : list) out.push_back({{"key", d.key}, {"a", d.a}, {"b", d.b}});
  return out;
}

int compare_command(const CompareArguments& arguments) {
  const Run a = read_run(arguments.a), b = read_run(arguments.b);
  const bool with_tolerance = arguments.tolerance >= 0;
  const auto config = a.config.empty() || b.config.empty()
                          ? std::vector<Difference>{}
                          : differences(a.config, b.config, std::equal_to<>(), [](const std::string& s) { return s; });
  std::vector<Difference> beyond;
  if (with_tolerance)
    beyond = differences(
        a.numbers, b.numbers, [&](double x, double y) { return relative(x, y) <= arguments.tolerance; },
        [](double x) { return fmt::format("{}", x); });
  if (arguments.json) {
    Json figures = Json::array();
    for (const char* key : main_figures) {
      const auto x = a.numbers.find(key), y = b.numbers.find(key);
      if (x == a.numbers.end() || y == b.numbers.end()) continue;
      figures.push_back({{"key", key},
                         {"a", x->second},
                         {"b", y->second},
                         {"difference", y->second - x->second},
                         {"ratio", x->second != 0 ? Json(y->second / x->second) : Json(nullptr)}});
    }
    Json out{{"figures", figures}, {"config", json_of(config)}};
    if (const auto i = iso_area(a, b))
      out["iso_area"] = {{"throughput_per_s", {{"a", i->throughput_a}, {"b", i->throughput_b}}},
                         {"tops_per_w", {{"a", i->tops_per_w_a}, {"b", i->tops_per_w_b}}},
                         {"area_ratio", i->area_ratio()},
                         {"b_throughput_on_area_of_a_per_s", i->scaled()},
                         {"assumes", "throughput scales with area"}};
    if (const auto e = energy_intervals(a, b))
      out["energy_intervals_J"] = {
          {"a", {e->a.lower, e->a.upper}}, {"b", {e->b.lower, e->b.upper}}, {"overlap", e->overlap()}};
    if (with_tolerance) out["beyond_tolerance"] = json_of(beyond);
    fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    print_figures(a, b, arguments.colored());
    print_costs(a, b);
    print_differences("Configuration", config, 40);
    if (with_tolerance) print_differences(fmt::format("Beyond the tolerance of {}", arguments.tolerance), beyond, 20);
  }
  if (!beyond.empty())
    fmt::print(stderr, "bitline: {} numbers differ by more than {}\n", beyond.size(), arguments.tolerance);
  return beyond.empty() ? exit_done : exit_check_failed;
}

}  // namespace

void add_compare(CommandLine& line) {
  auto a = std::make_shared<CompareArguments>();
  Command& c =
      line.add("compare", "shows two runs side by side: main figures and differing configuration", "Results",
               {{"bitline run fashion-mlp --set workload.images=500 --set adc.bits=6 --out runs/second",
                 "a run to compare with the first"},
                {"bitline compare runs/first runs/second", "main figures, and which keys of the configuration differ"},
                {"bitline compare runs/first runs/first/result.json --tolerance 1e-9",
                 "exit code 4 if any number differs by more, relative"}});
  c.cli->add_option("A", a->a, "run folder or result.json")->required()->type_name("");
  c.cli->add_option("B", a->b, "run folder or result.json")->required()->type_name("");
  c.cli->add_option("--tolerance", a->tolerance, "largest relative difference allowed in any number")
      ->type_name("X")
      ->check(CLI::NonNegativeNumber);
  a->add_output_options(*c.cli);
  c.run = [a] { return compare_command(*a); };
}

}  // namespace bitline::app
