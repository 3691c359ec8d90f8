// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "backend/vulkan/device/device.h"
#include "nn/layers.h"

namespace katago::vulkan {

// How a work group computes attention: the shader and its constants, without bindings, and the queries that it has.
struct AttentionTile {
    PipelineRequest pipeline;
    uint32_t queries = 0;
};

// What attention is computed for.
struct AttentionShape {
    uint32_t boards = 1, points = 361;
    bool fp16 = false;
};

// The tile for a layer on a device: on its matrix unit in FP16 where it has one, and as large as fits into the memory
// that a work group shares and leaves the device enough groups. Nothing where heads are too wide for the smallest.
std::optional<AttentionTile> choose_attention_tile(const Attention& layer, const Capabilities& capabilities,
                                                   const AttentionShape& shape);

}  // namespace katago::vulkan
