// SPDX-License-Identifier: Apache-2.0
// What a stage of a run has made, and its key: what stages after it add to theirs.
#pragma once

#include <memory>

#include "run/shelf.h"

namespace bitline::run {

template <class T>
struct Stage {
  Key key;
  std::shared_ptr<const T> value;
  const T& operator*() const { return *value; }
  const T* operator->() const { return value.get(); }
};

// From the shelf, or made now and kept there.
template <Shelved T, std::invocable Make>
Stage<T> stage(Shelf& shelf, const KeyBuilder& key, Make&& make) {
  const Key k = key.key();
  return {k, shelf.get<T>(k, std::forward<Make>(make))};
}

}  // namespace bitline::run
