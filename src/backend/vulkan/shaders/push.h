// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace katago::vulkan {

// The push constants of every shader and the bits of its flags: push.glsl, in C++.
struct Push {
    uint32_t boards = 0;
    uint32_t height = 0, width = 0;
    uint32_t in_channels = 0, out_channels = 0;  // padded
    uint32_t channels = 0;
    uint32_t flags = 0;
    uint32_t kernel = 0;
    float epsilon = 0;
    uint32_t heads = 0, kv_heads = 0, qk_channels = 0, v_channels = 0;
    uint32_t group = 0;
};
static_assert(sizeof(Push) == 56);

inline constexpr uint32_t kHasMultiplier = 1, kHasVector = 2, kHasResidual = 4, kHasAffine = 8, kWritesRaw = 16,
                          kWritesActivated = 32, kMultiplierIsT = 64, kResidualIsT = 128, kRawIsT = 256,
                          kActivatedIsT = 512, kInputIsT = 1024, kOverBoard = 2048, kValuePool = 4096,
                          kOnVectors = 16384;
inline constexpr uint32_t kActivationShift = 16;

// Push::kernel of a convolution.
constexpr uint32_t packed_kernel(int height, int width, int dilation_y, int dilation_x) {
    return static_cast<uint32_t>(height | width << 8 | dilation_y << 16 | dilation_x << 24);
}

// Channels of a value are padded with zeros to a multiple of this.
inline constexpr uint32_t kChannelStep = 16;
constexpr uint32_t padded_channels(int channels) {
    return (static_cast<uint32_t>(channels) + kChannelStep - 1) / kChannelStep * kChannelStep;
}

}  // namespace katago::vulkan
