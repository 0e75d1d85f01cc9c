// SPDX-License-Identifier: Apache-2.0
// One network (or one matrix) on one chip, to write, age and read as often as one likes: what `run`, `mvm` and
// experiments are made of.
//
//     Shelf shelf;
//     const Session session = Session::open(load("fashion-mlp.yaml", {}, where), options, shelf);
//     State state = session.write(0);                  // chip instance 0
//     pass(state, 3600);                               // chip/state.h
//     const View view = session.look(state);
//     session.read(view, 0, codes, {.first = 0}, sums);  // first layer
//     const std::vector<double> outputs = session.evaluate(view, samples);
//
// A session is const: all its functions may be called from many threads at once. Loops run on the threads of the
// caller's arena (with_threads). It holds what it was made of, shared with the shelf.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "chip/view.h"
#include "cost/costs.h"
#include "cost/tariff.h"
#include "read/ledger.h"
#include "run/design.h"
#include "run/load_stages.h"

namespace bitline::run {

// A read's number is its noise: the same number, the same noise. `count` > 1 reads all inputs again and again: the k-th
// read of input i of n has number first + k n + i, and its outcome stands at place k n + i.
struct Reads {
  std::uint32_t first = 0, count = 1;
};

class Session {
 public:
  // Reads network and calibration data, quantizes, places, calibrates: what the shelf has is not made again. Throws
  // ConfigError, InputError, RunError.
  static Session open(const arch::LoadedConfig& loaded, const RunOptions& options, Shelf& shelf);
  // The same with a network that is loaded (run/load_stages.h).
  Session(const arch::LoadedConfig& loaded, LoadedNetwork network, Shelf& shelf, Isa isa = isas().front());
  // One matrix, whose inputs `calibration` (vectors, rows) is a sample of: there is no data set that would tell, and
  // nothing to evaluate.
  Session(const arch::Config& config, workloads::IntegerWeights matrix, std::span<const std::int16_t> calibration,
          Isa isa = isas().front());

  const arch::Config& config() const { return config_; }
  const chip::Chip& chip() const { return design_->chip; }
  const Design& design() const { return *design_; }
  // Of everything that reads on this chip depend on; zero for one matrix, which no shelf keeps.
  const Key& key() const { return design_.key; }
  const LoadedNetwork& loaded() const { return loaded_; }
  const workloads::IntegerGraph& network() const { return *loaded_.network; }

  // A chip instance, just written.
  chip::State write(std::uint32_t instance, chip::WriteReport* report = nullptr) const;
  // Seconds between writing and reading that the config asks for.
  double age_s() const { return chip().config.age_s; }

  // What reads see of it now, converters ranged as the config says. The second form looks again at what changed.
  chip::View look(const chip::State& state) const;
  void look(const chip::State& state, chip::View& view) const;

  // The same in one go for a chip that is written, aged by age_s() and then only read (chip::write_once): with the
  // memory of its view alone.
  chip::View write_once(std::uint32_t instance, chip::WriteReport* report = nullptr,
                        chip::LevelMap* levels = nullptr) const;

  // Products of codes (inputs, rows) with the weights of one layer, (count x inputs, columns), in units of one input
  // code times one weight code; or as real numbers, without biases. Adds what was driven to `ledger`. Throws InputError
  // when the sizes do not fit or a code is out of range.
  void read(const chip::View& view, std::size_t layer, std::span<const std::int16_t> codes, Reads reads,
            std::span<double> sums, read::Ledger* ledger = nullptr) const;
  void read(const chip::View& view, std::size_t layer, std::span<const std::int16_t> codes, Reads reads,
            std::span<float> products, read::Ledger* ledger = nullptr) const;

  // Outputs of the network, (count x samples, outputs); neurons spike by the view's numbers. Throws InputError: samples
  // of another shape.
  std::vector<double> evaluate(const chip::View& view, const workloads::Samples& samples, Reads reads = {},
                               const workloads::NeuronPass& neurons = {}) const;

  // Costs of the mean inference, in which the layers drove `ledgers`; `pulses`: mean number that writing a device took,
  // where it counts them.
  cost::Costs price(std::span<const read::Ledger> ledgers, std::optional<double> pulses = {}) const;
  cost::Tariff tariff() const;

 private:
  template <class Store>
  void read_parts(const chip::View& view, std::size_t layer, std::span<const std::int16_t> codes, Reads reads,
                  read::Ledger* ledger, const Store& store) const;

  arch::Config config_;
  LoadedNetwork loaded_;
  Stage<Design> design_;
};

}  // namespace bitline::run
