// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/isa/kernel_set.h"
#include "nn/graph.h"

namespace katago::cpu {

// The layers for which there is more than one kernel, as far as their speed depends on it: 3x3 convolutions, and gemms
// at every point (1x1 convolutions among them).
struct LayerShape {
    LinearLayer layer = LinearLayer::Gemm;
    int in = 0, out = 0;
    bool int8 = false;  // where INT8 is asked for, of the layers whose INT8 weights a library's kernels take as well
    auto operator<=>(const LayerShape&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs
};

// "conv3x3 192x192", "dense 384x384", "int8 dense 384x384": inputs by outputs.
std::string name_of(const LayerShape& shape);

// What decides the speed of attention.
struct AttentionShape {
    int heads = 0, kv_heads = 0, qk_channels = 0, v_channels = 0;
    auto operator<=>(const AttentionShape&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs
};
// "attention 6/6x64+64": heads of queries, of keys and values, by channels of each.
std::string name_of(const AttentionShape& shape);

// The kernel of each shape; those not listed take FP32, and heads always do: they are small and the most sensitive.
using KernelChoices = std::map<LayerShape, const LinearKernel*>;

// How a network is computed.
struct PlanChoices {
    KernelChoices kernels;
    const AttentionKernel* attention = nullptr;  // null: the one that attention_as_gemms() or `provider` tells
    std::optional<KernelProvider> provider = KernelProvider::Own;  // see LoadOptions
    bool int8 = false;          // wherever a layer tolerates it and the instruction set can, whatever `kernels` says
    bool fp16_weights = false;  // weights rounded to FP16
};

// The shapes of a network's trunk, and how many layers have each.
std::map<LayerShape, int> layer_shapes(const Graph& graph);
// What a shape of this network may be computed with: with Precision::Fp32 in FP32, with Fp16 also in FP16, with Auto in
// whatever is exact enough. Our own first, of them FP32 first and what is fastest as a rule last.
std::vector<const LinearKernel*> candidates_for(const Graph& graph, const LayerShape& shape, const KernelSet& kernels,
                                                Precision precision);

// What the layers of one shape may be computed with, and how many they are.
struct ShapeCandidates {
    int layers = 0;
    // How many layers of this shape would have as many weights as all such layers of the network, of whatever shape.
    double as_many_layers = 1;
    std::vector<const LinearKernel*> kernels;
    // Of INT8, one layer as it is stored, and whether whole rows of its input are handed over: see PackRequest.
    const LinearWeights* stored = nullptr;
    bool whole_rows = true;
    bool spares_memory = false;  // see PackRequest
};
using CandidatesByShape = std::map<LayerShape, ShapeCandidates>;
// candidates_for() each shape of the trunk.
CandidatesByShape trunk_candidates(const Graph& graph, const KernelSet& kernels, Precision precision);
// Of the layers that tolerate INT8, those that a library's INT8 kernel takes: that one and ours, or where the
// instruction set has none of ours what computes the shape otherwise. Empty for most networks.
CandidatesByShape library_int8_candidates(const Graph& graph, const KernelSet& kernels);

// Whether a network has more weights of 3x3 convolutions than FP32 Winograd keeps transformed.
bool spares_memory(const Graph& graph);

// The shapes of a network's attention, and how many layers have each.
std::map<AttentionShape, int> attention_shapes(const Graph& graph);
// Our attention that computes as the gemms around it do, where there is a kernel for that, else in FP32.
const AttentionKernel& attention_as_gemms(const KernelSet& kernels, const KernelChoices& choices);
// That one, then what libraries have in FP32.
std::vector<const AttentionKernel*> attention_candidates(const KernelSet& kernels, const KernelChoices& choices);

// What is taken of such candidates without a measurement: the last of our own.
const LinearKernel* usual_kernel(const std::vector<const LinearKernel*>& candidates);
// That of candidates_for() Auto.
KernelChoices usual_choices(const Graph& graph, const KernelSet& kernels);
// Our own FP16 wherever there is arithmetic for it: only where it is asked for, and nothing is measured.
KernelChoices fp16_choices(const Graph& graph, const KernelSet& kernels);

// Finds the kernel of each linear layer of a network. Refers to all that it is made of. Immutable.
class LayerKernels {
  public:
    LayerKernels(const Graph& graph, const KernelSet& kernels, const PlanChoices& choices);

    // The kernel of the provider that was asked for by name, where it has one. Else INT8 where it was asked for and the
    // layer tolerates it (what was chosen for its shape in INT8, or ours), else what was chosen for such layers of the
    // trunk.
    const LinearKernel& kernel_for(NodeId id, LinearLayer layer, const LinearWeights& weights) const;
    // For convolutions of other sizes.
    const LinearKernel& fp32_gemm() const;
    bool is_trunk(NodeId id) const { return is_trunk_[static_cast<size_t>(id)]; }
    // Whether a GLU makes the layer's input: it hands over channel blocks, of one scale each, not whole rows.
    bool reads_glu(NodeId id) const;
    // Whether the kernel of sparse planes computes the layer, which then takes the plan's input as it is: our own does,
    // unless the user asked for a library's kernels.
    bool is_conv_first(NodeId id) const;

  private:
    const Layer& input_layer(NodeId id) const { return graph_.node(graph_.node(id).inputs[0]).layer; }
    bool reads_planes(NodeId id) const;
    bool takes_int8(NodeId id) const;
    const LinearKernel* kernel_by_name(NodeId id, LinearLayer layer, const LinearWeights& weights) const;
    // Null: the layer is not computed in INT8.
    const LinearKernel* int8_kernel(NodeId id, LinearLayer layer, const LinearWeights& weights) const;

    const Graph& graph_;
    const KernelSet& kernels_;
    const PlanChoices& choices_;
    std::vector<bool> is_trunk_;
    std::vector<NodeId> tolerates_int8_;
};

// What the packed weights of the trunk's layers take at least: no padding, and FP32 weights not transformed. Kernels
// that do not share theirs have them once more for each of so many plans.
int64_t trunk_weight_bytes(const Graph& graph, const PlanChoices& choices, const KernelSet& kernels, int plans);

// The shape that decides the kernel of this node; none where there is only one.
std::optional<LayerShape> layer_shape(const Node& node);

}  // namespace katago::cpu
