// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "backend/cpu/ops/epilogue_f32.h"
#include "backend/cpu/ops/pointwise.h"
#include "backend/cpu/simd/activation.h"
#include "backend/cpu/simd/vector.h"
#include "nn/layers.h"

namespace katago::cpu {

namespace {

// The kernels without a gemm, in FP32, on every processor: epilogues that no layer precedes, RMS norms and pooling.

void elementwise(const ElementwiseCall& call) {
    constexpr size_t kRowsAtOnce = 16;
    const size_t rows = call.out.batch * call.out.points;
    const float* in = call.in;
    for (int vector = 0; vector < call.vectors; ++vector) {
        for (size_t row = 0; row < rows; row += kRowsAtOnce) {
            const int count = static_cast<int>(rows - row < kRowsAtOnce ? rows - row : kRowsAtOnce);
            Vector values[kRowsAtOnce];
            for (int i = 0; i < count; ++i, in += kWidth) values[i] = load(in);
            finish_rows(call.out, vector, row, count, values);
        }
    }
}

// A row times its factor and gamma, plus beta, activated.
template <ActivationKind kKind>
void scale_row(const RmsNormCall& call, size_t row, float factor) {
    const size_t stride = call.batch * call.points * kWidth;
    for (size_t block = 0; block < blocks_of(call.channels); ++block) {
        const size_t at = block * stride + row * kWidth;
        Vector y = load(call.in + at) * factor * load(call.gamma + block * kWidth);
        if (call.beta != nullptr) y += load(call.beta + block * kWidth);
        store(call.out + at, activate<kKind>(y));
    }
}

// The sum of squares of a row, whose blocks are `stride` floats apart.
float sum_of_squares(const float* in, size_t stride, size_t blocks) {
    // Several accumulators, or each addition would wait for the one before it.
    constexpr size_t kAccumulators = 4;
    Vector sums[kAccumulators] = {};
    size_t block = 0;
    for (; block + kAccumulators <= blocks; block += kAccumulators, in += kAccumulators * stride) {
        unroll<kAccumulators>([&](auto i) KERNEL_LAMBDA {
            const Vector x = load(in + decltype(i)::value * stride);
            sums[decltype(i)::value] += x * x;
        });
    }
    for (; block < blocks; ++block, in += stride) {
        const Vector x = load(in);
        sums[0] += x * x;
    }
    return sum_of((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

KERNEL_INLINE float norm_factor(double mean_square, float epsilon) {
    return 1.0f / __builtin_sqrtf(static_cast<float>(mean_square) + epsilon);
}

void rms_norm(const RmsNormCall& call) {
    using Scale = void (*)(const RmsNormCall&, size_t, float);
    constexpr Scale kScale[] = {scale_row<ActivationKind::Identity>, scale_row<ActivationKind::Relu>,
                                scale_row<ActivationKind::Mish>, scale_row<ActivationKind::Silu>};
    const Scale scale = kScale[static_cast<int>(call.kind)];
    const auto squares_of = [&](size_t row) KERNEL_LAMBDA {
        return sum_of_squares(call.in + row * kWidth, call.batch * call.points * kWidth, blocks_of(call.channels));
    };
    for (size_t sample = 0; sample < call.batch; ++sample) {
        const size_t first = sample * call.points, end = first + call.points;
        if (call.over_board) {
            double squares = 0;
            for (size_t row = first; row < end; ++row) squares += squares_of(row);
            const double mean = squares / (static_cast<double>(call.channels) * static_cast<double>(call.points));
            const float by = norm_factor(mean, call.epsilon);
            for (size_t row = first; row < end; ++row) scale(call, row, by);
        } else {
            for (size_t row = first; row < end; ++row)
                scale(call, row, norm_factor(squares_of(row) / call.channels, call.epsilon));
        }
    }
}

void pool(const PoolCall& call) {
    for (int vector = 0; vector < call.vectors; ++vector) {
        for (size_t sample = 0; sample < call.batch; ++sample) {
            const float* in = call.in + (vector * call.batch + sample) * call.points * kWidth;
            Vector sums[4] = {}, largest = load(in);
            size_t point = 0;
            for (; point + 4 <= call.points; point += 4, in += 4 * kWidth) {
                unroll<4>([&](auto i) KERNEL_LAMBDA {
                    const Vector x = load(in + decltype(i)::value * kWidth);
                    sums[decltype(i)::value] += x;
                    largest = larger(largest, x);
                });
            }
            for (; point < call.points; ++point, in += kWidth) {
                sums[0] += load(in);
                largest = larger(largest, load(in));
            }
            const size_t at = (sample * call.vectors + vector) * kWidth;
            store(call.sums + at, (sums[0] + sums[1]) + (sums[2] + sums[3]));
            store(call.maxima + at, largest);
        }
    }
}

constexpr PointwiseKernels kPointwise = {.elementwise = elementwise, .rms_norm = rms_norm, .pool = pool};

}  // namespace

}  // namespace katago::cpu
