// SPDX-License-Identifier: MIT
// Products of stored halves in FP32, for cores without FP16 arithmetic: what is read from memory is half as large.
// Cores of a Raspberry Pi 4 wait for memory longer than they compute.

// Vectors of eight halves, one after another, become pairs of vectors of floats: `low` and `high` of the first, those
// of the next `step` floats further.
KERNEL_INLINE void widen(const int16_t* from, int count, float* low, float* high, size_t step) {
    for (int i = 0; i < count; ++i, from += kHalves, low += step, high += step) {
        const float16x8_t halves = vld1q_f16(reinterpret_cast<const float16_t*>(from));
        vst1q_f32(low, vcvt_f32_f16(vget_low_f16(halves)));
        vst1q_f32(high, vcvt_high_f32_f16(halves));
    }
}

// The products of `rows` tiles at one position with all panels; `stride` halves from unit to unit, and from panel to
// panel. Inputs are made floats once, the weights of a panel when their turn comes: both then lie in the first-level
// cache.
KERNEL_INLINE void multiply_half_position(const int16_t* in, size_t stride, int units, int rows, const int16_t* weights,
                                          size_t panels, int16_t* products, float* wide) {
    const size_t row_floats = static_cast<size_t>(rows) * kWidth;
    const size_t depth = static_cast<size_t>(units) * kHalves;
    float* const wide_in = wide;
    float* const wide_weights = wide_in + depth * rows;
    float* const wide_out = wide_weights + depth * kHalves;
    for (int unit = 0; unit < units; ++unit) {
        float* const low = wide_in + unit * 2 * row_floats;
        widen(in + unit * stride, rows, low, low + row_floats, kWidth);
    }
    for (size_t panel = 0; panel < panels; ++panel, weights += depth * kHalves, products += stride) {
        widen(weights, static_cast<int>(depth), wide_weights, wide_weights + kWidth, kHalves);
        multiply_panel(wide_in, row_floats, wide_weights, static_cast<int>(depth), 2, rows, wide_out, row_floats,
                       false);
        for (int row = 0; row < rows; ++row) {
            store_halves(products + row * kHalves, load(wide_out + row * kWidth));
            store_halves(products + row * kHalves + kWidth, load(wide_out + row_floats + row * kWidth));
        }
    }
}
constexpr size_t widened_floats(int units, int rows) {
    return static_cast<size_t>(units) * kHalves * (rows + kHalves) + static_cast<size_t>(rows) * kHalves;
}
