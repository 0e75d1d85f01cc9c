// SPDX-License-Identifier: Apache-2.0
// A .zip of networks that were trained in many ways: KIND-CURVE-SLOPE-SEED.onnx, networks.csv and training.csv, as
// scripts/train/medical.py writes it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/csv.h"
#include "workloads/graph.h"
#include "workloads/samples.h"
#include "workloads/zip.h"

namespace bitline::experiments {

struct NetworkName {
  std::string kind, curve;
  double slope = 0;
  int seed = 1;
  std::string file() const;  // in the archive
};

class NetworkPack {
 public:
  // Throws InputError.
  explicit NetworkPack(const std::filesystem::path& file);

  bool has(const NetworkName& name) const { return archive_.has(name.file()); }
  workloads::Graph read(const NetworkName& name) const;
  const CsvTable& networks() const { return networks_; }  // one row for each
  const CsvTable& training() const { return training_; }  // one row for each epoch of each kind, curve and slope
  workloads::InputFile file() const;

 private:
  std::string text_of(const std::string& member) const;

  std::filesystem::path path_;
  workloads::ZipArchive archive_;
  CsvTable networks_, training_;
};

}  // namespace bitline::experiments
