// SPDX-License-Identifier: MIT
// The operands of attention, four channels of a head in a row at a time, zeros behind the head's channels. Bindings 0
// to 4. Work groups: x: points, y: head, z: board.
layout(binding = 0) readonly buffer Q { T q[]; };  // [rows, in_channels]: heads * qk_channels, padded
layout(binding = 1) readonly buffer K { T k[]; };  // [rows, kv_heads * qk_channels, padded]
layout(binding = 2) readonly buffer V { T v[]; };  // [rows, kv_heads * v_channels, padded]
layout(binding = 0) readonly buffer QQuads { T4 q_quads[]; };
layout(binding = 1) readonly buffer KQuads { T4 k_quads[]; };
layout(binding = 2) readonly buffer VQuads { T4 v_quads[]; };
layout(binding = 3) writeonly buffer ResultFloats { float result_floats[]; };  // [rows, out_channels]
// Cosine and sine of each pair's angle, [points, kv_heads, qk_channels / 2]; not read without kHasAffine.
layout(binding = 4) readonly buffer Angles { vec2 angles[]; };
#if FP16
layout(binding = 3) writeonly buffer ResultHalves { T result_halves[]; };
#endif
#define RESULT_BINDING 3
#include "result.glsl"

uint head() { return gl_WorkGroupID.y; }
uint kv_head() { return gl_WorkGroupID.y / (push.heads / push.kv_heads); }
uint first_row() { return gl_WorkGroupID.z * board_points(); }
uint padded(uint channels) { return (channels + 15) / 16 * 16; }

vec2 turned(vec2 x, uint point, uint pair) {
    if (pair >= push.qk_channels / 2) return x;
    const vec2 turn = angles[(point * push.kv_heads + kv_head()) * (push.qk_channels / 2) + pair];
    return vec2(x.x * turn.x - x.y * turn.y, x.x * turn.y + x.y * turn.x);
}

// Quad `quad` of a query's or key's head at a point, rotated.
vec4 rotated(vec4 x, uint point, uint quad) {
    return has(kHasAffine) ? vec4(turned(x.xy, point, 2 * quad), turned(x.zw, point, 2 * quad + 1)) : x;
}

// A function for each operand, because a function cannot be given a buffer: channels 4 * quad ... of a head that has
// `channels`, which begin at `at`. Heads whose channels are quads begin at quads.
#define DEFINE_QUAD_OF(FUNCTION, ONES, QUADS)                                                  \
    vec4 FUNCTION(uint at, uint quad, uint channels) {                                         \
        if (channels % 4 == 0) return 4 * quad < channels ? vec4(QUADS[at / 4]) : vec4(0.0);   \
        vec4 x = vec4(0.0);                                                                    \
        for (uint i = 0; i < 4; ++i)                                                           \
            if (4 * quad + i < channels) x[i] = float(ONES[at + i]);                           \
        return x;                                                                              \
    }
DEFINE_QUAD_OF(quad_of_q, q, q_quads)
DEFINE_QUAD_OF(quad_of_k, k, k_quads)
DEFINE_QUAD_OF(quad_of_v, v, v_quads)

vec4 query_quad(uint point, uint quad) {
    const uint at = (first_row() + point) * push.in_channels + head() * push.qk_channels + 4 * quad;
    return rotated(quad_of_q(at, quad, push.qk_channels), point, quad);
}

vec4 key_quad(uint point, uint quad) {
    const uint row = (first_row() + point) * padded(push.kv_heads * push.qk_channels);
    return rotated(quad_of_k(row + kv_head() * push.qk_channels + 4 * quad, quad, push.qk_channels), point, quad);
}

vec4 value_quad(uint point, uint quad) {
    const uint row = (first_row() + point) * padded(push.kv_heads * push.v_channels);
    return quad_of_v(row + kv_head() * push.v_channels + 4 * quad, quad, push.v_channels);
}

// The factor of scores whose powers of 2 are the weights.
float score_scale() { return 1.44269504 * inversesqrt(float(push.qk_channels)); }

void write_one(uint at, float y) {
#if FP16
    if (has(kRawIsT)) {
        result_halves[at] = T(y);
        return;
    }
#endif
    result_floats[at] = y;
}

// The results y of channels 4 * quad ... of the head.
void write_head_quad(uint point, uint quad, vec4 y) {
    if (point >= board_points()) return;
    const uint at = (first_row() + point) * push.out_channels + head() * push.v_channels + 4 * quad;
    if (push.v_channels % 4 == 0) {
        if (4 * quad < push.v_channels) write_quad(at / 4, y);
    } else {
        for (uint i = 0; i < 4; ++i)
            if (4 * quad + i < push.v_channels) write_one(at + i, y[i]);
    }
}

// Zeros in the padding of the points of a work group: by the first head, an invocation a point.
void write_padding(uint first_point, uint count) {
    const uint point = first_point + gl_LocalInvocationIndex;
    if (head() != 0 || gl_LocalInvocationIndex >= count || point >= board_points()) return;
    for (uint c = push.heads * push.v_channels; c < push.out_channels; ++c)
        write_one((first_row() + point) * push.out_channels + c, 0.0);
}
