// SPDX-License-Identifier: Apache-2.0
#include "mapping/arrange.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "mapping/spread.h"
#include "mapping/turns.h"

namespace bitline::mapping {

using arch::Prefer;
using arch::Schedule;

namespace {

constexpr double any_time = std::numeric_limits<double>::infinity();

std::size_t as_index(int i) { return static_cast<std::size_t>(i); }

// "a, b and c", "a, b, c, d, e and 3 more"
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 6;
  const std::size_t shown = names.size() > most ? most - 1 : names.size();
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return shown < names.size() ? fmt::format("{} and {} more", text, names.size() - shown) : text;
}

const char* plural(long long count) { return count == 1 ? "" : "s"; }

class Arranger {
 public:
  Arranger(const Unplaced& network, const Packing& dense)
      : network_(network),
        config_(network.config),
        schedule_(config_.mapping.schedule),
        dense_arrays_(dense.arrays_used),
        requests_(network.mapped.size()),
        a_(dense, floor_for(network)),
        blocks_(network.mapped.size()) {
    for (const Request& request : network.requests) requests_[as_index(request.layer)].push_back(request);
    for (std::size_t b = 0; b < a_.blocks().size(); ++b) blocks_[as_index(a_.blocks()[b].block.layer)].push_back(b);
    for (const auto& matrix : network.layers) copies_.push_back(one_copy(matrix));
    for (std::size_t l = 0; l < copies_.size(); ++l) set_turns(l);
  }

  Arranged run() {
    const Prefer prefer = config_.mapping.prefer;
    limit_to(prefer == Prefer::latency ? arrays_given() : arrays_there());
    if (prefer != Prefer::area) spread_blocks();
    limit_to(arrays_given());
    place_copies_asked_for();
    limit_to(arrays_there());
    if (prefer != Prefer::area) spread_blocks();
    if (prefer == Prefer::latency) place_more_copies();
    tell();
    return {packing(), copies_, choices_, warnings_};
  }

 private:
  static Floor floor_for(const Unplaced& network) {
    int columns = network.config.array.columns;
    for (const Request& request : network.requests) columns = std::min(columns, request.columns);
    return {network.config.array.rows, network.config.array.columns, 0, columns};
  }

  // Arrays.

  int per_chip() const { return config_.tiles * config_.arrays; }
  int arrays_given() const { return config_.chips ? *config_.chips * per_chip() : 0; }
  // With chips: auto those of whole chips.
  int arrays_there() const {
    if (config_.chips) return arrays_given();
    return std::max(1, (a_.arrays_used() + per_chip() - 1) / per_chip()) * per_chip();
  }
  void limit_to(int arrays) { a_.floor().set_limit(arrays); }

  // Turns.

  // Of a mean image: in a pipeline a copy may serve some images only.
  double turns_of(const Request& request, const Copies& copies) const {
    const MappedLayer& layer = network_.mapped[as_index(request.layer)];
    const double of_vector =
        turns_of_vector(config_.array, layer.settings, layer.cell, network_.layers[as_index(request.layer)].input,
                        request.rows, request.columns);
    return of_vector * static_cast<double>(copies.vectors(request.copy)) / copies.groups();
  }
  void set_turns(std::size_t layer) {
    for (const std::size_t b : blocks_[layer]) a_.set_turns(b, turns_of(a_.blocks()[b].block, copies_[layer]));
  }
  BlockNumbers all_blocks() const {
    BlockNumbers all(a_.blocks().size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }
  std::vector<BlockNumbers> levels() const {
    std::map<int, BlockNumbers> levels;
    for (std::size_t b = 0; b < a_.blocks().size(); ++b)
      levels[network_.layers[as_index(a_.blocks()[b].block.layer)].level].push_back(b);
    std::vector<BlockNumbers> list;
    for (auto& [level, blocks] : levels) list.push_back(std::move(blocks));
    return list;
  }

  // Spreading.

  void spread_blocks() {
    std::vector<double> before;
    for (const BlockNumbers& blocks : blocks_) before.push_back(a_.longest(blocks));
    const double all_before = a_.longest(all_blocks());
    spread(a_, levels(), schedule_);
    for (std::size_t l = 0; l < blocks_.size(); ++l)
      if (is_less(a_.longest(blocks_[l]), before[l])) spread_.insert(l);
    apart_ = apart_ || is_less(a_.longest(all_blocks()), all_before);
  }

  // Copies.

  // So many copies in all, if the layer then takes fewer turns and nothing takes more.
  bool grow(std::size_t layer, int placed) {
    const Copies old = copies_[layer];
    const bool pipelined = schedule_ == Schedule::pipelined;
    const double before = a_.longest(blocks_[layer]), all_before = pipelined ? a_.longest(all_blocks()) : 0;
    const std::size_t old_blocks = blocks_[layer].size();
    copies_[layer] = with_copies(old, placed);
    set_turns(layer);
    const bool found_places = add_copies(layer, old.placed);
    if (found_places && is_less(a_.longest(blocks_[layer]), before) &&
        !(pipelined && is_less(all_before, a_.longest(all_blocks()))))
      return true;
    for (; blocks_[layer].size() > old_blocks; blocks_[layer].pop_back()) a_.remove_last();
    copies_[layer] = old;
    set_turns(layer);
    return false;
  }

  bool add_copies(std::size_t layer, int first) {
    const int level = network_.layers[layer].level;
    BlockNumbers group = all_blocks();
    if (schedule_ == Schedule::sequential)
      std::erase_if(
          group, [&](std::size_t b) { return network_.layers[as_index(a_.blocks()[b].block.layer)].level != level; });
    Holders holders = a_.holders(group);
    for (int copy = first; copy < copies_[layer].placed; ++copy)
      for (Request request : requests_[layer]) {
        request.copy = copy;
        const double turns = turns_of(request, copies_[layer]);
        const auto spot = a_.least_busy(request, turns, holders, any_time);
        if (!spot) return false;
        const std::size_t number = a_.blocks().size();
        a_.add(request, turns, *spot);
        blocks_[layer].push_back(number);
        holders[spot->array].push_back(number);
      }
    return true;
  }

  void place_copies_asked_for() {
    for (std::size_t l = 0; l < copies_.size(); ++l) {
      const int asked = network_.mapped[l].settings.duplicate;
      if (asked == 1 || blocks_[l].empty()) continue;
      auto next = more_copies(copies_[l], schedule_);
      bool grown = true;
      while (next && *next <= asked && (grown = grow(l, *next))) next = more_copies(copies_[l], schedule_);
      if (copies_[l].placed == asked) continue;
      if (!grown)
        without_place_.push_back(l);
      else if (copies_[l].at_once == 1)
        one_vector_.push_back(l);
      else
        no_faster_.push_back(l);
    }
  }

  // Where idle arrays are: sequential, step by step the copies that save most turns for each of their cells (marginal
  // allocation, Fox 1966, doi:10.1287/mnsc.13.3.210); pipelined, always of the layer that takes longest.
  void place_more_copies() {
    std::vector<bool> done(copies_.size(), false);
    for (std::size_t l = 0; l < done.size(); ++l) done[l] = blocks_[l].empty();
    while (a_.arrays_used() < arrays_there()) {
      std::optional<std::size_t> best;
      int placed = 0;
      double most = 0;
      for (std::size_t l = 0; l < copies_.size(); ++l) {
        const auto next = done[l] ? std::nullopt : more_copies(copies_[l], schedule_);
        if (!next) continue;
        const double worth = worth_of(l, *next);
        if (worth > most) best = l, most = worth, placed = *next;
      }
      if (!best) return;
      if (grow(*best, placed))
        more_[*best] = true;
      else if (schedule_ == Schedule::pipelined)
        return;
      else
        done[*best] = true;
    }
  }
  double worth_of(std::size_t layer, int placed) const {
    const double longest = a_.longest(blocks_[layer]);
    if (schedule_ == Schedule::pipelined) return longest;
    double cells = 0;
    for (const Request& r : requests_[layer]) cells += static_cast<double>(r.rows) * r.columns;
    const Copies &now = copies_[layer], then = with_copies(now, placed);
    const double saved = 1 - static_cast<double>(then.longest()) / static_cast<double>(now.longest());
    return longest * saved / (cells * (placed - now.placed));
  }

  // What was done.

  const std::string& name(std::size_t layer) const { return network_.mapped[layer].name; }
  std::string names(const std::vector<std::size_t>& layers) const {
    std::vector<std::string> all;
    for (const std::size_t l : layers) all.push_back(name(l));
    return listed(all);
  }
  void tell();
  void tell_copies();

  Packing packing() const {
    Packing packing{a_.blocks(), a_.arrays_used()};
    std::sort(packing.blocks.begin(), packing.blocks.end(), comes_before);
    return packing;
  }

  const Unplaced& network_;
  const arch::Config& config_;
  Schedule schedule_;
  int dense_arrays_;
  std::vector<std::vector<Request>> requests_;  // by layer, of one copy
  Arrangement a_;
  std::vector<BlockNumbers> blocks_;  // by layer
  std::vector<Copies> copies_;        // by layer
  std::set<std::size_t> spread_;      // layers whose blocks take fewer turns than packed densely
  bool apart_ = false;                // blocks of different layers take fewer turns
  std::map<std::size_t, bool> more_;  // layers with copies that were not asked for
  std::vector<std::size_t> without_place_, one_vector_, no_faster_;
  std::vector<std::string> choices_, warnings_;
};

void Arranger::tell() {
  const int used = a_.arrays_used(), idle = arrays_there() - used;
  const std::string over = used > dense_arrays_ ? fmt::format("over {} arrays", used) : "over the arrays in use";
  // With copies that were asked for nobody has packed them densely.
  const bool copied = std::any_of(copies_.begin(), copies_.end(), [](const Copies& c) { return c.placed > 1; });
  const std::string dense = copied ? "would pack them densely" : fmt::format("would pack them on {}", dense_arrays_);
  if (!spread_.empty())
    choices_.push_back(fmt::format("blocks of {} are spread {}, so that fewer take turns; mapping.prefer: area {}",
                                   names({spread_.begin(), spread_.end()}), over, dense));
  else if (apart_)
    choices_.push_back(
        fmt::format("layers are spread {}, so that fewer wait for each other in the pipeline; mapping.prefer: area {}",
                    over, dense));
  std::vector<std::string> more;
  for (const auto& [layer, yes] : more_) more.push_back(fmt::format("{} of {}", copies_[layer].placed, name(layer)));
  if (!more.empty())
    choices_.push_back(fmt::format(
        "idle arrays hold copies that were not asked for: {} in all (mapping.prefer: latency)", listed(more)));
  bool room = false;
  for (std::size_t l = 0; l < copies_.size(); ++l)
    room = room || (!blocks_[l].empty() && more_copies(copies_[l], schedule_));
  if (config_.mapping.prefer == Prefer::balanced && idle > 0 && room)
    choices_.push_back(
        fmt::format("{} idle array{} could hold copies of layers, for lower latency: mapping.prefer: "
                    "latency",
                    idle, plural(idle)));
  tell_copies();
}

void Arranger::tell_copies() {
  if (!one_vector_.empty())
    warnings_.push_back(
        fmt::format("duplicate: {} multipl{} one vector of an image at a time, so that copies would gain "
                    "nothing and are not placed (mapping.schedule: pipelined lets copies serve "
                    "successive images; or duplicate: 1)",
                    names(one_vector_), one_vector_.size() == 1 ? "ies" : "y"));
  for (const std::size_t l : no_faster_)
    warnings_.push_back(
        fmt::format("duplicate: {} copies of {} would be no faster than {}, which are placed "
                    "(layers.{}.duplicate: {})",
                    network_.mapped[l].settings.duplicate, name(l), copies_[l].placed, name(l), copies_[l].placed));
  for (const std::size_t l : without_place_)
    warnings_.push_back(fmt::format(
        "duplicate: {} of {} copies of {} placed, since more would take turns on the {} "
        "arrays there are (more chips, tiles or arrays, or layers.{}.duplicate: {})",
        copies_[l].placed, network_.mapped[l].settings.duplicate, name(l), arrays_there(), name(l), copies_[l].placed));
}

}  // namespace

Arranged arrange(const Unplaced& network, const Packing& dense) { return Arranger(network, dense).run(); }

}  // namespace bitline::mapping
