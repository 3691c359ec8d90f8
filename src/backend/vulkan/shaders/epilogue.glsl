// SPDX-License-Identifier: MIT
// What follows a product, as FusedEpilogue says: raw = y * multiplier + vector + residual, activated = kind(affine(raw)).
// Bindings 2 to 7. Buffers of either element type are declared twice.
#include "activation.glsl"

layout(binding = 2) writeonly buffer RawFloat { float raw_float[]; };
layout(binding = 3) writeonly buffer ActivatedFloat { float activated_float[]; };
layout(binding = 4) readonly buffer MultiplierFloat { float multiplier_float[]; };
layout(binding = 5) readonly buffer Vector { float vector[]; };  // [boards, out_channels]
layout(binding = 6) readonly buffer ResidualFloat { float residual_float[]; };
layout(binding = 7) readonly buffer Affine { vec2 affine[]; };  // scale and shift, [out_channels]
#if FP16
layout(binding = 2) writeonly buffer RawHalf { T raw_half[]; };
layout(binding = 3) writeonly buffer ActivatedHalf { T activated_half[]; };
layout(binding = 4) readonly buffer MultiplierHalf { T multiplier_half[]; };
layout(binding = 6) readonly buffer ResidualHalf { T residual_half[]; };
#endif

// The result y of channel `channel` in row `row` of a value with `points` rows a board.
void finish(uint row, uint channel, float y) {
    const uint at = row * push.out_channels + channel;
    if (has(kHasMultiplier)) {
#if FP16
        y *= has(kMultiplierIsT) ? float(multiplier_half[at]) : multiplier_float[at];
#else
        y *= multiplier_float[at];
#endif
    }
    if (has(kHasVector)) y += vector[row / points() * push.out_channels + channel];
    if (has(kHasResidual)) {
#if FP16
        y += has(kResidualIsT) ? float(residual_half[at]) : residual_float[at];
#else
        y += residual_float[at];
#endif
    }
    if (has(kWritesRaw)) {
#if FP16
        if (has(kRawIsT)) raw_half[at] = T(y);
        else
#endif
            raw_float[at] = y;
    }
    if (has(kWritesActivated)) {
        if (has(kHasAffine)) y = y * affine[channel].x + affine[channel].y;
        y = activate(y);
#if FP16
        if (has(kActivatedIsT)) activated_half[at] = T(y);
        else
#endif
            activated_float[at] = y;
    }
}
