// SPDX-License-Identifier: MIT
// Rows of the network's input, one a point of a board (or one a board), brought to the layout of values inside a plan.
//   in_rows   [rows, channels], FP32, as the host wrote them
//   out_rows  [rows, padded], FP32, or FP16 where FP16 is defined; channels beyond the input's are zero
// An invocation for each element of out_rows, in workgroups of 64.
#version 450
#ifdef FP16
#extension GL_EXT_shader_16bit_storage : require
#define VALUE float16_t
#else
#define VALUE float
#endif

layout(local_size_x = 64) in;

layout(std430, binding = 0) restrict readonly buffer InRows { float in_rows[]; };
layout(std430, binding = 1) restrict writeonly buffer OutRows { VALUE out_rows[]; };
layout(push_constant) uniform Sizes {
    uint rows;
    uint channels;
    uint padded;
};

void main() {
    const uint element = gl_GlobalInvocationID.x;
    if (element >= rows * padded) return;
    const uint row = element / padded;
    const uint channel = element % padded;
    out_rows[element] = VALUE(channel < channels ? in_rows[row * channels + channel] : 0.0);
}
