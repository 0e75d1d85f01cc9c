// SPDX-License-Identifier: Apache-2.0
// NumPy arrays at the border: what comes in is looked at before anything uses it. What has the right type and lies in
// order is used where it is, other arrays are copied once.
#pragma once

#include <fmt/format.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace bitline::python {

namespace py = pybind11;

template <class T>
using Array = py::array_t<T, py::array::c_style>;

std::string shape_text(std::span<const py::ssize_t> shape);
std::string shape_text(const py::array& array);

// Real numbers of any real type as T. Throws InputError: no array, text, complex numbers, another number of dimensions
// (`dims` < 0: any), and, with `finite`, NaN or infinity. `name` is what the caller knows it by: "g_S".
template <class T>
Array<T> real_array(const py::handle& given, const char* name, int dims, bool finite = true);

// Whole numbers of any integer type that fit int16.
Array<std::int16_t> code_array(const py::handle& given, const char* name);

template <class T>
std::span<const T> values_of(const Array<T>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

// Room for results: `out` itself where it is given, else a new array. Throws InputError: not of this type and shape,
// not C-contiguous, or read-only.
template <class T>
Array<T> result_array(const py::object& out, const std::vector<py::ssize_t>& shape);

// Results are written while inputs are still read. Throws InputError: `out` has memory in common with the input `name`.
template <class T, class U>
void check_apart(const Array<T>& out, const Array<U>& input, const char* name) {
  const auto in = values_of(input);
  const auto room = values_of(out);
  const auto *first = reinterpret_cast<const std::byte*>(in.data()),
             *begin = reinterpret_cast<const std::byte*>(room.data());
  if (std::less<>()(first, begin + room.size_bytes()) && std::less<>()(begin, first + in.size_bytes()))
    throw InputError(std::string("out: shares memory with ") + name + "; give an array of its own");
}

template <class T>
std::span<T> room_of(Array<T>& a) {
  return {a.mutable_data(), static_cast<std::size_t>(a.size())};
}

template <class T>
Array<T> new_array(const std::vector<T>& values, const std::vector<py::ssize_t>& shape) {
  Array<T> a(shape);
  if (static_cast<std::size_t>(a.size()) != values.size()) throw std::logic_error("shape and values differ");
  std::copy(values.begin(), values.end(), a.mutable_data());
  return a;
}

// As many as there are in memory, where sizes are lengths.
inline py::ssize_t length(std::size_t n) { return static_cast<py::ssize_t>(n); }

}  // namespace bitline::python
