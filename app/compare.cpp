// SPDX-License-Identifier: Apache-2.0
// bitline compare: two runs side by side.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>

#include "app/command_line.h"
#include "app/compared_run.h"
#include "base/statistics.h"
#include "report/cost_text.h"
#include "report/experiment.h"
#include "report/text.h"
#include "run/json_parts.h"

namespace bitline::app {

using report::Align;
using report::count_text;
using report::TextTable;
using run::Json;
using workloads::Map;

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

using Run = ComparedRun;

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
    if (key == "name") continue;  // it says what the other keys say
    if (in_a != a.end() && in_b != b.end() && same(in_a->second, in_b->second)) continue;
    out.push_back({key, in_a == a.end() ? "-" : text(in_a->second), in_b == b.end() ? "-" : text(in_b->second)});
  }
  return out;
}

std::string number_text(double x) { return fmt::format("{:.6g}", x); }

using OptionalNumber = std::optional<double>;

void add_figure_row(TextTable& table, const std::string& name, OptionalNumber a, OptionalNumber b) {
  if (!a && !b) return;
  const auto text = [](const OptionalNumber& x) { return x ? number_text(*x) : "-"; };
  table.row({name, text(a), text(b), a && b ? number_text(*b - *a) : "",
             a && b && *a != 0 ? fmt::format("{:.4f}", *b / *a) : ""});
}

TextTable figure_table() {
  TextTable table({{Align::left}, {Align::right}, {Align::right}, {Align::right}, {Align::right}});
  table.row({"", "A", "B", "B - A", "B / A"});
  return table;
}

void print_figures(const Run& a, const Run& b, bool color) {
  TextTable table = figure_table();
  for (const std::string key : main_figures) {
    const OptionalNumber x = a.number(key), y = b.number(key);
    const bool measured = key.starts_with("quality.");
    if (measured && a.metric != b.metric) {  // two measures are no pair
      add_figure_row(table, fmt::format("{} ({})", key, a.metric), x, std::nullopt);
      add_figure_row(table, fmt::format("{} ({})", key, b.metric), std::nullopt, y);
    } else {
      add_figure_row(table, measured && !a.metric.empty() ? fmt::format("{} ({})", key, a.metric) : key, x, y);
    }
  }
  fmt::print("{}", table.str(0, color ? "\033[1m" : ""));
}

// Those of A, then those that B alone has.
std::vector<std::string> together(std::vector<std::string> a, const std::vector<std::string>& b) {
  for (const std::string& name : b)
    if (std::ranges::find(a, name) == a.end()) a.push_back(name);
  return a;
}
std::vector<std::string> claim_ids(const Run& a, const Run& b) {
  const auto of = [](const Run& run) {
    std::vector<std::string> ids;
    for (const run::ExperimentClaim& c : run.claims) ids.push_back(c.id);
    return ids;
  };
  return together(of(a), of(b));
}

std::string claim_text(const run::ExperimentClaim* c) {
  return c ? fmt::format("{}, {}", report::claim_figure(*c), c->holds ? "holds" : "does not hold") : "-";
}

void print_experiments(const Run& a, const Run& b, bool color) {
  const std::string strong = color ? "\033[1m" : "";
  if (const auto ids = claim_ids(a, b); !ids.empty()) {
    fmt::print("\nClaims (95 %)\n");
    TextTable table({{Align::left}, {Align::right}, {Align::right}});
    table.row({"", "A", "B"});
    for (const std::string& id : ids) table.row({report::clean(id), claim_text(a.claim(id)), claim_text(b.claim(id))});
    fmt::print("{}", table.str(2, strong));
  }
  if (const auto names = together(a.figures, b.figures); !names.empty()) {
    fmt::print("\nFigures of the experiment (names end in their unit; others are pure numbers)\n");
    TextTable table = figure_table();
    for (const std::string& name : names) {
      const std::string path = "experiment.figures." + name;
      add_figure_row(table, report::clean(name), a.number(path), b.number(path));
    }
    fmt::print("{}", table.str(2, strong));
  }
}

Json json_of(const run::ExperimentClaim* c) {
  if (!c) return nullptr;
  const auto number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
  return {{"value", number(c->value)},
          {"ci95", {number(c->ci95.lower), number(c->ci95.upper)}},
          {"unit", c->unit},
          {"holds", c->holds}};
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
    const bool workload = key == "experiment.type" || key == "workload.network" || key == "workload.dataset" ||
                          key.starts_with("workload.shapes");
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
  const Run a = read_compared_run(arguments.a), b = read_compared_run(arguments.b);
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
    std::vector<std::string> keys(std::begin(main_figures), std::end(main_figures));
    for (const std::string& name : together(a.figures, b.figures)) keys.push_back("experiment.figures." + name);
    for (const std::string& key : keys) {
      const OptionalNumber x = a.number(key), y = b.number(key);
      if (!x || !y || (key.starts_with("quality.") && a.metric != b.metric)) continue;
      figures.push_back({{"key", key},
                         {"a", *x},
                         {"b", *y},
                         {"difference", *y - *x},
                         {"ratio", *x != 0 ? Json(*y / *x) : Json(nullptr)}});
    }
    Json claims = Json::array();
    for (const std::string& id : claim_ids(a, b))
      claims.push_back({{"id", id}, {"a", json_of(a.claim(id))}, {"b", json_of(b.claim(id))}});
    Json out{{"metric", {{"a", a.metric}, {"b", b.metric}}},
             {"figures", figures},
             {"claims", claims},
             {"config", json_of(config)}};
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
    print_experiments(a, b, arguments.colored());
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
