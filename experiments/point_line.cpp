// SPDX-License-Identifier: Apache-2.0
#include "experiments/point_line.h"

#include <algorithm>
#include <utility>

#include <sys/utsname.h>

#include "base/version.h"
#include "run/result_document.h"

namespace bitline::experiments {

using run::Json;

namespace {

std::string dumped(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json begin_line(const Sweep& sweep, std::size_t point) {
  Json axes = Json::object();
  for (const AxisValue* v : sweep.values(point)) axes[v->path] = v->value;
  return {{"hash", sweep.keys[point].hex()}, {"point", axes}};
}

Json provenance(int threads) {
  utsname machine{};
  const bool known = uname(&machine) == 0;
  return {{"host", known ? machine.nodename : ""}, {"threads", threads}, {"bitline_version", version()}};
}

std::string text_of(const Json& node) {
  return node.is_null() ? "" : node.is_string() ? node.get<std::string>() : dumped(node);
}

// Sees a line go by: its hash, and the single values below `kept`.
class LineReader : public nlohmann::json_sax<Json> {
 public:
  LineReader(ParsedLine& line, const std::vector<std::string>& keep) : line_(line), keep_(keep) {}

  bool is_object = false, has_result = false;
  std::vector<std::string> unknown;

  bool null() override { return value({}); }
  bool boolean(bool x) override { return value(x ? "true" : "false"); }
  bool number_integer(number_integer_t x) override { return value(std::to_string(x)); }
  bool number_unsigned(number_unsigned_t x) override { return value(std::to_string(x)); }
  bool number_float(number_float_t, const string_t& text) override { return value(text); }
  bool string(string_t& text) override {
    if (depth_ == 1 && top_ == "hash") line_.hash = Key::from_hex(text);
    if (depth_ == 2 && top_ == "unknown") unknown.push_back(text);
    return value(text);
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override {
    if (depth_ == 0) is_object = true;
    return begin();
  }
  bool start_array(std::size_t) override { return begin(); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(string_t& name) override {
    if (depth_ == 1) {
      top_ = name;
      if (name == "kept") line_.finished = true;
      if (name == "result") line_.finished = has_result = true;
    } else if (depth_ == 2 && top_ == "kept") {
      below_ = name;
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool begin() {
    ++depth_;
    return true;
  }
  bool end() {
    --depth_;
    return true;
  }
  bool value(std::string text) {
    if (depth_ == 2 && top_ == "kept")
      for (std::size_t i = 0; i < keep_.size(); ++i)
        if (keep_[i] == below_) line_.figures[i] = std::move(text);
    return true;
  }

  ParsedLine& line_;
  const std::vector<std::string>& keep_;
  int depth_ = 0;
  std::string top_, below_;
};

// Figures that are more than one value, and those that only the whole result has.
void fill_from_tree(std::string_view text, const std::vector<std::string>& keep, ParsedLine& line) {
  const Json tree = Json::parse(text);
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (line.figures[i]) continue;
    const auto kept = tree.find("kept");
    const Json* node = kept != tree.end() && kept->is_object() && kept->contains(keep[i]) ? &(*kept)[keep[i]] : nullptr;
    if (const auto result = tree.find("result"); !node && result != tree.end()) {
      node = run::node_at(*result, keep[i]);
      if (!node) line.unknown.push_back(i);
      line.figures[i] = "";
    }
    if (node) line.figures[i] = text_of(*node);
  }
}

}  // namespace

std::string point_line(const Sweep& sweep, std::size_t point, const run::Result& result, double seconds) {
  Json line = begin_line(sweep, point), kept = Json::object(), unknown = Json::array();
  run::ResultFigures figures(result);
  for (const std::string& path : sweep.keep) {
    const Json* node = figures.find(path);
    if (!node) unknown.push_back(path);
    kept[path] = node ? *node : Json(nullptr);
  }
  line["kept"] = std::move(kept);
  if (!unknown.empty()) line["unknown"] = std::move(unknown);
  if (!result.warnings.empty()) line["warnings"] = result.warnings;
  line["timing"] = {{"run", seconds}};
  line["provenance"] = provenance(result.threads);
  if (sweep.results == RowContent::full) line["result"] = result_document(result);
  return dumped(line);
}

std::string failed_line(const Sweep& sweep, std::size_t point, const std::string& error) {
  Json line = begin_line(sweep, point);
  line["error"] = error;
  return dumped(line);
}

std::optional<ParsedLine> parse_line(std::string_view text, const std::vector<std::string>& keep) {
  ParsedLine line;
  line.figures.resize(keep.size());
  LineReader reader(line, keep);
  if (!Json::sax_parse(text, &reader) || !reader.is_object) return std::nullopt;
  for (const std::string& path : reader.unknown)
    for (std::size_t i = 0; i < keep.size(); ++i)
      if (keep[i] == path) line.unknown.push_back(i);
  if (line.hash && line.finished && std::count(line.figures.begin(), line.figures.end(), std::nullopt) > 0)
    fill_from_tree(text, keep, line);
  return line;
}

}  // namespace bitline::experiments
