// SPDX-License-Identifier: Apache-2.0
#include "experiments/sweep_keys.h"

#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "experiments/sweep_points.h"
#include "run/identity.h"

namespace bitline::experiments {

using run::key_group_of;
using run::key_groups;

namespace {

// Rows that show published figures or the budget depend on them too.
bool shows_document(const Sweep& sweep) {
  return sweep.results == RowContent::full || std::any_of(sweep.keep.begin(), sweep.keep.end(), [](const auto& path) {
           return path.starts_with("published") || path.starts_with("budget");
         });
}

// Whether a path is below a key of the config: not of its `base`, nor of a key that does not exist.
bool is_below_a_key(const std::string& path) {
  const auto labels = {"name", "published", "budget", "keep"};
  return key_group_of(path) || std::find(labels.begin(), labels.end(), path.substr(0, path.find('.'))) != labels.end();
}

bool separable(const Sweep& sweep) {
  const auto below = [](const std::vector<AxisValue>& values) {
    return std::all_of(values.begin(), values.end(), [](const AxisValue& v) { return is_below_a_key(v.path); });
  };
  return !shows_document(sweep) && below(sweep.fixed) &&
         std::all_of(sweep.axes.begin(), sweep.axes.end(),
                     [&](const SweepAxis& axis) { return below(axis.bundles.front()); });
}

// The keys of one group, by the digits of the axes that set any of it.
class GroupTable {
 public:
  GroupTable(const Sweep& sweep, std::size_t group, FileKeys& files) : sweep_(sweep), group_(group), files_(files) {
    std::size_t count = 1;
    for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
      const auto& paths = sweep.axes[a].paths;
      if (std::none_of(paths.begin(), paths.end(), [&](const auto& p) { return key_group_of(p) == group; })) continue;
      axes_.push_back(a);
      count *= sweep.axes[a].bundles.size();
    }
    part_ = Value::map(sweep.base.origin);
    const run::KeyGroup& keys = key_groups()[group];
    for (const Entry& e : sweep.base.entries)
      if (std::find(keys.begin(), keys.end(), e.key) != keys.end()) part_.entries.push_back(e);
    keys_.resize(count);
    wrong_.resize(count, 0);
    parallel_for(count, [&](std::size_t i) { make(i); });
  }

  const Key& of(std::size_t point) const { return keys_[number(point)]; }
  // A value of the point cannot be read.
  bool is_wrong(std::size_t point) const { return wrong_[number(point)] != 0; }
  // Which entry of the table a point has.
  std::size_t number(std::size_t point) const {
    std::size_t n = 0;
    for (const std::size_t a : axes_) n = n * sweep_.axes[a].bundles.size() + sweep_.digit(point, a);
    return n;
  }

 private:
  void make(std::size_t i) {
    try {
      Value tree = part_;
      std::vector<const AxisBundle*> bundles(axes_.size());
      for (std::size_t k = axes_.size(), rest = i; k-- > 0;) {
        const auto& all = sweep_.axes[axes_[k]].bundles;
        bundles[k] = &all[rest % all.size()];
        rest /= all.size();
      }
      for (const AxisBundle* bundle : bundles)
        for (const AxisValue& v : *bundle)
          if (!v.value.empty() && key_group_of(v.path) == group_) apply(tree, parsed({v.path, v.value}), sweep_.where);
      resolve_bases(tree, sweep_.where);
      keys_[i] = group_key(arch::load_keys(tree, key_groups()[group_], sweep_.where), group_, sweep_.run, files_);
    } catch (const ConfigError&) {
      wrong_[i] = 1;
    }
  }

  const Sweep& sweep_;
  std::size_t group_;
  FileKeys& files_;
  Value part_;
  std::vector<std::size_t> axes_;
  std::vector<Key> keys_;
  std::vector<char> wrong_;
};

}  // namespace

Key point_key(const Sweep& sweep, const arch::LoadedConfig& point, FileKeys& files) {
  KeyBuilder key("point");
  key.add("result", run::result_key(point.config, sweep.run, files));
  if (shows_document(sweep)) key.add("document", document_key(point, sweep.run, files));
  return key.key();
}

std::vector<char> find_keys(Sweep& sweep) {
  FileKeys files;
  std::vector<char> wrong(sweep.size(), 0);
  if (!separable(sweep)) {
    parallel_for(sweep.size(), [&](std::size_t i) {
      try {
        sweep.keys[i] = point_key(sweep, load_point(sweep, i), files);
      } catch (const ConfigError&) {
        wrong[i] = 1;
      }
    });
    return wrong;
  }
  std::vector<GroupTable> tables;
  for (std::size_t g = 0; g < key_groups().size(); ++g) tables.emplace_back(sweep, g, files);
  parallel_for((sweep.size() + 1023) / 1024, [&](std::size_t chunk) {
    std::vector<Key> groups(tables.size());
    for (std::size_t i = chunk * 1024; i < std::min(sweep.size(), (chunk + 1) * 1024); ++i) {
      for (std::size_t g = 0; g < tables.size(); ++g) {
        groups[g] = tables[g].of(i);
        wrong[i] |= static_cast<char>(tables[g].is_wrong(i));
      }
      sweep.keys[i] = KeyBuilder("point").add("result", run::result_key(groups)).key();
    }
  });
  return wrong;
}

}  // namespace bitline::experiments
