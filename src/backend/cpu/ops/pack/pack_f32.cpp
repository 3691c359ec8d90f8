// SPDX-License-Identifier: MIT
#include "backend/cpu/ops/pack/pack.h"

#include <algorithm>

#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/pack/winograd_matrix.h"

namespace katago::cpu {

namespace {

// Calls at(output channel, its first float in the panel's row 0, floats from row to row) for every real output; the
// panel that holds a channel starts at the floats of the vectors before it.
template <class At>
void for_each_output(int depth, int out, int width, const At& at) {
    const int vectors = vectors_of(out, width);
    for (int o = 0; o < out; ++o) {
        const int panel = o / width / kPanelVectors * kPanelVectors;
        const size_t columns = static_cast<size_t>(std::min(kPanelVectors, vectors - panel) * width);
        at(o, static_cast<size_t>(panel * width) * static_cast<size_t>(depth) + static_cast<size_t>(o - panel * width),
           columns);
    }
}

PackedSize size_of(int depth, int out, int width) {
    return {static_cast<size_t>(depth) * static_cast<size_t>(vectors_of(out, width) * width) * sizeof(float), 0};
}

PackedWeights room(const PackedSize& size) {
    PackedWeights packed;
    packed.values = AlignedArray<int8_t>(size.bytes);
    return packed;
}

float* floats_of(PackedWeights& packed) {
    return reinterpret_cast<float*>(packed.values.data());
}

// [depth, out] -> packed panels
PackedWeights pack_matrix(const std::vector<float>& weights, int depth, int out, int width) {
    PackedWeights packed = room(size_of(depth, out, width));
    float* const to = floats_of(packed);
    for_each_output(depth, out, width, [&](int o, size_t first, size_t columns) {
        for (int k = 0; k < depth; ++k) {
            to[first + static_cast<size_t>(k) * columns] = weights[static_cast<size_t>(k * out + o)];
        }
    });
    return packed;
}

}  // namespace

PackedSize gemm_f32_size(const LayerSize& size, int width) {
    return size_of(size.in, size.out, width);
}

PackedWeights pack_gemm_f32(const LinearKernel&, const PackRequest& request) {
    return pack_matrix(*request.weights.floats(), request.size.in, request.size.out, request.width);
}

LinearWeights im2col_weights(const Conv2d& conv, int width) {
    const int taps = conv.kernel_y * conv.kernel_x, padded = vectors_of(conv.in_channels, width) * width;
    const size_t tap_weights = static_cast<size_t>(conv.in_channels) * static_cast<size_t>(conv.out_channels);
    const size_t tap_room = static_cast<size_t>(padded) * static_cast<size_t>(conv.out_channels);
    std::vector<float> spread(static_cast<size_t>(taps) * tap_room);
    const Weights weights = conv.weights.floats();
    for (size_t tap = 0; tap < static_cast<size_t>(taps); ++tap)
        std::copy_n(weights->data() + tap * tap_weights, tap_weights, spread.data() + tap * tap_room);
    return make_weights(std::move(spread));
}

PackedSize row_major_f32_size(const LayerSize& size, int width) {
    return size_of(size.taps * size.in, size.out, width);
}

PackedWeights pack_row_major_f32(const LinearKernel&, const PackRequest& request) {
    const LayerSize& size = request.size;
    const Weights weights = request.weights.floats();
    PackedWeights packed = room(row_major_f32_size(size, request.width));
    float* to = floats_of(packed);
    const float* from = weights->data();
    for (int row = 0; row < size.taps * size.in; ++row, from += size.out)
        std::copy_n(from, size.out, to), to += vectors_of(size.out, request.width) * request.width;
    return packed;
}

PackedSize winograd_f32_size(const LayerSize& size, int width) {
    return size_of(kWinogradPositions * size.in, size.out, width);
}

PackedWeights pack_winograd_f32(const LinearKernel&, const PackRequest& request) {
    const int in = request.size.in, out = request.size.out, width = request.width;
    const WinogradMatrix matrix = winograd_matrix();
    const Weights weights = request.weights.floats();
    const int copies = request.spares_memory ? 9 : kWinogradPositions;
    PackedWeights packed = room(size_of(copies * in, out, width));
    packed.transform = request.spares_memory ? WeightTransform::None : WeightTransform::Full;
    float* const to = floats_of(packed);
    for_each_output(copies * in, out, width, [&](int o, size_t first, size_t columns) {
        for (int i = 0; i < in; ++i) {
            Eigen::Matrix<float, 3, 3> g;
            for (int tap = 0; tap < 9; ++tap) {
                g(tap / 3, tap % 3) = (*weights)[static_cast<size_t>((tap * in + i) * out + o)];
            }
            if (request.spares_memory) {
                for (int tap = 0; tap < 9; ++tap) {
                    to[first + static_cast<size_t>(i * 9 + tap) * columns] = g(tap / 3, tap % 3);
                }
                continue;
            }
            const Eigen::Matrix<float, 6, 6> u = matrix * g * matrix.transpose();
            for (int position = 0; position < kWinogradPositions; ++position) {
                to[first + static_cast<size_t>(position * in + i) * columns] = u(position / 6, position % 6);
            }
        }
    });
    return packed;
}

AlignedFloats pack_conv_first(const Conv2d& conv, int width) {
    const int rows = conv.kernel_y * conv.kernel_x * conv.in_channels;
    const int columns = vectors_of(conv.out_channels, width) * width;
    AlignedFloats packed(static_cast<size_t>(rows) * static_cast<size_t>(columns));
    const Weights weights = conv.weights.floats();
    for (int row = 0; row < rows; ++row) {
        std::copy_n(weights->data() + row * conv.out_channels, conv.out_channels, packed.data() + row * columns);
    }
    return packed;
}

AlignedFloats pad_channels(const std::vector<float>& values, int width) {
    const int channels = static_cast<int>(values.size());
    AlignedFloats padded(static_cast<size_t>(vectors_of(channels, width) * width));
    std::copy(values.begin(), values.end(), padded.data());
    return padded;
}

}  // namespace katago::cpu
