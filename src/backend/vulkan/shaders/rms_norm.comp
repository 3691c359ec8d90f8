#version 450
// SPDX-License-Identifier: MIT
// The root-mean-square norm of a row, or of a whole board (kOverBoard), with an activation. A work group normalises
// kUnits rows, or one board, by kLanes lanes each, a power of two. Work groups: y: rows of a board, z: board.
#extension GL_GOOGLE_include_directive : require
#include "push.glsl"

layout(local_size_x_id = 0, local_size_y_id = 1) in;
layout(constant_id = 0) const uint kLanes = 32;
layout(constant_id = 1) const uint kUnits = 4;
#include "input.glsl"
#include "activation.glsl"
layout(binding = 1) readonly buffer Gamma { vec4 gamma_beta[]; };  // pairs, [channels padded], zeros in the padding
#define RESULT_BINDING 2
#include "result.glsl"

shared float squares[kUnits * kLanes];

void main() {
    const uint rows = has(kOverBoard) ? points() : 1, units = points() / rows;
    const uint unit = gl_GlobalInvocationID.y, lane = gl_LocalInvocationID.x, local = gl_LocalInvocationIndex;
    const uint quads = push.in_channels / 4, elements = unit < units ? rows * quads : 0;
    const uint base = (gl_WorkGroupID.z * units + unit) * rows * quads;
    float sum = 0.0;
    for (uint at = lane; at < elements; at += kLanes) {
        const vec4 x = in_quad(base + at);
        sum += dot(x, x);
    }
    squares[local] = sum;
    barrier();
    for (uint lanes = kLanes / 2; lanes > 0; lanes /= 2) {
        if (lane < lanes) squares[local] += squares[local + lanes];
        barrier();
    }
    const float factor = inversesqrt(squares[local - lane] / float(rows * push.channels) + push.epsilon);
    for (uint at = lane; at < elements; at += kLanes) {
        const vec4 low = gamma_beta[at % quads * 2], high = gamma_beta[at % quads * 2 + 1];
        const vec4 y = in_quad(base + at) * vec4(low.xz, high.xz) * factor + vec4(low.yw, high.yw);
        write_quad(base + at, vec4(activate(y.x), activate(y.y), activate(y.z), activate(y.w)));
    }
}
