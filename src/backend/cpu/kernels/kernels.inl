// SPDX-License-Identifier: MIT
// All kernels, for the instruction set of the including file, which defines in an unnamed namespace around this line
//   kWidth     floats of a vector
//   kMaxRows   rows of a tile of products: its sums, two vectors of weights and one input must fit in registers
//   kSet       its InstructionSet
// and for the integer kernels, which exist from AVX2 on and for NEON, kMaxIntegerRows, like kMaxRows; with
// KATAGO_HALF_KERNELS, for those in halves, kMaxHalfRows.

#include "backend/cpu/kernels/vector.inl"

#if defined(__aarch64__)
#include "backend/cpu/kernels/half_storage.inl"
#endif

#include "backend/cpu/kernels/activation.inl"
#include "backend/cpu/kernels/epilogue.inl"

#include "backend/cpu/kernels/dense.inl"

#include "backend/cpu/kernels/attention.inl"
#include "backend/cpu/kernels/pointwise.inl"
#include "backend/cpu/kernels/sparse_conv.inl"
#include "backend/cpu/kernels/winograd.inl"

#if defined(__AVX2__)
#include "backend/cpu/kernels/integer.inl"
#include "backend/cpu/kernels/integer_limits.inl"

#include "backend/cpu/kernels/integer_attention.inl"
#include "backend/cpu/kernels/integer_dense.inl"
#include "backend/cpu/kernels/integer_winograd.inl"
#endif

#if defined(__AVX2__) || defined(__aarch64__)
#include "backend/cpu/kernels/int8.inl"
#endif

#if defined(__aarch64__)
#include "backend/cpu/kernels/half_line.inl"
#if defined(KATAGO_HALF_KERNELS)
#include "backend/cpu/kernels/half.inl"

#include "backend/cpu/kernels/half_attention.inl"
#include "backend/cpu/kernels/half_dense.inl"
#else
#include "backend/cpu/kernels/half_widened.inl"

#include "backend/cpu/kernels/integer_limits.inl"
#include "backend/cpu/kernels/mixed.inl"

#include "backend/cpu/kernels/mixed_attention.inl"
#include "backend/cpu/kernels/mixed_dense.inl"
#endif
#include "backend/cpu/kernels/half_winograd.inl"
#endif

constexpr Kernels kTable = {
    .set = kSet,
    .width = kWidth,
    .dense = dense,
    .winograd = winograd,
#if defined(__AVX2__)
    .integer_dense = integer_dense,
    .integer_winograd = integer_winograd,
    .integer_attention = integer_attention,
#elif defined(__aarch64__) && !defined(KATAGO_HALF_KERNELS)
    .integer_dense = mixed_dense,
    .integer_attention = mixed_attention,
    .mixed_columns = true,
#endif
#if defined(__AVX2__) || defined(__aarch64__)
    .int8_product = int8_product,
    .int8_gated = int8_gated,
#endif
#if defined(KATAGO_HALF_KERNELS)
    .half_dense = half_dense,
#endif
#if defined(__aarch64__)
    .half_winograd = half_winograd,
#endif
#if defined(KATAGO_HALF_KERNELS)
    .half_lines = true,
    .half_attention = half_attention,
#endif
    .sparse_conv = sparse_conv,
    .elementwise = elementwise,
    .rms_norm = rms_norm,
    .pool = pool,
    .attention = attention,
    .winograd_input_floats = winograd_input_floats,
    .winograd_scratch_floats = winograd_scratch_floats,
#if defined(__AVX2__)
    .integer_winograd_scratch_floats = integer_winograd_scratch_floats,
    .integer_attention_scratch_floats = integer_attention_scratch_floats,
#elif defined(__aarch64__) && !defined(KATAGO_HALF_KERNELS)
    .integer_attention_scratch_floats = mixed_attention_scratch_floats,
#endif
#if defined(__aarch64__)
    .half_winograd_scratch_floats = half_winograd_scratch_floats,
#endif
#if defined(KATAGO_HALF_KERNELS)
    .half_attention_scratch_floats = half_attention_scratch_floats,
#endif
    .attention_scratch_floats = attention_scratch_floats,
#if defined(__AVX2__) || defined(__aarch64__)
    .int8_input_entries = int8_input_entries,
    .int8_inputs_together = kInputsTogether,
    .int8_channel_unit = kChannelUnit,
    .int8_line_bytes = kLineBytes,
#endif
};
