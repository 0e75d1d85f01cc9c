// SPDX-License-Identifier: Apache-2.0
#include "python/arrays.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bitline::python {
namespace {

py::array some_array(const py::handle& given, const char* name) {
  if (given.is_none()) throw InputError(fmt::format("{}: is None where an array is expected", name));
  const py::array a = py::array::ensure(given);
  if (!a) throw InputError(fmt::format("{}: is no array", name));
  return a;
}

std::string type_name(const py::handle& dtype) { return py::str(dtype).cast<std::string>(); }

// Of the first element that `wrong` holds of: "[2, 0]".
std::string place_text(const py::array& a, std::size_t index) {
  std::string out;
  for (py::ssize_t d = a.ndim(); d-- > 0;) {
    const auto n = static_cast<std::size_t>(a.shape(d));
    out = std::to_string(index % n) + (out.empty() ? "" : ", ") + out;
    index /= n;
  }
  return "[" + out + "]";
}

}  // namespace

std::string shape_text(std::span<const py::ssize_t> shape) {
  std::string out;
  for (const py::ssize_t n : shape) out += (out.empty() ? "" : ", ") + std::to_string(n);
  return "(" + out + (shape.size() == 1 ? ",)" : ")");
}

std::string shape_text(const py::array& a) {
  return shape_text(std::span(a.shape(), static_cast<std::size_t>(a.ndim())));
}

template <class T>
Array<T> real_array(const py::handle& given, const char* name, int dims, bool finite) {
  const py::array a = some_array(given, name);
  if (std::string_view("fiu").find(a.dtype().kind()) == std::string_view::npos)
    throw InputError(fmt::format("{}: has dtype {} where real numbers are expected", name, type_name(a.dtype())));
  if (dims >= 0 && a.ndim() != dims)
    throw InputError(fmt::format("{}: has shape {} where {} dimension{} expected", name, shape_text(a), dims,
                                 dims == 1 ? " is" : "s are"));
  const auto numbers = py::array_t<T, py::array::c_style | py::array::forcecast>::ensure(a);
  if (!numbers) throw InputError(fmt::format("{}: cannot be read as real numbers", name));
  const std::span<const T> values(numbers.data(), static_cast<std::size_t>(numbers.size()));
  if (finite)
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!std::isfinite(values[i]))
        throw InputError(fmt::format("{}: is {} at {}; every value must be a finite number", name, values[i],
                                     place_text(numbers, i)));
  return numbers;
}
template Array<double> real_array(const py::handle&, const char*, int, bool);
template Array<float> real_array(const py::handle&, const char*, int, bool);

Array<std::int16_t> code_array(const py::handle& given, const char* name) {
  const py::array a = some_array(given, name);
  const char kind = a.dtype().kind();
  if (kind != 'i' && kind != 'u')
    throw InputError(fmt::format("{}: has dtype {} where integers are expected{}", name, type_name(a.dtype()),
                                 kind == 'f' ? "; Session.quantize makes codes of real numbers" : ""));
  const py::ssize_t bytes = a.itemsize();
  if (bytes > 2 || (bytes == 2 && kind == 'u')) {
    const auto wide = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>::ensure(a);
    for (py::ssize_t i = 0; i < wide.size(); ++i)
      if (const std::int64_t code = wide.data()[i];
          code < (kind == 'u' ? 0 : std::numeric_limits<std::int16_t>::min()) ||
          code > std::numeric_limits<std::int16_t>::max())
        throw InputError(
            fmt::format("{}: is {} at {}; codes have at most 16 bits", name,
                        kind == 'u' ? std::to_string(static_cast<std::uint64_t>(code)) : std::to_string(code),
                        place_text(wide, static_cast<std::size_t>(i))));
  }
  return py::array_t<std::int16_t, py::array::c_style | py::array::forcecast>::ensure(a);
}

template <class T>
Array<T> result_array(const py::object& out, const std::vector<py::ssize_t>& shape) {
  if (out.is_none()) return Array<T>(shape);
  if (!py::isinstance<py::array>(out)) throw InputError("out: is no NumPy array");
  const py::array a = py::reinterpret_borrow<py::array>(out);
  const py::dtype wanted = py::dtype::of<T>();
  if (!a.dtype().is(wanted) && !a.dtype().equal(wanted))
    throw InputError(fmt::format("out: has dtype {} where {} is expected", type_name(a.dtype()), type_name(wanted)));
  if (!std::equal(shape.begin(), shape.end(), a.shape(), a.shape() + a.ndim()))
    throw InputError(fmt::format("out: has shape {} where {} is expected", shape_text(a), shape_text(shape)));
  if (!(a.flags() & py::array::c_style)) throw InputError("out: is not C-contiguous");
  if (!a.writeable()) throw InputError("out: is read-only");
  return py::reinterpret_borrow<Array<T>>(a);
}
template Array<double> result_array(const py::object&, const std::vector<py::ssize_t>&);
template Array<float> result_array(const py::object&, const std::vector<py::ssize_t>&);

}  // namespace bitline::python
