// SPDX-License-Identifier: Apache-2.0
// A config with every kind of member, for tests of the visitors.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/schema.h"

namespace bitline::test {

enum class Colour { red, green, dark_blue };
inline constexpr std::string_view colour_names[] = {"red", "green", "dark-blue"};
constexpr std::span<const std::string_view> names_of(Colour) { return colour_names; }

struct Point {
  double x_m = 1e-6, y_m = 0;
};
inline void fields(Visitor& v, Point& c) {
  v(c.x_m, {.key = "x", .meaning = "across", .unit = Unit::meter, .required = true});
  v(c.y_m, {.key = "y", .meaning = "up | down", .unit = Unit::meter});
}

struct Plain {
  static constexpr const char* type = "plain";
  static constexpr const char* about = "nothing to say";
};
struct Round {
  static constexpr const char* type = "round";
  static constexpr const char* about = "has a radius";
  double radius_m = 1e-6;
  int bits = 8;
};
struct Framed {
  static constexpr const char* type = "framed";
  static constexpr const char* about = "holds another";
  std::variant<Plain, Round> inner;
};
inline void fields(Visitor&, Plain&) {}
inline void fields(Visitor& v, Round& c) {
  v(c.radius_m, {.key = "radius", .meaning = "size", .unit = Unit::meter, .positive = true, .required = true});
  v(c.bits, {.key = "bits", .meaning = "resolution", .min = 1, .max = 16});
}
inline void fields(Visitor& v, Framed& c) { v(c.inner, {.key = "inner", .meaning = "what is framed"}); }
using Shape = std::variant<Plain, Round, Framed>;

struct Example {
  std::string name = "none";
  bool on = false;
  int count = 3;
  std::uint32_t seed = 1;
  double gain = 1, share = 0.5, current_A = 1e-6, delay_s = 1e-9;
  Colour colour = Colour::green;
  Point point;
  Shape shape = Round{};
  std::optional<int> limit;
  std::optional<double> area_m2;
  std::vector<double> levels_S;
  std::vector<Point> points;
  std::map<std::string, Point> named;
  Value free;
};
inline void fields(Visitor& v, Example& c) {
  v(c.name, {.key = "name", .meaning = "what it is called"});
  v(c.on, {.key = "on", .meaning = "a switch"});
  v(c.count, {.key = "count", .meaning = "how many", .min = 1, .max = 100});
  v(c.seed, {.key = "seed", .meaning = "of draws"});
  v(c.gain, {.key = "gain", .meaning = "a pure number", .max = 10});
  v(c.share, {.key = "share", .meaning = "a part", .unit = Unit::fraction, .min = 0, .max = 1});
  v(c.current_A, {.key = "current", .meaning = "flow", .unit = Unit::ampere, .min = 0});
  v(c.delay_s,
    {.key = "delay", .meaning = "wait", .unit = Unit::second, .max = 1, .positive = true, .source = "a book"});
  v(c.colour, {.key = "colour", .meaning = "look"});
  v(c.point, {.key = "point", .meaning = "where", .library = true});
  v(c.shape, {.key = "shape", .meaning = "form", .library = true});
  v(c.limit, {.key = "limit", .meaning = "at most", .min = 1, .absent = "all"});
  v(c.area_m2, {.key = "area", .meaning = "size", .unit = Unit::square_meter});
  v(c.levels_S, {.key = "levels", .meaning = "table", .unit = Unit::siemens, .min = 0});
  v(c.points, {.key = "points", .meaning = "places"});
  v(c.named, {.key = "named", .meaning = "places by name"});
  v(c.free, {.key = "free", .meaning = "anything"});
}

}  // namespace bitline::test
