// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace katago {

// The rotation of the input channels of a matrix: an outlier in one channel is spread over many, so that 8 bits tell
// more of each. Its blocks are 64, 32 or 16 neighbouring channels.
//   Hadamard rotation        the channels of a block whose indices are equal modulo 4 are multiplied by the Hadamard
//                            matrix of order block / 4 (natural order, not normalised)
//   Householder reflection   of three blocks, if the rotation spans them: 2/3 of the sum of a channel and of those at
//                            its place in the two other blocks is subtracted from each of the three
// The matrix T of both is symmetric, and T T = n with n = block / 4, so that x W = (T x) (T W / n).
//
// A rotation is named by the number of channels that it mixes: a block, or three; 0: none.

// The largest Hadamard block that `channels` are a multiple of, 0 where there is none.
constexpr int rotation_block(int channels) {
    return channels % 64 == 0 ? 64 : channels % 32 == 0 ? 32 : channels % 16 == 0 ? 16 : 0;
}
// The rotation that mixes most channels: three blocks where they come in threes.
constexpr int widest_rotation(int channels) {
    const int block = rotation_block(channels);
    return block != 0 && channels / block % 3 == 0 ? 3 * block : block;
}
// Whether three blocks are reflected into each other.
constexpr bool has_reflection(int rotated) {
    return rotated != 0 && rotated % 3 == 0;
}
// The Hadamard block of a rotation.
constexpr int hadamard_block(int rotated) {
    return has_reflection(rotated) ? rotated / 3 : rotated;
}

// Multiplies a matrix, [channels][columns], by T.
void rotate_rows(float* rows, int channels, size_t columns, int rotated);

}  // namespace katago
