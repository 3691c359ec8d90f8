// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "backend/cpu/ops/linear.h"

namespace katago::cpu {

// A call of softmax attention of every point with every point, head by head.
struct AttentionCall {
    const float *q = nullptr, *k = nullptr, *v = nullptr;
    float* out = nullptr;
    int heads = 0, kv_heads = 0, qk_channels = 0, v_channels = 0;
    int height = 0, width = 0;
    size_t batch = 1;
    // The table of RoPE, or null: per kv head, for each column then each row of the board: cosines, then sines, of
    // qk_channels (padded to whole vectors); each pair's value stands twice, the sine first with its sign changed.
    const float* rope = nullptr;
    float* scratch = nullptr;
    int accumulation_depth = 8;    // as in LinearCall
    KernelState* state = nullptr;  // as make_state() made it
};

struct AttentionKernel {
    std::string_view name;
    KernelProvider provider = KernelProvider::Own;
    Arithmetic arithmetic = Arithmetic::Fp32;
    size_t (*scratch_floats)(const AttentionCall& call);
    void (*run)(const AttentionCall& call);
    // As in LinearKernel.
    bool (*available)() = nullptr;
    std::unique_ptr<KernelState> (*make_state)(const AttentionCall& call, int width) = nullptr;
};

}  // namespace katago::cpu
