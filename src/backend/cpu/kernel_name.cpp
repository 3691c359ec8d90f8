// SPDX-License-Identifier: MIT
#include "backend/cpu/program.h"

namespace katago::cpu {

namespace {

struct NameOfKernel {
    std::string_view operator()(const InputStep&) const { return "input"; }
    std::string_view operator()(const DenseStep&) const { return "dense_f32"; }
    std::string_view operator()(const WinogradStep&) const { return "winograd_f32"; }
    std::string_view operator()(const IntegerDenseStep& step) const { return step.halves ? "dense_f16" : "dense_s16"; }
    std::string_view operator()(const IntegerWinogradStep& step) const {
        return step.halves ? "winograd_f16" : "winograd_s16";
    }
    std::string_view operator()(const Int8Step& step) const { return step.taps == 1 ? "dense_int8" : "direct_int8"; }
    std::string_view operator()(const Int8GatedStep&) const { return "gated_int8"; }
    std::string_view operator()(const Im2colStep&) const { return "im2col_f32"; }
    std::string_view operator()(const SparseConvStep&) const { return "sparse_conv_f32"; }
    std::string_view operator()(const ElementwiseStep&) const { return "elementwise"; }
    std::string_view operator()(const RmsNormStep&) const { return "rms_norm"; }
    std::string_view operator()(const PoolStep&) const { return "global_pool"; }
    std::string_view operator()(const AttentionStep& attention) const {
        if (attention.halves) return "attention_f16";
        return attention.integers ? "attention_s16" : "attention_f32";
    }
};

}  // namespace

std::string_view kernel_name(const Operation& operation) {
    return std::visit(NameOfKernel{}, operation);
}

}  // namespace katago::cpu
