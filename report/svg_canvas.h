// SPDX-License-Identifier: Apache-2.0
// A drawing in progress: shapes and escaped text become one SVG document without scripts, identifiers or anything
// external.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cost/part.h"

namespace bitline::report {

namespace ink {
inline constexpr std::string_view text = "#222222", soft = "#5f6368", grid = "#e3e5e8", axis = "#9aa0a6";
}

// What charts that fill a page have in common, in pixels.
inline constexpr double page_width = 900, page_margin = 20;
inline constexpr double legend_entry_width = 285, legend_entry_height = 20;
inline constexpr std::size_t legend_entries_per_line = 3;
// Where the axes of a chart stand.
struct Panel {
  double left, right, top, bottom;
};
// A quantity that has a length on the page.
inline bool drawable(double quantity) { return std::isfinite(quantity) && quantity > 0; }

// Colours that stay apart for colour-blind readers; beyond the ninth they come again lighter, then darker.
// P. Tol, "Colour schemes", SRON/EPS/TN/09-002: the "muted" set.
std::string series_color(std::size_t index);
// The same colours for thin lines: those that are pale on white come last.
std::string line_color(std::size_t index);
// The colour of a part of a breakdown, the same in every chart.
std::string part_color(cost::Part part);
inline constexpr std::string_view other_color = "#bbbbbb";  // of small parts together
// "#222222" or "#ffffff", whichever reads better on a fill like "#44aa99".
std::string_view text_color_on(const std::string& fill);

// About what a line of `text` takes in the widest of the fonts used here, in the unit of `size`.
double text_width(std::string_view text, double size, bool bold = false);
// `text` cut so that it takes at most `width`, bold or not.
std::string fit_text(std::string_view text, double width, double size);
// The same from the other end, for names that differ there, as those of exported layers do: bold, at size 12.
std::string fit_end(std::string_view text, double width);

enum class Anchor { start, middle, end };

struct TextStyle {
  double size = 12;
  Anchor anchor = Anchor::start;
  std::string_view fill = ink::text;
  bool bold = false;
  double rotate_deg = 0;  // about the anchor
};

// Shapes of the dots of a chart.
enum class Marker { circle, square, triangle, diamond, plus, down };
inline constexpr std::size_t marker_count = 6;

class Svg {
 public:
  // Units are pixels at natural size. `title` says what the picture shows, for those who cannot see it.
  Svg(double width, double height, std::string_view title);
  // `tooltip` may be empty.
  void rect(double x, double y, double width, double height, std::string_view fill, std::string_view tooltip = "",
            std::string_view stroke = "none", double opacity = 1);
  void line(double x1, double y1, double x2, double y2, std::string_view stroke, double width = 1,
            std::string_view dashes = "");
  void circle(double x, double y, double radius, std::string_view fill, std::string_view tooltip = "");
  // Not filled.
  void ring(double x, double y, double radius, std::string_view stroke);
  // About as large as a circle of that radius.
  void marker(double x, double y, Marker shape, double radius, std::string_view fill, std::string_view tooltip = "");
  // Filled, without a line around it.
  void polygon(std::span<const std::pair<double, double>> corners, std::string_view fill, double opacity = 1);
  // `y` is the baseline.
  void text(double x, double y, std::string_view text, const TextStyle& style = {});
  // Pixels are shown as squares, never blurred.
  void image(double x, double y, double width, double height, std::string_view data_uri);
  std::string str() const { return body_ + "</svg>\n"; }

 private:
  std::string body_;
};

// A PNG of palette colours (index < palette.size() / 3, row-major) as a data URI; the palette is red, green, blue
// bytes.
std::string png_data_uri(int width, int height, std::span<const unsigned char> indices,
                         std::span<const unsigned char> palette);

}  // namespace bitline::report
