// SPDX-License-Identifier: MIT
// An input at binding 0 that may be of either element type.
layout(binding = 0) readonly buffer InFloat { float in_float[]; };
#if FP16
layout(binding = 0) readonly buffer InHalf { T in_half[]; };
float in_value(uint at) { return has(kInputIsT) ? float(in_half[at]) : in_float[at]; }
#else
float in_value(uint at) { return in_float[at]; }
#endif
