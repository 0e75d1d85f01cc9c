// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <new>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "workloads/onnx_operators.h"
#include "workloads/onnx_order.h"

namespace bitline::workloads {
namespace {

const std::map<std::string_view, OnnxOperator>& operator_table() {
  static const std::map<std::string_view, OnnxOperator> table = {
      // products
      {"Gemm", onnx_gemm},
      {"MatMul", onnx_matmul},
      {"Conv", onnx_conv},
      {"ConvTranspose", onnx_conv_transpose},
      {"LSTM", onnx_recurrent},
      {"GRU", onnx_recurrent},
      {"RNN", onnx_recurrent},
      // arithmetic
      {"Add", onnx_arithmetic},
      {"Sub", onnx_arithmetic},
      {"Mul", onnx_arithmetic},
      {"Div", onnx_arithmetic},
      {"Pow", onnx_arithmetic},
      {"PRelu", onnx_arithmetic},
      {"Sum", onnx_variadic},
      {"Mean", onnx_variadic},
      {"Max", onnx_variadic},
      {"Min", onnx_variadic},
      {"Where", onnx_where},
      // activations
      {"Clip", onnx_clip},
      {"Relu", onnx_activation},
      {"LeakyRelu", onnx_activation},
      {"Sigmoid", onnx_activation},
      {"Tanh", onnx_activation},
      {"Elu", onnx_activation},
      {"Selu", onnx_activation},
      {"Celu", onnx_activation},
      {"Gelu", onnx_activation},
      {"Mish", onnx_activation},
      {"Softplus", onnx_activation},
      {"Softsign", onnx_activation},
      {"HardSigmoid", onnx_activation},
      {"HardSwish", onnx_activation},
      {"ThresholdedRelu", onnx_activation},
      {"Exp", onnx_activation},
      {"Log", onnx_activation},
      {"Sqrt", onnx_activation},
      {"Reciprocal", onnx_activation},
      {"Abs", onnx_activation},
      {"Neg", onnx_activation},
      {"Sign", onnx_activation},
      {"Floor", onnx_activation},
      {"Ceil", onnx_activation},
      {"Round", onnx_activation},
      {"Erf", onnx_activation},
      {"Sin", onnx_activation},
      {"Cos", onnx_activation},
      // pools, reductions, norms
      {"MaxPool", onnx_pool},
      {"AveragePool", onnx_pool},
      {"GlobalAveragePool", onnx_global_pool},
      {"GlobalMaxPool", onnx_global_pool},
      {"ReduceMean", onnx_reduce},
      {"ReduceSum", onnx_reduce},
      {"ReduceMax", onnx_reduce},
      {"ReduceMin", onnx_reduce},
      {"ReduceProd", onnx_reduce},
      {"ReduceSumSquare", onnx_reduce},
      {"ReduceL1", onnx_reduce},
      {"ReduceL2", onnx_reduce},
      {"Softmax", onnx_softmax},
      {"LogSoftmax", onnx_softmax},
      {"BatchNormalization", onnx_batch_norm},
      {"LayerNormalization", onnx_layer_norm},
      {"RMSNormalization", onnx_layer_norm},
      {"InstanceNormalization", onnx_instance_norm},
      {"GroupNormalization", onnx_group_norm},
      {"LpNormalization", onnx_lp_norm},
      // moves
      {"Identity", onnx_identity},
      {"Dropout", onnx_identity},
      {"Flatten", onnx_flatten},
      {"Reshape", onnx_reshape},
      {"Squeeze", onnx_squeeze},
      {"Unsqueeze", onnx_unsqueeze},
      {"Transpose", onnx_transpose},
      {"DepthToSpace", onnx_depth_space},
      {"SpaceToDepth", onnx_depth_space},
      {"Concat", onnx_concat},
      {"Split", onnx_split},
      {"Slice", onnx_slice},
      {"Gather", onnx_gather},
      {"Expand", onnx_expand},
      {"Tile", onnx_tile},
      {"Pad", onnx_pad},
      {"Resize", onnx_resize},
      {"Upsample", onnx_resize},
      // constants and shapes
      {"Constant", onnx_constant},
      {"Shape", onnx_shape},
      {"Size", onnx_shape},
      {"ConstantOfShape", onnx_constant_of_shape},
      {"Range", onnx_range},
      {"Cast", onnx_cast},
      {"CastLike", onnx_cast},
      {"Equal", onnx_compare},
      {"Less", onnx_compare},
      {"LessOrEqual", onnx_compare},
      {"Greater", onnx_compare},
      {"GreaterOrEqual", onnx_compare},
      {"And", onnx_compare},
      {"Or", onnx_compare},
      {"Xor", onnx_compare},
      {"Not", onnx_compare},
      {"Mod", onnx_compare},
      {"Trilu", onnx_trilu},
      // files that quantize themselves
      {"QuantizeLinear", onnx_quantize_linear},
      {"DequantizeLinear", onnx_dequantize_linear},
  };
  return table;
}

// Operators of the standard that compute with numbers of fixed shapes, each sample by itself: a digital unit could.
bool could_be_digital(const std::string& type) {
  constexpr std::string_view types[] = {"Acos",
                                        "Acosh",
                                        "AffineGrid",
                                        "ArgMax",
                                        "ArgMin",
                                        "Asin",
                                        "Asinh",
                                        "Atan",
                                        "Atanh",
                                        "BitShift",
                                        "BlackmanWindow",
                                        "Cosh",
                                        "CumSum",
                                        "DFT",
                                        "Det",
                                        "Einsum",
                                        "EyeLike",
                                        "GatherElements",
                                        "GatherND",
                                        "GlobalLpPool",
                                        "GridSample",
                                        "HammingWindow",
                                        "HannWindow",
                                        "Hardmax",
                                        "IsInf",
                                        "IsNaN",
                                        "LRN",
                                        "LpPool",
                                        "MaxRoiPool",
                                        "MaxUnpool",
                                        "MeanVarianceNormalization",
                                        "OneHot",
                                        "ReduceLogSum",
                                        "ReduceLogSumExp",
                                        "ReverseSequence",
                                        "RoiAlign",
                                        "STFT",
                                        "Scatter",
                                        "ScatterElements",
                                        "ScatterND",
                                        "Shrink",
                                        "Sinh",
                                        "Swish",
                                        "Tan",
                                        "TopK",
                                        "ConvInteger",
                                        "MatMulInteger",
                                        "QLinearConv",
                                        "QLinearMatMul",
                                        "DynamicQuantizeLinear"};
  return std::ranges::find(types, std::string_view(type)) != std::end(types);
}

// One error for all operators that are not known.
void refuse_unknown(const OnnxModel& model, const std::vector<int>& nodes) {
  std::map<std::string, std::vector<std::string>> unknown;  // nodes of each
  std::set<std::string> digital;
  for (int n : nodes) {
    const OnnxNode node(model, model.graph().node(n), n);
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    if (standard && operator_table().contains(node.type())) continue;
    const std::string type = (standard ? "" : plain_text(node.domain()) + ".") + plain_text(node.type());
    if (standard && could_be_digital(node.type())) digital.insert(type);
    std::vector<std::string>& where = unknown[type];
    if (where.size() < 3) {
      where.push_back(fmt::format("node {}{}", n, node.name().empty() ? "" : " '" + plain_text(node.name()) + "'"));
    } else if (where.size() == 3) {
      where.push_back("...");
    }
  }
  if (unknown.empty()) return;
  std::vector<std::string> list;
  for (const auto& [type, where] : unknown) list.push_back(fmt::format("{} ({})", type, fmt::join(where, ", ")));
  std::string message = fmt::format("operators that are not supported: {}", fmt::join(list, "; "));
  if (!digital.empty())
    message += fmt::format(". {} could be computed digitally if Bitline had {} (an operator is a page of code)",
                           fmt::join(digital, ", "), digital.size() == 1 ? "it" : "them");
  if (digital.size() < unknown.size())
    message += digital.empty()
                   ? ". None of them computes with tensors of fixed shapes, one sample by itself: export the "
                     "network without them"
                   : ". Export the network without the others";
  model.fail(message);
}

Graph import_model(const OnnxModel& model) {
  const OnnxOrder order = order_of_nodes(model);
  refuse_unknown(model, order.nodes);
  OnnxBuilder builder(model, order.uses);
  builder.take_input();
  for (int n : order.nodes) {
    const OnnxNode node(model, model.graph().node(n), n);
    try {
      operator_table().at(node.type())(node, builder);
    } catch (const std::bad_alloc&) {
      node.fail("needs more memory than there is");
    }
  }
  return builder.finish();
}

}  // namespace

Graph read_onnx(const std::filesystem::path& file, std::vector<std::filesystem::path>* other_files) {
  const OnnxModel model(file);
  Graph graph = import_model(model);
  if (other_files) other_files->insert(other_files->end(), model.other_files().begin(), model.other_files().end());
  return graph;
}

Graph parse_onnx(std::string_view bytes, const std::string& name) { return import_model(OnnxModel(bytes, name)); }

std::vector<std::filesystem::path> onnx_weight_files(const std::filesystem::path& file) {
  try {
    // The word under which a tensor names its file.
    if (read_file(file).find("location") == std::string::npos) return {};
    return OnnxModel(file).named_files();
  } catch (const InputError&) {
    return {};
  }
}

std::vector<std::string_view> onnx_operators() {
  std::vector<std::string_view> names;
  for (const auto& [name, unused] : operator_table()) names.push_back(name);
  return names;
}

}  // namespace bitline::workloads
