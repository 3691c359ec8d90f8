// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/attention_tile.h"

#include <algorithm>

#include "backend/vulkan/ops/dispatch.h"

namespace katago::vulkan {

namespace {

constexpr uint32_t kHalf = 2, kFloat = 4, kQuad = 4;  // bytes; channels
constexpr uint32_t kQuadBytes = kQuad * kFloat, kHalfQuadBytes = kQuad * kHalf;

// A tile of attention.comp.
struct LaneTile {
    uint32_t lanes, query_quads, keys;
};
// From the one that reads keys the fewest times to the one that shares the least memory.
constexpr LaneTile kLaneTiles[] = {{8, 16, 32}, {16, 8, 32}, {16, 8, 16}, {16, 4, 16}, {8, 2, 8}, {4, 1, 4}};

uint32_t shared_bytes(const LaneTile& tile, uint32_t qk_quads, uint32_t v_quads) {
    const uint32_t queries = kQuad * tile.query_quads * qk_quads;
    const uint32_t keys = tile.keys * (std::max(qk_quads, v_quads) + 1);
    return kQuadBytes * (queries + keys + tile.keys * tile.query_quads + tile.lanes * tile.query_quads);
}

// Whether work groups of so many queries are enough to keep a device busy, which wants a few for each of its cores.
bool has_many_groups(const Attention& layer, const AttentionShape& shape, uint32_t queries) {
    constexpr uint32_t kMany = 64;
    return shape.boards * static_cast<uint32_t>(layer.heads) * groups_for(shape.points, queries) >= kMany;
}

std::optional<AttentionTile> choose_lanes(const Attention& layer, const Capabilities& capabilities,
                                          const AttentionShape& shape) {
    const uint32_t qk_quads = groups_for(static_cast<uint32_t>(layer.qk_channels), kQuad);
    const uint32_t v_quads = groups_for(static_cast<uint32_t>(layer.v_channels), kQuad);
    for (const LaneTile& tile : kLaneTiles) {
        const uint32_t queries = kQuad * tile.query_quads;
        const bool is_largest = &tile == &kLaneTiles[0];
        if (is_largest && !has_many_groups(layer, shape, queries)) continue;
        if (shared_bytes(tile, qk_quads, v_quads) > capabilities.shared_memory_bytes) continue;
        if (tile.lanes * tile.query_quads > capabilities.workgroup_invocations) continue;
        AttentionTile chosen{.pipeline = {}, .queries = queries};
        chosen.pipeline.shader = shape.fp16 ? "attention_f16" : "attention_f32";
        chosen.pipeline.constants = {tile.lanes, tile.query_quads, tile.keys, qk_quads, v_quads};
        return chosen;
    }
    return std::nullopt;
}

// A tile of attention_coopmat.comp.
struct SubgroupTile {
    MatrixTile product;
    uint32_t subgroups = 0, keys = 0, qk_quads = 0, v_quads = 0;

    uint32_t queries() const { return subgroups * product.m; }
    uint32_t shared_bytes() const {
        const uint32_t stride = std::max(qk_quads, v_quads) + 2;
        return kHalfQuadBytes * (std::max(queries(), keys) * stride + queries() * (keys / kQuad + 2)) +
               kQuadBytes * queries() * (keys / kQuad + 1 + product.n / kQuad + 1);
    }
};

// Whether attention_coopmat.comp can compute by such products: lanes share queries evenly, and rows of operands are
// quads in pairs, because the matrix unit wants them at multiples of 16 bytes.
bool is_usable(const MatrixTile& product, uint32_t subgroup_size) {
    constexpr uint32_t kPair = 2 * kQuad, kMost = 32;
    return subgroup_size % product.m == 0 && product.n % kPair == 0 && product.k % kPair == 0 && product.n <= kMost &&
           product.k <= kMost;
}

uint32_t size_of(const MatrixTile& product) {
    return product.m * product.n * product.k;
}

std::optional<AttentionTile> choose_matrices(const Attention& layer, const Capabilities& capabilities,
                                             const AttentionShape& shape) {
    const MatrixTile* best = nullptr;
    for (const MatrixTile& product : capabilities.matrix_tiles)
        if (is_usable(product, capabilities.subgroup_size) && (best == nullptr || size_of(product) > size_of(*best)))
            best = &product;
    if (best == nullptr) return std::nullopt;
    const auto quads = [](int channels, uint32_t step) {
        return groups_for(static_cast<uint32_t>(channels), step) * step / kQuad;
    };
    constexpr uint32_t kKeys = 32, kSubgroups[] = {4, 2, 1};
    for (const uint32_t subgroups : kSubgroups) {
        const SubgroupTile tile{*best, subgroups, std::max({kKeys, best->n, best->k}),
                                quads(layer.qk_channels, best->k), quads(layer.v_channels, best->n)};
        if (subgroups > 1 && !has_many_groups(layer, shape, tile.queries())) continue;
        if (tile.shared_bytes() > capabilities.shared_memory_bytes) continue;
        if (subgroups * capabilities.subgroup_size > capabilities.workgroup_invocations) continue;
        AttentionTile chosen{.pipeline = {}, .queries = tile.queries()};
        chosen.pipeline.shader = "attention_coopmat";
        chosen.pipeline.constants = {
            capabilities.subgroup_size, subgroups, best->m, best->n, best->k, tile.keys, tile.qk_quads, tile.v_quads};
        chosen.pipeline.subgroup_size = capabilities.subgroup_size;
        return chosen;
    }
    return std::nullopt;
}

}  // namespace

std::optional<AttentionTile> choose_attention_tile(const Attention& layer, const Capabilities& capabilities,
                                                   const AttentionShape& shape) {
    std::optional<AttentionTile> tile;
    if (shape.fp16 && capabilities.fp16_arithmetic) tile = choose_matrices(layer, capabilities, shape);
    return tile ? tile : choose_lanes(layer, capabilities, shape);
}

}  // namespace katago::vulkan
