// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/vulkan/ops/epilogue.h"

namespace katago::vulkan {

// An input of the plan, [rows, channels] floats in the host's memory, as a value.
struct ReadInputOp {
    enum class Source : uint8_t { Spatial, Global, Meta };
    Source source = Source::Spatial;
    NodeId out = kNoNode;

    std::string_view name() const { return "read_input"; }
    std::vector<Dispatch> dispatches(const RecordContext& context) const;
};

// A value as [rows, channels] floats in the host's memory: output `index` of GraphOutputs::ids().
struct WriteOutputOp {
    size_t index = 0;
    NodeId in = kNoNode;

    std::string_view name() const { return "write_output"; }
    std::vector<Dispatch> dispatches(const RecordContext& context) const;
};

// An epilogue alone.
struct ElementwiseOp {
    NodeId in = kNoNode;
    Epilogue epilogue;

    std::string_view name() const { return "elementwise"; }
    std::vector<Dispatch> dispatches(const RecordContext& context) const;
};

struct PoolOp {
    NodeId in = kNoNode, out = kNoNode;
    GlobalPool::Kind kind = GlobalPool::Kind::Max;

    std::string_view name() const { return "pool"; }
    std::vector<Dispatch> dispatches(const RecordContext& context) const;
};

struct RmsNormOp {
    NodeId in = kNoNode, out = kNoNode;
    float epsilon = 0;
    bool over_board = false;
    WeightRange gamma_beta;  // vec2 a channel, zeros in the padding
    ActivationKind kind = ActivationKind::Identity;

    std::string_view name() const { return "rms_norm"; }
    std::vector<Dispatch> dispatches(const RecordContext& context) const;
};

}  // namespace katago::vulkan
