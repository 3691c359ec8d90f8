// SPDX-License-Identifier: MIT
// Attention on a Vulkan device, by every tile that its shaders have, against plain loops.
#include <doctest/doctest.h>

#include "backend/reference/kernels.h"
#include "backend/vulkan/op_bench.h"
#include "backend/vulkan/ops/attention_op.h"
#include "backend/vulkan/ops/attention_tile.h"
#include "backend/vulkan/test_device.h"
#include "core/error.h"
#include "nn/random_net.h"

using namespace test_ops;
using vulkan::AttentionOp;

namespace {

// Of the largest result: queries, keys, weights and values of the matrix unit have 11 bits each.
constexpr double kMatrixError = 4e-3;

Attention with_rotation(Attention layer, bool rotated) {
    if (!rotated) return layer;
    test_nets::Numbers numbers(3);
    layer.rope.frequencies = make_weights(numbers.row(static_cast<size_t>(layer.kv_heads * layer.qk_channels)));
    return layer;
}

// One board's rows of a value.
Doubles of_board(const OpBench& bench, NodeId id, int board) {
    const Doubles all = bench.rows(id);
    const auto size = static_cast<std::ptrdiff_t>(all.size()) / bench.shape().boards;
    return Doubles(all.begin() + board * size, all.begin() + (board + 1) * size);
}

void check_attention(OpBench& bench, const Attention& layer, bool half_result, double bound) {
    CAPTURE(layer.qk_channels);
    CAPTURE(layer.v_channels);
    CAPTURE(bench.shape().board.height);
    CAPTURE(bench.shape().boards);
    CAPTURE(bench.shape().fp16);
    AttentionOp op;
    op.layer = layer;
    op.q = bench.add_random({TensorKind::Spatial, layer.heads * layer.qk_channels}, true);
    op.k = bench.add_random({TensorKind::Spatial, layer.kv_heads * layer.qk_channels}, true);
    op.v = bench.add_random({TensorKind::Spatial, layer.kv_heads * layer.v_channels}, true);
    op.out = bench.add_result({TensorKind::Spatial, layer.heads * layer.v_channels}, half_result);
    bench.set_table(op.table(bench.shape().board));
    bench.run(op);
    reference::Scratch scratch;
    for (int board = 0; board < bench.shape().boards; ++board) {
        const Doubles q = of_board(bench, op.q, board), k = of_board(bench, op.k, board);
        const Doubles v = of_board(bench, op.v, board), found = of_board(bench, op.out, board);
        Doubles wanted(found.size());
        reference::attention(layer, bench.shape().board, q.data(), k.data(), v.data(), wanted.data(), scratch);
        check_close(found, wanted, bound);
    }
}

const std::vector<Attention> kLayers = {{3, 3, 32, 32, {}}, {4, 2, 8, 5, {}},   {2, 1, 6, 16, {}},
                                        {1, 1, 34, 3, {}},  {6, 3, 16, 24, {}}, {2, 2, 128, 128, {}},
                                        {1, 1, 64, 64, {}}, {3, 1, 7, 9, {}},   {1, 1, 300, 20, {}}};
const std::vector<BenchShape> kShapes = {{{2, 2}, 16}, {{7, 9}, 3}, {{13, 13}, 1}, {{19, 19}, 1}};

}  // namespace

TEST_CASE("vulkan: attention equals plain loops for every kind of heads") {
    const auto device = test_vulkan::shared_device();
    if (!device) return;
    int tried = 0;
    for (size_t i = 0; i < kLayers.size(); ++i) {
        const Attention& plain = kLayers[i];
        for (const bool fp16 : {false, device->capabilities().fp16_storage}) {
            BenchShape shape = kShapes[(i + (fp16 ? 1 : 0)) % kShapes.size()];
            shape.fp16 = fp16;
            const Attention layer = with_rotation(plain, plain.qk_channels % 2 == 0 && tried % 3 != 0);
            OpBench bench(device, shape);
            bench.capabilities.matrix_tiles.clear();
            check_attention(bench, layer, tried % 4 == 1, fp16 && tried % 4 == 1 ? kHalfError : kFloatError);
            ++tried;
        }
    }
}

TEST_CASE("vulkan: attention equals plain loops in every tile of lanes") {
    const auto device = test_vulkan::shared_device();
    if (!device) return;
    std::vector<uint32_t> queries;
    // From enough memory and boards for the largest tile to as little as the smallest shares.
    for (const uint32_t shared_memory : {32768u, 20000u, 14000u, 9000u, 4000u, 2000u}) {
        OpBench bench(device, {{9, 9}, shared_memory == 32768 ? 16 : 3, false});
        const Attention layer = with_rotation({3, 3, 40, 24, {}}, true);
        bench.capabilities.shared_memory_bytes = shared_memory;
        const auto tile = vulkan::choose_attention_tile(
            layer, bench.capabilities, {.boards = static_cast<uint32_t>(bench.shape().boards), .points = 81});
        REQUIRE(tile);
        if (queries.empty() || queries.back() != tile->queries) queries.push_back(tile->queries);
        check_attention(bench, layer, false, kFloatError);
    }
    CHECK(queries == std::vector<uint32_t>{64, 32, 16, 8, 4});
}

TEST_CASE("vulkan: attention on cooperative matrices equals plain loops") {
    const auto device = test_vulkan::shared_device();
    if (!device) return;
    if (device->capabilities().matrix_tiles.empty()) {
        MESSAGE("SKIPPED: " << device->physical().info.name << " has no cooperative matrices");
        return;
    }
    // A software device takes long to compile each, so that these are few.
    const std::vector<std::pair<Attention, BenchShape>> cases = {{{4, 2, 8, 5, {}}, {{2, 2}, 16, true}},
                                                                 {{2, 2, 10, 8, {}}, {{13, 13}, 2, true}},
                                                                 {{2, 1, 16, 24, {}}, {{7, 9}, 3, true}}};
    for (size_t i = 0; i < cases.size(); ++i) {
        const auto& [layer, shape] = cases[i];
        OpBench bench(device, shape);
        const auto tile = vulkan::choose_attention_tile(layer, bench.capabilities, {.fp16 = true});
        REQUIRE(tile);
        CHECK(tile->pipeline.shader == "attention_coopmat");
        check_attention(bench, with_rotation(layer, i % 2 == 1), i < 2, kMatrixError);
    }
}

TEST_CASE("vulkan: attention takes the matrix unit where there is one, and as large a tile as fits") {
    vulkan::Capabilities device;  // like an Orin's
    device.fp16_storage = device.fp16_arithmetic = true;
    device.subgroup_size = 32;
    device.matrix_tiles = {{16, 8, 8}, {16, 8, 16}, {16, 16, 16}, {64, 64, 16}};
    device.shared_memory_bytes = 49152, device.workgroup_invocations = 1024;
    const Attention layer{6, 6, 64, 64, {}};
    const auto chosen = [&](vulkan::AttentionShape shape) {
        return vulkan::choose_attention_tile(layer, device, shape);
    };
    using Constants = std::vector<uint32_t>;
    CHECK(chosen({.boards = 8, .fp16 = true})->pipeline.constants == Constants{32, 4, 16, 16, 16, 32, 16, 16});
    CHECK(chosen({.boards = 8, .fp16 = true})->queries == 64);
    CHECK(chosen({.boards = 1, .fp16 = true})->queries == 32);
    CHECK(chosen({.boards = 8})->pipeline.shader == "attention_f32");
    CHECK(chosen({.boards = 8})->pipeline.constants == Constants{8, 16, 32, 16, 16});
    device.matrix_tiles = {{64, 64, 16}};  // more queries than a subgroup has lanes
    CHECK(chosen({.boards = 8, .fp16 = true})->pipeline.shader == "attention_f16");
}

TEST_CASE("vulkan: attention of heads too wide for a device is refused by name") {
    vulkan::Capabilities device;
    device.shared_memory_bytes = 16384, device.workgroup_invocations = 128;
    AttentionOp op;
    op.layer = {1, 1, 128, 128, {}};
    CHECK_NOTHROW(op.check("block3.attention", device, false));
    op.layer = {1, 1, 1024, 8, {}};
    try {
        op.check("block3.attention", device, false);
        FAIL("no error");
    } catch (const UnsupportedError& error) {
        CHECK(std::string(error.what()) ==
              "vulkan: block3.attention: heads of 1024 and 8 channels want more memory than the 16384 bytes that the "
              "device's work groups share");
    }
}
