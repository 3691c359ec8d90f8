// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "core/json_text.h"
#include "nn/format/graph_json.h"
#include "nn/format/json_fields.h"
#include "nn/format/layer_fields.h"
#include "nn/format/tensor_shape.h"

namespace katago {

namespace {

using nlohmann::json;

template <class T>
std::span<const std::byte> bytes_of(std::span<const T> values) {
    return std::as_bytes(values);
}

class FieldWriter {
  public:
    FieldWriter(const std::string& name, TensorStore& store) : name_(name), store_(store) {}

    json fields = json::object();

    template <class T>
    void value(const char* key, const T& member) {
        fields[key] = member;
    }
    template <class Enum, size_t N>
    void choice(const char* key, const Enum& member, const std::string_view (&names)[N]) {
        fields[key] = std::string(names[static_cast<size_t>(member)]);
    }
    void weights(const char* key, const Weights& weights) {
        if (!weights) return;
        const std::span<const float> values(*weights);
        fields[key] = add(key, {"F32", {values.size()}, bytes_of(values)}, weights);
    }
    void linear_weights(const char* key, const LinearWeights& weights, const Dimensions& dimensions) {
        switch (weights.dtype()) {
            case DType::Float32: {
                const Weights floats = weights.floats();
                const std::span<const float> values(*floats);
                fields[key] = add(key, {"F32", shape_of(dimensions), bytes_of(values)}, floats);
                return;
            }
            case DType::Float16:
                fields[key] = add(key, {"F16", shape_of(dimensions), bytes_of(weights.fp16())}, nullptr);
                return;
            case DType::Int8: {
                const BlockInt8& int8 = *weights.int8();
                fields[key] = add(key, {"I8", shape_of(dimensions), bytes_of(int8.values)}, nullptr);
                fields["scales"] =
                    add("scales", {"F16", scale_shape(dimensions, int8.block), bytes_of(int8.scales)}, nullptr);
                fields["block"] = int8.block;
                if (int8.rotated != 0) fields["turned"] = int8.rotated;
                return;
            }
        }
    }

  private:
    std::string add(const char* key, SafeTensor tensor, std::shared_ptr<const void> owner) {
        std::string name = name_ + "." + key;
        while (store_.tensors.contains(name)) name += "+";  // networks need not name their layers apart
        store_.tensors[name] = std::move(tensor);
        if (owner) store_.owners.push_back(std::move(owner));
        return name;
    }

    const std::string& name_;
    TensorStore& store_;
};

json node_to_json(const Node& node, TensorStore& store) {
    // Names come from files; a header must be UTF-8.
    const std::string name = utf8_text(node.name);
    FieldWriter writer(name, store);
    Layer layer = node.layer;  // shares the weights
    std::visit([&](auto& fields) { visit_fields(writer, fields); }, layer);
    json result = std::move(writer.fields);
    result["name"] = name;
    result["layer"] = std::string(std::visit(LayerName(), node.layer));
    result["inputs"] = node.inputs;
    return result;
}

}  // namespace

std::string graph_to_json(const Graph& graph, TensorStore& store) {
    json nodes = json::array();
    for (const Node& node : graph.nodes()) nodes.push_back(node_to_json(node, store));
    const GraphOutputs& outputs = graph.outputs();
    return json_text(json{{"nodes", nodes},
                          {"outputs",
                           {{"policy", outputs.policy},
                            {"pass", outputs.pass},
                            {"value", outputs.value},
                            {"score", outputs.score},
                            {"ownership", outputs.ownership}}}});
}

}  // namespace katago
