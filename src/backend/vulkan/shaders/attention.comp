#version 450
// SPDX-License-Identifier: MIT
// Attention of one head for 64 points at a time: softmax and its product with the values go over the keys once, with a
// running maximum, so that no row of scores is written. Work groups: x: points, y: head, z: board.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "push.glsl"
layout(binding = 0) readonly buffer Q { T q[]; };  // [rows, in_channels]: heads * qk_channels, padded
layout(binding = 1) readonly buffer K { T k[]; };  // [rows, kv_heads * qk_channels, padded]
layout(binding = 2) readonly buffer V { T v[]; };  // [rows, kv_heads * v_channels, padded]
layout(binding = 3) writeonly buffer Result { T result[]; };  // [rows, out_channels]
// Cosine and sine of each pair's angle, [points, kv_heads, qk_channels / 2]; not read without kHasAffine.
layout(binding = 4) readonly buffer Angles { vec2 angles[]; };

const uint kMost = 128;  // channels of a head
float rotated[kMost];
float sums[kMost];

uint padded(uint channels) { return (channels + 15) / 16 * 16; }

void main() {
    const uint area = board_points(), head = gl_WorkGroupID.y, board = gl_WorkGroupID.z;
    const uint point = gl_GlobalInvocationID.x, kv_head = head / (push.heads / push.kv_heads);
    if (point >= area) return;
    const uint row = board * area + point, qk = push.qk_channels, vc = push.v_channels;
    const uint k_stride = padded(push.kv_heads * qk), v_stride = padded(push.kv_heads * vc);
    for (uint c = 0; c < qk; c += 2) {
        const vec2 x = vec2(q[row * push.in_channels + head * qk + c], q[row * push.in_channels + head * qk + c + 1]);
        vec2 turn = vec2(1.0, 0.0);
        if (has(kHasAffine)) turn = angles[(point * push.kv_heads + kv_head) * (qk / 2) + c / 2];
        rotated[c] = (x.x * turn.x - x.y * turn.y) * inversesqrt(float(qk));
        rotated[c + 1] = (x.x * turn.y + x.y * turn.x) * inversesqrt(float(qk));
    }
    for (uint c = 0; c < vc; ++c) sums[c] = 0.0;
    float most = -3.0e38, total = 0.0;
    for (uint other = 0; other < area; ++other) {
        const uint from = board * area + other;
        float score = 0.0;
        for (uint c = 0; c < qk; c += 2) {
            const vec2 x = vec2(k[from * k_stride + kv_head * qk + c], k[from * k_stride + kv_head * qk + c + 1]);
            vec2 turn = vec2(1.0, 0.0);
            if (has(kHasAffine)) turn = angles[(other * push.kv_heads + kv_head) * (qk / 2) + c / 2];
            score += rotated[c] * (x.x * turn.x - x.y * turn.y) + rotated[c + 1] * (x.x * turn.y + x.y * turn.x);
        }
        const float larger = max(most, score), kept = exp(most - larger), weight = exp(score - larger);
        most = larger;
        total = total * kept + weight;
        for (uint c = 0; c < vc; ++c) sums[c] = sums[c] * kept + weight * float(v[from * v_stride + kv_head * vc + c]);
    }
    for (uint c = 0; c < vc; ++c) result[row * push.out_channels + head * vc + c] = T(sums[c] / total);
    if (head == 0)
        for (uint c = push.heads * vc; c < push.out_channels; ++c) result[row * push.out_channels + c] = T(0.0);
}
