// SPDX-License-Identifier: MIT
#include "nn/layer_checks.h"

#include <cmath>
#include <cstdint>

#include "core/error.h"
#include "nn/weight_checks.h"

namespace katago {

namespace {

std::string number(int64_t value) {
    return std::to_string(value);
}

// Checks one layer; each overload returns the type of its result.
class TypeInference {
  public:
    TypeInference(const std::string& name, std::span<const TensorType> inputs) : name_(name), inputs_(inputs) {}

    TensorType operator()(const InputSpatial& layer) const { return input(TensorKind::Spatial, layer.channels); }
    TensorType operator()(const InputGlobal& layer) const { return input(TensorKind::Vector, layer.channels); }
    TensorType operator()(const InputMeta& layer) const { return input(TensorKind::Vector, layer.channels); }

    TensorType operator()(const Conv2d& layer) const {
        weight_count(name_, layer);  // checks the dimensions
        want_inputs(1);
        want_kind(0, TensorKind::Spatial);
        want_channels(0, layer.in_channels);
        check_weights(name_, layer.weights, {layer.kernel_y * layer.kernel_x, layer.in_channels, layer.out_channels});
        return {TensorKind::Spatial, layer.out_channels};
    }

    TensorType operator()(const MatMul& layer) const {
        weight_count(name_, layer);  // checks the dimensions
        want_inputs(1);
        want_channels(0, layer.in_channels);
        check_weights(name_, layer.weights, {1, layer.in_channels, layer.out_channels});
        return {inputs_[0].kind, layer.out_channels};
    }

    TensorType operator()(const Bias& layer) const {
        want_inputs(1);
        want_size("bias", layer.bias, channels());
        return inputs_[0];
    }

    TensorType operator()(const BatchNorm& layer) const {
        want_inputs(1);
        want_kind(0, TensorKind::Spatial);
        want_size("mean", layer.mean, channels());
        want_size("variance", layer.variance, channels());
        if (layer.scale) want_size("scale", layer.scale, channels());
        if (layer.bias) want_size("bias", layer.bias, channels());
        if (!(layer.epsilon > 0) || !std::isfinite(layer.epsilon))
            fail("epsilon is " + std::to_string(layer.epsilon) + ", must be positive and finite");
        for (float variance : *layer.variance)
            if (!(double{variance} + double{layer.epsilon} > 0))
                fail("a variance is " + std::to_string(variance) + ", must not be negative");
        return inputs_[0];
    }

    TensorType operator()(const RmsNorm& layer) const {
        want_inputs(1);
        want_kind(0, TensorKind::Spatial);
        want_size("gamma", layer.gamma, channels());
        if (layer.beta) want_size("beta", layer.beta, channels());
        if (!(layer.epsilon > 0) || !(layer.epsilon <= 1))
            fail("epsilon is " + std::to_string(layer.epsilon) + ", must be above 0 and at most 1");
        return inputs_[0];
    }

    TensorType operator()(const Activation&) const {
        want_inputs(1);
        return inputs_[0];
    }

    TensorType operator()(const GlobalPool&) const {
        want_inputs(1);
        want_kind(0, TensorKind::Spatial);
        return {TensorKind::Vector, 3 * inputs_[0].channels};
    }

    TensorType operator()(const Add&) const { return same_types(); }
    TensorType operator()(const Multiply&) const { return same_types(); }

    TensorType operator()(const AddBroadcast&) const {
        want_inputs(2);
        want_kind(0, TensorKind::Spatial);
        want_kind(1, TensorKind::Vector);
        want_channels(1, inputs_[0].channels);
        return inputs_[0];
    }

    TensorType operator()(const Attention& layer) const {
        check_channels(name_, "number of heads", layer.heads);
        check_channels(name_, "number of key/value heads", layer.kv_heads);
        check_channels(name_, "channels of a query head", layer.qk_channels);
        check_channels(name_, "channels of a value head", layer.v_channels);
        if (layer.heads % layer.kv_heads != 0)
            fail(number(layer.heads) + " heads, which is no multiple of its " + number(layer.kv_heads) +
                 " key/value heads");
        want_inputs(3);
        for (size_t i = 0; i < 3; i++) want_kind(i, TensorKind::Spatial);
        want_channels(0, int64_t{layer.heads} * layer.qk_channels);
        want_channels(1, int64_t{layer.kv_heads} * layer.qk_channels);
        want_channels(2, int64_t{layer.kv_heads} * layer.v_channels);
        if (layer.rope.frequencies) {
            if (layer.qk_channels % 2 != 0)
                fail("rotary embedding of heads with " + number(layer.qk_channels) + " channels, must be even");
            want_size("rotary frequencies", layer.rope.frequencies, static_cast<size_t>(inputs_[1].channels));
        }
        const int64_t made = int64_t{layer.heads} * layer.v_channels;
        if (made > kMaxChannels) fail("makes " + number(made) + " channels, more than any network has");
        return {TensorKind::Spatial, static_cast<int>(made)};
    }

  private:
    [[noreturn]] void fail(const std::string& what) const { throw ModelError(name_ + ": " + what); }

    size_t channels() const { return static_cast<size_t>(inputs_[0].channels); }

    TensorType input(TensorKind kind, int count) const {
        want_inputs(0);
        check_channels(name_, "number of channels", count);
        return {kind, count};
    }

    TensorType same_types() const {
        want_inputs(2);
        if (inputs_[0] != inputs_[1])
            fail("joins " + to_string(inputs_[0]) + " with " + to_string(inputs_[1]) + ", must be alike");
        return inputs_[0];
    }

    void want_inputs(size_t count) const {
        if (inputs_.size() != count)
            fail("has " + std::to_string(inputs_.size()) + " inputs, takes " + std::to_string(count));
    }

    void want_kind(size_t input, TensorKind kind) const {
        if (inputs_[input].kind != kind)
            fail("input is " + to_string(inputs_[input]) + ", must be " +
                 (kind == TensorKind::Spatial ? "spatial" : "a vector"));
    }

    void want_channels(size_t input, int64_t count) const {
        if (inputs_[input].channels != count)
            fail("input has " + number(inputs_[input].channels) + " channels, weights expect " + number(count));
    }

    void want_size(const char* what, const Weights& weights, size_t count) const {
        check_size(name_, what, weights ? weights->size() : 0, count);
    }

    const std::string& name_;
    std::span<const TensorType> inputs_;
};

}  // namespace

std::string to_string(const TensorType& type) {
    return (type.kind == TensorKind::Spatial ? "Spatial[" : "Vector[") + number(type.channels) + "]";
}

TensorType infer_type(const std::string& name, const Layer& layer, std::span<const TensorType> inputs) {
    return std::visit(TypeInference(name, inputs), layer);
}

}  // namespace katago
