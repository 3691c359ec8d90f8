// SPDX-License-Identifier: MIT
// A result without an epilogue, at RESULT_BINDING, that may be of either element type, four channels at a time.
layout(binding = RESULT_BINDING) writeonly buffer ResultFloat { vec4 result_float[]; };
#if FP16
layout(binding = RESULT_BINDING) writeonly buffer ResultHalf { f16vec4 result_half[]; };
#endif

void write_quad(uint at, vec4 y) {
#if FP16
    if (has(kRawIsT)) {
        result_half[at] = halves(y);
        return;
    }
#endif
    result_float[at] = y;
}
