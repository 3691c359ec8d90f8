// SPDX-License-Identifier: MIT
// Kernels with 8-bit weights of each instruction set, against plain loops in double precision.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "backend/arena.h"
#include "backend/backend.h"
#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/kernel_choice.h"
#include "backend/cpu/pack.h"
#include "core/fp16.h"
#include "nn/int8_layers.h"
#include "nn/random_net.h"
#include "nn/rotation.h"

using namespace katago;
using namespace katago::cpu;
using test_nets::Numbers;
using test_nets::RandomNet;

namespace {

// INT8 weights and the memory they refer to. Each block has a weight of 127, so that rounding its floats finds the same
// integers and scales again.
struct StoredWeights {
    std::vector<int8_t> values;
    std::vector<uint16_t> scales;
};

LinearWeights random_int8(Numbers& numbers, int taps, int in, int out, int block, int rotated = 0) {
    auto stored = std::make_shared<StoredWeights>();
    BlockInt8 weights{taps, in, out, block, rotated, {}, {}};
    for (int i = 0; i < taps * weights.blocks() * out; ++i)
        stored->scales.push_back(fp16_of_float(0.01f * (1.5f + numbers.next())));
    for (int tap = 0; tap < taps; ++tap) {
        for (int i = 0; i < in; ++i) {
            for (int o = 0; o < out; ++o) {
                const int value = static_cast<int>(127.9f * numbers.next());
                stored->values.push_back(static_cast<int8_t>(i % block == 0 ? 127 : value));
            }
        }
    }
    weights.values = stored->values, weights.scales = stored->scales;
    return LinearWeights(weights, stored);
}

// A layer, its boards and their values, [row][channel].
struct Layer8 {
    int taps, in, out;
    BoardShape board;
    int batch;
    std::vector<std::vector<float>> rows;
    int count() const { return batch * board.area(); }
    // The row that a tap of this row sees; -1 off the board.
    int neighbour(int row, int tap) const {
        if (taps == 1) return row;
        const int y = row % board.area() / board.width + tap / 3 - 1, x = row % board.width + tap % 3 - 1;
        if (y < 0 || y >= board.height || x < 0 || x >= board.width) return -1;
        return row + (tap / 3 - 1) * board.width + tap % 3 - 1;
    }
};

Layer8 random_layer(Numbers& numbers, int taps, int in, int out, BoardShape board, int batch) {
    Layer8 layer{taps, in, out, board, batch, {}};
    for (int row = 0; row < layer.count(); ++row) {
        // Rows of different sizes, offsets and signs; some of zeros.
        const double scale = row % 7 == 6 ? 0 : std::pow(4, row % 5), offset = scale * (row % 3 - 1);
        layer.rows.push_back(numbers.row(static_cast<size_t>(in), scale, offset));
    }
    return layer;
}

// With the same products as before, where weights are what turning makes of them.
Layer8 rotated(Layer8 layer, int together) {
    for (std::vector<float>& row : layer.rows) rotate_rows(row.data(), layer.in, 1, together);
    return layer;
}
LinearWeights not_turned_back(const LinearWeights& weights) {
    BlockInt8 as_stored = *weights.int8();
    as_stored.rotated = 0;
    return LinearWeights(as_stored, std::make_shared<LinearWeights>(weights));
}

// kernels.h's [blocks][rows][width].
AlignedFloats blocks_of(const Layer8& layer, int width) {
    AlignedFloats blocks(static_cast<size_t>(vectors_of(layer.in, width) * width * layer.count()));
    for (int row = 0; row < layer.count(); ++row) {
        for (int c = 0; c < layer.in; ++c) {
            blocks[static_cast<size_t>((c / width * layer.count() + row) * width + c % width)] =
                layer.rows[static_cast<size_t>(row)][static_cast<size_t>(c)];
        }
    }
    return blocks;
}

// The bytes of a product's input and their scales.
struct Bytes {
    Bytes(const Kernels& kernels, const Int8Call& reader, int channels, int group) {
        const size_t entries = kernels.int8_input_entries(reader) * static_cast<size_t>(groups_of(channels, group));
        quantized =
            AlignedArray<uint8_t>(entries * static_cast<size_t>(lines_of_group(group) * kernels.int8_line_bytes));
        scales = AlignedFloats(entries), zeros = AlignedArray<int32_t>(entries);
    }
    template <class Call>
    void lend_to(Call& call) {
        call.quantized = quantized.data(), call.scales = scales.data(), call.zeros = zeros.data();
    }
    AlignedArray<uint8_t> quantized;
    AlignedFloats scales;
    AlignedArray<int32_t> zeros;
};

AlignedFloats run(const Kernels& kernels, const Layer8& layer, const PackedInt8& packed, const float* residual) {
    const AlignedFloats in = blocks_of(layer, kernels.width);
    const int vectors = vectors_of(layer.out, kernels.width);
    AlignedFloats out(static_cast<size_t>(vectors * kernels.width * layer.count()));
    Int8Call call;
    call.in = in.data(), call.weights = packed.pointers(), call.taps = layer.taps;
    call.height = layer.board.height, call.width = layer.board.width;
    call.in_channels = layer.in, call.out_vectors = vectors;
    call.out.raw = out.data(), call.out.residual = residual;
    call.out.batch = static_cast<size_t>(layer.batch), call.out.points = static_cast<size_t>(layer.board.area());
    Bytes bytes(kernels, call, layer.in, packed.group);
    bytes.lend_to(call);
    kernels.int8_product(call);
    return out;
}

// The largest error over what rounding the inputs of each row and group to integers can change.
double worst_error(const Kernels& kernels, const Layer8& layer, const PackedInt8& packed,
                   const std::vector<float>& weights, const AlignedFloats& found) {
    const bool bytes = kernels.int8_line_bytes == kInt8Line;
    double worst = 0;
    for (int row = 0; row < layer.count(); ++row) {
        for (int o = 0; o < layer.out; ++o) {
            double exact = 0, bound = 1e-9, size = 0;
            for (int tap = 0; tap < layer.taps; ++tap) {
                const int from = layer.neighbour(row, tap);
                if (from < 0) continue;
                const std::vector<float>& in = layer.rows[static_cast<size_t>(from)];
                for (int first = 0; first < layer.in; first += packed.group) {
                    double high = 0, low = 0, weight = 0;
                    for (int c = first; c < std::min(first + packed.group, layer.in); ++c) {
                        const double x = double{in[static_cast<size_t>(c)]};
                        const double w = double{weights[static_cast<size_t>((tap * layer.in + c) * layer.out + o)]};
                        exact += x * w, weight += std::abs(w), size += std::abs(x * w);
                        high = std::max(high, x), low = std::min(low, x);
                    }
                    bound += 0.51 * weight * (bytes ? (high - low) / 255 : std::max(high, -low) / 32767);
                }
            }
            const auto at = static_cast<size_t>((o / kernels.width * layer.count() + row) * kernels.width);
            const double y = double{found[at + static_cast<size_t>(o % kernels.width)]};
            worst = std::max(worst, std::abs(y - exact) / (bound + 1e-6 * size));
        }
    }
    return worst;
}

bool tolerates_int8(const Graph& graph, NodeId id) {
    const std::vector<NodeId> products = int8_layers(graph);
    return std::find(products.begin(), products.end(), id) != products.end();
}

template <class Test>
void for_each_int8_set(const Test& test) {
    for (const InstructionSet set : available_instruction_sets()) {
        const Kernels& kernels = kernels_for(set);
        if (kernels.int8_product == nullptr) continue;
        CAPTURE(std::string(name_of(set)));
        test(kernels);
    }
}

}  // namespace

TEST_CASE("int8: dense layers err by no more than rounding their inputs explains") {
    for_each_int8_set([](const Kernels& kernels) {
        Numbers numbers(1);
        for (const int block : {16, 48, 64, 96, 128}) {
            for (const int in : {1, 15, 48, 64, 66, 96, 130, 257}) {
                for (int rows = 1; rows <= 22; rows += 3) {
                    const int out = 1 + (rows * 11 + in) % 70;
                    const Layer8 layer = random_layer(numbers, 1, in, out, {1, rows}, 1);
                    const LinearWeights weights = random_int8(numbers, 1, in, out, block);
                    const PackedInt8 packed = pack_int8(weights, {1, in, out}, kernels);
                    CAPTURE(block);
                    CAPTURE(in);
                    CAPTURE(rows);
                    CHECK(worst_error(kernels, layer, packed, *weights.floats(),
                                      run(kernels, layer, packed, nullptr)) <= 1);
                }
            }
        }
    });
}

TEST_CASE("int8: turned layers err by no more than rounding their turned inputs explains") {
    for_each_int8_set([](const Kernels& kernels) {
        Numbers numbers(8);
        int computed = 0;
        for (const int in : {16, 32, 48, 96, 112, 192, 240, 256, 288, 320, 384, 512, 576}) {
            for (const int block : {64, 192, 256, 512}) {
                for (const bool long_groups : {false, true}) {
                    const int together = long_groups ? widest_rotation(in) : rotation_block(in);
                    const int rows = 1 + (in + block) / 16 % 11, out = 1 + (in / 16 + block) % 37;
                    const Layer8 layer = random_layer(numbers, 1, in, out, {1, rows}, 1);
                    const LinearWeights weights = random_int8(numbers, 1, in, out, block, together);
                    CAPTURE(in);
                    CAPTURE(block);
                    CAPTURE(long_groups);
                    if (!fits_int8_groups(weights, long_groups)) continue;
                    const PackedInt8 packed = pack_int8(weights, {1, in, out}, kernels, long_groups);
                    CHECK(packed.rotated == together);
                    CHECK(packed.group <= (long_groups ? kInt8TurnedGroup : kInt8Line));
                    const AlignedFloats found = run(kernels, layer, packed, nullptr);
                    CHECK(worst_error(kernels, rotated(layer, together), packed, *not_turned_back(weights).floats(),
                                      found) <= 1);
                    ++computed;
                }
            }
        }
        CHECK(computed >= 90);
    });
}

TEST_CASE("int8: turned groups are as long as kernels take them") {
    Numbers numbers(9);
    for_each_int8_set([&](const Kernels& kernels) {
        const auto group_of = [&](int in, int block, bool long_groups) {
            const int together = long_groups ? widest_rotation(in) : rotation_block(in);
            const LinearWeights weights = random_int8(numbers, 1, in, 8, block, together);
            return fits_int8_groups(weights, long_groups) ? pack_int8(weights, {1, in, 8}, kernels, long_groups).group
                                                          : 0;
        };
        CHECK(group_of(192, 192, true) == 192);
        CHECK(group_of(192, 192, false) == 64);
        CHECK(group_of(384, 192, true) == 192);
        CHECK(group_of(512, 256, true) == 256);
        CHECK(group_of(512, 256, false) == 64);
        CHECK(group_of(96, 96, true) == 128);  // whole lines
        CHECK(group_of(512, 512, true) == 256);
        CHECK(group_of(512, 64, true) == 64);
        CHECK(group_of(192, 64, true) == 0);  // three units of 64 are turned together
        CHECK(group_of(384, 384, true) == 0);
    });
    CHECK_FALSE(fits_int8_groups(random_int8(numbers, 1, 192, 8, 192, 192), false));
}

TEST_CASE("int8: 3x3 convolutions err by no more than rounding their inputs explains, on every board") {
    for_each_int8_set([](const Kernels& kernels) {
        Numbers numbers(2);
        for (int edge = 2; edge <= 19; ++edge) {
            const BoardShape board{edge, edge == 19 ? 19 : edge + edge % 2};
            const int in = 9 * edge - 10, out = 40 - edge, batch = edge < 12 ? 1 + edge % 3 : 1;
            const Layer8 layer = random_layer(numbers, 9, in, out, board, batch);
            const LinearWeights weights = random_int8(numbers, 9, in, out, edge % 2 == 0 ? 64 : 48);
            const PackedInt8 packed = pack_int8(weights, {9, in, out}, kernels);
            CAPTURE(edge);
            CHECK(worst_error(kernels, layer, packed, *weights.floats(), run(kernels, layer, packed, nullptr)) <= 1);
        }
    });
}

TEST_CASE("int8: the largest inputs and weights do not overflow") {
    for_each_int8_set([](const Kernels& kernels) {
        Layer8 layer{1, 640, 5, {1, 4}, 1, {}};
        for (const float x : {3.0f, -3.0f, 1e20f, 1e-20f}) layer.rows.emplace_back(640, x);
        const LinearWeights weights(make_weights(std::vector<float>(640 * 5, -0.7f)));
        const PackedInt8 packed = pack_int8(weights, {1, 640, 5}, kernels);
        CHECK(worst_error(kernels, layer, packed, *weights.floats(), run(kernels, layer, packed, nullptr)) <= 1);
    });
}

TEST_CASE("int8: a sum follows the product, and padded channels stay zero") {
    for_each_int8_set([](const Kernels& kernels) {
        Numbers numbers(3);
        const Layer8 layer = random_layer(numbers, 9, 70, 21, {7, 5}, 2);
        const LinearWeights weights = random_int8(numbers, 9, 70, 21, 64);
        const PackedInt8 packed = pack_int8(weights, {9, 70, 21}, kernels);
        const AlignedFloats plain = run(kernels, layer, packed, nullptr),
                            sum = run(kernels, layer, packed, plain.data());
        for (size_t i = 0; i < plain.size(); ++i) CHECK(sum[i] == 2 * plain[i]);
        const auto at = static_cast<size_t>(21 / kernels.width * layer.count() * kernels.width);
        for (int lane = 21 % kernels.width; lane < kernels.width; ++lane)
            CHECK(plain[at + static_cast<size_t>(lane)] == 0);
    });
}

struct GatedShape {
    int in, hidden, rows;
    bool normed, rotated;
};

// The three products of a gated layer, the first two together or each with floats as its result.
class GatedLayer {
  public:
    GatedLayer(const Kernels& kernels, const GatedShape& shape, ActivationKind kind)
        : kernels_(kernels), shape_(shape), kind_(kind), numbers_(11) {
        const auto weights = [&](int in, int out, bool long_groups) {
            const int together = !shape.rotated ? 0 : long_groups ? widest_rotation(in) : rotation_block(in);
            return random_int8(numbers_, 1, in, out, shape.rotated ? 192 : 64, together);
        };
        const auto pack_first = [&] {
            return pack_int8(weights(shape.in, shape.hidden, true), {1, shape.in, shape.hidden}, kernels);
        };
        linear_ = pack_first(), gate_ = pack_first();
        last_ = pack_int8(weights(shape.hidden, kOut, false), {1, shape.hidden, kOut}, kernels, false);
        in_ = blocks_of(random_layer(numbers_, 1, shape.in, kOut, {1, shape.rows}, 1), kernels.width);
        const auto some = [&](int channels, double middle) {
            return pad_channels(numbers_.row(static_cast<size_t>(channels), 0.5, middle), kernels.width);
        };
        scale_ = some(shape.hidden, 1), shift_ = some(shape.hidden, 0), gamma_ = some(shape.in, 1);
    }

    AlignedFloats together() {
        Int8GatedCall call;
        call.linear = call_of(linear_, in_.data(), shape_.in, shape_.hidden);
        call.linear.out.scale = scale_.data(), call.linear.out.shift = shift_.data(), call.linear.out.kind = kind_;
        call.gate = gate_.pointers(), call.out_group = last_.group, call.out_turned = last_.rotated;
        AlignedFloats scratch(static_cast<size_t>(vectors_of(shape_.in, kernels_.width) * kernels_.width) *
                              static_cast<size_t>(kernels_.width));
        if (shape_.normed) call.gamma = gamma_.data(), call.epsilon = kEpsilon;
        call.scratch = scratch.data();
        Bytes bytes(kernels_, call.linear, shape_.in, linear_.group), made = bytes_of_last();
        bytes.lend_to(call.linear), made.lend_to(call);
        kernels_.int8_gated(call);
        return last(nullptr, made);
    }

    AlignedFloats apart() {
        const AlignedFloats product = apart_before_last();
        Bytes made = bytes_of_last();
        return last(product.data(), made);
    }

  private:
    static constexpr int kOut = 37;
    static constexpr float kEpsilon = 1e-6f;

    AlignedFloats apart_before_last() {
        AlignedFloats normed = floats(shape_.in), active = floats(shape_.hidden), product = floats(shape_.hidden);
        if (shape_.normed) {
            RmsNormCall norm;
            norm.in = in_.data(), norm.gamma = gamma_.data(), norm.out = normed.data(), norm.epsilon = kEpsilon;
            norm.channels = shape_.in, norm.points = static_cast<size_t>(shape_.rows);
            kernels_.rms_norm(norm);
        }
        const float* in = shape_.normed ? normed.data() : in_.data();
        Int8Call linear = call_of(linear_, in, shape_.in, shape_.hidden);
        linear.out.activated = active.data(), linear.out.kind = kind_, linear.out.rough = true;
        linear.out.scale = scale_.data(), linear.out.shift = shift_.data();
        Int8Call gate = call_of(gate_, in, shape_.in, shape_.hidden);
        gate.out.multiplier = active.data(), gate.out.raw = product.data();
        Bytes bytes(kernels_, linear, shape_.in, linear_.group);
        bytes.lend_to(linear), bytes.lend_to(gate);
        kernels_.int8_product(linear), kernels_.int8_product(gate);
        return product;
    }
    AlignedFloats floats(int channels) const {
        return AlignedFloats(static_cast<size_t>(vectors_of(channels, kernels_.width) * kernels_.width * shape_.rows));
    }
    Int8Call call_of(const PackedInt8& weights, const float* in, int depth, int out) const {
        Int8Call call;
        call.in = in, call.weights = weights.pointers(), call.in_channels = depth;
        call.out_vectors = vectors_of(out, kernels_.width);
        call.out.batch = 1, call.out.points = static_cast<size_t>(shape_.rows);
        return call;
    }
    Bytes bytes_of_last() const {
        return Bytes(kernels_, call_of(last_, nullptr, shape_.hidden, kOut), shape_.hidden, last_.group);
    }
    AlignedFloats last(const float* in, Bytes& bytes) const {
        AlignedFloats out = floats(kOut);
        Int8Call call = call_of(last_, in, shape_.hidden, kOut);
        call.input_ready = in == nullptr, call.out.raw = out.data();
        bytes.lend_to(call);
        kernels_.int8_product(call);
        return out;
    }

    const Kernels& kernels_;
    GatedShape shape_;
    ActivationKind kind_;
    Numbers numbers_;
    PackedInt8 linear_, gate_, last_;
    AlignedFloats in_, scale_, shift_, gamma_;
};

TEST_CASE("int8: gated products hand over what they would store") {
    for_each_int8_set([](const Kernels& kernels) {
        for (const auto kind : {ActivationKind::Silu, ActivationKind::Relu, ActivationKind::Mish}) {
            for (int rows = 1; rows <= 33; rows += 4) {
                for (const auto& [normed, rotated] : {std::pair{false, false}, {true, false}, {true, true}}) {
                    const int in = rotated ? 64 + 8 * (rows - 1) : 40 + 3 * rows;
                    GatedLayer layer(kernels, {in, 64 + 16 * rows, rows, normed, rotated}, kind);
                    const AlignedFloats together = layer.together(), apart = layer.apart();
                    CAPTURE(rows);
                    CAPTURE(normed);
                    CAPTURE(rotated);
                    REQUIRE(std::any_of(apart.data(), apart.data() + apart.size(), [](float x) { return x != 0; }));
                    CHECK(std::equal(apart.data(), apart.data() + apart.size(), together.data()));
                }
            }
        }
    });
}

TEST_CASE("int8: stored weights and floats of the same values pack into the same integers") {
    for_each_int8_set([](const Kernels& kernels) {
        Numbers numbers(4);
        const LinearWeights stored = random_int8(numbers, 9, 128, 37, 64);
        const PackedInt8 a = pack_int8(stored, {9, 128, 37}, kernels);
        const PackedInt8 b = pack_int8(LinearWeights(stored.floats()), {9, 128, 37}, kernels);
        REQUIRE(a.values.size() == b.values.size());
        CHECK(std::equal(a.values.data(), a.values.data() + a.values.size(), b.values.data()));
        CHECK(std::equal(a.sums.data(), a.sums.data() + a.sums.size(), b.sums.data()));
        for (size_t i = 0; i < a.scales.size(); ++i) CHECK(b.scales[i] == doctest::Approx(a.scales[i]));
    });
}

TEST_CASE("int8: all products of a residual trunk, of a transformer not values and what leads in") {
    RandomNet residual(5);
    const NodeId stem = residual.conv(residual.planes, 16, 3);
    const NodeId inner = residual.conv(residual.activation(stem, ActivationKind::Relu), 16, 3);
    const NodeId outer = residual.conv(inner, 16, 1);
    const Graph convolutions = residual.build(residual.add(Add{}, {stem, outer}));
    CHECK(tolerates_int8(convolutions, inner));
    CHECK(tolerates_int8(convolutions, outer));

    RandomNet transformer(6);
    const NodeId in = transformer.conv(transformer.planes, 16, 1);
    const NodeId q = transformer.matmul(in, 16), k = transformer.matmul(in, 16), v = transformer.matmul(in, 16);
    const NodeId out = transformer.matmul(transformer.add(Attention{2, 2, 8, 8, {}}, {q, k, v}), 16);
    const NodeId linear = transformer.matmul(out, 32), gate = transformer.matmul(out, 32);
    const NodeId active = transformer.activation(linear, ActivationKind::Silu);
    const NodeId last = transformer.matmul(transformer.add(Multiply{}, {active, gate}), 16);
    const Graph gated = transformer.build(last);
    for (const NodeId id : {in, v}) CHECK_FALSE(tolerates_int8(gated, id));
    for (const NodeId id : {q, k, out, linear, gate, last}) CHECK(tolerates_int8(gated, id));
}

TEST_CASE("int8: what a quantized network keeps in halves is not rounded to 8 bits") {
    Numbers numbers(5);
    const auto halves = std::make_shared<std::vector<uint16_t>>(16 * 16, fp16_of_float(0.25f));
    const auto middle_of = [&](const LinearWeights& first_weights) {
        RandomNet net(7);
        const NodeId stem = net.conv(net.planes, 16, 3);
        const NodeId first = net.add(MatMul{16, 16, first_weights}, {stem});
        const NodeId second = net.add(MatMul{16, 16, LinearWeights(*halves, halves)}, {first});
        const Graph graph = net.build(net.add(Add{}, {stem, second}));
        CHECK(tolerates_int8(graph, first));
        return tolerates_int8(graph, second);
    };
    CHECK_FALSE(middle_of(random_int8(numbers, 1, 16, 16, 16)));
    CHECK(middle_of(LinearWeights(*halves, halves)));  // a network all in halves
}
