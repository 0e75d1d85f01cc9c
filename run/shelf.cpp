// SPDX-License-Identifier: Apache-2.0
#include "run/shelf.h"

#include <stdexcept>

#include <tbb/task_arena.h>

namespace bitline::run {

Shelf::Any Shelf::find_or_make(const Key& key, std::type_index type, const std::function<Made()>& make) {
  std::promise<Any> promise;
  {
    std::unique_lock hold(mutex_);
    if (const auto at = entries_.find(key); at != entries_.end()) {
      Entry& entry = at->second;
      if (entry.type != type) throw std::logic_error("two stages of other types share the key " + key.hex());
      if (!entry.done && entry.maker == std::this_thread::get_id())
        throw std::logic_error("a stage asks for its own value, key " + key.hex());
      if (entry.done) uses_.splice(uses_.begin(), uses_, entry.use);
      ++found_;
      const std::shared_future<Any> value = entry.value;
      hold.unlock();
      return value.get();
    }
    ++made_;
    entries_.emplace(key, Entry{type, promise.get_future().share(), std::this_thread::get_id()});
  }
  Made made;
  try {
    // While it waits for its own parallel loops the maker must not take up work that waits for this very value.
    tbb::this_task_arena::isolate([&] { made = make(); });
  } catch (...) {
    const std::lock_guard hold(mutex_);
    entries_.erase(key);
    promise.set_exception(std::current_exception());
    throw;
  }
  promise.set_value(made.value);
  keep(key, made.bytes);
  return made.value;
}

void Shelf::keep(const Key& key, std::size_t bytes) {
  const std::lock_guard hold(mutex_);
  Entry& entry = entries_.at(key);
  entry.done = true;
  entry.bytes = bytes;
  bytes_ += bytes;
  entry.use = uses_.insert(uses_.begin(), key);
  trim();
}

void Shelf::trim() {
  for (auto use = uses_.end(); bytes_ > limit_ && use != uses_.begin();) {
    --use;
    const auto entry = entries_.find(*use);
    // One owner is the entry's future itself.
    if (entry->second.value.get().use_count() > 1) continue;
    bytes_ -= entry->second.bytes;
    entries_.erase(entry);
    use = uses_.erase(use);
  }
}

Shelf::Counts Shelf::counts() const {
  const std::lock_guard hold(mutex_);
  return {uses_.size(), bytes_, found_, made_};
}

}  // namespace bitline::run
