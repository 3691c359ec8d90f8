// SPDX-License-Identifier: MIT
// Each kernel of each instruction set alone, against plain loops in double precision. Whole plans: see eigen_test.cpp.
#include "backend/cpu/kernels.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "backend/arena.h"
#include "backend/backend.h"
#include "backend/cpu/pack.h"
#include "nn/random_net.h"

using namespace katago;
using namespace katago::cpu;
using test_nets::Numbers;

namespace {

// Relative to the largest value: FP32 sums of a few hundred products; Winograd's transforms cost a factor of a few.
constexpr double kFloatProduct = 2e-6, kFloatWinograd = 1e-5;
// Of an integer Winograd layer: 12 to 15 bits in each factor, amplified by the transforms.
constexpr double kIntegerWinograd = 2e-3;
// Of attention whose probabilities are integers that add up to 2^17; in floats, of an exponential.
constexpr double kIntegerAttention = 1e-3, kFloatAttention = 2e-6;

// A value of kernels.h: [blocks][rows][width].
struct Blocks {
    Blocks(int channel_count, int row_count, int vector_width)
        : channels(channel_count), rows(row_count), width(vector_width), floats(size_of(channels, rows, width)) {}
    static size_t size_of(int channels, int rows, int width) {
        return static_cast<size_t>(vectors_of(channels, width) * width * rows);
    }
    float& at(int row, int channel) {
        return floats[static_cast<size_t>((channel / width * rows + row) * width + channel % width)];
    }
    void fill(Numbers& numbers) {
        for (int row = 0; row < rows; ++row) {
            for (int c = 0; c < channels; ++c) at(row, c) = numbers.next();
        }
    }
    int channels, rows, width;
    AlignedFloats floats;
};

using Exact = std::vector<std::vector<double>>;  // [row][channel]

// The largest difference over the largest value, also of the lanes beyond the last channel, which must be zero.
double error_of(Blocks& found, const Exact& wanted) {
    double largest = 1e-30, error = 0;
    for (int row = 0; row < found.rows; ++row) {
        for (int c = 0; c < vectors_of(found.channels, found.width) * found.width; ++c) {
            const double exact = c < found.channels ? wanted[static_cast<size_t>(row)][static_cast<size_t>(c)] : 0;
            largest = std::max(largest, std::abs(exact));
            error = std::max(error, std::abs(double{found.at(row, c)} - exact));
        }
    }
    return error / largest;
}

void for_each_set(const std::function<void(const Kernels&)>& test) {
    for (const InstructionSet set : available_instruction_sets()) {
        CAPTURE(std::string(name_of(set)));
        test(kernels_for(set));
    }
}

Exact product(Blocks& in, const std::vector<float>& weights, int out) {
    Exact result(static_cast<size_t>(in.rows), std::vector<double>(static_cast<size_t>(out)));
    for (int row = 0; row < in.rows; ++row) {
        for (int k = 0; k < in.channels; ++k) {
            const double x = double{in.at(row, k)};
            for (int o = 0; o < out; ++o) {
                result[static_cast<size_t>(row)][static_cast<size_t>(o)] +=
                    x * double{weights[static_cast<size_t>(k * out + o)]};
            }
        }
    }
    return result;
}

// Several times: all calls but the first take the integers that it made of its input.
void integer_dense(const Kernels& kernels, Blocks& in, const PackedIntegers& packed,
                   const std::vector<EpilogueCall>& outs, int vectors) {
    const size_t units = static_cast<size_t>(units_of(in.channels, kernels.width) * 2 * kernels.width);
    AlignedInt16s quantized(units * static_cast<size_t>(in.rows));
    AlignedFloats row_scales(static_cast<size_t>(in.rows));
    IntegerDenseCall call;
    call.in = in.floats.data(), call.weights = packed.pointers();
    call.rows = in.rows, call.depth = in.channels, call.vectors = vectors;
    call.quantized = quantized.data(), call.row_scales = row_scales.data();
    for (const EpilogueCall& out : outs) {
        call.out = out;
        kernels.integer_dense(call);
        call.input_quantized = true;
    }
}

// What rounding inputs and weights to their scales can change at most, for each output of a row of inputs.
double rounding_bound(Blocks& in, int row, const PackedIntegers& packed, const std::vector<float>& weights, int out,
                      int o) {
    double largest = 0, sum_in = 0, sum_weights = 0;
    for (int k = 0; k < in.channels; ++k) {
        const double x = std::abs(double{in.at(row, k)});
        largest = std::max(largest, x), sum_in += x;
        sum_weights += std::abs(double{weights[static_cast<size_t>(k * out + o)]});
    }
    const double in_step = 0.51 * largest / double{packed.input_limit};
    const double weight_step = 0.51 * double{packed.scales[static_cast<size_t>(o)]};
    return sum_in * weight_step + sum_weights * in_step + in.channels * in_step * weight_step + 1e-5 * largest;
}

// A 3x3 convolution of boards side by side in the rows.
Exact convolution(Blocks& in, const Conv2d& conv, BoardShape board) {
    Exact result(static_cast<size_t>(in.rows), std::vector<double>(static_cast<size_t>(conv.out_channels)));
    for (int row = 0; row < in.rows; ++row) {
        const int y = row % board.area() / board.width, x = row % board.width;
        for (int tap = 0; tap < 9; ++tap) {
            const int dy = tap / 3 - 1, dx = tap % 3 - 1;
            if (y + dy < 0 || y + dy >= board.height || x + dx < 0 || x + dx >= board.width) continue;
            for (int i = 0; i < in.channels; ++i) {
                const double value = double{in.at(row + dy * board.width + dx, i)};
                for (int o = 0; o < conv.out_channels; ++o) {
                    result[static_cast<size_t>(row)][static_cast<size_t>(o)] +=
                        value *
                        double{(*conv.weights
                                     .floats())[static_cast<size_t>((tap * in.channels + i) * conv.out_channels + o)]};
                }
            }
        }
    }
    return result;
}

Conv2d random_conv(Numbers& numbers, int in, int out) {
    return {3, 3, in, out, 1, 1, make_weights(numbers.row(static_cast<size_t>(9 * in * out)))};
}

// Softmax attention without rotation, head by head.
Exact attention(Blocks& q, Blocks& k, Blocks& v, const AttentionCall& call) {
    const int points = call.height * call.width, sharing = call.heads / call.kv_heads;
    Exact result(static_cast<size_t>(q.rows), std::vector<double>(static_cast<size_t>(call.heads * call.v_channels)));
    for (int row = 0; row < q.rows; ++row) {
        const int board = row / points * points;
        for (int head = 0; head < call.heads; ++head) {
            const int kv = head / sharing;
            std::vector<double> scores(static_cast<size_t>(points));
            for (int p = 0; p < points; ++p) {
                for (int c = 0; c < call.qk_channels; ++c) {
                    scores[static_cast<size_t>(p)] += double{q.at(row, head * call.qk_channels + c)} *
                                                      double{k.at(board + p, kv * call.qk_channels + c)} /
                                                      std::sqrt(double(call.qk_channels));
                }
            }
            const double most = *std::max_element(scores.begin(), scores.end());
            double sum = 0;
            for (double& score : scores) sum += score = std::exp(score - most);
            for (int p = 0; p < points; ++p) {
                for (int c = 0; c < call.v_channels; ++c) {
                    result[static_cast<size_t>(row)][static_cast<size_t>(head * call.v_channels + c)] +=
                        scores[static_cast<size_t>(p)] / sum * double{v.at(board + p, kv * call.v_channels + c)};
                }
            }
        }
    }
    return result;
}

}  // namespace

TEST_CASE("kernels: products equal plain loops for every number of rows and odd depths") {
    for_each_set([](const Kernels& kernels) {
        Numbers numbers(1);
        for (const int depth : {1, 3, 16, 33, 100}) {
            for (int rows = 1; rows <= 31; rows += 3) {
                const int out = 1 + (rows * 7 + depth) % 70;
                Blocks in(depth, rows, kernels.width), found(out, rows, kernels.width);
                in.fill(numbers);
                const std::vector<float> weights = numbers.row(static_cast<size_t>(depth * out));
                const AlignedFloats packed = pack_dense(weights, depth, out, kernels.width);
                DenseCall call{in.floats.data(), packed.data(), rows, depth, vectors_of(out, kernels.width), {}};
                call.out.raw = found.floats.data(), call.out.points = static_cast<size_t>(rows);
                kernels.dense(call);
                CAPTURE(depth);
                CAPTURE(rows);
                CHECK(error_of(found, product(in, weights, out)) <= kFloatProduct);
            }
        }
    });
}

TEST_CASE("kernels: integer products err by no more than rounding explains, with and without a sum") {
    for_each_set([](const Kernels& kernels) {
        if (kernels.integer_dense == nullptr) return;
        Numbers numbers(2);
        // Of the longest rows fewer fit in a cache than there are.
        for (const int depth : {1, 31, 64, 200, 1030}) {
            for (int rows = 1; rows <= 31; rows += 3) {
                const int out = 1 + (rows * 7 + depth) % 70, vectors = vectors_of(out, kernels.width);
                Blocks in(depth, rows, kernels.width), found(out, rows, kernels.width), sum(out, rows, kernels.width);
                Blocks residual(out, rows, kernels.width);
                in.fill(numbers), residual.fill(numbers);
                const std::vector<float> weights = numbers.row(static_cast<size_t>(depth * out));
                const PackedIntegers packed = pack_integer_dense(weights, depth, out, kernels);
                EpilogueCall plain, added;
                plain.raw = found.floats.data(), plain.points = static_cast<size_t>(rows);
                added = plain, added.raw = sum.floats.data(), added.residual = residual.floats.data();
                integer_dense(kernels, in, packed, {plain, added}, vectors);
                const Exact wanted = product(in, weights, out);
                double worst = 0, worst_sum = 0;
                for (int row = 0; row < rows; ++row) {
                    for (int o = 0; o < out; ++o) {
                        const double bound = rounding_bound(in, row, packed, weights, out, o);
                        const double exact = wanted[static_cast<size_t>(row)][static_cast<size_t>(o)];
                        worst = std::max(worst, std::abs(double{found.at(row, o)} - exact) / bound);
                        const double with_residual = exact + double{residual.at(row, o)};
                        worst_sum = std::max(worst_sum, std::abs(double{sum.at(row, o)} - with_residual) / bound);
                    }
                }
                CAPTURE(depth);
                CAPTURE(rows);
                CHECK(worst <= 1);
                CHECK(worst_sum <= 1);
            }
        }
    });
}

TEST_CASE("kernels: integer sums of the largest inputs and weights do not overflow") {
    for_each_set([](const Kernels& kernels) {
        if (kernels.integer_dense == nullptr) return;
        for (const int depth : {2, 96, 1024}) {
            const int out = 11, rows = 5, vectors = vectors_of(out, kernels.width);
            Blocks in(depth, rows, kernels.width), found(out, rows, kernels.width);
            for (int row = 0; row < rows; ++row) {
                for (int k = 0; k < depth; ++k) in.at(row, k) = row % 2 == 0 ? 3.0f : -3.0f;
            }
            const std::vector<float> weights(static_cast<size_t>(depth * out), 0.7f);
            EpilogueCall epilogue;
            epilogue.raw = found.floats.data(), epilogue.points = static_cast<size_t>(rows);
            integer_dense(kernels, in, pack_integer_dense(weights, depth, out, kernels), {epilogue}, vectors);
            CAPTURE(depth);
            CHECK(error_of(found, product(in, weights, out)) <= 1e-3);
        }
    });
}

TEST_CASE("kernels: Winograd convolutions equal plain loops on every board from 2x2 to 19x19") {
    for_each_set([](const Kernels& kernels) {
        Numbers numbers(3);
        for (int edge = 2; edge <= 19; ++edge) {
            const BoardShape board{edge, edge == 19 ? 19 : edge + edge % 2};
            const int in_channels = 5 + edge, out_channels = 40 - edge, batch = edge < 12 ? 3 : 1;
            const int vectors = vectors_of(out_channels, kernels.width), width = kernels.width;
            const Conv2d conv = random_conv(numbers, in_channels, out_channels);
            Blocks in(in_channels, batch * board.area(), width), found(out_channels, batch * board.area(), width);
            in.fill(numbers);
            const Exact wanted = convolution(in, conv, board);
            EpilogueCall out;
            out.raw = found.floats.data();
            out.batch = static_cast<size_t>(batch), out.points = static_cast<size_t>(board.area());
            CAPTURE(edge);
            for (const bool transformed : {true, false}) {
                const AlignedFloats weights = pack_winograd(conv, width, transformed);
                AlignedFloats tiles(kernels.winograd_input_floats(board.height, board.width, out.batch, in_channels));
                AlignedFloats scratch(kernels.winograd_scratch_floats(board.height, board.width, out.batch));
                WinogradCall call;
                call.in = in.floats.data(), call.weights = weights.data(), call.weights_transformed = transformed;
                call.height = board.height, call.width = board.width;
                call.in_channels = in_channels, call.out_vectors = vectors;
                call.tiles_in = tiles.data(), call.scratch = scratch.data(), call.out = out;
                kernels.winograd(call);
                CAPTURE(transformed);
                CHECK(error_of(found, wanted) <= kFloatWinograd);
            }
            if (kernels.integer_winograd == nullptr) continue;
            const PackedIntegers packed = pack_integer_winograd(conv, width);
            const int units = units_of(in_channels, width) * 2 * width;
            const size_t integers = kernels.winograd_input_floats(board.height, board.width, out.batch, units);
            AlignedInt16s tiles(integers);
            AlignedFloats tile_scales(integers / static_cast<size_t>(units) + static_cast<size_t>(width));
            AlignedFloats scratch(
                kernels.integer_winograd_scratch_floats(board.height, board.width, out.batch, in_channels));
            IntegerWinogradCall call;
            call.in = in.floats.data(), call.weights = packed.pointers();
            call.height = board.height, call.width = board.width;
            call.in_channels = in_channels, call.out_vectors = vectors;
            call.tiles_in = tiles.data(), call.tile_scales = tile_scales.data(), call.scratch = scratch.data();
            call.out = out;
            kernels.integer_winograd(call);
            CHECK(error_of(found, wanted) <= kIntegerWinograd);
        }
    });
}

TEST_CASE("kernels: attention equals plain loops, also where all scores are equal or far apart") {
    struct Case {
        int heads, kv_heads, qk_channels, v_channels, height, width;
        float scale;
    };
    for_each_set([](const Kernels& kernels) {
        Numbers numbers(4);
        for (const Case& c :
             {Case{2, 2, 32, 32, 19, 19, 1}, Case{2, 1, 7, 5, 5, 4, 3}, Case{1, 1, 16, 16, 9, 9, 30},
              Case{3, 3, 40, 24, 2, 3, 1}, Case{2, 2, 8, 48, 13, 13, 0}, Case{1, 1, 32, 32, 7, 7, -20}}) {
            constexpr int kBatch = 2;
            const int rows = kBatch * c.height * c.width, width = kernels.width;
            Blocks q(c.heads * c.qk_channels, rows, width), k(c.kv_heads * c.qk_channels, rows, width);
            Blocks v(c.kv_heads * c.v_channels, rows, width), out(c.heads * c.v_channels, rows, width);
            q.fill(numbers), k.fill(numbers), v.fill(numbers);
            for (int row = 0; row < rows; ++row) {
                // A scale below zero: every score is far below zero, unlike the padding's.
                for (int i = 0; i < q.channels; ++i) q.at(row, i) = c.scale * (c.scale < 0 ? 1 : q.at(row, i));
                for (int i = 0; i < k.channels && c.scale < 0; ++i) k.at(row, i) = 1 + k.at(row, i) / 8;
            }
            AttentionCall call;
            call.q = q.floats.data(), call.k = k.floats.data(), call.v = v.floats.data();
            call.out = out.floats.data();
            call.heads = c.heads, call.kv_heads = c.kv_heads;
            call.qk_channels = c.qk_channels, call.v_channels = c.v_channels;
            call.height = c.height, call.width = c.width, call.batch = kBatch;
            const Exact wanted = attention(q, k, v, call);
            CAPTURE(c.qk_channels);
            CAPTURE(c.scale);
            AlignedFloats scratch(kernels.attention_scratch_floats(call));
            call.scratch = scratch.data();
            kernels.attention(call);
            CHECK(error_of(out, wanted) <= kFloatAttention * std::max(1.0f, std::abs(c.scale)));
            if (kernels.integer_attention == nullptr) continue;
            AlignedFloats integer_scratch(kernels.integer_attention_scratch_floats(call));
            call.scratch = integer_scratch.data();
            kernels.integer_attention(call);
            CHECK(error_of(out, wanted) <= kIntegerAttention * std::max(1.0f, std::abs(c.scale)));
        }
    });
}
