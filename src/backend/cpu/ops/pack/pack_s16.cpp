// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/pack/winograd_matrix.h"
#include "backend/cpu/ops/s16.h"

namespace katago::cpu {

namespace {

// Sums of `depth` products of inputs up to `limit` and weights up to w stay below 2^31 if limit * sum|w| does. Weights
// of a column are, in the mean, about a quarter of the largest; inputs of a row scatter twice as far as weights, so
// that twice their limit gives both the same rounding error.
float input_limit_for(int depth) {
    return static_cast<float>(std::min(32767.0, std::floor(std::sqrt(2.0 * 4.0 * 2147483648.0 / depth))));
}

// What the magnitudes of a column's weights may add up to before they are rounded, which adds up to 1/2 to each.
double most_of_sum(int depth, float input_limit) {
    return 2147483647.0 / static_cast<double>(input_limit) - 0.5 * depth - 1;
}

// The finest scale of a column of weights for which no sum overflows.
float scale_for(const float* column, size_t stride, int depth, float input_limit) {
    double sum = 0, largest = 0;
    for (int k = 0; k < depth; ++k) {
        const double size = std::abs(double{column[static_cast<size_t>(k) * stride]});
        sum += size, largest = std::max(largest, size);
    }
    return static_cast<float>(std::max({sum / most_of_sum(depth, input_limit), largest / 32767, 1e-30}));
}

// Where the weight of input k lies within the channel blocks: its pair and its place in the pair.
struct BlockPlace {
    BlockPlace(int k, int width) {
        const int block = k / (2 * width), vector = k % (2 * width) / width, lane = k % width;
        const int place = block * 2 * width + lane / 4 * 8 + vector * 4 + lane % 4;
        pair = static_cast<size_t>(place / 2), of_pair = static_cast<size_t>(place % 2);
    }
    size_t pair, of_pair;
};

// Quantizes kLanes columns of weights, [depth][kLanes], the first of which is column `first` of all outputs.
//   values   their panel
//   scales   of the panel's columns
constexpr int kLanes = 16;
struct PanelColumns {
    int first = 0, count = 0;  // columns within the panel
    size_t columns = 0;        // of the panel
};
void quantize_columns(const float* weights, int depth, int width, float input_limit, PanelColumns where,
                      int16_t* values, float* scales) {
    float factors[kLanes];
    for (int i = 0; i < where.count; ++i) {
        const float scale = scale_for(weights + i, kLanes, depth, input_limit);
        scales[where.first + i] = scale;
        factors[i] = 1 / scale;
    }
    for (int k = 0; k < depth; ++k) {
        const BlockPlace place(k, width);
        int16_t* to = values + (place.pair * where.columns + static_cast<size_t>(where.first)) * 2 + place.of_pair;
        const float* from = weights + k * kLanes;
        for (int i = 0; i < where.count; ++i) to[2 * i] = static_cast<int16_t>(std::lrintf(from[i] * factors[i]));
    }
}

// Calls at(first output, number of outputs, panel's first vector, place in the panel) for groups of outputs that share
// a panel.
template <class At>
void for_each_group(int out, int width, const At& at) {
    const int vectors = vectors_of(out, width), panel_width = kPanelVectors * width;
    for (int first = 0; first < out;) {
        const int panel = first / panel_width, offset = first % panel_width;
        const int columns = std::min(kPanelVectors, vectors - panel * kPanelVectors) * width;
        const int count = std::min({kLanes, out - first, columns - offset});
        at(first, count, panel * kPanelVectors, PanelColumns{offset, count, static_cast<size_t>(columns)});
        first += count;
    }
}

// Whole channel blocks.
size_t padded_depth(int depth, int width) {
    return static_cast<size_t>(s16_blocks_of(depth, width) * 2 * width);
}

PackedWeights room(const PackedSize& size, int depth) {
    PackedWeights packed;
    packed.values = AlignedArray<int8_t>(size.bytes);
    packed.scales = AlignedFloats(size.scales);
    packed.input_limit = input_limit_for(depth);
    return packed;
}

int16_t* numbers_of(PackedWeights& packed) {
    return reinterpret_cast<int16_t*>(packed.values.data());
}

// A 3x3 convolution's weights of up to kLanes outputs from `first` on, transformed: [position][in][kLanes].
void transform_outputs(const std::vector<float>& weights, const WinogradMatrix& matrix, const LayerSize& size,
                       int first, int count, float* to) {
    const size_t position_floats = static_cast<size_t>(size.in) * kLanes;
    for (int i = 0; i < size.in; ++i) {
        float taps[9][kLanes] = {}, rows[6][3][kLanes];
        for (int tap = 0; tap < 9; ++tap) {
            std::copy_n(weights.data() + (tap * size.in + i) * size.out + first, count, taps[tap]);
        }
        for (int p = 0; p < 6; ++p) {
            for (int x = 0; x < 3; ++x) {
                for (int lane = 0; lane < kLanes; ++lane) {
                    rows[p][x][lane] = matrix(p, 0) * taps[x][lane] + matrix(p, 1) * taps[3 + x][lane] +
                                       matrix(p, 2) * taps[6 + x][lane];
                }
            }
        }
        for (int p = 0; p < kWinogradPositions; ++p) {
            const auto& row = rows[p / 6];
            float* position = to + static_cast<size_t>(p) * position_floats + i * kLanes;
            for (int lane = 0; lane < kLanes; ++lane) {
                position[lane] =
                    matrix(p % 6, 0) * row[0][lane] + matrix(p % 6, 1) * row[1][lane] + matrix(p % 6, 2) * row[2][lane];
            }
        }
    }
}

// The largest magnitude in column `lane` of what a kernel makes of plain weights on its way to their positions, which
// transform_outputs() has written: the weights themselves, those transformed along one axis, and along both.
float largest_on_the_way(const float* positions, int depth, int lane) {
    const size_t position_floats = static_cast<size_t>(depth) * kLanes;
    float largest = 0;
    for (int k = 0; k < depth; ++k) {
        const auto at = [&](int y, int x) {
            return positions[static_cast<size_t>(y * 6 + x) * position_floats + static_cast<size_t>(k * kLanes + lane)];
        };
        // The middle one of three is half the difference of the two at +-A, over A; its neighbours are positions.
        constexpr float kOfDifference = 1 / (2 * kWinogradPointA);
        for (int i = 0; i < 6; ++i) {
            for (int j = 0; j < 6; ++j) largest = std::max(largest, std::abs(at(i, j)));
            largest = std::max({largest, std::abs(at(i, 1) - at(i, 2)) * kOfDifference,
                                std::abs(at(1, i) - at(2, i)) * kOfDifference});
        }
        const float middle = (at(1, 1) - at(1, 2)) - (at(2, 1) - at(2, 2));
        largest = std::max(largest, std::abs(middle) * kOfDifference * kOfDifference);
    }
    return largest;
}

// Packs plain weights and the factors of one group of columns: see winograd_s16_plain.h.
//   weights     [9 * in][out] of the layer
//   positions   what transform_outputs() made of them with unnormed_winograd_matrix()
//   panel       the panel's numbers
void pack_plain_columns(const std::vector<float>& weights, const LayerSize& size, int width, float input_limit,
                        const float* positions, int first_output, PanelColumns where, int16_t* panel, float* scales) {
    static const WinogradNorms norms = winograd_norms();
    const size_t columns = where.columns, position_floats = static_cast<size_t>(size.in) * kLanes;
    int16_t* const plain = panel + kWinogradPositions * 2 * columns;
    for (int i = 0; i < where.count; ++i) {
        const size_t column = static_cast<size_t>(where.first + i);
        // What rounding adds on the way, at most: 7.75 of the plain weights' units, by the sums of the two transforms.
        constexpr float kMostRounding = 8, kMost = 32767 - kMostRounding;
        const float scale = std::max(largest_on_the_way(positions, size.in, i) / kMost, 1e-30f);
        for (int k = 0; k < size.in; ++k) {
            const BlockPlace place(k, width);
            for (int tap = 0; tap < 9; ++tap)
                plain[((place.pair * 9 + static_cast<size_t>(tap)) * columns + column) * 2 + place.of_pair] =
                    static_cast<int16_t>(std::lrintf(
                        weights[static_cast<size_t>((tap * size.in + k) * size.out + first_output + i)] / scale));
        }
        for (int p = 0; p < kWinogradPositions; ++p) {
            double sum = double{kMostRounding} * size.in;  // in units of the plain weights' scale
            for (int k = 0; k < size.in; ++k)
                sum += std::abs(double{
                           positions[static_cast<size_t>(p) * position_floats + static_cast<size_t>(k * kLanes + i)]}) /
                       double{scale};
            const double fraction = std::min(32767.0, std::floor(32768 * most_of_sum(size.in, input_limit) / sum));
            int16_t* factor = panel + (static_cast<size_t>(p) * columns + column) * 2;
            factor[0] = factor[1] = static_cast<int16_t>(fraction);
            scales[static_cast<size_t>(p) * columns + column] =
                static_cast<float>(norms[p / 6] * norms[p % 6] * double{scale} * 32768 / fraction);
        }
    }
}

}  // namespace

PackedSize gemm_s16_size(const LayerSize& size, int width) {
    const auto columns = static_cast<size_t>(vectors_of(size.out, width) * width);
    return {padded_depth(size.in, width) * columns * sizeof(int16_t), columns};
}

PackedWeights pack_gemm_s16(const LinearKernel&, const PackRequest& request) {
    const int depth = request.size.in, out = request.size.out, width = request.width;
    const Weights weights = request.weights.floats();
    const size_t padded = padded_depth(depth, width);
    PackedWeights packed = room(gemm_s16_size(request.size, width), depth);
    std::vector<float> group(static_cast<size_t>(depth) * kLanes);
    for_each_group(out, width, [&](int first, int count, int vector, PanelColumns where) {
        for (int k = 0; k < depth; ++k) {
            std::copy_n(weights->data() + k * out + first, count, group.data() + k * kLanes);
        }
        const size_t panel = static_cast<size_t>(vector * width);
        quantize_columns(group.data(), depth, width, packed.input_limit, where, numbers_of(packed) + panel * padded,
                         packed.scales.data() + panel);
    });
    return packed;
}

PackedSize gemm_s16f32_size(const LayerSize& size, int width) {
    const int vectors = vectors_of(size.out, width);
    const auto depth = static_cast<size_t>(vectors_of(size.in, width) * width);
    return {depth * s16f32_numbers(vectors, width) * sizeof(int16_t), static_cast<size_t>(vectors * width)};
}

PackedWeights pack_gemm_s16f32(const LinearKernel&, const PackRequest& request) {
    const int depth = request.size.in, out = request.size.out, width = request.width;
    const int vectors = vectors_of(out, width);
    const auto padded = static_cast<size_t>(vectors_of(depth, width) * width);
    const Weights weights = request.weights.floats();
    PackedWeights packed = room(gemm_s16f32_size(request.size, width), depth);
    for (int o = 0; o < out; ++o) {
        const int vector = o / width, lane = o % width, place = vector % kS16F32PanelVectors;
        const int first_vector = vector - place, of_panel = std::min(kS16F32PanelVectors, vectors - first_vector);
        const int row = static_cast<int>(s16f32_numbers(of_panel, width));
        const float* column = weights->data() + o;
        int16_t* to =
            numbers_of(packed) + s16f32_numbers(first_vector, width) * padded + static_cast<size_t>(place * width);
        if (place == of_panel - 1) {
            for (int k = 0; k < depth; ++k) std::memcpy(to + k * row + 2 * lane, column + k * out, sizeof(float));
            continue;
        }
        const float scale = scale_for(column, static_cast<size_t>(out), depth, packed.input_limit), factor = 1 / scale;
        packed.scales[static_cast<size_t>(o)] = scale;
        for (int k = 0; k < depth; ++k)
            to[k * row + lane] = static_cast<int16_t>(std::lrintf(column[k * out] * factor));
    }
    return packed;
}

PackedSize winograd_s16_size(const LayerSize& size, int width) {
    const PackedSize position = gemm_s16_size(size, width);
    return {kWinogradPositions * position.bytes, kWinogradPositions * position.scales};
}

PackedWeights pack_winograd_s16(const LinearKernel&, const PackRequest& request) {
    const int in = request.size.in, width = request.width;
    const size_t padded = padded_depth(in, width), position_floats = static_cast<size_t>(in) * kLanes;
    PackedWeights packed = room(winograd_s16_size(request.size, width), in);
    const Weights weights = request.weights.floats();
    const WinogradMatrix matrix = winograd_matrix();
    std::vector<float> group(kWinogradPositions * position_floats);
    for_each_group(request.size.out, width, [&](int first, int count, int vector, PanelColumns where) {
        transform_outputs(*weights, matrix, request.size, first, count, group.data());
        const size_t panel = static_cast<size_t>(vector * width) * kWinogradPositions;
        for (size_t p = 0; p < kWinogradPositions; ++p) {
            quantize_columns(group.data() + p * position_floats, in, width, packed.input_limit, where,
                             numbers_of(packed) + panel * padded + p * padded * where.columns,
                             packed.scales.data() + panel + p * where.columns);
        }
    });
    return packed;
}

PackedSize winograd_s16_plain_size(const LayerSize& size, int width) {
    const auto columns = static_cast<size_t>(vectors_of(size.out, width) * width);
    return {(padded_depth(size.in, width) * 9 + kWinogradPositions * 2) * columns * sizeof(int16_t),
            kWinogradPositions * columns};
}

PackedWeights pack_winograd_s16_plain(const LinearKernel&, const PackRequest& request) {
    const int in = request.size.in, width = request.width;
    const size_t numbers = padded_depth(in, width) * 9 + kWinogradPositions * 2;  // of a column
    PackedWeights packed = room(winograd_s16_plain_size(request.size, width), in);
    packed.transform = WeightTransform::None;
    const Weights weights = request.weights.floats();
    const WinogradMatrix matrix = unnormed_winograd_matrix();
    std::vector<float> group(kWinogradPositions * static_cast<size_t>(in) * kLanes);
    for_each_group(request.size.out, width, [&](int first, int count, int vector, PanelColumns where) {
        transform_outputs(*weights, matrix, request.size, first, count, group.data());
        const size_t column = static_cast<size_t>(vector * width);
        pack_plain_columns(*weights, request.size, width, packed.input_limit, group.data(), first, where,
                           numbers_of(packed) + column * numbers, packed.scales.data() + column * kWinogradPositions);
    });
    return packed;
}

}  // namespace katago::cpu
