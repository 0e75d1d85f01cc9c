// SPDX-License-Identifier: Apache-2.0
// points.jsonl survives being killed at every byte, and the table is the plan's order whatever the file's is.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "experiments/point_line.h"
#include "experiments/points_file.h"
#include "experiments/sweep_table.h"
#include "tests/temporary_folder.h"

namespace bitline::points_test {
using namespace workloads;
using namespace run;
using namespace experiments;

namespace {

Key key(std::uint64_t n) { return {n, 1}; }

std::string line(std::uint64_t n, const std::string& kept = "{}") {
  return "{\"hash\":\"" + key(n).hex() + "\",\"point\":{},\"kept\":" + kept + "}";
}

}  // namespace

TEST_CASE("a file cut at any byte keeps every whole line, and new lines do not glue to the rest") {
  const test::TemporaryFolder folder;
  const auto file = folder.path / "points.jsonl";
  const std::string whole = line(1) + "\n" + line(2) + "\n";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::ofstream(file, std::ios::binary) << whole.substr(0, cut);
    const PointsFile points(file, {});
    const std::size_t kept = (cut >= line(1).size() + 1) + (cut == whole.size());
    CHECK(points.read().rows.size() == kept);
    points.open();
    CHECK(points.read().rows.size() == kept);
    points.append(line(3));
    const PointIndex now = points.read();
    CHECK(now.rows.size() == kept + 1);
    CHECK(now.has(key(3)));
    CHECK(now.damaged == 0);
  }
}

TEST_CASE("damaged lines are counted and left out") {
  const test::TemporaryFolder folder;
  const auto file = folder.path / "points.jsonl";
  std::ofstream(file) << line(1) << "\nrubbish\n[1]\n{\"hash\": 3, \"kept\": {}}\n{\"hash\": \"" << key(5).hex()
                      << "\"}\n{\"hash\": \"x\", \"kept\": {}}\n"
                      << std::string(3, '\0') << "\n"
                      << line(2) << "\n";
  const PointIndex index = PointsFile(file, {}).read();
  CHECK(index.rows.size() == 2);
  CHECK(index.damaged == 6);
}

TEST_CASE("what others add is read on, from where reading ended") {
  const test::TemporaryFolder folder;
  const PointsFile points(folder.path / "points.jsonl", {"x"}), other(folder.path / "points.jsonl", {});
  PointIndex index = points.read();
  CHECK(index.rows.empty());
  for (std::uint64_t n = 0; n < 5; ++n) {
    other.append(line(n, "{\"x\":" + std::to_string(n) + "}"));
    points.read(index);
    CHECK(index.rows.size() == n + 1);
    CHECK(index.rows.at(key(n)).figures == std::string(",").append(std::to_string(n)));
    CHECK(points.line(index.rows.at(key(n))) == line(n, "{\"x\":" + std::to_string(n) + "}"));
  }
  const std::vector<std::string> many{line(7, "{\"x\":7}"), line(8, "{\"x\":8}")};
  other.append(many);
  points.read(index);
  CHECK(index.rows.size() == 7);
}

TEST_CASE("many writers lose nothing") {
  const test::TemporaryFolder folder;
  const auto file = folder.path / "points.jsonl";
  PointsFile(file, {}).open();
  std::vector<std::thread> writers;
  for (std::uint64_t w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      const PointsFile points(file, {});
      for (std::uint64_t i = 0; i < 25; ++i)
        points.append(line(100 * w + i, "{\"long\":\"" + std::string(5000, 'x') + "\"}"));
    });
  for (auto& w : writers) w.join();
  const PointIndex index = PointsFile(file, {}).read();
  CHECK(index.rows.size() == 100);
  CHECK(index.damaged == 0);
}

TEST_CASE("a folder that cannot be is a failed run") {
  CHECK_THROWS_AS(PointsFile("/proc/none/points.jsonl", {}).open(), RunError);
}

TEST_CASE("a line gives the figures that are asked for, from what it keeps or from the whole result") {
  const std::vector<std::string> keep{"a.b", "text", "list.1", "none", "layers.fc.1.x", "gone"};
  const std::string kept =
      R"({"hash":"%","kept":{"a.b":0.1,"text":"x, \"y\"","list.1":1e-300,"none":null,"layers.fc.1.x":-3,"gone":null},"unknown":["gone"]})";
  const std::string full =
      R"({"hash":"%","kept":{"a.b":0.1},"result":{"a":{"b":7},"text":"x, \"y\"","list":[0,1e-300],"none":null,"layers":[{"name":"fc.1","x":-3}]}})";
  for (std::string text : {kept, full}) {
    text.replace(text.find('%'), 1, key(1).hex());
    const auto parsed = parse_line(text, keep);
    REQUIRE(parsed);
    CHECK(parsed->hash == key(1));
    CHECK(parsed->finished);
    CHECK(parsed->figures == std::vector<std::optional<std::string>>{"0.1", "x, \"y\"", "1e-300", "", "-3", ""});
    CHECK(parsed->unknown == std::vector<std::size_t>{5});
  }
  const auto tree = parse_line(R"({"kept":{"a":[1,{"b":2}]}})", {"a", "b"});
  REQUIRE(tree);
  CHECK_FALSE(tree->hash);
  CHECK_FALSE(parse_line("[]", {}));
  CHECK_FALSE(parse_line("{", {}));
  std::string container = R"({"hash":"%","kept":{"a":[1,{"b":2}]}})";
  container.replace(container.find('%'), 1, key(1).hex());
  CHECK(parse_line(container, {"a"})->figures[0] == "[1,{\"b\":2}]");
}

TEST_CASE("lines that lack a figure that is asked for now are not finished, later ones of the same point are") {
  const test::TemporaryFolder folder;
  const PointsFile one(folder.path / "points.jsonl", {"a"}), two(folder.path / "points.jsonl", {"b", "a"});
  one.append(line(1, R"({"a":1})"));
  CHECK(one.read().has(key(1)));
  PointIndex index = two.read();
  CHECK_FALSE(index.has(key(1)));
  CHECK(index.incomplete.count(key(1)) == 1);
  CHECK(index.damaged == 0);
  one.append(line(1, R"({"a":1,"b":2})"));
  two.read(index);
  CHECK(index.rows.at(key(1)).figures == ",2,1");
  one.append(line(1, R"({"a":1})"));  // by a shard that asks for less
  two.read(index);
  CHECK(index.rows.at(key(1)).figures == ",2,1");
}

TEST_CASE("the table has the finished points in the plan's order") {
  Sweep sweep;
  sweep.axes = {{"list", {"a"}, {{{"a", "1 uS", {}}}, {{"a", "2 uS", {}}}, {{"a", "3 uS", {}}}}},
                {"grid", {"b.c"}, {{{"b.c", "[1, 2]", {}}}}}};
  sweep.keep = {"x.y", "text", "none", "nothing"};
  sweep.keys = {key(0), key(1), key(2)};
  const test::TemporaryFolder folder;
  const PointsFile file(folder.path / "points.jsonl", sweep.keep);
  for (const std::uint64_t n : {2u, 0u, 9u})
    file.append(R"({"hash":")" + key(n).hex() +
                R"(","kept":{"x.y":0.1,"text":"a \"b\"","none":null,"nothing":null},"unknown":["nothing"]})");
  const PointIndex index = file.read();
  const std::string tail = ",0.1,\"a \"\"b\"\"\",,\n";
  CHECK(sweep_table(sweep, index) == "point,hash,a,b.c,x.y,text,none,nothing\n0," + key(0).hex() + ",1 uS,\"[1, 2]\"" +
                                         tail + "2," + key(2).hex() + ",3 uS,\"[1, 2]\"" + tail);
  CHECK(index.known == std::vector<bool>{true, true, true, false});
}

TEST_CASE("the line of a point holds the kept figures and no more, unless the whole result is asked for") {
  Sweep sweep;
  sweep.axes = {{"list", {"a", "b"}, {{{"a", "1", {}}, {"b", "", {}}}}}};
  sweep.keep = {"quality.value", "no.such", "quality.chips"};
  sweep.keys = {key(4)};
  Result result;
  result.quality.value = 0.1 + 0.2;
  result.quality.chips = {{1, {0, 1}}};
  result.costs.layers.resize(1);
  result.costs.layers[0].name = "fc";
  for (const RowContent content : {RowContent::kept, RowContent::full}) {
    sweep.results = content;
    const std::string text = point_line(sweep, 0, result, 2);
    const auto json = nlohmann::json::parse(text);
    CHECK(json["hash"] == key(4).hex());
    CHECK(json["point"] == nlohmann::json{{"a", "1"}, {"b", ""}});
    CHECK(json["kept"]["quality.value"] == 0.1 + 0.2);
    CHECK(json["unknown"] == std::vector<std::string>{"no.such"});
    CHECK(json["timing"]["run"] == 2);
    CHECK(json.contains("result") == (content == RowContent::full));
    CHECK(json.contains("warnings") == false);
    const auto parsed = parse_line(text, sweep.keep);
    REQUIRE(parsed);
    CHECK(*parsed->figures[0] == "0.30000000000000004");
    CHECK(*parsed->figures[2] == R"([{"value":1.0,"ci95":[0.0,1.0]}])");
    CHECK(parse_line(text, {"layers.fc.energy_J"})->figures[0].has_value() == (content == RowContent::full));
  }
  result.warnings = {"careful"};
  CHECK(nlohmann::json::parse(point_line(sweep, 0, result, 2))["warnings"].size() == 1);
  CHECK(parse_line(failed_line(sweep, 0, "why"), {})->finished == false);
}

}  // namespace bitline::points_test
