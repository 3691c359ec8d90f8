// SPDX-License-Identifier: MIT
#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/json_text.h"
#include "nn/format/graph_json.h"
#include "nn/format/json_fields.h"
#include "nn/format/layer_fields.h"
#include "nn/format/tensor_shape.h"
#include "nn/weight_checks.h"

namespace katago {

namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "weights are used as they stand in the file");

// Shares the tensor's memory where it is aligned.
template <class T>
struct SharedValues {
    std::span<const T> values;
    std::shared_ptr<const void> owner;
};
template <class T>
SharedValues<T> values_of(const SafeTensor& tensor, const std::shared_ptr<const void>& owner) {
    const size_t count = tensor.data.size() / sizeof(T);
    if (reinterpret_cast<uintptr_t>(tensor.data.data()) % alignof(T) == 0)
        return {{reinterpret_cast<const T*>(tensor.data.data()), count}, owner};
    const auto copy = std::make_shared<std::vector<T>>(count);
    if (count > 0) std::memcpy(copy->data(), tensor.data.data(), count * sizeof(T));
    return {*copy, copy};
}

class FieldReader {
  public:
    FieldReader(const json& fields, const std::string& name, const std::map<std::string, SafeTensor>& tensors,
                const std::shared_ptr<const void>& owner)
        : fields_(fields), name_(name), tensors_(tensors), owner_(owner) {}

    template <class T>
    void value(const char* key, T& member) {
        read_field(fields_, name_, key, member);
    }
    template <class Enum, size_t N>
    void choice(const char* key, Enum& member, const std::string_view (&names)[N]) {
        std::string found;
        read_field(fields_, name_, key, found);
        for (size_t i = 0; i < N; ++i) {
            if (names[i] != found) continue;
            member = static_cast<Enum>(i);
            return;
        }
        throw ModelError(name_ + ": unknown " + key + " " + found);
    }
    void weights(const char* key, Weights& weights) {
        if (fields_.contains(key)) weights = floats(key, tensor(key));
    }
    void linear_weights(const char* key, LinearWeights& weights, const Dimensions& dimensions) {
        for (const int dimension : dimensions) check_channels(name_, "a dimension", dimension);
        const SafeTensor& found = tensor(key);
        check_shape(key, found, shape_of(dimensions));
        if (found.dtype == "F32") {
            weights = floats(key, found);
        } else if (found.dtype == "F16") {
            const auto fp16 = values_of<uint16_t>(found, owner_);
            check_fp16(key, fp16.values);
            weights = LinearWeights(fp16.values, fp16.owner);
        } else if (found.dtype == "I8") {
            weights = int8(found, dimensions);
        } else {
            throw ModelError(name_ + ": " + key + " are stored as " + found.dtype + ", must be F32, F16 or I8");
        }
    }

  private:
    const SafeTensor& tensor(const char* key) const {
        std::string tensor_name;
        read_field(fields_, name_, key, tensor_name);
        const auto found = tensors_.find(tensor_name);
        if (found == tensors_.end()) throw ModelError(name_ + ": the file has no tensor " + tensor_name);
        return found->second;
    }
    void check_shape(const char* key, const SafeTensor& tensor, const std::vector<uint64_t>& wanted) const {
        if (tensor.shape != wanted)
            throw ModelError(name_ + ": " + key + " have shape " + json_text(json(tensor.shape)) + ", must have " +
                             json_text(json(wanted)));
    }
    Weights floats(const char* key, const SafeTensor& tensor) const {
        if (tensor.dtype != "F32")
            throw ModelError(name_ + ": " + key + " are stored as " + tensor.dtype + ", must be F32");
        std::vector<float> values(tensor.data.size() / sizeof(float));
        if (!values.empty()) std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
        for (size_t i = 0; i < values.size(); ++i)
            if (!std::isfinite(values[i])) fail_infinite(key, i);
        return make_weights(std::move(values));
    }
    void check_fp16(const char* key, std::span<const uint16_t> numbers) const {
        constexpr uint16_t kExponent = 0x7c00;
        for (size_t i = 0; i < numbers.size(); ++i)
            if ((numbers[i] & kExponent) == kExponent) fail_infinite(key, i);
    }
    [[noreturn]] void fail_infinite(const char* key, size_t index) const {
        throw ModelError(name_ + ": " + key + ": value " + std::to_string(index) + " is not finite");
    }
    LinearWeights int8(const SafeTensor& values, const Dimensions& dimensions) const {
        BlockInt8 int8;
        int8.out_channels = dimensions.back(), int8.in_channels = dimensions[dimensions.size() - 2];
        for (size_t i = 0; i + 2 < dimensions.size(); ++i) int8.taps *= dimensions[i];
        read_field(fields_, name_, "block", int8.block);
        if (int8.block < 1) throw ModelError(name_ + ": block is " + std::to_string(int8.block) + ", must be positive");
        if (fields_.contains("turned")) read_field(fields_, name_, "turned", int8.rotated);
        const SafeTensor& scales = tensor("scales");
        check_shape("scales", scales, scale_shape(dimensions, int8.block));
        if (scales.dtype != "F16") throw ModelError(name_ + ": scales are stored as " + scales.dtype + ", must be F16");
        const auto fp16 = values_of<uint16_t>(scales, owner_);
        check_fp16("scales", fp16.values);
        int8.values = values_of<int8_t>(values, owner_).values;
        int8.scales = fp16.values;
        using Both = std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>;
        return {int8, std::make_shared<const Both>(owner_, fp16.owner)};
    }

    const json& fields_;
    const std::string& name_;
    const std::map<std::string, SafeTensor>& tensors_;
    const std::shared_ptr<const void>& owner_;
};

template <size_t Index = 0>
Layer layer_called(const std::string& layer, const std::string& name) {
    if constexpr (Index == std::variant_size_v<Layer>) {
        throw ModelError(name + ": unknown layer " + layer);
    } else {
        using Alternative = std::variant_alternative_t<Index, Layer>;
        if (LayerName()(Alternative()) == layer) return Alternative();
        return layer_called<Index + 1>(layer, name);
    }
}

class GraphReader {
  public:
    GraphReader(const std::map<std::string, SafeTensor>& tensors, const std::shared_ptr<const void>& owner)
        : tensors_(tensors), owner_(owner) {}

    Graph read(const json& root) {
        const auto nodes = root.find("nodes");
        if (nodes == root.end() || !nodes->is_array()) throw ModelError("graph: has no list of nodes");
        for (const json& node : *nodes) add(node);
        const auto outputs = root.find("outputs");
        if (outputs == root.end() || !outputs->is_object()) throw ModelError("graph: has no outputs");
        GraphOutputs ids;
        read_id(*outputs, "policy", ids.policy);
        read_id(*outputs, "pass", ids.pass);
        read_id(*outputs, "value", ids.value);
        read_id(*outputs, "score", ids.score);
        read_id(*outputs, "ownership", ids.ownership);
        return builder_.build(ids);
    }

  private:
    void add(const json& node) {
        if (!node.is_object()) throw ModelError("graph: node " + std::to_string(count_) + " is no object");
        std::string name, kind;
        read_field(node, "graph: node " + std::to_string(count_), "name", name);
        read_field(node, name, "layer", kind);
        Layer layer = layer_called(kind, name);
        FieldReader fields(node, name, tensors_, owner_);
        std::visit([&](auto& alternative) { visit_fields(fields, alternative); }, layer);
        builder_.add(std::move(name), std::move(layer), inputs_of(node, name));
        ++count_;
    }
    std::vector<NodeId> inputs_of(const json& node, const std::string& name) const {
        const auto list = node.find("inputs");
        if (list == node.end() || !list->is_array()) throw ModelError(name + ": has no list of inputs");
        std::vector<NodeId> inputs;
        for (const json& id : *list) inputs.push_back(checked_id(id, name));
        return inputs;
    }
    void read_id(const json& outputs, const char* key, NodeId& id) const {
        const auto found = outputs.find(key);
        if (found == outputs.end()) throw ModelError(std::string("graph: has no output ") + key);
        id = checked_id(*found, std::string("output ") + key);
    }
    NodeId checked_id(const json& id, const std::string& name) const {
        if (!id.is_number_unsigned() || id.get<uint64_t>() >= static_cast<uint64_t>(count_))
            throw ModelError(name + ": reads a node that does not stand before it");
        return id.get<NodeId>();
    }

    GraphBuilder builder_;
    int count_ = 0;
    const std::map<std::string, SafeTensor>& tensors_;
    const std::shared_ptr<const void>& owner_;
};

}  // namespace

Graph graph_from_json(const std::string& text, const std::map<std::string, SafeTensor>& tensors,
                      const std::shared_ptr<const void>& owner) {
    return GraphReader(tensors, owner).read(parse_json_object("graph", text));
}

}  // namespace katago
