// SPDX-License-Identifier: Apache-2.0
#include "experiments/sweep_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/config_writer.h"
#include "base/random.h"
#include "base/units.h"

namespace bitline::experiments {
namespace {

AxisValue axis_value(const std::string& path, const Value& v) { return {path, one_line(v), v.origin}; }

// Six digits: a value a person can read and repeat.
std::string sample(const RandomAxis& a, double low, double high, double u) {
  const double top = a.whole ? high + 1 : high;
  const double x = a.scale == AxisScale::log ? low * std::pow(top / low, u) : low + (top - low) * u;
  return a.whole ? fmt::format("{:.0f}", std::min(std::floor(x), high)) : fmt::format("{:.6g}", x);
}

}  // namespace

std::string one_line(const Value& v) {
  // to_yaml writes a list of lists on one line, whatever is in it.
  const auto list = [](Value item) {
    Value v;
    v.kind = Value::Kind::list;
    v.items.push_back(std::move(item));
    return v;
  };
  Value map = Value::map();
  map.set("x", list(list(v)));
  const std::string text = to_yaml(map), before = "x: [[", after = "]]\n";
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

SweepAxes::SweepAxes(const SweepPlan& plan, const Annotations& notes) : notes_(notes) {
  grid(plan.grid);
  zip(plan.zip);
  list(plan.list);
  if (plan.random) random(*plan.random);
  seeds(plan.seeds);
}

void SweepAxes::grid(const Value& v) {
  for (const auto& e : lists(v, "grid")) {
    std::vector<AxisBundle> axis;
    for (const auto& item : e.value.items) axis.push_back({axis_value(e.key, item)});
    add({e.key}, std::move(axis), "grid");
  }
}

void SweepAxes::zip(const Value& v) {
  const auto entries = lists(v, "zip");
  if (entries.empty()) return;
  std::vector<AxisBundle> axis(entries.front().value.items.size());
  std::vector<std::string> keys;
  for (const auto& e : entries) {
    if (e.value.items.size() != axis.size()) {
      problem(e.value.origin, "zip." + e.key,
              fmt::format("lists {} values but {} lists {}", e.value.items.size(), entries.front().key, axis.size()),
              "the lists of zip are read in step");
      continue;
    }
    keys.push_back(e.key);
    for (std::size_t i = 0; i < axis.size(); ++i) axis[i].push_back(axis_value(e.key, e.value.items[i]));
  }
  add(keys, std::move(axis), "zip");
}

void SweepAxes::list(const Value& v) {
  if (v.kind == Value::Kind::null) return;
  if (!v.is_list() || v.items.empty())
    return problem(v.origin, "list", "must be a list of points", "write [{adc.bits: 6, device.g_min: 1 uS}, ...]");
  std::vector<std::string> keys;
  for (const auto& item : v.items) {
    if (!item.is_map()) problem(item.origin, "list", "must hold maps from config paths to values");
    for (const auto& e : item.entries)
      if (std::find(keys.begin(), keys.end(), e.key) == keys.end()) keys.push_back(e.key);
  }
  std::vector<AxisBundle> axis;
  for (const auto& item : v.items) {
    AxisBundle& bundle = axis.emplace_back();
    for (const std::string& key : keys) {
      const Value* value = item.find(key);
      bundle.push_back(value ? axis_value(key, *value) : AxisValue{key, "", item.origin});
    }
  }
  add(keys, std::move(axis), "list");
}

void SweepAxes::random(const RandomAxes& r) {
  std::vector<AxisBundle> axis(static_cast<std::size_t>(r.points));
  std::vector<std::string> keys;
  if (axis.empty()) return;  // the reader has said so
  if (r.axes.empty() && notes_.origins.count("random.axes"))
    return problem(origin("random.axes"), "random.axes", "names no axis", "write {adc.bits: {from: 4, to: 10}}");
  for (const auto& [path, a] : r.axes) {
    if (a.from.empty() || a.to.empty()) continue;  // the reader has said so
    const std::string key = "random.axes." + path;
    const Origin where = origin(key);
    const auto low = number_and_unit(a.from), high = number_and_unit(a.to);
    const std::string span = fmt::format("goes from '{}' to '{}', ", a.from, a.to);
    const std::size_t told = problems_.size();
    if (!low || !high || low->unit != high->unit)
      problem(where, key, span + "which are not two numbers with the same unit",
              "for example {from: 1 uS, to: 100 uS}");
    else if (!(low->value < high->value))
      problem(where, key, span + "which is not upwards", "swap them");
    else if (a.scale == AxisScale::log && !(low->value > 0))
      problem(where, key, span + "but zero and below have no logarithm", "start above zero, or write scale: linear");
    if (problems_.size() > told) continue;
    const Random random(r.seed, 0);
    const std::string unit = low->unit.empty() ? "" : fmt::format(" {}", low->unit);
    for (std::size_t i = 0; i < axis.size(); ++i) {
      const Counter counter{.purpose = Purpose::sweep_sample,
                            .place = static_cast<std::uint32_t>(keys.size()),
                            .image = static_cast<std::uint32_t>(i)};
      axis[i].push_back({path, sample(a, low->value, high->value, random.uniform4(counter)[0]) + unit, where});
    }
    keys.push_back(path);
  }
  add(keys, std::move(axis), "random");
}

void SweepAxes::seeds(const std::vector<std::uint32_t>& seeds) {
  std::vector<AxisBundle> axis;
  for (auto s : seeds) axis.push_back({{"seed", std::to_string(s), origin("seeds")}});
  if (!axis.empty()) add({"seed"}, std::move(axis), "seeds");
}

std::vector<Entry> SweepAxes::lists(const Value& v, const std::string& part) {
  if (v.kind == Value::Kind::null) return {};
  if (!v.is_map()) {
    problem(v.origin, part, "must be a map from config paths to lists of values", "write {adc.bits: [4, 6, 8]}");
    return {};
  }
  std::vector<Entry> good;
  for (const auto& e : v.entries)
    if (e.value.is_list() && !e.value.items.empty())
      good.push_back(e);
    else
      problem(e.value.origin, part + "." + e.key, "must be a list with at least one value", "write [4, 6, 8]");
  return good;
}

void SweepAxes::add(const std::vector<std::string>& keys, std::vector<AxisBundle> axis, const std::string& part) {
  if (keys.empty()) return;  // a list of nothing but the config
  for (const auto& k : keys)
    if (std::any_of(all.begin(), all.end(), [&](const SweepAxis& other) {
          return std::find(other.paths.begin(), other.paths.end(), k) != other.paths.end();
        }))
      return problem(axis.front().front().origin, part, "the key '" + k + "' is on two axes", "keep one of them");
  all.push_back({part, keys, std::move(axis)});
}

void SweepAxes::problem(const Origin& where, const std::string& path, const std::string& message,
                        const std::string& remedy) {
  problems_.push_back({where, path, message, remedy});
}

Origin SweepAxes::origin(const std::string& key) const {
  const auto it = notes_.origins.find(key);
  return it == notes_.origins.end() ? Origin{} : it->second;
}

}  // namespace bitline::experiments
