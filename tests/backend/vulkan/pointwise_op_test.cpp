// SPDX-License-Identifier: MIT
// Norms, pooling, sums and products of elements, vectors and the host's rows on a Vulkan device, against plain loops.
#include "backend/vulkan/ops/pointwise_op.h"

#include <doctest/doctest.h>

#include "backend/reference/kernels.h"
#include "backend/vulkan/op_bench.h"
#include "backend/vulkan/ops/linear_op.h"
#include "backend/vulkan/test_device.h"
#include "nn/random_net.h"

using namespace test_ops;
using test_nets::Numbers;

namespace {

// Each board with each number format, and batches on either side of what work groups hold.
std::vector<BenchShape> shapes(const vulkan::Device& device) {
    std::vector<BenchShape> all;
    for (const bool fp16 : {false, true}) {
        if (fp16 && !device.capabilities().fp16_storage) continue;
        for (const BenchShape& shape :
             {BenchShape{{2, 2}, 16}, BenchShape{{7, 9}, 3}, BenchShape{{13, 13}, 1}, BenchShape{{19, 19}, 2}})
            all.push_back({shape.board, shape.boards, fp16});
    }
    return all;
}

constexpr int kChannels[] = {5, 16, 30, 72, 400};
constexpr ActivationKind kKinds[] = {ActivationKind::Identity, ActivationKind::Relu, ActivationKind::Mish,
                                     ActivationKind::Silu};

// Calls test(shape, channels, index) for every shape and number of channels.
template <class Test>
void for_each_case(const vulkan::Device& device, Test test) {
    int index = 0;
    for (const BenchShape& shape : shapes(device))
        for (const int channels : kChannels) {
            CAPTURE(shape.board.height);
            CAPTURE(shape.boards);
            CAPTURE(shape.fp16);
            CAPTURE(channels);
            test(shape, channels, index++);
        }
}

}  // namespace

TEST_CASE("vulkan: RMS norms equal plain loops") {
    const auto device = test_vulkan::shared_device();
    if (!device) return;
    for_each_case(*device, [&](const BenchShape& shape, int channels, int index) {
        const bool over_board = index % 2 == 0, half_in = index % 3 == 0, half_out = index % 4 < 2;
        OpBench bench(device, shape);
        Numbers numbers(5);
        const auto count = static_cast<size_t>(channels);
        RmsNorm layer{1e-5f, over_board, make_weights(numbers.row(count, 0.5, 1)), make_weights(numbers.row(count))};
        if (index % 5 == 0) layer.beta = nullptr;
        vulkan::RmsNormOp op;
        op.in = bench.add_random({TensorKind::Spatial, channels}, half_in);
        op.out = bench.add_result({TensorKind::Spatial, channels}, half_out);
        op.epsilon = layer.epsilon, op.over_board = over_board, op.kind = kKinds[index % 4];
        op.gamma_beta = bench.weights.add_pairs(*layer.gamma, layer.beta ? *layer.beta : std::vector<float>());
        bench.run(op);
        const Doubles in = bench.rows(op.in);
        Doubles wanted(in.size());
        const size_t row = in.size() / static_cast<size_t>(shape.boards);
        for (size_t at = 0; at < in.size(); at += row)
            reference::rms_norm(layer, shape.board.area(), in.data() + at, wanted.data() + at);
        for (double& x : wanted) x = reference::activate(op.kind, x);
        check_close(bench.rows(op.out), wanted, shape.fp16 && half_out ? kHalfError : kFloatError);
    });
}

TEST_CASE("vulkan: pooling equals plain loops") {
    const auto device = test_vulkan::shared_device();
    if (!device) return;
    for_each_case(*device, [&](const BenchShape& shape, int channels, int index) {
        OpBench bench(device, shape);
        vulkan::PoolOp op;
        op.kind = index % 2 == 0 ? GlobalPool::Kind::Max : GlobalPool::Kind::Value;
        op.in = bench.add_random({TensorKind::Spatial, channels}, index % 3 == 0);
        op.out = bench.add_result({TensorKind::Vector, 3 * channels}, false);
        bench.run(op);
        const Doubles in = bench.rows(op.in);
        Doubles wanted(static_cast<size_t>(3 * channels * shape.boards));
        const size_t row = in.size() / static_cast<size_t>(shape.boards);
        for (size_t i = 0; i < static_cast<size_t>(shape.boards); ++i)
            reference::global_pool({op.kind}, shape.board.area(), channels, in.data() + i * row,
                                   wanted.data() + i * static_cast<size_t>(3 * channels));
        check_close(bench.rows(op.out), wanted, kFloatError);
    });
}

TEST_CASE("vulkan: matrices on vectors equal plain loops") {
    const auto device = test_vulkan::shared_device();
    if (!device) return;
    for (const int boards : {1, 3, 16}) {
        for (const auto& [in, out] : {std::pair{3, 5}, {16, 16}, {96, 48}, {1200, 400}, {1536, 30}}) {
            CAPTURE(boards);
            CAPTURE(in);
            OpBench bench(device, {{7, 9}, boards, false});
            const MatMul layer{in, out, make_weights(Numbers(9).row(static_cast<size_t>(in * out), 0.1))};
            vulkan::LinearVectorOp op;
            op.in = bench.add_random({TensorKind::Vector, in}, false);
            op.weights = bench.weights.add_matrix(layer.weights, 1, in, out, false);
            op.epilogue.raw = bench.add_result({TensorKind::Vector, out}, false);
            bench.run(op);
            const Doubles rows = bench.rows(op.in);
            Doubles wanted(static_cast<size_t>(boards * out));
            reference::Scratch scratch;
            reference::matmul(layer, boards, rows.data(), wanted.data(), scratch);
            check_close(bench.rows(op.epilogue.raw), wanted, kFloatError);
        }
    }
}

namespace {

// The epilogue of elementwise operation number `index`: each operand is there or not, of either type.
vulkan::Epilogue random_epilogue(OpBench& bench, TensorType type, int index) {
    const bool on_vectors = type.kind == TensorKind::Vector;
    vulkan::Epilogue epilogue;
    if (index % 2 == 0) epilogue.multiplier = bench.add_random(type, index % 4 == 0);
    if (index % 3 == 0) epilogue.residual = bench.add_random(type, index % 5 < 2);
    if (index % 5 != 0 && !on_vectors) epilogue.vector = bench.add_random({TensorKind::Vector, type.channels}, false);
    if (index % 4 != 1) epilogue.raw = bench.add_result(type, index % 3 == 1);
    if (index % 4 != 2) epilogue.activated = bench.add_result(type, index % 3 != 1);
    if (index % 3 != 2) {
        Numbers numbers(11);
        const std::vector<float> scale = numbers.row(static_cast<size_t>(type.channels), 0.5, 1);
        epilogue.affine = bench.weights.add_pairs(scale, numbers.row(scale.size()));
    }
    epilogue.kind = kKinds[index % 4];
    return epilogue;
}

// What an epilogue makes of y, as FusedEpilogue says.
void check_epilogue(const OpBench& bench, const vulkan::Epilogue& epilogue, const Doubles& y, int channels) {
    const auto rows_of = [&](NodeId id) { return id == kNoNode ? Doubles() : bench.rows(id); };
    const Doubles multiplier = rows_of(epilogue.multiplier), residual = rows_of(epilogue.residual);
    const Doubles vector = rows_of(epilogue.vector);
    Numbers numbers(11);
    const auto count = static_cast<size_t>(channels);
    const std::vector<float> scale = numbers.row(count, 0.5, 1), shift = numbers.row(count);
    const size_t board = y.size() / static_cast<size_t>(bench.shape().boards);
    Doubles raw = y, activated(y.size());
    for (size_t i = 0; i < y.size(); ++i) {
        const size_t channel = i % count;
        if (!multiplier.empty()) raw[i] *= multiplier[i];
        if (!vector.empty()) raw[i] += vector[i / board * count + channel];
        if (!residual.empty()) raw[i] += residual[i];
        const bool has_affine = epilogue.affine.bytes > 0;
        activated[i] = reference::activate(
            epilogue.kind, has_affine ? raw[i] * double{scale[channel]} + double{shift[channel]} : raw[i]);
    }
    const double bound = bench.shape().fp16 ? kHalfError : kFloatError;
    if (epilogue.raw != kNoNode) check_close(bench.rows(epilogue.raw), raw, bound);
    if (epilogue.activated != kNoNode) check_close(bench.rows(epilogue.activated), activated, bound);
}

}  // namespace

TEST_CASE("vulkan: sums and products of elements equal plain loops for every operand and type") {
    const auto device = test_vulkan::shared_device();
    if (!device) return;
    for_each_case(*device, [&](const BenchShape& shape, int channels, int index) {
        const TensorType type{index % 7 == 3 ? TensorKind::Vector : TensorKind::Spatial, channels};
        OpBench bench(device, shape);
        vulkan::ElementwiseOp op;
        op.in = bench.add_random(type, index % 3 == 1);
        op.epilogue = random_epilogue(bench, type, index);
        bench.run(op);
        check_epilogue(bench, op.epilogue, bench.rows(op.in), channels);
    });
}

TEST_CASE("vulkan: the host's rows come in and go out unchanged") {
    const auto device = test_vulkan::shared_device();
    if (!device) return;
    for_each_case(*device, [&](const BenchShape& shape, int channels, int index) {
        const TensorType type{index % 3 == 1 ? TensorKind::Vector : TensorKind::Spatial, channels};
        OpBench bench(device, shape);
        const NodeId value = bench.add_result(type, index % 2 == 0);
        std::vector<float> rows(bench.points(value) * static_cast<size_t>(shape.boards * channels));
        for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i % 2048);  // exact in FP16
        bench.set_host(rows);
        vulkan::ReadInputOp read;
        read.out = value;
        bench.run(read);
        const Doubles wanted(rows.begin(), rows.end());
        CHECK(bench.rows(value) == wanted);
        bench.set_host(std::vector<float>(rows.size(), -1.0f));
        vulkan::WriteOutputOp write;
        write.in = value;
        bench.run(write);
        Doubles found = bench.host();
        found.resize(wanted.size());
        CHECK(found == wanted);
    });
}
