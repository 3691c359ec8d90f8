// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/pack/pack.h"
#include "core/fp16.h"
#include "nn/rotation.h"

namespace katago::cpu {

namespace {

constexpr int kGroupUnit = 16;  // groups are multiples of this

// The fewest groups of up to `most` channels, of equal size but for whole units.
int even_group(int in_channels, int most, int unit) {
    const int groups = (in_channels + most - 1) / most, even = (in_channels + groups - 1) / groups;
    return (even + unit - 1) / unit * unit;
}

// Channels of a group: the most, up to a limit, that divide a stored block; for other weights blocks of equal size.
int group_of(const LinearWeights& weights, int in_channels, bool whole_rows) {
    const BlockInt8* stored = weights.int8();
    if (stored == nullptr) return even_group(in_channels, kInt8Block, kGroupUnit);
    const int block = stored->block;
    if (stored->rotated != 0 && whole_rows) {  // a whole number of rotations: see fits_int8_groups()
        const bool fits = in_channels <= kInt8RotatedGroup || !has_reflection(stored->rotated);
        if (block >= in_channels)
            return fits ? even_group(in_channels, kInt8RotatedGroup, kInt8Block) : stored->rotated;
        for (int group = kInt8RotatedGroup; group > kInt8Block; group -= kInt8Block) {
            if (block % group == 0 && group % stored->rotated == 0) return group;
        }
    }
    if (block >= in_channels) return kInt8Block;  // all channels share a scale
    for (int group = kInt8Block; group > kGroupUnit; group -= kGroupUnit) {
        if (block % group == 0) return group;
    }
    return kGroupUnit;
}

// The weights of one tap and group, [channels][out], and their scales.
struct Block {
    std::vector<int8_t> values;
    std::vector<float> scales;
};

struct Place {
    int tap = 0, first = 0, channels = 0;
};

Block stored_block(const BlockInt8& stored, Place place) {
    const auto out = static_cast<size_t>(stored.out_channels);
    const auto channel = static_cast<size_t>(place.tap * stored.in_channels + place.first);
    const auto scales = static_cast<size_t>(place.tap * stored.blocks() + place.first / stored.block);
    Block block;
    const auto values = stored.values.subspan(channel * out, static_cast<size_t>(place.channels) * out);
    block.values.assign(values.begin(), values.end());
    for (const uint16_t half : stored.scales.subspan(scales * out, out)) block.scales.push_back(float_of_fp16(half));
    return block;
}

Block rounded_block(const std::vector<float>& weights, const LayerSize& size, Place place) {
    const auto out = static_cast<size_t>(size.out);
    const float* from = weights.data() + static_cast<size_t>(place.tap * size.in + place.first) * out;
    Block block{std::vector<int8_t>(static_cast<size_t>(place.channels) * out), std::vector<float>(out)};
    for (size_t o = 0; o < out; ++o) {
        float largest = 0;
        for (size_t c = 0; c < static_cast<size_t>(place.channels); ++c)
            largest = std::max(largest, std::abs(from[c * out + o]));
        block.scales[o] = largest / 127;
        if (largest == 0) continue;
        for (size_t c = 0; c < static_cast<size_t>(place.channels); ++c)
            block.values[c * out + o] = static_cast<int8_t>(std::lrintf(from[c * out + o] * (127 / largest)));
    }
    return block;
}

}  // namespace

bool fits_int8_groups(const LinearWeights& weights, bool whole_rows) {
    const BlockInt8* stored = weights.int8();
    if (stored == nullptr) return true;
    const bool reflects = has_reflection(stored->rotated);
    if (reflects && !whole_rows) return false;
    if (stored->block >= stored->in_channels)
        return !reflects || stored->in_channels <= kInt8RotatedGroup || stored->rotated % (3 * kInt8Block) == 0;
    return stored->block % (stored->rotated == 0 ? kGroupUnit : reflects ? 3 * kInt8Block : kInt8Block) == 0;
}

bool has_one_scale(const LinearWeights& weights) {
    const BlockInt8* stored = weights.int8();
    if (stored == nullptr) return false;
    const auto outputs = static_cast<size_t>(stored->out_channels);
    for (size_t i = outputs; i < stored->scales.size(); ++i)
        if (stored->scales[i] != stored->scales[i % outputs]) return false;
    return true;
}

PackedSize int8_size(const LayerSize& size, int width) {
    const int group = even_group(size.in, kInt8Block, kGroupUnit);
    const auto columns = static_cast<size_t>(size.taps * vectors_of(size.out, width) * width);
    const auto depth = static_cast<size_t>((size.in + kGroupUnit - 1) / kGroupUnit * kGroupUnit);
    return {depth * columns, static_cast<size_t>(groups_of(size.in, group)) * columns};
}

PackedWeights pack_int8(const LinearKernel& kernel, const PackRequest& request) {
    const LinearWeights& weights = request.weights;
    const LayerSize& size = request.size;
    const int width = request.width, together = kernel.int8.step_channels, multiple = kernel.int8.channel_multiple;
    const int vectors = vectors_of(size.out, width), group = group_of(weights, size.in, request.whole_rows);
    const int steps = (size.in + multiple - 1) / multiple * multiple / together;
    const int groups = groups_of(size.in, group);
    const auto all_columns = static_cast<size_t>(vectors * width);
    PackedWeights packed;
    packed.values = AlignedArray<int8_t>(static_cast<size_t>(size.taps * steps * together) * all_columns);
    packed.scales = AlignedFloats(static_cast<size_t>(size.taps * groups) * all_columns);
    packed.sums = AlignedArray<int32_t>(packed.scales.size());
    packed.group = group, packed.rotated = weights.int8() == nullptr ? 0 : weights.int8()->rotated;
    const Weights floats = weights.int8() == nullptr ? weights.floats() : nullptr;
    for (int tap = 0; tap < size.taps; ++tap) {
        for (int g = 0; g < groups; ++g) {
            const Place place{tap, g * group, std::min(group, size.in - g * group)};
            const Block block = floats ? rounded_block(*floats, size, place) : stored_block(*weights.int8(), place);
            for (int o = 0; o < size.out; ++o) {
                const int panel = o / width / kPanelVectors * kPanelVectors, column = o - panel * width;
                const int columns = std::min(kPanelVectors, vectors - panel) * width;
                const auto before = static_cast<size_t>(panel * width);  // columns of earlier panels
                const size_t scale = before * static_cast<size_t>(size.taps * groups) +
                                     static_cast<size_t>((tap * groups + g) * columns + column);
                int8_t* to = packed.values.data() + before * static_cast<size_t>(size.taps * steps * together) +
                             static_cast<size_t>((tap * steps + place.first / together) * columns * together);
                int32_t sum = 0;
                for (int c = 0; c < place.channels; ++c) {
                    const int8_t value = block.values[static_cast<size_t>(c * size.out + o)];
                    to[(c / together * columns + column) * together + c % together] = value;
                    sum += value;
                }
                packed.scales[scale] = block.scales[static_cast<size_t>(o)];
                packed.sums[scale] = sum;
            }
        }
    }
    return packed;
}

}  // namespace katago::cpu
