// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace katago {

// Turning: input channels of a matrix are replaced by sums and differences of many. What stood out in one is then a
// little in all, and 8 bits tell more of each. Of a unit of 64, 32 or 16 neighbouring channels, those whose indices
// leave the same rest by 4 are multiplied with a Hadamard matrix (natural order); of three units together, every
// channel and those at its place in the two others are mirrored besides: 2/3 of their sum is taken from each. For this
// matrix T, which is symmetric, T T = n (n = unit / 4), so that a product x W = (T x) (T W / n).
//
// How far channels are turned is told by how many are turned together: a unit, or three; 0: none.

// The largest unit that `channels` are a multiple of, 0 where there is none.
constexpr int rotation_block(int channels) {
    return channels % 64 == 0 ? 64 : channels % 32 == 0 ? 32 : channels % 16 == 0 ? 16 : 0;
}
// Three units where they come in threes.
constexpr int widest_rotation(int channels) {
    const int unit = rotation_block(channels);
    return unit != 0 && channels / unit % 3 == 0 ? 3 * unit : unit;
}
constexpr bool has_reflection(int rotated) {
    return rotated != 0 && rotated % 3 == 0;
}
// Of the channels that are turned together.
constexpr int hadamard_block(int rotated) {
    return has_reflection(rotated) ? rotated / 3 : rotated;
}

// Multiplies rows, [channels][columns], by T.
void rotate_rows(float* rows, int channels, size_t columns, int rotated);

}  // namespace katago
