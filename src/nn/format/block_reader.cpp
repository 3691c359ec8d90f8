// SPDX-License-Identifier: MIT
#include "nn/format/block_reader.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "nn/weight_checks.h"

namespace katago {

namespace {

constexpr int kMaxDepth = 100;  // real networks nest once; more would only serve to exhaust the stack

NodeId read_blocks_at(LayerReader& layers, NodeId stack, int count, int depth);

// Sums a block's contribution and the stack.
NodeId add_to_stack(LayerReader& layers, const std::string& block, NodeId stack, NodeId contribution) {
    return layers.append_implied(block, "add", Add{}, {stack, contribution});
}

NodeId read_ordinary(LayerReader& layers, NodeId stack, int) {
    const std::string block = layers.tokens().name("a block's name");
    const NodeId pre = layers.norm_activation(block, stack);
    const NodeId regular = layers.conv(block, pre);
    const NodeId mid = layers.norm_activation(block, regular);
    return add_to_stack(layers, block, stack, layers.conv(block, mid, layers.channels(stack)));
}

NodeId read_gpool(LayerReader& layers, NodeId stack, int) {
    const std::string block = layers.tokens().name("a block's name");
    const NodeId pre = layers.norm_activation(block, stack);
    const NodeId regular = layers.conv(block, pre);
    const NodeId gpool = layers.norm_activation(block, layers.conv(block, pre));
    const NodeId pooled = layers.append_implied(block, "pool", GlobalPool{GlobalPool::Kind::Max}, {gpool});
    const NodeId bias = layers.matmul(block, pooled, layers.channels(regular));
    const NodeId biased = layers.append_implied(block, "pool_bias", AddBroadcast{}, {regular, bias});
    const NodeId mid = layers.norm_activation(block, biased);
    return add_to_stack(layers, block, stack, layers.conv(block, mid, layers.channels(stack)));
}

NodeId read_nested(LayerReader& layers, NodeId stack, int depth) {
    const std::string block = layers.tokens().name("a block's name");
    if (depth == kMaxDepth) layers.tokens().fail("blocks are nested more than 100 deep");
    const int count = layers.tokens().integer_between("the number of inner blocks", 1, std::numeric_limits<int>::max());
    const NodeId pre = layers.conv(block, layers.norm_activation(block, stack));
    const NodeId inner = read_blocks_at(layers, pre, count, depth + 1);
    const NodeId post = layers.norm_activation(block, inner);
    return add_to_stack(layers, block, stack, layers.conv(block, post, layers.channels(stack)));
}

// Fixed rotation: the first half of the pairs rotates with the row, the rest with the column, ever slower.
Weights fixed_frequencies(double theta, int kv_heads, int pairs) {
    const int row_pairs = pairs / 2;
    std::vector<float> frequencies;
    for (int head = 0; head < kv_heads; head++)
        for (int pair = 0; pair < pairs; pair++) {
            const bool row = pair < row_pairs;
            const double power = 2.0 * (row ? pair : pair - row_pairs) / pairs;
            const float frequency = static_cast<float>(std::pow(theta, -power));
            frequencies.push_back(row ? 0.0f : frequency);
            frequencies.push_back(row ? frequency : 0.0f);
        }
    return make_weights(std::move(frequencies));
}

// The heads' sizes have been checked against projections that the file really holds.
RotaryEmbedding read_rope(TokenReader& tokens, const Attention& attention, bool learned) {
    const int pairs = attention.qk_channels / 2;
    tokens.name("a rotary embedding's name");
    if (!learned) {
        const float theta = static_cast<float>(tokens.real("theta"));
        if (!(theta > 0) || !std::isfinite(theta))
            tokens.fail("theta is " + std::to_string(theta) + ", must be positive and finite");
        return {fixed_frequencies(theta, attention.kv_heads, pairs), false};
    }
    const std::array<int, 3> wanted = {attention.kv_heads, pairs, 2};
    for (int dimension : wanted)
        if (const int found = tokens.integer("a dimension"); found != dimension)
            tokens.fail("a dimension of the frequencies is " + std::to_string(found) + ", must be " +
                        std::to_string(dimension));
    const size_t count = size_t{2} * static_cast<size_t>(attention.kv_heads) * static_cast<size_t>(pairs);
    return {tokens.weights("frequencies", count), true};
}

// heads * channels of a projection. Both are positive; a product beyond any network's is refused.
int head_channels(LayerReader& layers, const char* what, int heads, int channels) {
    const int64_t product = int64_t{heads} * channels;
    if (product > std::numeric_limits<int>::max())
        layers.tokens().fail(std::string(what) + " channels: more than any network has");
    const int count = static_cast<int>(product);
    check_channels(layers.tokens().place(), what, count);
    return count;
}

NodeId read_attention(LayerReader& layers, NodeId stack, int) {
    TokenReader& tokens = layers.tokens();
    const std::string block = tokens.name("a block's name");
    constexpr int kMax = std::numeric_limits<int>::max();
    Attention attention;
    attention.heads = tokens.integer_between("the number of heads", 1, kMax);
    attention.kv_heads = tokens.integer_between("the number of key/value heads", 1, kMax);
    attention.qk_channels = tokens.integer_between("the size of a query head", 1, kMax);
    attention.v_channels = tokens.integer_between("the size of a value head", 1, kMax);
    const bool use_rope = tokens.flag("whether there is a rotary embedding");
    const bool learned = tokens.flag("whether the rotary embedding is learned");
    if (attention.heads % attention.kv_heads != 0)
        tokens.fail(std::to_string(attention.heads) + " heads, which is no multiple of its " +
                    std::to_string(attention.kv_heads) + " key/value heads");
    if (use_rope && attention.qk_channels % 2 != 0)
        tokens.fail("rotary embedding of heads with " + std::to_string(attention.qk_channels) +
                    " channels, must be even");
    const int q_channels = head_channels(layers, "query", attention.heads, attention.qk_channels);
    const int k_channels = head_channels(layers, "key", attention.kv_heads, attention.qk_channels);
    const int v_channels = head_channels(layers, "value", attention.kv_heads, attention.v_channels);

    const NodeId norm = layers.append(block, layers.read_rms_norm(), {stack});
    const NodeId q = layers.matmul(block, norm, q_channels);
    const NodeId k = layers.matmul(block, norm, k_channels);
    const NodeId v = layers.matmul(block, norm, v_channels);
    // The file has the output projection before the rotation that the attention needs.
    Named<MatMul> projection = layers.read_matmul(layers.channels(stack));
    if (use_rope) attention.rope = read_rope(tokens, attention, learned);
    const NodeId attended = layers.append_implied(block, "attention", std::move(attention), {q, k, v});
    return add_to_stack(layers, block, stack, layers.append(block, std::move(projection), {attended}));
}

NodeId read_ffn(LayerReader& layers, NodeId stack, int) {
    TokenReader& tokens = layers.tokens();
    const std::string block = tokens.name("a block's name");
    const int channels = layers.channels(stack);
    tokens.integer_between("the number of channels", channels, channels);
    const int hidden = tokens.integer_between("the number of inner channels", 1, std::numeric_limits<int>::max());
    if (!tokens.flag("whether the block is gated")) tokens.fail("is not gated (SwiGLU), which no network has");
    const NodeId norm = layers.append(block, layers.read_rms_norm(), {stack});
    const NodeId linear = layers.matmul(block, norm, hidden);
    const NodeId gate = layers.matmul(block, norm, hidden);
    const NodeId active = layers.append_implied(block, "silu", Activation{ActivationKind::Silu}, {linear});
    const NodeId product = layers.append_implied(block, "gate", Multiply{}, {active, gate});
    return add_to_stack(layers, block, stack, layers.matmul(block, product, channels));
}

struct BlockKind {
    const char* token;
    NodeId (*read)(LayerReader& layers, NodeId stack, int depth);
};
constexpr std::array<BlockKind, 5> kBlockKinds = {{
    {"ordinary_block", read_ordinary},
    {"gpool_block", read_gpool},
    {"nested_bottleneck_block", read_nested},
    {"transformer_attention_block", read_attention},
    {"transformer_ffn_block", read_ffn},
}};

NodeId read_block(LayerReader& layers, NodeId stack, int depth) {
    const std::string& token = layers.tokens().token("a block's kind");
    for (const BlockKind& kind : kBlockKinds)
        if (token == kind.token) return kind.read(layers, stack, depth);
    layers.tokens().fail("is followed by the unknown block kind " + layers.tokens().quoted_token());
}

NodeId read_blocks_at(LayerReader& layers, NodeId stack, int count, int depth) {
    for (int i = 0; i < count; i++) stack = read_block(layers, stack, depth);
    return stack;
}

}  // namespace

NodeId read_blocks(LayerReader& layers, NodeId stack, int count) {
    return read_blocks_at(layers, stack, count, 0);
}

}  // namespace katago
