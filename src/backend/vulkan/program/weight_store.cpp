// SPDX-License-Identifier: MIT
#include "backend/vulkan/program/weight_store.h"

#include <algorithm>
#include <cstring>

#include "core/fp16.h"

namespace katago::vulkan {

WeightRange WeightStore::add(const std::vector<float>& values, bool half) {
    constexpr size_t kAlignment = 256;  // the most that Vulkan lets a device want of a range
    const size_t offset = (bytes_.size() + kAlignment - 1) / kAlignment * kAlignment;
    const WeightRange range{offset, values.size() * (half ? sizeof(uint16_t) : sizeof(float))};
    bytes_.resize(offset + range.bytes);
    std::byte* const to = bytes_.data() + offset;
    if (half) {
        std::vector<uint16_t> rounded(values.size());
        std::transform(values.begin(), values.end(), rounded.begin(), fp16_of_float);
        std::memcpy(to, rounded.data(), range.bytes);
    } else {
        std::memcpy(to, values.data(), range.bytes);
    }
    return range;
}

WeightRange WeightStore::add_matrix(const LinearWeights& weights, int taps, int in, int out, bool half) {
    const size_t padded_in = padded_channels(in), padded_out = padded_channels(out);
    const Weights floats = weights.floats();
    std::vector<float> padded(static_cast<size_t>(taps) * padded_in * padded_out);
    const float* from = floats->data();
    for (size_t tap = 0; tap < static_cast<size_t>(taps); ++tap)
        for (size_t i = 0; i < static_cast<size_t>(in); ++i, from += out)
            std::copy(from, from + out, padded.data() + (tap * padded_in + i) * padded_out);
    return add(padded, half);
}

WeightRange WeightStore::add_pairs(const std::vector<float>& first, const std::vector<float>& second) {
    if (first.empty()) return {};
    std::vector<float> pairs(2 * padded_channels(static_cast<int>(first.size())));
    for (size_t i = 0; i < first.size(); ++i) {
        pairs[2 * i] = first[i];
        if (i < second.size()) pairs[2 * i + 1] = second[i];
    }
    return add(pairs, false);
}

}  // namespace katago::vulkan
