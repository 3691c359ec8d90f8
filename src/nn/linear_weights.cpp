// SPDX-License-Identifier: MIT
#include "nn/linear_weights.h"

#include <vector>

#include "core/fp16.h"
#include "nn/rotation.h"

namespace katago {

namespace {

std::vector<float> expand(std::span<const uint16_t> fp16) {
    std::vector<float> floats;
    floats.reserve(fp16.size());
    for (const uint16_t number : fp16) floats.push_back(float_of_fp16(number));
    return floats;
}

std::vector<float> expand(const BlockInt8& weights) {
    std::vector<float> floats;
    floats.reserve(weights.values.size());
    const auto out = static_cast<size_t>(weights.out_channels);
    const auto blocks = static_cast<size_t>(weights.blocks());
    const std::vector<float> scales = expand(weights.scales);
    const int8_t* value = weights.values.data();
    for (size_t tap = 0; tap < static_cast<size_t>(weights.taps); ++tap) {
        for (int in = 0; in < weights.in_channels; ++in) {
            const float* row = scales.data() + (tap * blocks + static_cast<size_t>(in / weights.block)) * out;
            for (size_t o = 0; o < out; ++o) floats.push_back(static_cast<float>(*value++) * row[o]);
        }
    }
    rotate_rows(floats.data(), weights.in_channels, out, weights.rotated);
    return floats;
}

}  // namespace

std::string_view name_of(DType type) {
    switch (type) {
        case DType::Float16:
            return "fp16";
        case DType::Int8:
            return "int8";
        case DType::Float32:
            break;
    }
    return "fp32";
}

size_t LinearWeights::size() const {
    switch (dtype_) {
        case DType::Float16:
            return fp16_.size();
        case DType::Int8:
            return int8_.values.size();
        case DType::Float32:
            break;
    }
    return floats_ ? floats_->size() : 0;
}

size_t LinearWeights::stored_bytes() const {
    switch (dtype_) {
        case DType::Float16:
            return fp16_.size_bytes();
        case DType::Int8:
            return int8_.values.size_bytes() + int8_.scales.size_bytes();
        case DType::Float32:
            break;
    }
    return size() * sizeof(float);
}

Weights LinearWeights::floats() const {
    switch (dtype_) {
        case DType::Float16:
            return make_weights(expand(fp16_));
        case DType::Int8:
            return make_weights(expand(int8_));
        case DType::Float32:
            break;
    }
    return floats_;
}

}  // namespace katago
