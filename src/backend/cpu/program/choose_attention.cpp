// SPDX-License-Identifier: MIT
// What attention may be computed with.
#include "backend/cpu/program/choose.h"

namespace katago::cpu {

std::string name_of(const AttentionShape& shape) {
    return "attention " + std::to_string(shape.heads) + "/" + std::to_string(shape.kv_heads) + "x" +
           std::to_string(shape.qk_channels) + "+" + std::to_string(shape.v_channels);
}

std::map<AttentionShape, int> attention_shapes(const Graph& graph) {
    std::map<AttentionShape, int> shapes;
    for (const Node& node : graph.nodes()) {
        if (const auto* layer = std::get_if<Attention>(&node.layer))
            ++shapes[{layer->heads, layer->kv_heads, layer->qk_channels, layer->v_channels}];
    }
    return shapes;
}

const AttentionKernel& attention_as_gemms(const KernelSet& kernels, const KernelChoices& choices) {
    for (const auto& [shape, kernel] : choices) {
        if (kernel->layer != LinearLayer::Gemm || kernel->arithmetic == Arithmetic::Fp32) continue;
        if (const AttentionKernel* found = find_attention(kernels, kernel->arithmetic)) return *found;
    }
    return kernels.attention.front();
}

std::vector<const AttentionKernel*> attention_candidates(const KernelSet& kernels, const KernelChoices& choices) {
    std::vector<const AttentionKernel*> candidates = {&attention_as_gemms(kernels, choices)};
    for (const AttentionKernel& kernel : kernels.attention)
        if (kernel.provider != KernelProvider::Own) candidates.push_back(&kernel);
    return candidates;
}

}  // namespace katago::cpu
