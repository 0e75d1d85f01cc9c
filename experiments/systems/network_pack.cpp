// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/network_pack.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "workloads/onnx_import.h"

namespace bitline::experiments {

namespace {
constexpr std::size_t most_bytes = std::size_t{1} << 28;  // of a member: larger ones are none of these networks
}

std::string NetworkName::file() const { return fmt::format("{}-{}-{:.6g}-{}.onnx", kind, curve, slope, seed); }

NetworkPack::NetworkPack(const std::filesystem::path& file)
    : path_(file),
      archive_(file),
      networks_(CsvTable::parse(text_of("networks.csv"), file.string() + ": networks.csv")),
      training_(CsvTable::parse(text_of("training.csv"), file.string() + ": training.csv")) {}

std::string NetworkPack::text_of(const std::string& member) const {
  if (!archive_.has(member))
    throw InputError(
        fmt::format("{}: holds no {}, as the files of scripts/train/medical.py do", path_.string(), member));
  const std::vector<std::uint8_t> bytes = archive_.open(member).read(most_bytes);
  return {bytes.begin(), bytes.end()};
}

workloads::Graph NetworkPack::read(const NetworkName& name) const {
  return workloads::parse_onnx(text_of(name.file()), fmt::format("{}: {}", path_.string(), name.file()));
}

workloads::InputFile NetworkPack::file() const { return {path_.string(), checksum_of(path_)}; }

}  // namespace bitline::experiments
