// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/ops/attention/attention.h"
#include "backend/cpu/simd/activation.h"
#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// The parts that the attention kernels of all precisions share: the rows of one head are gathered from the blocks of a
// value and rotated (RoPE) before they are packed, scores become exponentials, and the head's results are scattered
// into the blocks of the output.

// Gathers channels [first, first + count) of a row, then zeros up to a whole vector; vectors of `out` are out_stride
// floats apart.
KERNEL_INLINE void gather_channels(const float* in, size_t stride, size_t row, int first, int count, float* out,
                                   size_t out_stride = kWidth) {
    if (first % kWidth == 0 && count % kWidth == 0) {
        const float* from = in + first / kWidth * stride + row * kWidth;
        for (int c = 0; c < count; c += kWidth, from += stride, out += out_stride) store(out, load(from));
        return;
    }
    const int padded = static_cast<int>(blocks_of(count)) * kWidth;
    for (int c = 0; c < padded; ++c) {
        const int channel = first + c;
        out[c / kWidth * out_stride + c % kWidth] =
            c < count ? in[channel / kWidth * stride + row * kWidth + channel % kWidth] : 0.0f;
    }
}

// The rows of some points of one head: block b of the point i lies stride * b + kWidth * i floats from `from`.
struct HeadRows {
    const float* from;
    size_t stride;
};
// Those of `count` points of q, k or v, from `first` on: where they lie or, where a head's channels are not whole
// vectors, gathered into `room`, [block][room_rows][width].
KERNEL_INLINE HeadRows head_rows(const AttentionCall& call, const float* value, size_t sample, int head, int channels,
                                 int first, int count, float* room, int room_rows) {
    const int points = call.height * call.width;
    const size_t stride = call.batch * points * kWidth, row = sample * points + first;
    if (channels % kWidth == 0) return {value + head * channels / kWidth * stride + row * kWidth, stride};
    const size_t room_stride = static_cast<size_t>(room_rows) * kWidth;
    for (int i = 0; i < count; ++i) {
        gather_channels(value, stride, row + i, head * channels, channels, room + i * kWidth, room_stride);
    }
    return {room, room_stride};
}

// The rotation (RoPE) of one head's row at a point of the board, by its column and by its row: cosines, and `sines`
// floats after them sines. Null: none.
struct Rotation {
    const float* by_x = nullptr;
    const float* by_y = nullptr;
    size_t sines = 0;
};
KERNEL_INLINE Rotation rotation_at(const AttentionCall& call, int kv_head, int x, int y, int blocks) {
    if (call.rope == nullptr) return {};
    const size_t sines = static_cast<size_t>(blocks) * kWidth, entry = 2 * sines;
    const float* head = call.rope + kv_head * (call.width + call.height) * entry;
    return {head + x * entry, head + (call.width + y) * entry, sines};
}
KERNEL_INLINE Vector rotate(Vector x, const float* cosines, const float* sines) {
    return x * load(cosines) + swap_pairs(x) * load(sines);
}
// One block of a row, rotated by both.
KERNEL_INLINE Vector rotated(Vector x, const Rotation& rotation, int block) {
    if (rotation.by_x == nullptr) return x;
    const float *by_x = rotation.by_x + block * kWidth, *by_y = rotation.by_y + block * kWidth;
    return rotate(rotate(x, by_x, by_x + rotation.sines), by_y, by_y + rotation.sines);
}
KERNEL_INLINE void rotate_row(const AttentionCall& call, int kv_head, int point, int blocks, float* row) {
    const Rotation rotation = rotation_at(call, kv_head, point % call.width, point / call.width, blocks);
    if (rotation.by_x == nullptr) return;
    for (int block = 0; block < blocks; ++block)
        store(row + block * kWidth, rotated(load(row + block * kWidth), rotation, block));
}

// Replaces a row of scores, [point block][kRowsAtOnce][width], which are logarithms to base 2, by their exponentials
// divided by the largest; returns the sum of those. kTerms: see PowerOfTwo.
template <int kRowsAtOnce, int kTerms>
KERNEL_INLINE float exponentials_of_row(float* scores, int points) {
    constexpr size_t kStride = static_cast<size_t>(kRowsAtOnce) * kWidth;
    constexpr float kNever = -1e30f;
    const PowerOfTwo<kTerms> power_of_two;
    const int whole = points / kWidth, rest = points % kWidth;
    if (rest != 0) {
        for (int i = rest; i < kWidth; ++i) scores[whole * kStride + i] = kNever;
    }
    const int blocks = whole + (rest != 0 ? 1 : 0);
    // Several accumulators, or each comparison would wait for the one before it.
    constexpr int kAccumulators = 4;
    Vector accumulators[kAccumulators];
    for (int i = 0; i < kAccumulators; ++i) accumulators[i] = load(scores);
    int compared = 0;
    for (; compared + kAccumulators <= blocks; compared += kAccumulators) {
        unroll<kAccumulators>([&](auto i) KERNEL_LAMBDA {
            constexpr int kIndex = decltype(i)::value;
            accumulators[kIndex] = larger(accumulators[kIndex], load(scores + (compared + kIndex) * kStride));
        });
    }
    for (; compared < blocks; ++compared) accumulators[0] = larger(accumulators[0], load(scores + compared * kStride));
    const Vector most =
        all(largest_of(larger(larger(accumulators[0], accumulators[1]), larger(accumulators[2], accumulators[3]))));
    Vector sum{};
    const auto exponential_at = [&](int block) KERNEL_LAMBDA {
        const Vector e = power_of_two(load(scores + block * kStride) - most);
        store(scores + block * kStride, e);
        return e;
    };
    int block = 0;
    for (; block + 2 <= whole; block += 2) {  // two independent exponentials at a time
        const Vector first = exponential_at(block), second = exponential_at(block + 1);
        sum += first;
        sum += second;
    }
    if (block < whole) sum += exponential_at(block);
    float total = sum_of(sum);
    if (rest != 0) {
        const Vector e = exponential_at(whole);
        for (int i = 0; i < rest; ++i) total += e[i];
    }
    return total;
}

// Writes `count` rows of one head's results, [v block][kRowsAtOnce][width], into the output, each times its factor
// (null: all 1).
template <int kRowsAtOnce>
void scatter_results(const AttentionCall& call, const float* results, size_t first_row, int head, int count,
                     const float* factors) {
    const size_t stride = call.batch * call.height * call.width * kWidth;
    const int first = head * call.v_channels, blocks = static_cast<int>(blocks_of(call.v_channels));
    const bool whole = call.v_channels % kWidth == 0;
    for (int r = 0; r < count; ++r) {
        for (int block = 0; block < blocks; ++block) {
            const Vector result = load(results + (block * kRowsAtOnce + r) * kWidth);
            const Vector y = factors == nullptr ? result : result * factors[r];
            if (whole) {
                store(call.out + (first / kWidth + block) * stride + (first_row + r) * kWidth, y);
                continue;
            }
            for (int i = 0; i < min_of(kWidth, call.v_channels - block * kWidth); ++i) {
                const int channel = first + block * kWidth + i;
                call.out[channel / kWidth * stride + (first_row + r) * kWidth + channel % kWidth] = y[i];
            }
        }
    }
}

// Clears the lanes of the last block of outputs that no channel owns.
void clear_padding(const AttentionCall& call, size_t rows) {
    const int channels = call.heads * call.v_channels, used = channels % kWidth;
    if (used == 0) return;
    float* block = call.out + channels / kWidth * rows * kWidth;
    for (size_t row = 0; row < rows; ++row) {
        for (int i = used; i < kWidth; ++i) block[row * kWidth + i] = 0;
    }
}

// 16-bit integers in the scratch memory, two a float.
KERNEL_INLINE int16_t* s16_at(const AttentionCall& call, size_t offset) {
    return reinterpret_cast<int16_t*>(call.scratch + offset);
}

// The largest 16-bit integers that quantized attention may use, so that sums of products stay below 2^31.

// Of queries and keys, whose products are added up over a head's channels. In double precision: of floats the next
// above 2^31 - 1 is 2^31, which the sum of 8, 32 or 128 channels would reach.
KERNEL_INLINE float query_limit(int channels) {
    const auto most = static_cast<float>(__builtin_floor(__builtin_sqrt(2147483647.0 / channels)));
    return most < 32767 ? most : 32767;
}

// Of values and probabilities, whose products are added up over all points: the values of a column have 13 bits, the
// probabilities of a row 15 and a sum of 18, so that those of a row where none stands out are not too coarse.
constexpr float kMostValue = 8191, kMostProbability = 32767;
KERNEL_INLINE float probability_sum_limit(int points) {
    return 2147483647.0f / kMostValue - static_cast<float>(points);  // of which rounding needs a half each
}
// The factor that quantizes a row of exponentials, each at most 1, that add up to `total`.
KERNEL_INLINE float probability_factor(float most_sum, float total) {
    const float finest = most_sum / total;
    return finest < kMostProbability ? finest : kMostProbability;
}

}  // namespace

}  // namespace katago::cpu
