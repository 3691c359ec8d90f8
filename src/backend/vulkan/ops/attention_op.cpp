// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/attention_op.h"

#include <cmath>

#include "backend/vulkan/ops/attention_tile.h"
#include "core/ensure.h"
#include "core/error.h"

namespace katago::vulkan {

void AttentionOp::check(const std::string& node, const Capabilities& capabilities, bool fp16) const {
    if (!choose_attention_tile(layer, capabilities, {.fp16 = fp16}))
        throw UnsupportedError("vulkan: " + node + ": heads of " + std::to_string(layer.qk_channels) + " and " +
                               std::to_string(layer.v_channels) + " channels want more memory than the " +
                               std::to_string(capabilities.shared_memory_bytes) +
                               " bytes that the device's work groups share");
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
    const uint32_t points = context.rows_of_board(out);
    const std::optional<AttentionTile> tile = choose_attention_tile(
        layer, *context.capabilities, {.boards = context.boards, .points = points, .fp16 = context.fp16});
    ENSURE(tile);
    dispatch.pipeline = tile->pipeline;
    dispatch.push = context.push(out);
    dispatch.push.in_channels = context.value(q).stride();
    dispatch.push.heads = static_cast<uint32_t>(layer.heads);
    dispatch.push.kv_heads = static_cast<uint32_t>(layer.kv_heads);
    dispatch.push.qk_channels = static_cast<uint32_t>(layer.qk_channels);
    dispatch.push.v_channels = static_cast<uint32_t>(layer.v_channels);
    if (layer.rope.frequencies) dispatch.push.flags |= kHasAffine;
    if (context.value(out).is_half) dispatch.push.flags |= kRawIsT;
    dispatch.operands = {
        {context.range(q)}, {context.range(k)}, {context.range(v)}, {context.range(out), Access::Writes}};
    if (layer.rope.frequencies)
        dispatch.operands.push_back({context.table});
    else
        dispatch.operands.push_back(kIgnored);
    dispatch.groups = {groups_for(points, tile->queries), dispatch.push.heads, context.boards};
    return {dispatch};
}

}  // namespace katago::vulkan
