// SPDX-License-Identifier: MIT
// What every shader is told of a dispatch; ops/push.h is the same in C++. Channels of values are padded to 16 with zeros,
// and every shader keeps them so.

// The element type of operands of products: T. FP16 needs only 16-bit storage; arithmetic is in FP32 unless a shader
// says otherwise.
#if FP16
#extension GL_EXT_shader_16bit_storage : require
#define T float16_t
#define T4 f16vec4
#else
#define T float
#define T4 vec4
#endif

layout(push_constant) uniform Push {
    uint boards;  // of the batch
    uint height, width;
    uint in_channels, out_channels;  // padded
    uint channels;                   // of the result, or of the input where pooling multiplies them: without padding
    uint flags;                      // bits below; the activation from bit 16 on
    uint kernel;                     // height, width, dilation along y and x of a convolution, a byte each
    float epsilon;                   // of a norm
    uint heads, kv_heads, qk_channels, v_channels;  // of attention
    uint group;                      // whatever a shader wants
}
push;

// Operands and results of an epilogue.
const uint kHasMultiplier = 1, kHasVector = 2, kHasResidual = 4, kHasAffine = 8, kWritesRaw = 16, kWritesActivated = 32;
// Values that are of type T; the others are float. Vectors always are.
const uint kMultiplierIsT = 64, kResidualIsT = 128, kRawIsT = 256, kActivatedIsT = 512, kInputIsT = 1024;
// Of norms and pooling.
const uint kOverBoard = 2048, kValuePool = 4096;
// The input has one row a board, as have the results.
const uint kOnVectors = 16384;

#if FP16
// Rounded to FP16; what is beyond its range becomes its largest number, not infinity, which the next layer would make a
// NaN of.
f16vec4 halves(vec4 x) { return f16vec4(clamp(x, -65504.0, 65504.0)); }
#endif

bool has(uint flag) { return (push.flags & flag) != 0; }
uint board_points() { return push.height * push.width; }
// Rows of spatial values, or of vectors where kOnVectors is set.
uint points() { return has(kOnVectors) ? 1 : board_points(); }
