// SPDX-License-Identifier: Apache-2.0
// What is fuzzed: a reader of user files, its seeds, and what a program does next with what it read.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bitline::fuzz {

struct Target {
  std::string name, extension;
  std::vector<std::string> seeds;
  std::vector<std::string_view> dictionary;  // empty for binary formats
  std::function<void(const std::filesystem::path&)> read;
};

Target yaml_target();  // load(), then a small product on that chip
Target npy_target();
Target onnx_target();        // read_onnx(), then an inference if the network is small
Target idx_images_target();  // plain and gzip
Target idx_labels_target();
Target npz_target();           // archives with MedMNIST's keys
Target arrays_target();        // .npy as inputs and as labels
Target picture_target();       // PNG and JPEG
Target sound_target();         // WAV
Target trace_target();         // lists of layers, weights and inputs of DNN+NeuroSim
Target conductances_target();  // CSV
Target parameters_target();    // CrossSim and aihwkit

}  // namespace bitline::fuzz
