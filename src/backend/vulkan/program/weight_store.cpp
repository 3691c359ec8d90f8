// SPDX-License-Identifier: MIT
#include "backend/vulkan/program/weight_store.h"

#include <algorithm>
#include <cstring>

#include "backend/vulkan/ops/winograd.h"
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

WeightRange WeightStore::add_winograd(const Conv2d& conv, bool half) {
    const size_t in = static_cast<size_t>(conv.in_channels), out = static_cast<size_t>(conv.out_channels);
    const size_t padded_in = padded_channels(conv.in_channels), padded_out = padded_channels(conv.out_channels);
    constexpr size_t kEdge = kWinogradTile + 2, kTaps = 3;
    const WinogradMatrix matrix = winograd_matrix();
    const Weights floats = conv.weights.floats();
    std::vector<float> transformed(kWinogradPositions * padded_in * padded_out);
    for (size_t i = 0; i < in; ++i)
        for (size_t o = 0; o < out; ++o)
            for (size_t position = 0; position < kWinogradPositions; ++position) {
                const auto& along_y = matrix[position / kEdge];
                const auto& along_x = matrix[position % kEdge];
                double sum = 0;
                for (size_t tap = 0; tap < kTaps * kTaps; ++tap)
                    sum += along_y[tap / kTaps] * along_x[tap % kTaps] * double{(*floats)[(tap * in + i) * out + o]};
                transformed[(position * padded_in + i) * padded_out + o] = static_cast<float>(sum);
            }
    return add(transformed, half);
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
