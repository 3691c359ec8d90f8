// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "nn/tensor.h"

namespace katago {

// The type in which weights are stored.
enum class DType : uint8_t { Float32, Float16, Int8 };

// "fp32", "fp16", "int8".
std::string_view name_of(DType type);

// INT8 weights of a convolution (a tap for each place of its kernel) or matrix (one tap). A weight is
//   values[tap, in, out] * scales[tap, in / block, out]
// and, where input channels are rotated, T times that: see rotation.h.
struct BlockInt8 {
    int taps = 1, in_channels = 0, out_channels = 0;
    int block = 64;                    // input channels that share a scale; the last block may have fewer
    int rotated = 0;                   // input channels that the rotation mixes; 0: none
    std::span<const int8_t> values;    // [taps, in_channels, out_channels]
    std::span<const uint16_t> scales;  // FP16, [taps, blocks(), out_channels]

    int blocks() const { return (in_channels + block - 1) / block; }
};

// The weights of a convolution or matrix, in the form in which they are stored. Immutable, cheap to copy; what they
// refer to (a mapped file, say) is shared.
class LinearWeights {
  public:
    LinearWeights() = default;  // none
    LinearWeights(Weights floats) : floats_(std::move(floats)) {}
    // `owner` keeps the memory alive.
    LinearWeights(std::span<const uint16_t> fp16, std::shared_ptr<const void> owner)
        : dtype_(DType::Float16), fp16_(fp16), owner_(std::move(owner)) {}
    LinearWeights(const BlockInt8& int8, std::shared_ptr<const void> owner)
        : dtype_(DType::Int8), int8_(int8), owner_(std::move(owner)) {}

    DType dtype() const { return dtype_; }
    size_t size() const;          // number of weights
    size_t stored_bytes() const;  // scales included
    // As floats: shared where they are stored so, else made anew by every call.
    Weights floats() const;
    // Null where they are stored otherwise.
    const BlockInt8* int8() const { return dtype_ == DType::Int8 ? &int8_ : nullptr; }
    // Empty where they are stored otherwise.
    std::span<const uint16_t> fp16() const { return fp16_; }

  private:
    DType dtype_ = DType::Float32;
    Weights floats_;
    std::span<const uint16_t> fp16_;
    BlockInt8 int8_;
    std::shared_ptr<const void> owner_;
};

}  // namespace katago
