// SPDX-License-Identifier: MIT
#include "backend/cpu/cpu_backend.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backend/arena.h"
#include "backend/cpu/kernels.h"
#include "backend/registry.h"
#include "core/error.h"
#include "core/fp16.h"
#include "nn/format/model_file.h"
#include "nn/format/net_writer.h"
#include "nn/random_net.h"

using namespace katago;
using test_nets::Numbers;
using test_nets::RandomNet;

namespace {

// Of the largest value of a tensor. FP32 sums of a few thousand products differ by 1e-6; Winograd's transforms cost
// another factor of a few, once for each of the two or three convolutions in a row here.
constexpr double kParity = 2e-5;
// The same of plans that compute in 16-bit integers: inputs and weights have about 12 bits each, relative to the
// largest of their row or column, and errors of a few hundred products average out to less than that; several layers
// add up.
constexpr double kIntegerParity = 8e-3;
// Of plans with 8-bit weights and inputs, each to half a step in 127 and 255 of the largest of its block.
constexpr double kInt8Parity = 4e-2;
// Of weights rounded to FP16: each by up to 2^-11 = 5e-4 of itself, in half a dozen layers in a row.
constexpr double kHalfParity = 3e-3;
// Of plans that also add up in FP16, in the trunk: what rounded tiles, weights and sums of one Winograd layer cost the
// typical output is 2e-3 of it on 19x19 and 4e-3 on 2x2, where five of nine taps see no point; the worst of some
// hundred outputs errs by three times that, and the largest value, which this is relative to, is two or three times the
// typical.
constexpr double kHalfSumsParity = 8e-3;
// Relative, of mish and SiLU: a few rounding steps of 6e-8 around an exponential that is good to 3e-7.
constexpr double kActivation = 1e-6;
// Of rough ones: see EpilogueCall.
constexpr double kRoughActivation = 2e-4;

constexpr std::pair<Precision, double> kBounds[] = {{Precision::Fp32, kParity},
                                                    {Precision::Auto, kIntegerParity},
                                                    {Precision::Int8, kInt8Parity},
                                                    {Precision::Fp16, kHalfParity}};

const std::vector<int> kBatches = {1, 5, 2};
const std::vector<BoardShape> kBoards = {{2, 2}, {3, 7}, {9, 9}, {13, 13}, {19, 19}};

// Rows of inputs; half of the planes' values are zero, as the first convolution expects.
struct Inputs {
    std::vector<float> spatial, global, meta;
    Inputs(const Graph& graph, BoardShape board, int batch) {
        Numbers numbers(7);
        const auto rows = static_cast<size_t>(batch);
        spatial = numbers.row(rows * static_cast<size_t>(board.area() * graph.spatial_channels()));
        for (float& x : spatial) x = std::max(x, 0.0f);
        global = numbers.row(rows * static_cast<size_t>(graph.global_channels()));
        meta = numbers.row(rows * static_cast<size_t>(graph.meta_channels()));
    }
    PlanInputs pointers() const { return {spatial.data(), global.data(), meta.data()}; }
};

// The five outputs, one after another.
struct Outputs {
    std::vector<std::vector<float>> rows;
    Outputs(const Graph& graph, BoardShape board, int batch) {
        const GraphOutputs& o = graph.outputs();
        for (const NodeId id : {o.policy, o.pass, o.value, o.score, o.ownership}) {
            const TensorType& type = graph.node(id).type;
            const int points = type.kind == TensorKind::Spatial ? board.area() : 1;
            rows.emplace_back(static_cast<size_t>(batch * points * type.channels));
        }
    }
    PlanOutputs pointers() { return {rows[0].data(), rows[1].data(), rows[2].data(), rows[3].data(), rows[4].data()}; }
};

// The largest difference in the rows that were found, over the largest value.
double relative_error(const std::vector<float>& found, const std::vector<float>& wanted) {
    double largest = 1e-3, error = 0;
    for (const float x : wanted) largest = std::max(largest, std::abs(double{x}));
    for (size_t i = 0; i < found.size(); ++i) {
        const double difference = std::abs(double{found[i]} - double{wanted[i]});
        error = std::max(error, std::isfinite(found[i]) ? difference : 1e30);
    }
    return error / largest;
}

// The layer with its weights rounded as Precision::Fp16 rounds them.
Layer rounded_to_half(Layer layer) {
    std::visit(
        [](auto& product) {
            if constexpr (requires { product.weights.floats(); }) {
                std::vector<float> weights(*product.weights.floats());
                for (float& x : weights) x = float_of_fp16(fp16_of_float(x));
                product.weights = make_weights(std::move(weights));
            }
        },
        layer);
    return layer;
}

// What follows the policy, as a network whose planes are the policy and whose weights are rounded to halves; nothing
// where other outputs are made of more.
std::optional<Graph> heads_after_policy(const Graph& graph) {
    const GraphOutputs& o = graph.outputs();
    GraphBuilder builder;
    std::vector<NodeId> moved(graph.nodes().size(), -1);
    const auto to = [&](NodeId id) -> NodeId& { return moved[static_cast<size_t>(id)]; };
    to(o.policy) = builder.add("trunk", InputSpatial{graph.node(o.policy).type.channels}, {});
    for (NodeId id = o.policy + 1; id < static_cast<NodeId>(moved.size()); ++id) {
        std::vector<NodeId> inputs;
        for (const NodeId input : graph.node(id).inputs) inputs.push_back(to(input));
        const bool readable = std::none_of(inputs.begin(), inputs.end(), [](NodeId input) { return input < 0; });
        if (!inputs.empty() && readable)
            to(id) = builder.add(graph.node(id).name, rounded_to_half(graph.node(id).layer), inputs);
    }
    for (const NodeId id : {o.pass, o.value, o.score, o.ownership}) {
        if (to(id) < 0) return std::nullopt;
    }
    return builder.build({to(o.policy), to(o.pass), to(o.value), to(o.score), to(o.ownership)});
}

// Outputs [first, last) of a plan, each within `bound`.
void check_outputs(const Outputs& found, const Outputs& wanted, size_t first, size_t last, double bound) {
    for (size_t i = first; i < last; ++i) {
        CAPTURE(i);
        CHECK(relative_error(found.rows[i], wanted.rows[i]) <= bound);
    }
}

// Plans that add up in FP16 do so in the trunk alone. A head's sum may come out far smaller than its terms, the more so
// on a tiny board, where it is made of few points; the trunk's error is then large in it, however well it is computed.
// So the trunk is compared, and the heads with what they must make of the trunk that was found: they add up in FP32.
void check_half_sums(const Graph& graph, BoardShape board, int batch, const Outputs& found, const Outputs& wanted) {
    const size_t outputs = wanted.rows.size();
    const std::optional<Graph> heads = heads_after_policy(graph);
    check_outputs(found, wanted, 0, heads ? 1 : outputs, kHalfSumsParity);
    if (!heads) return;
    Outputs from_found(*heads, board, batch);
    find_backend("reference")
        .load(*heads)
        ->compile(board, batch)
        ->run(batch, {found.rows[0].data(), nullptr, nullptr}, from_found.pointers());
    check_outputs(found, from_found, 1, outputs, kParity);
}

void check_parity(const Graph& graph, const std::vector<BoardShape>& boards = kBoards,
                  const std::vector<int>& batches = kBatches) {
    const int most = *std::max_element(batches.begin(), batches.end());
    const auto reference = find_backend("reference").load(graph);
    for (const cpu::InstructionSet set : cpu::available_instruction_sets()) {
        for (const auto& [precision, bound] : kBounds) {
            const bool integers = precision == Precision::Auto || precision == Precision::Int8;
            if (integers && cpu::kernels_for(set).integer_dense == nullptr) continue;
            const bool half_sums = precision == Precision::Fp16 && cpu::kernels_for(set).half_dense != nullptr;
            LoadOptions options;
            options.precision = precision;
            const auto model = CpuBackend(set).load(graph, options);
            for (const BoardShape board : boards) {
                const Inputs inputs(graph, board, most);
                Outputs wanted(graph, board, most);
                reference->compile(board, most)->run(most, inputs.pointers(), wanted.pointers());
                const auto plan = model->compile(board, most);
                for (const int batch : batches) {
                    Outputs found(graph, board, batch);
                    plan->run(batch, inputs.pointers(), found.pointers());
                    CAPTURE(std::string(name_of(set)));
                    CAPTURE(std::string(name_of(precision)));
                    CAPTURE(board.height);
                    CAPTURE(board.width);
                    CAPTURE(batch);
                    if (half_sums) {
                        check_half_sums(graph, board, batch, found, wanted);
                    } else {
                        check_outputs(found, wanted, 0, wanted.rows.size(), bound);
                    }
                }
            }
        }
    }
}

NodeId stem(RandomNet& net, int channels) {
    return net.conv(net.planes, channels, 3);
}

NodeId attention(RandomNet& net, NodeId in, Attention layer, bool rope) {
    if (rope) {
        layer.rope.frequencies = net.weights(layer.kv_heads * (layer.qk_channels / 2) * 2, 1);
        layer.rope.learned = true;
    }
    const NodeId q = net.matmul(in, layer.heads * layer.qk_channels);
    const NodeId k = net.matmul(in, layer.kv_heads * layer.qk_channels);
    const NodeId v = net.matmul(in, layer.kv_heads * layer.v_channels);
    return net.add(layer, {q, k, v});
}

}  // namespace

TEST_CASE("eigen: convolutions of every kernel and odd channel counts equal the reference") {
    struct Case {
        int in, out, kernel_y, kernel_x, dilation;
    };
    for (const Case& c :
         {Case{3, 7, 1, 1, 1}, Case{17, 33, 1, 1, 1}, Case{3, 7, 3, 3, 1}, Case{33, 17, 3, 3, 1}, Case{24, 48, 3, 3, 1},
          Case{7, 5, 5, 5, 1}, Case{17, 3, 3, 1, 1}, Case{5, 20, 1, 5, 1}, Case{9, 10, 3, 3, 2}, Case{4, 6, 7, 3, 1}}) {
        CAPTURE(c.in);
        CAPTURE(c.out);
        CAPTURE(c.kernel_y);
        RandomNet net(1);
        const NodeId in = stem(net, c.in);
        check_parity(net.build(net.conv(in, c.out, c.kernel_y, c.kernel_x, c.dilation)));
    }
}

TEST_CASE("eigen: the first convolution equals the reference for every kernel") {
    for (const int kernel : {1, 3, 5}) {
        for (const int dilation : {1, 2}) {
            RandomNet net(2);
            check_parity(net.build(net.conv(net.planes, 37, kernel, kernel, dilation)));
        }
    }
    RandomNet many(3);
    check_parity(many.build(many.conv(many.planes, 200, 3)), {{9, 9}});
}

TEST_CASE("eigen: 3x3 convolutions too big to keep transformed equal the reference") {
    RandomNet net(4);  // 36 * 700 * 700 floats are 70 MB
    const NodeId in = stem(net, 700);
    check_parity(net.build(net.conv(in, 700, 3)), {{2, 5}, {6, 6}});
}

TEST_CASE("eigen: norms and activations, fused or alone, equal the reference") {
    for (const ActivationKind kind :
         {ActivationKind::Identity, ActivationKind::Relu, ActivationKind::Mish, ActivationKind::Silu}) {
        for (const bool affine : {false, true}) {
            RandomNet net(5);
            const NodeId in = stem(net, 19);
            const NodeId first = net.activation(net.norm(net.conv(in, 21, 3), affine), kind);
            const NodeId twice = net.activation(net.norm(net.bias(first), affine), kind);
            check_parity(net.build(net.activation(net.norm(net.norm(net.conv(twice, 18, 1))), kind)));
        }
    }
}

TEST_CASE("eigen: residual blocks equal the reference") {
    RandomNet net(6);
    NodeId trunk = net.add(AddBroadcast{}, {stem(net, 20), net.matmul(net.globals, 20)});
    for (int block = 0; block < 3; ++block) {
        const NodeId in = net.activation(net.norm(trunk), ActivationKind::Mish);
        const NodeId mid = net.activation(net.norm(net.conv(in, 24, 3)), ActivationKind::Relu);
        trunk = net.add(Add{}, {trunk, net.conv(mid, 20, 3)});
    }
    check_parity(net.build(trunk));
}

TEST_CASE("eigen: global pooling blocks equal the reference") {
    for (const ActivationKind kind : {ActivationKind::Identity, ActivationKind::Relu}) {
        RandomNet net(7);
        const NodeId in = net.activation(net.norm(stem(net, 20)), kind);
        const NodeId regular = net.conv(in, 19, 3);
        const NodeId pooled = net.pool(net.activation(net.norm(net.conv(in, 9, 3)), kind));
        const NodeId sum = net.add(AddBroadcast{}, {regular, net.matmul(pooled, 19)});
        const NodeId vector = net.activation(net.bias(net.matmul(pooled, 11)), ActivationKind::Silu);
        check_parity(net.build(net.conv(net.activation(net.norm(sum), kind), 20, 3), vector));
    }
}

TEST_CASE("eigen: values with several readers and operands in every place equal the reference") {
    RandomNet net(8);
    const NodeId a = stem(net, 10), b = net.conv(a, 10, 1), c = net.matmul(a, 10);
    const NodeId vector = net.matmul(net.globals, 10);
    const NodeId squares = net.add(Multiply{}, {b, b});
    const NodeId gated = net.add(Multiply{}, {net.activation(net.matmul(b, 10), ActivationKind::Silu), c});
    const NodeId sum = net.add(Add{}, {net.add(Add{}, {squares, gated}), net.add(AddBroadcast{}, {a, vector})});
    const NodeId twice = net.add(Add{}, {sum, sum});
    const NodeId left = net.activation(sum, ActivationKind::Relu), right = net.bias(sum);
    const NodeId product = net.add(Multiply{}, {net.add(Add{}, {left, right}), net.conv(twice, 10, 3)});
    const NodeId vectors = net.add(Multiply{}, {net.add(Add{}, {vector, net.bias(vector)}), net.matmul(vector, 10)});
    check_parity(net.build(net.add(AddBroadcast{}, {product, vectors}), vectors));
}

TEST_CASE("eigen: layers that read the planes directly equal the reference") {
    RandomNet net(9);
    const NodeId biased = net.bias(net.planes);
    check_parity(net.build(net.add(Add{}, {biased, net.conv(net.planes, RandomNet::kPlanes, 3)}), net.globals));
}

TEST_CASE("eigen: RMS norms equal the reference") {
    for (const bool over_board : {false, true}) {
        for (const bool with_beta : {false, true}) {
            RandomNet net(10);
            const NodeId in = stem(net, 21);
            RmsNorm layer{1e-6f, over_board, net.weights(21, 0.5, 1), nullptr};
            if (with_beta) layer.beta = net.weights(21, 0.5);
            const NodeId normed = net.add(layer, {in});
            const NodeId active = net.activation(normed, ActivationKind::Mish);
            check_parity(net.build(with_beta ? active : net.add(Add{}, {active, normed})));
        }
    }
}

TEST_CASE("eigen: attention equals the reference for every kind of heads") {
    for (const Attention& layer : {Attention{3, 3, 32, 32, {}}, Attention{4, 2, 8, 5, {}}, Attention{2, 1, 6, 16, {}},
                                   Attention{1, 1, 34, 3, {}}, Attention{6, 3, 16, 24, {}}}) {
        for (const bool rope : {false, true}) {
            CAPTURE(layer.qk_channels);
            CAPTURE(rope);
            RandomNet net(11);
            const NodeId in = stem(net, 13);
            const NodeId normed = net.add(RmsNorm{1e-6f, false, net.weights(13, 0.5, 1), nullptr}, {in});
            const NodeId attended = attention(net, normed, layer, rope);
            check_parity(net.build(net.add(Add{}, {in, net.matmul(attended, 13)})));
        }
    }
}

TEST_CASE("eigen: attention whose output feeds a norm and a wide kernel equals the reference") {
    RandomNet net(12);
    const NodeId attended = attention(net, stem(net, 8), {3, 3, 4, 5, {}}, true);
    const NodeId normed = net.add(RmsNorm{1e-6f, false, net.weights(15, 0.5, 1), nullptr}, {attended});
    check_parity(net.build(net.conv(normed, 6, 5)));
}

TEST_CASE("eigen: whole networks equal the reference") {
    for (const test_nets::NetWriter& writer : {test_nets::net_a(), test_nets::net_b()}) {
        const Model model =
            read_model(*ByteSource::from_memory(std::string(writer.bytes), "test.bin"), WeightForm::Binary);
        check_parity(*model.graph);
    }
}

TEST_CASE("eigen: batches of up to 16 equal the reference, however they are grouped") {
    RandomNet net(14);
    const NodeId in = net.activation(net.norm(stem(net, 12)), ActivationKind::Relu);
    const NodeId regular = net.conv(in, 9, 3);
    const NodeId sum = net.add(AddBroadcast{}, {regular, net.matmul(net.pool(net.conv(in, 7, 1)), 9)});
    const NodeId attended = attention(net, sum, {2, 1, 6, 5, {}}, true);
    check_parity(net.build(net.add(Add{}, {sum, net.matmul(attended, 9)})), {{2, 3}, {9, 9}, {19, 19}},
                 {16, 3, 8, 1, 11});
}

TEST_CASE("eigen: a plan refuses a batch it is not made for") {
    RandomNet net(13);
    const Graph graph = net.build(stem(net, 4));
    const BoardShape board{3, 3};
    const auto plan = CpuBackend().load(graph)->compile(board, 2);
    const Inputs inputs(graph, board, 3);
    Outputs outputs(graph, board, 3);
    CHECK_THROWS_AS(plan->run(3, inputs.pointers(), outputs.pointers()), BackendError);
    CHECK_THROWS_AS(plan->run(0, inputs.pointers(), outputs.pointers()), BackendError);
}

TEST_CASE("eigen: activations keep their stated error, also far from zero") {
    const std::vector<std::pair<ActivationKind, std::function<double(double)>>> kinds = {
        {ActivationKind::Relu, [](double x) { return std::max(x, 0.0); }},
        {ActivationKind::Mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }},
        {ActivationKind::Silu, [](double x) { return x / (1 + std::exp(-x)); }}};
    for (const cpu::InstructionSet set : cpu::available_instruction_sets()) {
        const cpu::Kernels& kernels = cpu::kernels_for(set);
        const size_t width = static_cast<size_t>(kernels.width), count = 20000 * width;
        AlignedFloats in(count), out(count), one(width), zero(width);
        for (size_t i = 0; i < width; ++i) one[i] = 1;
        for (size_t i = 0; i < count; ++i) in[i] = static_cast<float>(i) / static_cast<float>(count) * 160 - 80;
        for (const auto& [kind, exact] : kinds) {
            for (const bool rough : {false, true}) {
                cpu::ElementwiseCall call{in.data(), 1, {}};
                call.out.scale = one.data(), call.out.shift = zero.data(), call.out.rough = rough;
                call.out.activated = out.data(), call.out.kind = kind, call.out.points = count / width;
                kernels.elementwise(call);
                double worst = 0;
                for (size_t i = 0; i < count; ++i) {
                    const double wanted = exact(double{in[i]}), error = std::abs(double{out[i]} - wanted);
                    worst = std::max(worst, error / std::max(std::abs(wanted), 1e-30));
                }
                CAPTURE(std::string(name_of(set)));
                CAPTURE(static_cast<int>(kind));
                CAPTURE(rough);
                CHECK(worst <= (rough ? kRoughActivation : kActivation));
            }
        }
    }
}

TEST_CASE("arena: buffers that live at the same time never share memory") {
    Numbers numbers(14);
    std::vector<ArenaBuffer> buffers(60);
    size_t sum = 0;
    for (ArenaBuffer& buffer : buffers) {
        buffer.floats = static_cast<size_t>(100 + 99 * numbers.next());
        buffer.first_step = static_cast<int>(50 + 49 * numbers.next());
        buffer.last_step = buffer.first_step + static_cast<int>(5 + 5 * numbers.next());
        sum += buffer.floats;
    }
    const size_t total = place_buffers(buffers);
    CHECK(total < sum / 2);
    for (const ArenaBuffer& a : buffers) {
        CHECK(a.offset * sizeof(float) % kBufferAlignment == 0);
        CHECK(a.offset + a.floats <= total);
        for (const ArenaBuffer& b : buffers) {
            const bool together = a.first_step <= b.last_step && b.first_step <= a.last_step;
            const bool apart = a.offset + a.floats <= b.offset || b.offset + b.floats <= a.offset;
            CHECK((&a == &b || !together || apart));
        }
    }
}
