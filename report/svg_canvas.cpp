// SPDX-License-Identifier: Apache-2.0
#include "report/svg_canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "report/text.h"

namespace bitline::report {
namespace {

// Two decimals are a hundredth of a pixel; trailing zeros go.
std::string n(double x) {
  std::string digits = fmt::format("{:.2f}", std::isfinite(x) ? x : 0.0);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits == "-0" ? "0" : digits;
}

// An element, closed at once or around its tooltip.
std::string element(std::string_view name, const std::string& attributes, std::string_view tooltip) {
  if (tooltip.empty()) return fmt::format("<{} {}/>\n", name, attributes);
  return fmt::format("<{} {}><title>{}</title></{}>\n", name, attributes, escape_markup(tooltip), name);
}

struct Rgb {
  double red, green, blue;
};
Rgb parse(const std::string& color) {
  const auto channel = [&](std::size_t at) { return static_cast<double>(std::stoi(color.substr(at, 2), nullptr, 16)); };
  return {channel(1), channel(3), channel(5)};
}

std::string mix(const std::string& color, double other, double share) {
  const Rgb c = parse(color);
  const auto channel = [&](double x) { return static_cast<int>(std::lround(x + (other - x) * share)); };
  return fmt::format("#{:02x}{:02x}{:02x}", channel(c.red), channel(c.green), channel(c.blue));
}

constexpr std::array<const char*, 9> muted = {"#332288", "#88ccee", "#44aa99", "#ddcc77", "#cc6677",
                                              "#aa4499", "#117733", "#882255", "#999933"};

}  // namespace

std::string series_color(std::size_t index) {
  const std::string base = muted[index % muted.size()];
  switch (index / muted.size() % 3) {
    case 1:
      return mix(base, 255, 0.45);
    case 2:
      return mix(base, 0, 0.35);
    default:
      return base;
  }
}

std::string line_color(std::size_t index) {
  constexpr std::array<std::size_t, muted.size()> order = {0, 4, 2, 8, 5, 6, 7, 1, 3};
  return series_color(index / order.size() * order.size() + order[index % order.size()]);
}

std::string part_color(cost::Part part) { return series_color(info(part).color); }

std::string_view text_color_on(const std::string& fill) {
  const Rgb c = parse(fill);
  return 0.299 * c.red + 0.587 * c.green + 0.114 * c.blue > 140 ? "#222222" : "#ffffff";
}

// Means of DejaVu Sans, wider than the other fonts named below.
double text_width(std::string_view text, double size, bool bold) {
  return (bold ? 0.69 : 0.63) * size * static_cast<double>(display_width(text));
}

std::string fit_text(std::string_view text, double width, double size) {
  return shorten(text, static_cast<std::size_t>(std::max(1.0, width / (0.69 * size))));
}

std::string fit_end(std::string_view text, double width) {
  const std::string safe = clean(text);
  std::size_t skip = 0;
  while (skip < safe.size() &&
         text_width(std::string_view(safe).substr(skip), 12, true) + (skip > 0 ? 12 : 0) > width) {
    ++skip;
    while (skip < safe.size() && (safe[skip] & 0xc0) == 0x80) ++skip;
  }
  return skip > 0 ? "…" + safe.substr(skip) : safe;
}

Svg::Svg(double width, double height, std::string_view title) {
  body_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" font-size=\"12\">\n<title>{2}</title>\n"
      "<rect x=\"0\" y=\"0\" width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
      n(width), n(height), escape_markup(title));
}

void Svg::rect(double x, double y, double width, double height, std::string_view fill, std::string_view tooltip,
               std::string_view stroke, double opacity) {
  std::string attributes = fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"", n(x), n(y),
                                       n(std::max(0.0, width)), n(std::max(0.0, height)), fill);
  if (stroke != "none") attributes += fmt::format(" stroke=\"{}\"", stroke);
  if (opacity < 1) attributes += fmt::format(" fill-opacity=\"{}\"", n(opacity));
  body_ += element("rect", attributes, tooltip);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view stroke, double width,
               std::string_view dashes) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"{}/>\n", n(x1),
                       n(y1), n(x2), n(y2), stroke, n(width),
                       dashes.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", dashes));
}

void Svg::circle(double x, double y, double radius, std::string_view fill, std::string_view tooltip) {
  body_ +=
      element("circle", fmt::format("cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"", n(x), n(y), n(radius), fill), tooltip);
}

void Svg::ring(double x, double y, double radius, std::string_view stroke) {
  body_ += element(
      "circle", fmt::format("cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"none\" stroke=\"{}\"", n(x), n(y), n(radius), stroke),
      "");
}

void Svg::marker(double x, double y, Marker shape, double radius, std::string_view fill, std::string_view tooltip) {
  if (shape == Marker::circle) return circle(x, y, radius, fill, tooltip);
  const double r = radius * 0.9, wide = radius * 1.25, thin = radius * 0.42;
  std::vector<std::pair<double, double>> corners;
  switch (shape) {
    case Marker::circle:
    case Marker::square:
      corners = {{-r, -r}, {r, -r}, {r, r}, {-r, r}};
      break;
    case Marker::triangle:
      corners = {{0, -wide}, {wide, r}, {-wide, r}};
      break;
    case Marker::diamond:
      corners = {{0, -wide}, {wide, 0}, {0, wide}, {-wide, 0}};
      break;
    case Marker::plus:
      corners = {{-thin, -wide}, {thin, -wide}, {thin, -thin}, {wide, -thin}, {wide, thin},   {thin, thin},
                 {thin, wide},   {-thin, wide}, {-thin, thin}, {-wide, thin}, {-wide, -thin}, {-thin, -thin}};
      break;
    case Marker::down:
      corners = {{0, wide}, {wide, -r}, {-wide, -r}};
      break;
  }
  std::string points;
  for (const auto& [dx, dy] : corners)
    points += fmt::format("{}{},{}", points.empty() ? "" : " ", n(x + dx), n(y + dy));
  body_ += element("polygon", fmt::format("points=\"{}\" fill=\"{}\"", points, fill), tooltip);
}

void Svg::polygon(std::span<const std::pair<double, double>> corners, std::string_view fill, double opacity) {
  std::string points;
  for (const auto& [x, y] : corners) points += fmt::format("{}{},{}", points.empty() ? "" : " ", n(x), n(y));
  body_ += element("polygon", fmt::format("points=\"{}\" fill=\"{}\" opacity=\"{}\"", points, fill, n(opacity)), "");
}

void Svg::text(double x, double y, std::string_view text, const TextStyle& style) {
  constexpr std::string_view anchors[] = {"start", "middle", "end"};
  std::string attributes =
      fmt::format("x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"", n(x), n(y), n(style.size), style.fill);
  if (style.anchor != Anchor::start)
    attributes += fmt::format(" text-anchor=\"{}\"", anchors[static_cast<std::size_t>(style.anchor)]);
  if (style.bold) attributes += " font-weight=\"bold\"";
  if (style.rotate_deg != 0)
    attributes += fmt::format(" transform=\"rotate({} {} {})\"", n(style.rotate_deg), n(x), n(y));
  body_ += fmt::format("<text {}>{}</text>\n", attributes, escape_markup(text));
}

void Svg::image(double x, double y, double width, double height, std::string_view data_uri) {
  body_ += fmt::format(
      "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" "
      "image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\" href=\"{}\"/>\n",
      n(x), n(y), n(width), n(height), escape_markup(data_uri));
}

}  // namespace bitline::report
