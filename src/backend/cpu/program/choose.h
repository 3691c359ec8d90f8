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
    auto operator<=>(const LayerShape&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs
};

// "conv3x3 192x192", "dense 384x384": inputs by outputs.
std::string name_of(const LayerShape& shape);

// The kernel of each shape; those not listed take FP32, and heads always do: they are small and the most sensitive.
using KernelChoices = std::map<LayerShape, const LinearKernel*>;

// How a network is computed.
struct PlanChoices {
    KernelChoices kernels;
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
// The last of our own candidates_for() Auto.
KernelChoices usual_choices(const Graph& graph, const KernelSet& kernels);
// Our own FP16 wherever there is arithmetic for it: only where it is asked for, and nothing is measured.
KernelChoices fp16_choices(const Graph& graph, const KernelSet& kernels);

// Finds the kernel of each linear layer of a network. Refers to all that it is made of. Immutable.
class LayerKernels {
  public:
    LayerKernels(const Graph& graph, const KernelSet& kernels, const PlanChoices& choices);

    // The kernel of the provider that was asked for by name, where it has one. Else INT8 where it was asked for and the
    // layer tolerates it, else what was chosen for such layers of the trunk.
    const LinearKernel& kernel_for(NodeId id, LinearLayer layer, const LinearWeights& weights) const;
    // For convolutions of other sizes.
    const LinearKernel& fp32_gemm() const;
    bool is_trunk(NodeId id) const { return is_trunk_[static_cast<size_t>(id)]; }
    // Whether a GLU makes the layer's input: it hands over channel blocks, of one scale each, not whole rows.
    bool reads_glu(NodeId id) const;
    // Whether the layer reads the planes of the position, for which there is a kernel apart.
    bool reads_planes(NodeId id) const;

  private:
    const Layer& input_layer(NodeId id) const { return graph_.node(graph_.node(id).inputs[0]).layer; }
    bool takes_int8(NodeId id) const;
    const LinearKernel* kernel_by_name(NodeId id, LinearLayer layer, const LinearWeights& weights) const;

    const Graph& graph_;
    const KernelSet& kernels_;
    const PlanChoices& choices_;
    std::vector<bool> is_trunk_;
    std::vector<NodeId> tolerates_int8_;
};

// What the packed weights of the trunk's layers take at least: no padding, and FP32 weights not transformed.
int64_t trunk_weight_bytes(const Graph& graph, const PlanChoices& choices, const KernelSet& kernels);

// The shape that decides the kernel of this node; none where there is only one.
std::optional<LayerShape> layer_shape(const Node& node);

}  // namespace katago::cpu
