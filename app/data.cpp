// SPDX-License-Identifier: Apache-2.0
// bitline data: samples of a data set as arrays, for training scripts.
#include <fmt/format.h>

#include <memory>

#include "app/command_line.h"
#include "app/environment.h"
#include "base/files.h"
#include "base/npy.h"
#include "base/parallel.h"
#include "workloads/dataset.h"

namespace bitline::app {
namespace {

struct DataArguments : Common {
  std::string set, split = "train", inputs, labels;
  std::size_t first = 0, count = workloads::all_samples;
};

// As .npy of four-byte integers: floats would be read as targets of a regression.
void write_classes(const std::string& file, const std::vector<int>& classes) {
  std::string header = fmt::format("{{'descr': '<i4', 'fortran_order': False, 'shape': ({},), }}", classes.size());
  header += std::string(63 - (10 + header.size()) % 64, ' ') + '\n';  // the data begin at a multiple of 64
  std::string text = std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size() & 255) +
                     static_cast<char>(header.size() >> 8) + header;
  for (const int c : classes)
    for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(static_cast<unsigned>(c) >> shift & 255);
  write_file(file, text);
}

int data_command(const DataArguments& a) {
  workloads::DataSource source;
  source.name = a.set;
  const workloads::Split split = a.split == "train"  ? workloads::Split::train
                                 : a.split == "test" ? workloads::Split::test
                                                     : workloads::Split::validation;
  workloads::Samples samples;
  with_threads(a.threads,
               [&] { samples = workloads::load_samples(source, split, a.first, a.count, data_path(a.data)); });
  std::vector<std::size_t> shape{samples.count()};
  for (int d : samples.dims) shape.push_back(static_cast<std::size_t>(d));
  if (!a.inputs.empty()) write_npy(a.inputs, samples.values, shape);
  if (!a.labels.empty()) {
    const auto* labels = std::get_if<workloads::Labels>(&samples.truth);
    if (!labels) throw UsageError("--labels: " + a.set + " has no classes");
    write_classes(a.labels, labels->of_sample);
  }
  fmt::print("{}: {} samples of {}\n", samples.name, samples.count(), workloads::dims_text(samples.dims));
  return exit_done;
}

}  // namespace

void add_data(CommandLine& line) {
  auto a = std::make_shared<DataArguments>();
  Command& c = line.add("data", "writes samples of a data set as .npy files", "Look",
                        {{"bitline data vehicles --split test --count 8 --inputs pictures.npy --labels classes.npy",
                          "the first eight generated test pictures"}});
  c.cli->add_option("SET", a->set, "a set of `bitline list datasets`, an archive or a folder")
      ->required()
      ->type_name("");
  c.cli->add_option("--split", a->split, "train, test or validation (train)")
      ->type_name("PART")
      ->check(CLI::IsMember({"train", "test", "validation"}));
  c.cli->add_option("--first", a->first, "number of the first sample (0)")->type_name("N");
  c.cli->add_option("--count", a->count, "how many; without, all that follow")->type_name("N");
  c.cli->add_option("--inputs", a->inputs, "(sample, ...), bytes divided by 255")->type_name("FILE");
  c.cli->add_option("--labels", a->labels, "(sample), classes from 0")->type_name("FILE");
  a->add_run_options(*c.cli);
  c.run = [a] { return data_command(*a); };
}

}  // namespace bitline::app
