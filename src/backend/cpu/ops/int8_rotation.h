// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

#include "backend/cpu/simd/vector.h"

namespace katago::cpu {

namespace {

// The rotation of inputs before they are quantized to INT8, for layers whose weights were rotated likewise: a Hadamard
// rotation of blocks of 16, 32 or 64 channels and, where three blocks are rotated together, a Householder reflection of
// the three. See nn/rotation.h.

// The stages of a Hadamard rotation within a vector: channels whose indices leave the same rest by 4 are mixed, which
// are lanes 4 and 8 apart.
#if defined(__AVX2__)
// One stage, of lanes kApart apart: `exchanged` is x with the two lanes of each pair exchanged.
template <int kApart, int... kLane>
KERNEL_INLINE Vector sums_and_differences(Vector x, Vector exchanged, std::integer_sequence<int, kLane...>) {
    const Vector signs{(kLane & kApart ? -1.0f : 1.0f)...};
    return exchanged + x * signs;
}
KERNEL_INLINE Vector rotate_lanes(Vector x) {
    constexpr auto kLanes = std::make_integer_sequence<int, kWidth>{};
#if defined(__AVX512F__)
    __m512 v = reinterpret_cast<__m512>(x);
    x = sums_and_differences<4>(x, reinterpret_cast<Vector>(_mm512_shuffle_f32x4(v, v, 0xb1)), kLanes);
    v = reinterpret_cast<__m512>(x);
    return sums_and_differences<8>(x, reinterpret_cast<Vector>(_mm512_shuffle_f32x4(v, v, 0x4e)), kLanes);
#else
    const __m256 v = reinterpret_cast<__m256>(x);
    return sums_and_differences<4>(x, reinterpret_cast<Vector>(_mm256_permute2f128_ps(v, v, 1)), kLanes);
#endif
}
#else
KERNEL_INLINE Vector rotate_lanes(Vector x) {
    return x;
}
#endif
// The stages of a Hadamard rotation across the vectors of a block.
template <int kVectors>
KERNEL_INLINE void rotate_vectors(Vector (&x)[kVectors]) {
    constexpr int kStages = kVectors == 16 ? 4 : kVectors == 8 ? 3 : kVectors == 4 ? 2 : kVectors == 2 ? 1 : 0;
    unroll<kStages>([&](auto stage) KERNEL_LAMBDA {
        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
            constexpr int kVector = decltype(v)::value, kApart = 1 << decltype(stage)::value;
            if constexpr ((kVector & kApart) == 0) {
                const Vector a = x[kVector], b = x[kVector + kApart];
                x[kVector] = a + b, x[kVector + kApart] = a - b;
            }
        });
    });
}

// Up to kWidth rows of one group of channels before they are quantized.
struct GroupRows {
    const float* in = nullptr;  // [vectors][rows][width]
    size_t block_stride = 0;    // floats
    int vectors = 0;
    int count = 0;  // <= kWidth
};

// The largest and the smallest value of each lane; zero counts as one.
struct Extremes {
    Vector maxima{}, minima{};
    template <int kCount>
    KERNEL_INLINE void take(const Vector (&x)[kCount]) {
        Vector largest = x[0], smallest = x[0];
        unroll<kCount - 1>([&](auto i) KERNEL_LAMBDA {
            largest = larger(largest, x[decltype(i)::value + 1]),
            smallest = smaller(smallest, x[decltype(i)::value + 1]);
        });
        maxima = larger(maxima, largest), minima = smaller(minima, smallest);
    }
};

// The Hadamard rotation of one block of a row's channels.
//   out        vectors kWidth * kWidth floats apart
//   extremes   null where a reflection follows
template <int kBlock>
KERNEL_INLINE void rotate_block(const float* in, size_t block_stride, float* out, Extremes* extremes) {
    constexpr int kVectors = kBlock / kWidth;
    Vector x[kVectors];
    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
        x[decltype(v)::value] = rotate_lanes(load(in + decltype(v)::value * block_stride));
    });
    rotate_vectors(x);
    unroll<kVectors>([&](auto v)
                         KERNEL_LAMBDA { store(out + decltype(v)::value * kWidth * kWidth, x[decltype(v)::value]); });
    if (extremes != nullptr) extremes->take(x);
}

// The Householder reflection of three rotated blocks of a row, in place: 2/3 of the sum of the channels at the same
// place in the three is subtracted from each of them.
KERNEL_INLINE void reflect_blocks(float* row, int block, Extremes& extremes) {
    for (int at = 0; at < block; at += kWidth, row += kWidth * kWidth) {
        Vector x[3];
        unroll<3>([&](auto i)
                      KERNEL_LAMBDA { x[decltype(i)::value] = load(row + decltype(i)::value * block * kWidth); });
        const Vector two_thirds = (x[0] + x[1] + x[2]) * (2.0f / 3);
        unroll<3>([&](auto i) KERNEL_LAMBDA {
            x[decltype(i)::value] -= two_thirds;
            store(row + decltype(i)::value * block * kWidth, x[decltype(i)::value]);
        });
        extremes.take(x);
    }
}

// Rotates the channels of one row of a group; returns the extremes of what comes of it.
//   rotated   channels that are rotated together: a block, or three blocks with a reflection
//   out       vectors kWidth * kWidth floats apart
KERNEL_INLINE Extremes rotate_group_row(const GroupRows& rows, int row, int rotated, float* out) {
    const bool reflects = rotated % 3 == 0;
    const int block = reflects ? rotated / 3 : rotated, channels = rows.vectors * kWidth;
    const float* in = rows.in + row * kWidth;
    Extremes extremes;
    Extremes* const measured = reflects ? nullptr : &extremes;
    for (int at = 0; at < channels; at += block, in += block / kWidth * rows.block_stride) {
        float* to = out + at * kWidth;
        if (block == 64) rotate_block<64>(in, rows.block_stride, to, measured);
        if (block == 32) rotate_block<32>(in, rows.block_stride, to, measured);
        if (block == 16) rotate_block<16>(in, rows.block_stride, to, measured);
    }
    if (reflects) {
        for (int at = 0; at < channels; at += rotated) reflect_blocks(out + at * kWidth, block, extremes);
    }
    return extremes;
}

}  // namespace

}  // namespace katago::cpu
