// SPDX-License-Identifier: MIT
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/pack/winograd_matrix.h"
#include "core/fp16.h"

namespace katago::cpu {

namespace {

// Panels of [padded depth][8]; zeros beyond the real weights.
struct Panels {
    Panels(int depth, int out)
        : padded((depth + kFp16Block - 1) / kFp16Block * kFp16Block), count((out + kFp16Block - 1) / kFp16Block) {}
    size_t size() const { return static_cast<size_t>(padded * count * kFp16Block); }
    size_t place(int k, int o) const {
        return static_cast<size_t>(((o / kFp16Block) * padded + k) * kFp16Block + o % kFp16Block);
    }
    int padded, count;
};

int16_t bits_of(float x) {
    return static_cast<int16_t>(fp16_of_float(x));
}

PackedWeights room(size_t numbers) {
    PackedWeights packed;
    packed.values = AlignedArray<int8_t>(numbers * sizeof(int16_t));
    return packed;
}

int16_t* numbers_of(PackedWeights& packed) {
    return reinterpret_cast<int16_t*>(packed.values.data());
}

}  // namespace

PackedSize gemm_f16_size(const LayerSize& size, int /* width */) {
    return {Panels(size.in, size.out).size() * sizeof(int16_t), 0};
}

PackedWeights pack_gemm_f16(const LinearKernel&, const PackRequest& request) {
    const int depth = request.size.in, out = request.size.out;
    const Panels panels(depth, out);
    const Weights weights = request.weights.floats();
    PackedWeights packed = room(panels.size());
    for (int k = 0; k < depth; ++k) {
        for (int o = 0; o < out; ++o) {
            numbers_of(packed)[panels.place(k, o)] = bits_of((*weights)[static_cast<size_t>(k * out + o)]);
        }
    }
    return packed;
}

PackedSize winograd_f16_size(const LayerSize& size, int /* width */) {
    return {kWinogradPositions * Panels(size.in, size.out).size() * sizeof(int16_t), 0};
}

PackedWeights pack_winograd_f16_as(WeightTransform transform, const PackRequest& request) {
    const int in = request.size.in, out = request.size.out, of_row = transform == WeightTransform::OneAxis ? 3 : 6;
    const Panels panels(in, out);
    PackedWeights packed = room(static_cast<size_t>(6 * of_row) * panels.size());
    packed.transform = transform;
    int16_t* const to = numbers_of(packed);
    const WinogradMatrix matrix = winograd_matrix();
    WinogradMatrix unnormed = matrix;
    for (int i = 0; i < 5; ++i) unnormed.row(i) /= matrix(i, 0);
    const auto place = [&](int row, int column, int i, int o) {
        const int plane = (row * panels.count + o / kFp16Block) * of_row + column;
        return static_cast<size_t>((plane * panels.padded + i) * kFp16Block + o % kFp16Block);
    };
    const Weights weights = request.weights.floats();
    for (int i = 0; i < in; ++i) {
        for (int o = 0; o < out; ++o) {
            Eigen::Matrix<float, 3, 3> g;
            for (int tap = 0; tap < 9; ++tap) {
                g(tap / 3, tap % 3) = (*weights)[static_cast<size_t>((tap * in + i) * out + o)];
            }
            const Eigen::Matrix<float, 6, 3> rows = matrix * g;
            Eigen::Matrix<float, 6, 6> u;
            if (transform == WeightTransform::OneAxis) {
                u.leftCols<3>() = rows;
            } else {
                u = rows * unnormed.transpose();
            }
            for (int row = 0; row < 6; ++row) {
                for (int column = 0; column < of_row; ++column) {
                    to[place(row, column, i, o)] = bits_of(u(row, column));
                }
            }
        }
    }
    return packed;
}

PackedWeights pack_winograd_f16(const LinearKernel&, const PackRequest& request) {
    return pack_winograd_f16_as(WeightTransform::Full, request);
}

PackedWeights pack_winograd_f16_by_size(const LinearKernel&, const PackRequest& request) {
    constexpr size_t kLargeBytes = size_t{1} << 20;
    const size_t bytes =
        size_t{2} * kWinogradPositions * static_cast<size_t>(request.size.in) * static_cast<size_t>(request.size.out);
    return pack_winograd_f16_as(bytes > kLargeBytes ? WeightTransform::OneAxis : WeightTransform::Full, request);
}

}  // namespace katago::cpu
