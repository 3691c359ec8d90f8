// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/attention_op.h"

#include <cmath>

#include "core/error.h"

namespace katago::vulkan {

namespace {

constexpr uint32_t kPoints = 64;  // of a work group

}  // namespace

void AttentionOp::check(const std::string& node) const {
    constexpr int kMostChannels = 128;
    if (layer.qk_channels > kMostChannels || layer.v_channels > kMostChannels)
        throw UnsupportedError("vulkan: " + node + ": heads of " + std::to_string(layer.qk_channels) + " and " +
                               std::to_string(layer.v_channels) + " channels, at most " +
                               std::to_string(kMostChannels) + " are known here");
}

std::vector<float> AttentionOp::table(BoardShape board) const {
    std::vector<float> angles;
    if (!layer.rope.frequencies) return angles;
    const std::vector<float>& frequencies = *layer.rope.frequencies;
    angles.reserve(static_cast<size_t>(board.area()) * frequencies.size());
    for (int y = 0; y < board.height; ++y)
        for (int x = 0; x < board.width; ++x)
            for (size_t pair = 0; pair < frequencies.size(); pair += 2) {
                const double angle = x * double{frequencies[pair]} + y * double{frequencies[pair + 1]};
                angles.push_back(static_cast<float>(std::cos(angle)));
                angles.push_back(static_cast<float>(std::sin(angle)));
            }
    return angles;
}

std::vector<Dispatch> AttentionOp::dispatches(const RecordContext& context) const {
    Dispatch dispatch;
    dispatch.pipeline.shader = context.variant("attention_f32", "attention_f16");
    dispatch.push = context.push(out);
    dispatch.push.in_channels = context.value(q).stride();
    dispatch.push.heads = static_cast<uint32_t>(layer.heads);
    dispatch.push.kv_heads = static_cast<uint32_t>(layer.kv_heads);
    dispatch.push.qk_channels = static_cast<uint32_t>(layer.qk_channels);
    dispatch.push.v_channels = static_cast<uint32_t>(layer.v_channels);
    if (layer.rope.frequencies) dispatch.push.flags |= kHasAffine;
    dispatch.operands = {
        {context.range(q)}, {context.range(k)}, {context.range(v)}, {context.range(out), Access::Writes}};
    if (layer.rope.frequencies)
        dispatch.operands.push_back({context.table});
    else
        dispatch.operands.push_back({context.range(q), Access::Ignores});
    const uint32_t points = static_cast<uint32_t>(context.board.area());
    dispatch.groups = {(points + kPoints - 1) / kPoints, dispatch.push.heads, context.boards};
    return {dispatch};
}

}  // namespace katago::vulkan
