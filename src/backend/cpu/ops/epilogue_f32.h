// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/epilogue.h"
#include "backend/cpu/ops/winograd.h"
#include "backend/cpu/simd/activation.h"
#include "backend/cpu/simd/fp16_storage.h"
#include "backend/cpu/simd/vector.h"
#include "nn/layers.h"

namespace katago::cpu {

namespace {

// The epilogue that follows every step, in FP32: see EpilogueCall.

// Rows of one block: `runs` runs of `count` rows, `step` rows from one to the next.
struct RowRuns {
    size_t first;
    int count;
    int runs = 1;
    size_t step = 0;
};
// The results from one run to the next, where there are more than one; also how many are finished at a time.
constexpr int kRunResults = kWinogradTile;

// An EpilogueCall for the rows of one block, from the first row of the runs on.
struct BlockEpilogue {
    const float* multiplier;
    const float* residual;
    float* raw;
    float* activated;
    int16_t* fp16;
    bool has_addend;
    Vector addend, scale;
    const float* shift;
};

// The epilogue of kCount results, whose rows are `offset` floats from the first.
template <ActivationKind kKind, bool kApproximate, int kCount>
KERNEL_INLINE void finish_few(const BlockEpilogue& block, const Activation<kKind, kApproximate>& activation,
                              size_t offset, const Vector* results) {
    Vector y[kCount];
    unroll<kCount>([&](auto i) KERNEL_LAMBDA { y[decltype(i)::value] = results[decltype(i)::value]; });
    if (block.multiplier != nullptr) {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            y[decltype(i)::value] *= load(block.multiplier + offset + decltype(i)::value * kWidth);
        });
    }
    if (block.has_addend) {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA { y[decltype(i)::value] += block.addend; });
    }
    if (block.residual != nullptr) {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            y[decltype(i)::value] += load(block.residual + offset + decltype(i)::value * kWidth);
        });
    }
    if (block.raw != nullptr) {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            store(block.raw + offset + decltype(i)::value * kWidth, y[decltype(i)::value]);
        });
    }
    if (block.activated == nullptr && block.fp16 == nullptr) return;
    unroll<kCount>([&](auto i) KERNEL_LAMBDA {
        y[decltype(i)::value] = y[decltype(i)::value] * block.scale + start_from(block.shift);
    });
    activation.apply(y);
#if defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
    if (block.fp16 != nullptr) {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            store_fp16(block.fp16 + 2 * offset + decltype(i)::value * kFp16Width, y[decltype(i)::value]);
        });
        return;
    }
#endif
    unroll<kCount>([&](auto i) KERNEL_LAMBDA {
        store(block.activated + offset + decltype(i)::value * kWidth, y[decltype(i)::value]);
    });
}

template <ActivationKind kKind, bool kApproximate = false>
KERNEL_INLINE void finish_block(const BlockEpilogue& block, const RowRuns& rows, const Vector* results) {
    const Activation<kKind, kApproximate> activation;
    for (int run = 0; run < rows.runs; ++run, results += kRunResults) {
        const size_t offset = run * rows.step * kWidth;
        int i = 0;
        for (; i + kRunResults <= rows.count; i += kRunResults) {
            finish_few<kKind, kApproximate, kRunResults>(block, activation, offset + i * kWidth, results + i);
        }
        for (; i < rows.count; ++i)
            finish_few<kKind, kApproximate, 1>(block, activation, offset + i * kWidth, results + i);
    }
}

// The epilogue of the results of several runs of rows within one board, or of one run that may go on in the next
// boards.
[[gnu::noinline]] void finish_runs(const EpilogueCall& call, size_t block, const RowRuns& rows, const Vector* results) {
    const size_t start = (block * call.batch * call.points + rows.first) * kWidth;
    const auto from_start = [&](auto* p) KERNEL_LAMBDA { return p == nullptr ? nullptr : p + start; };
    BlockEpilogue of_block{from_start(call.multiplier),
                           from_start(call.residual),
                           from_start(call.raw),
                           from_start(call.activated),
                           nullptr,
                           false,
                           Vector{},
                           Vector{},
                           nullptr};
    if (call.activated_fp16 != nullptr) {
        const size_t row = block / 2 * call.batch * call.points + rows.first;
        of_block.fp16 = call.activated_fp16 + (2 * row + block % 2) * kWidth;
    }
    if (call.vector != nullptr) {
        const size_t sample = rows.first / call.points, left = call.points - rows.first % call.points;
        if (rows.runs == 1 && static_cast<size_t>(rows.count) > left) {  // a run that goes on in the next board
            const int here = static_cast<int>(left);
            finish_runs(call, block, {rows.first, here}, results);
            finish_runs(call, block, {rows.first + left, rows.count - here}, results + here);
            return;
        }
        of_block.has_addend = true, of_block.addend = load(call.vector + (block * call.batch + sample) * kWidth);
    }
    const bool activates = call.activated != nullptr || call.activated_fp16 != nullptr;
    if (activates) {
        of_block.scale = load(call.scale + block * kWidth), of_block.shift = call.shift + block * kWidth;
    }
    switch (activates ? call.kind : ActivationKind::Identity) {
        case ActivationKind::Identity:
            return finish_block<ActivationKind::Identity>(of_block, rows, results);
        case ActivationKind::Relu:
            return finish_block<ActivationKind::Relu>(of_block, rows, results);
        case ActivationKind::Mish:
            if (call.approximate) return finish_block<ActivationKind::Mish, true>(of_block, rows, results);
            return finish_block<ActivationKind::Mish>(of_block, rows, results);
        case ActivationKind::Silu:
            if (call.approximate) return finish_block<ActivationKind::Silu, true>(of_block, rows, results);
            return finish_block<ActivationKind::Silu>(of_block, rows, results);
    }
}

// The epilogue of `count` results of one block, starting at `row`.
KERNEL_INLINE void finish_rows(const EpilogueCall& call, size_t block, size_t row, int count, const Vector* results) {
    finish_runs(call, block, {row, count}, results);
}

}  // namespace

}  // namespace katago::cpu
