#version 450
// SPDX-License-Identifier: MIT
// An epilogue without a product. One invocation an element.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "push.glsl"
#include "input.glsl"
#include "epilogue.glsl"

void main() {
    const uint at = flat_index();
    if (at < push.boards * points() * push.out_channels)
        finish(at / push.out_channels, at % push.out_channels, in_value(at));
}
