// SPDX-License-Identifier: Apache-2.0
// Small ONNX files and random numbers for the tests of this folder.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/workloads/graph_models.h"

namespace bitline::test {

// Builds a model node by node; each takes the output of the one before as its first input.
struct Model {
  onnx::ModelProto proto;
  onnx::GraphProto& graph = *proto.mutable_graph();
  std::string flow = "image";

  explicit Model(const std::vector<std::int64_t>& image, int opset = 13) {
    proto.set_ir_version(8);
    auto* set = proto.add_opset_import();
    set->set_domain("");
    set->set_version(opset);
    auto* input = graph.add_input();
    input->set_name(flow);
    auto* type = input->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape()->add_dim()->set_dim_param("batch");
    for (auto d : image) type->mutable_shape()->add_dim()->set_dim_value(d);
  }
  Model(const Model&) = delete;

  onnx::TensorProto& floats(const std::string& name, const std::vector<std::int64_t>& dims,
                            const std::vector<float>& values) {
    auto& t = *graph.add_initializer();
    t.set_name(name);
    t.set_data_type(onnx::TensorProto::FLOAT);
    for (auto d : dims) t.add_dims(d);
    t.set_raw_data(values.data(), values.size() * sizeof(float));
    return t;
  }
  onnx::TensorProto& integers(const std::string& name, const std::vector<std::int64_t>& values) {
    auto& t = *graph.add_initializer();
    t.set_name(name);
    t.set_data_type(onnx::TensorProto::INT64);
    t.add_dims(static_cast<std::int64_t>(values.size()));
    for (auto v : values) t.add_int64_data(v);
    return t;
  }
  onnx::NodeProto& node(const std::string& type, const std::vector<std::string>& constants = {},
                        const std::string& name = {}) {
    auto& n = *graph.add_node();
    n.set_op_type(type);
    n.set_name(name);
    n.add_input(flow);
    for (auto& c : constants) n.add_input(c);
    flow = fmt::format("t{}", graph.node_size());
    n.add_output(flow);
    return n;
  }
  std::string bytes() {
    graph.clear_output();
    graph.add_output()->set_name(flow);
    return proto.SerializeAsString();
  }
};

inline void attribute(onnx::NodeProto& n, const std::string& name, std::int64_t value) {
  auto* a = n.add_attribute();
  a->set_name(name), a->set_i(value), a->set_type(onnx::AttributeProto::INT);
}
inline void attribute(onnx::NodeProto& n, const std::string& name, float value) {
  auto* a = n.add_attribute();
  a->set_name(name), a->set_f(value), a->set_type(onnx::AttributeProto::FLOAT);
}
inline void attribute(onnx::NodeProto& n, const std::string& name, const std::vector<std::int64_t>& values) {
  auto* a = n.add_attribute();
  a->set_name(name), a->set_type(onnx::AttributeProto::INTS);
  for (auto v : values) a->add_ints(v);
}
inline void attribute(onnx::NodeProto& n, const std::string& name, const char* value) {
  auto* a = n.add_attribute();
  a->set_name(name), a->set_s(value), a->set_type(onnx::AttributeProto::STRING);
}

}  // namespace bitline::test
