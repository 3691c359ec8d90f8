// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "backend/cpu/ops/attention/attention.h"

namespace katago::cpu {

// The two products of attention as operators of XNNPACK, of matrices as in ops/attention/attention_row_major.h: all
// rows of the heads that share keys and values at once, because the library packs those anew for each product.

// The member of AttentionKernel.
std::unique_ptr<KernelState> make_xnn_attention(const AttentionCall& call, int width);

// scores[rows][padded points] = queries[rows][qk channels] * keys[padded points][qk channels], transposed
void run_xnn_scores(KernelState& state, const float* queries, const float* keys, float* scores);
// results[rows][v channels] = scores * values[padded points][v channels]
void run_xnn_results(KernelState& state, const float* scores, const float* values, float* results);

}  // namespace katago::cpu
