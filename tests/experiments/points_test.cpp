// SPDX-License-Identifier: Apache-2.0
// points.jsonl survives being killed at every byte, and the table is the plan's order whatever the file's is.
#include <doctest/doctest.h>

#include <fstream>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "experiments/points_file.h"
#include "experiments/sweep_table.h"
#include "tests/temporary_folder.h"

namespace bitline::points_test {

namespace {

std::string line(const std::string& hash, const std::string& result = "{}") {
  return "{\"hash\":\"" + hash + "\",\"point\":{},\"result\":" + result + "}";
}

}  // namespace

TEST_CASE("a file cut at any byte keeps every whole line, and new lines do not glue to the rest") {
  const test::TemporaryFolder folder;
  const auto file = folder.path / "points.jsonl";
  const std::string whole = line("a") + "\n" + line("b") + "\n";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::ofstream(file, std::ios::binary) << whole.substr(0, cut);
    PointsFile points(file);
    points.open();
    const std::size_t kept = (cut >= line("a").size() + 1) + (cut == whole.size());
    CHECK(points.read().size() == kept);
    points.append(line("c"));
    std::size_t damaged = 0;
    const auto now = points.read(&damaged);
    CHECK(now.size() == kept + 1);
    CHECK(now.count("c") == 1);
    CHECK(damaged == 0);
  }
}

TEST_CASE("damaged lines are counted and left out") {
  const test::TemporaryFolder folder;
  const auto file = folder.path / "points.jsonl";
  std::ofstream(file) << line("a") << "\nrubbish\n[1]\n{\"hash\": 3, \"result\": {}}\n{\"hash\": \"x\"}\n"
                      << std::string(3, '\0') << "\n"
                      << line("b") << "\n";
  std::size_t damaged = 0;
  CHECK(PointsFile(file).read(&damaged).size() == 2);
  CHECK(damaged == 5);
}

TEST_CASE("many writers lose nothing") {
  const test::TemporaryFolder folder;
  const auto file = folder.path / "points.jsonl";
  PointsFile(file).open();
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      const PointsFile points(file);
      for (int i = 0; i < 25; ++i)
        points.append(
            line(std::to_string(w) + "-" + std::to_string(i), "{\"long\":\"" + std::string(5000, 'x') + "\"}"));
    });
  for (auto& w : writers) w.join();
  std::size_t damaged = 0;
  CHECK(PointsFile(file).read(&damaged).size() == 100);
  CHECK(damaged == 0);
}

TEST_CASE("a folder that cannot be is a failed run") {
  CHECK_THROWS_AS(PointsFile("/proc/none/points.jsonl").open(), RunError);
}

TEST_CASE("the table has the finished points in the plan's order and says which kept paths are unknown") {
  Sweep sweep;
  sweep.axes = {"a", "b.c"};
  sweep.keep = {"x.y", "list.1", "named.fc.1.v", "text", "nothing", "none"};
  for (const char* hash : {"h0", "h1", "h2"})
    sweep.points.push_back({{{"a", "1 uS", {}}, {"b.c", "[1, 2]", {}}}, hash});
  const std::string result =
      R"({"x":{"y":0.1},"list":[3,1e-9],"named":[{"name":"other","v":1},{"name":"fc.1","v":2}],"text":"a \"b\"","none":null})";
  std::set<std::string> unknown;
  const std::string table = sweep_table(sweep, {{"h2", line("h2", result)}, {"h0", line("h0", result)}}, unknown);
  const std::string tail = ",1 uS,\"[1, 2]\",0.1,1e-09,2,\"a \"\"b\"\"\",,\n";
  CHECK(table == "point,hash,a,b.c,x.y,list.1,named.fc.1.v,text,nothing,none\n0,h0" + tail + "2,h2" + tail);
  CHECK(unknown == std::set<std::string>{"nothing"});
}

}  // namespace bitline::points_test
