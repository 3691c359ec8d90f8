// SPDX-License-Identifier: MIT
// What follows a product, as FusedEpilogue says, for four channels at a time: raw = y * multiplier + vector + residual,
// activated = kind(affine(raw)). Bindings 2 to 7; buffers of either element type are declared twice.
#include "activation.glsl"

layout(binding = 2) writeonly buffer RawFloat { vec4 raw_float[]; };
layout(binding = 3) writeonly buffer ActivatedFloat { vec4 activated_float[]; };
layout(binding = 4) readonly buffer MultiplierFloat { vec4 multiplier_float[]; };
layout(binding = 5) readonly buffer Vector { vec4 vector[]; };  // [boards, out_channels]
layout(binding = 6) readonly buffer ResidualFloat { vec4 residual_float[]; };
layout(binding = 7) readonly buffer Affine { vec4 affine[]; };  // scale and shift, scale and shift: [out_channels]
#if FP16
layout(binding = 2) writeonly buffer RawHalf { f16vec4 raw_half[]; };
layout(binding = 3) writeonly buffer ActivatedHalf { f16vec4 activated_half[]; };
layout(binding = 4) readonly buffer MultiplierHalf { f16vec4 multiplier_half[]; };
layout(binding = 6) readonly buffer ResidualHalf { f16vec4 residual_half[]; };
#endif

vec4 multiplier_at(uint at) {
#if FP16
    if (has(kMultiplierIsT)) return vec4(multiplier_half[at]);
#endif
    return multiplier_float[at];
}

vec4 residual_at(uint at) {
#if FP16
    if (has(kResidualIsT)) return vec4(residual_half[at]);
#endif
    return residual_float[at];
}

void write_raw(uint at, vec4 y) {
#if FP16
    if (has(kRawIsT)) {
        raw_half[at] = halves(y);
        return;
    }
#endif
    raw_float[at] = y;
}

void write_activated(uint at, vec4 y) {
#if FP16
    if (has(kActivatedIsT)) {
        activated_half[at] = halves(y);
        return;
    }
#endif
    activated_float[at] = y;
}

// The results y of channels 4 * quad ... in row `row` of a value with `points` rows a board.
void finish(uint row, uint quad, vec4 y) {
    const uint quads = push.out_channels / 4, at = row * quads + quad;
    if (has(kHasMultiplier)) y *= multiplier_at(at);
    if (has(kHasVector)) y += vector[row / points() * quads + quad];
    if (has(kHasResidual)) y += residual_at(at);
    if (has(kWritesRaw)) write_raw(at, y);
    if (!has(kWritesActivated)) return;
    if (has(kHasAffine)) {
        const vec4 low = affine[2 * quad], high = affine[2 * quad + 1];
        y = y * vec4(low.xz, high.xz) + vec4(low.yw, high.yw);
    }
    write_activated(at, vec4(activate(y.x), activate(y.y), activate(y.z), activate(y.w)));
}
