// SPDX-License-Identifier: Apache-2.0
#include "workloads/vehicles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace bitline::workloads {
namespace {

struct Point {
  double x, y;
};
using Outline = std::vector<Point>;

// Even-odd rule.
bool inside(const Outline& outline, Point p) {
  bool in = false;
  for (std::size_t i = 0, j = outline.size() - 1; i < outline.size(); j = i++) {
    const Point a = outline[i], b = outline[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) in = !in;
  }
  return in;
}

// A vehicle of length 1 that looks to the right: x from 0 (rear) to 1, y upwards from the ground.
struct VehicleShape {
  std::vector<Outline> body, windows;
  std::vector<Point> wheels;
  double wheel_radius = 0;
};

// `a`, `b` in 0 .. 1 vary the proportions.
VehicleShape sedan(double a, double b) {
  const double belt = 0.2 + 0.03 * a, roof = belt + 0.11 + 0.03 * b;
  return {{{{0, 0.06}, {1, 0.06}, {1, belt - 0.06}, {0.72, belt}, {0.02, belt}},
           {{0.15, belt}, {0.28, roof}, {0.6, roof}, {0.75, belt}}},
          {{{0.22, belt}, {0.3, roof - 0.03}, {0.43, roof - 0.03}, {0.43, belt}},
           {{0.46, belt}, {0.46, roof - 0.03}, {0.58, roof - 0.03}, {0.68, belt}}},
          {{0.2, 0.07}, {0.8, 0.07}},
          0.075};
}
VehicleShape suv(double a, double b) {
  const double belt = 0.26 + 0.03 * a, roof = belt + 0.15 + 0.03 * b;
  return {{{{0, 0.08}, {1, 0.08}, {1, belt - 0.03}, {0.78, belt}, {0, belt}},
           {{0.01, belt}, {0.04, roof}, {0.62, roof}, {0.76, belt}}},
          {{{0.06, belt}, {0.08, roof - 0.03}, {0.3, roof - 0.03}, {0.3, belt}},
           {{0.33, belt}, {0.33, roof - 0.03}, {0.6, roof - 0.03}, {0.7, belt}}},
          {{0.2, 0.09}, {0.8, 0.09}},
          0.09};
}
VehicleShape pickup(double a, double b) {
  const double belt = 0.24 + 0.03 * a, roof = belt + 0.14 + 0.03 * b;
  return {{{{0, 0.08}, {1, 0.08}, {1, belt - 0.03}, {0.8, belt}, {0, belt}},
           {{0.43, belt}, {0.45, roof}, {0.65, roof}, {0.78, belt}}},
          {{{0.49, belt}, {0.5, roof - 0.03}, {0.63, roof - 0.03}, {0.72, belt}}},
          {{0.18, 0.09}, {0.82, 0.09}},
          0.085};
}
VehicleShape airplane(double a, double b) {
  const double low = 0.12, high = 0.24 + 0.02 * a, middle = (low + high) / 2;
  return {{{{0, high}, {0.1, low}, {0.88, low}, {1, middle}, {0.9, high}},
           {{0, high}, {-0.02, high + 0.16 + 0.04 * b}, {0.06, high + 0.16 + 0.04 * b}, {0.16, high}},
           {{0.35, middle}, {0.2, low - 0.12}, {0.3, low - 0.12}, {0.6, middle}}},
          {{{0.86, middle + 0.01}, {0.88, high - 0.02}, {0.92, high - 0.02}, {0.95, middle + 0.01}}},
          {},
          0};
}
VehicleShape shape_of(int vehicle, double a, double b) {
  switch (vehicle) {
    case 0:
      return sedan(a, b);
    case 1:
      return suv(a, b);
    case 2:
      return pickup(a, b);
    default:
      return airplane(a, b);
  }
}

// Uniform numbers of one picture, in the order of asking.
class Draws {
 public:
  Draws(const Random& random, std::uint32_t number) : random_(random), number_(number) {}
  double operator()(double low, double high) {
    if (at_ % 4 == 0) four_ = random_.uniform4({Purpose::picture, 0, at_ / 4, number_});
    return low + (high - low) * four_[at_++ % 4];
  }
  bool coin() { return (*this)(0, 1) < 0.5; }

 private:
  const Random& random_;
  std::uint32_t number_, at_ = 0;
  std::array<double, 4> four_{};
};

struct Building {
  double left, right, top, grey, window_grey;
};

// Everything that is seen, in units of the picture's edge, y upwards.
class Scene {
 public:
  Scene(int vehicle, bool windows, Draws& draw) : windows_(windows) {
    horizon_ = draw(0.25, 0.45);
    sky_ = draw(0.55, 0.95), ground_ = draw(0.3, 0.65);
    const int buildings = static_cast<int>(draw(2, 6));
    for (int i = 0; i < buildings; ++i) {
      const double left = draw(-0.1, 0.95), width = draw(0.1, 0.3), grey = draw(0.35, 0.8);
      buildings_.push_back({left, left + width, horizon_ + draw(0.08, 0.45), grey, grey + (draw.coin() ? 0.2 : -0.25)});
    }
    shape_ = shape_of(vehicle, draw(0, 1), draw(0, 1));
    length_ = draw(0.55, 0.85);
    left_ = draw(0.04, 0.96 - length_);
    const bool flies = vehicle == 3;
    base_ = flies ? draw(0.25, 0.6) : std::max(0.06, horizon_ - draw(0.05, 0.25));
    mirrored_ = draw.coin();
    const bool light = draw.coin();
    body_ = light ? draw(0.75, 1.0) : draw(0.02, 0.25);
    window_ = light ? draw(0.1, 0.35) : draw(0.45, 0.7);
    wheel_ = draw(0.02, 0.15);
  }

  std::optional<double> vehicle(Point p) const {
    Point own{(p.x - left_) / length_, (p.y - base_) / length_};
    if (mirrored_) own.x = 1 - own.x;
    if (own.x < -0.1 || own.x > 1.1 || own.y < -0.05 || own.y > 0.6) return {};
    for (const Point& w : shape_.wheels)
      if (std::hypot(own.x - w.x, own.y - w.y) < shape_.wheel_radius) return wheel_;
    for (const Outline& o : shape_.windows)
      if (inside(o, own)) return window_;
    for (const Outline& o : shape_.body)
      if (inside(o, own)) return body_;
    return {};
  }
  double behind(Point p) const {
    double grey = p.y < horizon_ ? ground_ : sky_;
    if (p.y < horizon_) return grey;
    for (const Building& b : buildings_) {
      if (p.x < b.left || p.x > b.right || p.y > b.top) continue;
      grey = b.grey;
      if (windows_ && std::fmod(p.x - b.left, 0.03) > 0.015 && std::fmod(p.y - horizon_, 0.04) > 0.022)
        grey = b.window_grey;
    }
    return std::clamp(grey, 0.0, 1.0);
  }

 private:
  bool windows_, mirrored_ = false;
  double horizon_, sky_, ground_, length_, left_, base_, body_, window_, wheel_;
  std::vector<Building> buildings_;
  VehicleShape shape_;
};

// Weights 1 - w, w / 2 on both sides, first along rows, then along columns; the border repeats its pixels.
void blur(GreyPicture& p, double w) {
  const auto pass = [&](int lines, int length, std::size_t line_step, std::size_t step) {
    std::vector<float> line(static_cast<std::size_t>(length));
    for (int l = 0; l < lines; ++l) {
      float* at = p.values.data() + static_cast<std::size_t>(l) * line_step;
      for (std::size_t i = 0; i < line.size(); ++i) line[i] = at[i * step];
      for (std::size_t i = 0; i < line.size(); ++i) {
        const float before = line[i > 0 ? i - 1 : 0], after = line[std::min(i + 1, line.size() - 1)];
        at[i * step] = static_cast<float>((1 - w) * line[i] + w / 2 * (before + after));
      }
    }
  };
  const auto width = static_cast<std::size_t>(p.width);
  pass(p.height, p.width, width, 1);
  pass(p.width, p.height, 1, width);
}

void add_noise(GreyPicture& p, double sigma, const Random& random, std::uint32_t number) {
  std::vector<float> z((p.size() + 3) / 4 * 4);
  random.normals({Purpose::picture_noise, 0, 0, number}, z);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double value = std::clamp(p.values[i] + sigma * z[i], 0.0, 1.0);
    p.values[i] = static_cast<float>(std::nearbyint(value * 255)) / 255.f;
  }
}

}  // namespace

VehiclePicture vehicle_picture(const VehicleStyle& style, const Random& random, std::uint32_t number) {
  constexpr int fine = 3;  // points of a pixel along an edge
  Draws draw(random, number);
  VehiclePicture out;
  out.vehicle = static_cast<int>(number % 4);
  const Scene scene(out.vehicle, style.windows, draw);
  const double softness = draw(0.1, 0.6);
  out.picture = {style.size, style.size, {}};
  const double point = 1.0 / (style.size * fine);
  for (int r = 0; r < style.size; ++r)
    for (int c = 0; c < style.size; ++c) {
      double sum = 0;
      int covered = 0;
      for (int k = 0; k < fine * fine; ++k) {
        const Point p{(c * fine + k % fine + 0.5) * point, 1 - (r * fine + k / fine + 0.5) * point};
        const std::optional<double> subject = scene.vehicle(p);
        covered += subject.has_value();
        sum += subject ? *subject : scene.behind(p);
      }
      out.picture.values.push_back(static_cast<float>(sum / (fine * fine)));
      out.mask.push_back(2 * covered > fine * fine);
    }
  blur(out.picture, softness);
  add_noise(out.picture, style.noise, random, number);
  return out;
}

}  // namespace bitline::workloads
