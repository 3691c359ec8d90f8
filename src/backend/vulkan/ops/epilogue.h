// SPDX-License-Identifier: MIT
#pragma once

#include "backend/vulkan/ops/dispatch.h"

namespace katago::vulkan {

// A FusedEpilogue (see nn/passes/fuse_epilogues.h) with its constants on the device.
struct Epilogue {
    NodeId multiplier = kNoNode, vector = kNoNode, residual = kNoNode, raw = kNoNode, activated = kNoNode;
    WeightRange affine;  // vec2 of scale and shift a channel; no bytes: none
    ActivationKind kind = ActivationKind::Identity;

    // A value that it stores, of the type of both.
    NodeId result() const { return raw != kNoNode ? raw : activated; }
};

// The bindings of a shader with an epilogue: its own two, then those of the epilogue.
inline constexpr size_t kEpilogueEnd = 8;

// Adds bindings 2 to 7 and their flags, as shaders/epilogue.glsl wants them.
void add_epilogue(Dispatch& dispatch, const Epilogue& epilogue, const RecordContext& context);

}  // namespace katago::vulkan
