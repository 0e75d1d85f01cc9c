// SPDX-License-Identifier: Apache-2.0
#include "workloads/npy_stream.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace bitline::workloads {
namespace {

constexpr std::size_t largest_item = std::size_t{1} << 28, largest_array = std::size_t{1} << 34;  // numbers

NpyHeader header_of(ByteReader& bytes) {
  return read_npy_header(
      [&](std::size_t n) {
        const std::vector<std::uint8_t> part = bytes.read(n);
        return std::string(part.begin(), part.end());
      },
      bytes.name());
}

}  // namespace

NpyStream::NpyStream(ByteReader bytes) : bytes_(std::move(bytes)), header_(header_of(bytes_)) {
  const std::string shape = fmt::format("({})", fmt::join(header_.shape, ", "));
  if (header_.shape.empty())
    throw InputError(name() + ": holds a single number; the first dimension of an array counts the samples");
  if (std::ranges::find(header_.shape, 0u) != header_.shape.end())
    throw InputError(fmt::format("{}: has the shape {}: there is nothing in it", name(), shape));
  for (std::size_t d = 1; d < header_.shape.size(); ++d) {
    item_ = header_.shape[d] > largest_item / item_ ? largest_item + 1 : item_ * header_.shape[d];
    if (item_ > largest_item) break;
  }
  if (item_ > largest_item || count() > largest_array / item_)
    throw InputError(fmt::format("{}: has the shape {}, more than any such file holds (damaged?)", name(), shape));
}

std::vector<int> NpyStream::item_dims() const {
  std::vector<int> dims;
  for (std::size_t d = 1; d < header_.shape.size(); ++d) dims.push_back(static_cast<int>(header_.shape[d]));
  return dims.empty() ? std::vector<int>{1} : dims;
}

std::vector<double> NpyStream::read_stored(std::size_t items, std::size_t before) {
  const std::size_t bytes = header_.item_bytes() * item_;
  const std::vector<std::uint8_t> stored = bytes_.read(items * bytes);
  if (stored.size() < items * bytes) truncated(before * bytes + stored.size());
  std::vector<double> values = npy_values(header_, stored, name());
  const auto wrong = std::ranges::find_if(values, [](double v) { return !std::isfinite(static_cast<float>(v)); });
  if (wrong != values.end())
    throw InputError(fmt::format("{}: number {} is {}, no finite number of single precision", name(),
                                 before * item_ + static_cast<std::size_t>(wrong - values.begin()), *wrong));
  return values;
}

void NpyStream::truncated(std::size_t have) const {
  throw InputError(fmt::format("{}: truncated: its shape ({}) needs {} bytes of data, but {} are there", name(),
                               fmt::join(header_.shape, ", "), count() * item_ * header_.item_bytes(), have));
}

// Reading past the end also compares the check sum of packed data.
void NpyStream::expect_end() {
  if (bytes_.skip(1) > 0)
    throw InputError(fmt::format("{}: more data than its shape ({}) needs", name(), fmt::join(header_.shape, ", ")));
}

void NpyStream::read(std::size_t first, std::size_t items, const std::function<void(std::span<const double>)>& take) {
  if (header_.fortran && header_.shape.size() > 1) {
    const std::vector<double> all = npy_row_major(header_, read_stored(count(), 0));
    expect_end();
    take(std::span(all).subspan(first * item_, items * item_));
    return;
  }
  const std::size_t before = header_.item_bytes() * item_ * first;
  if (const std::size_t passed = bytes_.skip(before); passed < before) truncated(passed);
  const std::size_t most = std::max<std::size_t>(1, (std::size_t{1} << 17) / item_);
  for (std::size_t done = 0; done < items;) {
    const std::size_t n = std::min(most, items - done);
    take(read_stored(n, first + done));
    done += n;
  }
  if (first + items == count()) expect_end();
}

std::vector<double> NpyStream::read_all() {
  std::vector<double> all;
  read(0, count(), [&](std::span<const double> some) { all.insert(all.end(), some.begin(), some.end()); });
  return all;
}

}  // namespace bitline::workloads
