// SPDX-License-Identifier: MIT
#if defined(KATAGO_XNNPACK_RESHAPES)
#include "backend/cpu/ops/xnnpack/xnn_attention.h"

#include "backend/arena.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/xnnpack/xnn_library.h"
#include "core/ensure.h"

namespace katago::cpu {

namespace {

OwnedOperator create_product(uint32_t flags) {
    xnn_operator_t made = nullptr;
    check(xnn_library().create_batch_matrix_multiply_nc_f32(flags, &made), "a product of attention");
    return OwnedOperator(made);
}

// A product of two matrices that are both made in every evaluation, a[m][k] and b, which is [k][n], or [n][k] where
// `flags` say that it is transposed.
class XnnProduct {
  public:
    XnnProduct(size_t m, size_t k, size_t n, uint32_t flags)
        : library_(xnn_library()), operator_(create_product(flags)) {
        constexpr size_t kOneProduct = 1;
        size_t bytes = 0, alignment = 0;
        check(library_.reshape_batch_matrix_multiply_nc_f32(operator_.get(), 1, &kOneProduct, &kOneProduct, m, k, n,
                                                            &bytes, &alignment, nullptr),
              "shaping a product of attention");
        ENSURE(alignment <= kBufferAlignment);
        workspace_ = AlignedArray<int8_t>(bytes);
    }

    void run(const float* a, const float* b, float* result) {
        check(library_.setup_batch_matrix_multiply_nc_f32(operator_.get(), workspace_.data(), a, b, result),
              "setting up a product of attention");
        check(library_.run_operator(operator_.get(), nullptr), "running a product of attention");
    }

  private:
    const XnnLibrary& library_;
    OwnedOperator operator_;
    AlignedArray<int8_t> workspace_;  // of `b`, packed
};

struct XnnAttention final : KernelState {
    XnnAttention(size_t rows, size_t points, size_t qk_channels, size_t v_channels)
        : scores(rows, qk_channels, points, XNN_FLAG_TRANSPOSE_B), results(rows, points, v_channels, 0) {}
    XnnProduct scores, results;
};

XnnAttention& attention_of(KernelState& state) {
    return static_cast<XnnAttention&>(state);
}

}  // namespace

std::unique_ptr<KernelState> make_xnn_attention(const AttentionCall& call, int width) {
    const auto padded = [&](int count) { return static_cast<size_t>(vectors_of(count, width) * width); };
    const int points = call.height * call.width;
    return std::make_unique<XnnAttention>(static_cast<size_t>(call.heads / call.kv_heads * points), padded(points),
                                          padded(call.qk_channels), padded(call.v_channels));
}

void run_xnn_scores(KernelState& state, const float* queries, const float* keys, float* scores) {
    attention_of(state).scores.run(queries, keys, scores);
}

void run_xnn_results(KernelState& state, const float* scores, const float* values, float* results) {
    attention_of(state).results.run(scores, values, results);
}

}  // namespace katago::cpu
#endif
