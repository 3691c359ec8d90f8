#version 450
// SPDX-License-Identifier: MIT
// The root-mean-square norm of a row, or of a whole board (kOverBoard), with an activation. A work group a row or board.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "push.glsl"
#include "input.glsl"
#include "activation.glsl"
layout(binding = 1) readonly buffer Gamma { vec2 gamma_beta[]; };  // [channels padded], zeros in the padding
layout(binding = 2) writeonly buffer ResultFloat { float result_float[]; };
#if FP16
layout(binding = 2) writeonly buffer ResultHalf { T result_half[]; };
#endif

shared float squares[64];

void main() {
    if (flat_group() >= push.boards * (has(kOverBoard) ? 1 : board_points())) return;
    const uint elements = (has(kOverBoard) ? board_points() : 1) * push.in_channels;
    const uint real = (has(kOverBoard) ? board_points() : 1) * push.channels;
    const uint base = flat_group() * elements, local = gl_LocalInvocationIndex;
    float sum = 0.0;
    for (uint at = local; at < elements; at += 64) {
        const float x = in_value(base + at);
        sum += x * x;
    }
    squares[local] = sum;
    barrier();
    for (uint half_size = 32; half_size > 0; half_size /= 2) {
        if (local < half_size) squares[local] += squares[local + half_size];
        barrier();
    }
    const float factor = inversesqrt(squares[0] / float(real) + push.epsilon);
    for (uint at = local; at < elements; at += 64) {
        const vec2 affine = gamma_beta[at % push.in_channels];
        const float y = activate(in_value(base + at) * affine.x * factor + affine.y);
#if FP16
        if (has(kRawIsT)) result_half[base + at] = T(y);
        else
#endif
            result_float[base + at] = y;
    }
}
