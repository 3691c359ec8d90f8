// SPDX-License-Identifier: MIT
// An input at binding 0 that may be of either element type, four channels at a time: quads count from its beginning.
layout(binding = 0) readonly buffer InFloat { vec4 in_float[]; };
#if FP16
layout(binding = 0) readonly buffer InHalf { f16vec4 in_half[]; };
#endif

vec4 in_quad(uint at) {
#if FP16
    if (has(kInputIsT)) return vec4(in_half[at]);
#endif
    return in_float[at];
}
