// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/cpu/kernels.h"
#include "nn/graph.h"

namespace katago::cpu {

// The layers for which there is more than one kernel, as far as their speed depends on it: 3x3 convolutions, and dense
// layers at every point (1x1 convolutions among them).
struct ProductShape {
    enum class Kind : uint8_t { Conv3x3, Dense };
    Kind kind = Kind::Dense;
    int in = 0, out = 0;
    auto operator<=>(const ProductShape&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs
};

// What can compute them.
enum class ProductKernel : uint8_t { WinogradF32, WinogradF16, WinogradS16, GemmF32, GemmF16, GemmS16 };

// "winograd_s16", as tables and files call it.
std::string_view name_of(ProductKernel kernel);

// The kernel of each shape; those not listed take FP32, and heads always do: they are small and the most sensitive.
using KernelChoices = std::map<ProductShape, ProductKernel>;

// How a network is computed.
struct PlanChoices {
    KernelChoices kernels;
    bool int8 = false;          // wherever a layer tolerates it and the instruction set can, whatever `kernels` says
    bool half_weights = false;  // weights rounded to FP16
};

// "conv3x3 192x192", "dense 384x384": inputs by outputs.
std::string name_of(const ProductShape& shape);

// The shapes of a network's trunk, and how many layers have each.
std::map<ProductShape, int> product_shapes(const Graph& graph);
// What Precision::Auto may compute a shape of this network with, FP32 first.
std::vector<ProductKernel> candidates_for(const Graph& graph, const ProductShape& shape, const Kernels& kernels);
// 16-bit numbers wherever candidates_for() has them: what is fastest as a rule.
KernelChoices usual_choices(const Graph& graph, const Kernels& kernels);
// Halves wherever they exist: only where they are asked for.
KernelChoices half_choices(const Graph& graph, const Kernels& kernels);

// What the packed weights of the trunk's products take at least: no padding, and float weights not transformed.
int64_t trunk_weight_bytes(const Graph& graph, const PlanChoices& choices, const Kernels& kernels);

inline bool is_winograd(const Conv2d& conv) {
    return conv.kernel_y == 3 && conv.kernel_x == 3 && conv.dilation_y == 1 && conv.dilation_x == 1;
}
inline bool is_pointwise(const Conv2d& conv) {
    return conv.kernel_y == 1 && conv.kernel_x == 1;
}

// The shape that decides the kernel of this node; none where there is only one.
std::optional<ProductShape> product_shape(const Node& node);

}  // namespace katago::cpu
