// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/inpainting.h"

#include <fmt/format.h>

namespace bitline::arch {

void fields(Visitor& v, InpaintingData& d) {
  v(d.set, {.key = "set", .meaning = "name of a data set of square grey images", .required = true});
  v(d.note, {.key = "note", .meaning = "what it stands in for; first lines of the output", .label = true});
  v(d.experiment_claim,
    {.key = "experiment_claim", .meaning = "whether errors of arrays raise the distance on it, so that it is claimed"});
}

void fields(Visitor& v, Inpainting& i) {
  v(i.data, {.key = "data", .meaning = "sets by rank: the first that is there, with its networks, is used"});
  v(i.holes, {.key = "holes", .meaning = "sides of the missing centre, rising", .unit = Unit::none, .min = 1});
  v(i.decoder, {.key = "decoder",
                .meaning = "ONNX file that makes the centre, row by row, of the features; {set}, {read} (the "
                           "moment) and {hole} are replaced"});
  v(i.classifier, {.key = "classifier",
                   .meaning = "ONNX file whose outputs are the features that the distance compares, then one score "
                              "for each class; {set} is replaced"});
  v(i.encoder, {.key = "encoder", .meaning = "from pixels to currents"});
  v(i.shown, {.key = "shown", .meaning = "images in pictures", .min = 1, .max = 100});
}

std::vector<Diagnostic> check(const Inpainting& i) {
  std::vector<Diagnostic> found;
  const auto report = [&](const char* path, std::string message, const char* remedy) {
    add_problem(found, path, std::move(message), remedy);
  };
  if (i.data.empty()) report("data", "names no data set", "list at least one: [{set: fashion-mnist}]");
  if (i.holes.empty()) report("holes", "lists none", "list sides in pixels, such as [4, 8, 12]");
  for (std::size_t k = 1; k < i.holes.size(); ++k)
    if (i.holes[k] <= i.holes[k - 1])
      report("holes", fmt::format("{} follows {}", i.holes[k], i.holes[k - 1]), "list them from small to large");
  if (i.decoder.find("{hole}") == std::string::npos && i.holes.size() > 1)
    report("decoder", "is the same file for every hole", "write {hole} where the file's name has the side");
  return found;
}

namespace {

std::string with_names(std::string pattern, const Inpainting& i, const std::string& set, int hole) {
  const auto& train = std::get<device::PulseTrainEncoder>(i.encoder).train;
  const std::string read(device::read_moment_names[static_cast<std::size_t>(train.read)]);
  for (const auto& [name, text] :
       {std::pair<std::string, std::string>{"{set}", set}, {"{read}", read}, {"{hole}", std::to_string(hole)}})
    for (std::size_t at = 0; (at = pattern.find(name, at)) != std::string::npos; at += text.size())
      pattern.replace(at, name.size(), text);
  return pattern;
}

}  // namespace

std::vector<std::string> network_files(const Inpainting& i, const std::string& set) {
  std::vector<std::string> files;
  for (const int hole : i.holes) files.push_back(with_names(i.decoder, i, set, hole));
  files.push_back(with_names(i.classifier, i, set, 0));
  return files;
}

}  // namespace bitline::arch
