// SPDX-License-Identifier: MIT
// The kernels in halves alone, against plain loops over numbers that halves hold exactly, so that only sums round:
// within what rounding may cost, and with every rounding where it belongs.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/arena.h"
#include "backend/backend.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/pack.h"
#include "core/fp16.h"
#include "nn/random_net.h"

using namespace katago;
using namespace katago::cpu;
using test_nets::Numbers;

namespace {

// Relative to the largest value. Half a unit in the last place of a half is 5e-4 of it; chains of 8 terms and
// their sums add a few of those, Winograd's transforms a factor more.
constexpr double kDense = 3e-3, kWinograd = 1e-2, kAttention = 5e-3;

// Of kernels in halves against the same roundings one by one: what is left is the FP32 of the output's transform.
constexpr double kSameRoundings = 1e-6;

float rounded(float x) {
    return float_of_fp16(fp16_of_float(x));
}

// A value of kernels.h, [blocks][rows][4], of halves' numbers.
struct Rows {
    Rows(int channel_count, int row_count)
        : channels(channel_count), rows(row_count), floats(static_cast<size_t>(vectors_of(channels, 4) * 4 * rows)) {}
    float& at(int row, int channel) {
        return floats[static_cast<size_t>((channel / 4 * rows + row) * 4 + channel % 4)];
    }
    void fill(Numbers& numbers) {
        for (int row = 0; row < rows; ++row) {
            for (int c = 0; c < channels; ++c) at(row, c) = rounded(numbers.next());
        }
    }
    int channels, rows;
    AlignedFloats floats;
};

std::vector<float> halves_row(Numbers& numbers, int count) {
    std::vector<float> row = numbers.row(static_cast<size_t>(count));
    for (float& x : row) x = rounded(x);
    return row;
}

// The nearest half, ties to even, in one step: by way of a float it would be rounded twice.
double nearest_half(double x) {
    if (x == 0) return 0;
    constexpr int kBits = 10, kLeastExponent = -14;
    const int shift = kBits - std::max(std::ilogb(x), kLeastExponent);
    return std::ldexp(std::nearbyint(std::ldexp(x, shift)), -shift);
}

// The sum of product(k), added up in halves as kernels do: in chains, eight of those in a group, then the groups.
template <class Product>
double half_sum(int depth, int chain, const Product& product) {
    const int chains_of_group = 8, terms = chain * chains_of_group;
    double sum = 0;
    for (int group = 0; group < depth; group += terms) {
        const int end = std::min(group + terms, depth);
        double of_group = 0;
        for (int first = group; first < end; first += chain) {
            double of_chain = 0;
            for (int k = first; k < std::min(first + chain, end); ++k) of_chain = nearest_half(of_chain + product(k));
            of_group = nearest_half(of_group + of_chain);
        }
        sum = nearest_half(sum + of_group);
    }
    return sum;
}

// Winograd's transforms along one axis, with the points of kernels.h.
constexpr double kA = kWinogradPointA, kB = kWinogradPointB, kA2 = kA * kA, kB2 = kB * kB;
constexpr double kInputTransform[6][6] = {{kA2 * kB2, 0, -kA2 - kB2, 0, 1, 0}, {0, -kB2* kA, -kB2, kA, 1, 0},
                                          {0, kB2* kA, -kB2, -kA, 1, 0},       {0, -kA2* kB, -kA2, kB, 1, 0},
                                          {0, kA2* kB, -kA2, -kB, 1, 0},       {0, kA2* kB2, 0, -kA2 - kB2, 0, 1}};
constexpr double kOutputTransform[4][6] = {{1, 1, 1, 1, 1, 0},
                                           {0, kA, -kA, kB, -kB, 0},
                                           {0, kA2, kA2, kB2, kB2, 0},
                                           {0, kA2* kA, -kA2* kA, kB2* kB, -kB2* kB, 1}};
// What weights along a line are not divided by.
constexpr double kNormA = 1 / (2 * kA2 * (kA2 - kB2)), kNormB = 1 / (2 * kB2 * (kB2 - kA2));
constexpr double kNorms[6] = {1 / (kA2 * kB2), kNormA, kNormA, kNormB, kNormB, 1};

// The transformed inputs of boards of one tile, in halves: [board][position][channel].
std::vector<double> transformed_tiles(Rows& in, int height, int width) {
    std::vector<double> tiles;
    for (int board = 0; board < in.rows; board += height * width) {
        for (int p = 0; p < kWinogradPositions; ++p) {
            for (int c = 0; c < in.channels; ++c) {
                double sum = 0;
                for (int point = 0; point < height * width; ++point) {
                    sum += kInputTransform[p / 6][point / width + 1] * kInputTransform[p % 6][point % width + 1] *
                           double{in.at(board + point, c)};
                }
                tiles.push_back(nearest_half(sum));
            }
        }
    }
    return tiles;
}

// The largest difference from `exact(row, channel)` over the largest value.
template <class Exact>
double error_of(Rows& found, const Exact& exact) {
    double largest = 1e-30, error = 0;
    for (int row = 0; row < found.rows; ++row) {
        for (int c = 0; c < found.channels; ++c) {
            const double wanted = exact(row, c);
            largest = std::max(largest, std::abs(wanted));
            error = std::max(error, std::abs(double{found.at(row, c)} - wanted));
        }
    }
    return error / largest;
}

// The sets that have a kernel in halves.
template <class Kernel, class Test>
void for_each_half_set(Kernel Kernels::*kernel, const Test& test) {
    for (const InstructionSet set : available_instruction_sets()) {
        if (kernels_for(set).*kernel != nullptr) test(kernels_for(set));
    }
}

// in * weights, [depth][out], with a residual where there is one.
Rows half_dense(const Kernels& kernels, Rows& in, const std::vector<float>& weights, int out, Rows* residual,
                bool long_chains = false) {
    Rows found(out, in.rows);
    const PackedIntegers packed = pack_half_dense(weights, in.channels, out);
    AlignedInt16s halves(static_cast<size_t>((in.channels + 7) / 8 * 8 * in.rows));
    IntegerDenseCall call;
    call.in = in.floats.data(), call.weights = packed.pointers(), call.quantized = halves.data();
    call.rows = in.rows, call.depth = in.channels, call.vectors = vectors_of(out, 4);
    call.out.raw = found.floats.data(), call.out.residual = residual == nullptr ? nullptr : residual->floats.data();
    call.out.points = static_cast<size_t>(in.rows), call.long_chains = long_chains;
    kernels.half_dense(call);
    return found;
}

// A 3x3 convolution of a few boards.
Rows half_winograd(const Kernels& kernels, Rows& in, const Conv2d& conv, const PackedIntegers& packed, bool in_lines,
                   int height, int width) {
    Rows found(conv.out_channels, in.rows);
    const auto samples = static_cast<size_t>(in.rows / (height * width));
    AlignedInt16s tiles(kernels.winograd_input_floats(height, width, samples, (conv.in_channels + 7) / 8 * 8));
    AlignedFloats scratch(
        kernels.half_winograd_scratch_floats(height, width, samples, conv.in_channels, conv.out_channels));
    IntegerWinogradCall call;
    call.in = in.floats.data(), call.weights = packed.pointers(), call.weights_in_lines = in_lines;
    call.height = height, call.width = width, call.in_channels = conv.in_channels;
    call.out_vectors = vectors_of(conv.out_channels, 4);
    call.tiles_in = tiles.data(), call.scratch = scratch.data(), call.out.raw = found.floats.data();
    call.out.batch = samples, call.out.points = static_cast<size_t>(height * width);
    kernels.half_winograd(call);
    return found;
}

}  // namespace

TEST_CASE("half kernels: products and residuals of every number of rows, odd depths and outputs") {
    for_each_half_set(&Kernels::half_dense, [](const Kernels& kernels) {
        Numbers numbers(1);
        for (const int depth : {1, 9, 32, 100, 200}) {
            for (int rows = 1; rows <= 28; rows += 3) {
                const int out = 1 + (rows * 7 + depth) % 45;
                Rows in(depth, rows), residual(out, rows);
                in.fill(numbers), residual.fill(numbers);
                const std::vector<float> weights = halves_row(numbers, depth * out);
                Rows found = half_dense(kernels, in, weights, out, &residual);
                CAPTURE(depth);
                CAPTURE(rows);
                CHECK(error_of(found, [&](int row, int o) {
                          double sum = double{residual.at(row, o)};
                          for (int k = 0; k < depth; ++k) {
                              sum += double{in.at(row, k)} * double{weights[static_cast<size_t>(k * out + o)]};
                          }
                          return sum;
                      }) <= kDense);
            }
        }
    });
}

TEST_CASE("half kernels: 3x3 convolutions of odd boards, channels and batches") {
    for_each_half_set(&Kernels::half_winograd, [](const Kernels& kernels) {
        Numbers numbers(2);
        for (const int edge : {2, 5, 9, 19}) {
            const int channels = 3 + edge * 2, out = 1 + edge * 3, batch = edge == 19 ? 1 : 3, area = edge * (edge + 1);
            const Conv2d conv{3, 3, channels, out, 1, 1, make_weights(halves_row(numbers, 9 * channels * out))};
            const Weights weights = conv.weights.floats();
            Rows in(channels, batch * area);
            in.fill(numbers);
            const bool in_lines = kernels.half_lines && edge % 2 != 0;
            Rows found = half_winograd(kernels, in, conv, pack_half_winograd(conv, in_lines), in_lines, edge, edge + 1);
            CAPTURE(edge);
            CHECK(error_of(found, [&](int row, int o) {
                      const int y = row % area / (edge + 1), x = row % (edge + 1);
                      double sum = 0;
                      for (int tap = 0; tap < 9; ++tap) {
                          const int dy = tap / 3 - 1, dx = tap % 3 - 1;
                          if (y + dy < 0 || y + dy >= edge || x + dx < 0 || x + dx > edge) continue;
                          for (int i = 0; i < channels; ++i) {
                              sum += double{in.at(row + dy * (edge + 1) + dx, i)} *
                                     double{(*weights)[static_cast<size_t>((tap * channels + i) * out + o)]};
                          }
                      }
                      return sum;
                  }) <= kWinograd);
        }
    });
}

TEST_CASE("half kernels: products round once an addition, in chains as long as asked for") {
    for_each_half_set(&Kernels::half_dense, [](const Kernels& kernels) {
        Numbers numbers(4);
        for (const int depth : {8, 33, 100, 300}) {
            const int rows = 15, out = 21;
            Rows in(depth, rows);
            in.fill(numbers);
            const std::vector<float> weights = halves_row(numbers, depth * out);
            for (const bool long_chains : {false, true}) {
                Rows found = half_dense(kernels, in, weights, out, nullptr, long_chains);
                CAPTURE(depth);
                CAPTURE(long_chains);
                CHECK(error_of(found, [&](int row, int o) {
                          return half_sum(depth, long_chains ? 16 : 8, [&](int k) {
                              return double{in.at(row, k)} * double{weights[static_cast<size_t>(k * out + o)]};
                          });
                      }) == 0);
            }
        }
    });
}

TEST_CASE("half kernels: a tile's products round once an addition, in chains of eight") {
    for_each_half_set(&Kernels::half_winograd, [](const Kernels& kernels) {
        if (kernels.half_dense == nullptr) return;  // it multiplies floats
        Numbers numbers(5);
        struct Case {
            int height, width, channels;
            bool in_lines;
        };
        for (const Case& shape : {Case{2, 2, 33, true}, Case{3, 4, 8, false}, Case{3, 4, 8, true},
                                  Case{4, 4, 77, false}, Case{4, 4, 77, true}}) {
            const int height = shape.height, width = shape.width, channels = shape.channels;
            const int out = 17, batch = 3, area = height * width, units = (channels + 7) / 8;
            const Conv2d conv{3, 3, channels, out, 1, 1, make_weights(halves_row(numbers, 9 * channels * out))};
            const PackedIntegers packed = pack_half_winograd(conv, shape.in_lines);
            Rows in(channels, batch * area);
            // With so few bits FP32 transforms them exactly, however it is done.
            for (int row = 0; row < in.rows; ++row) {
                for (int c = 0; c < channels; ++c) in.at(row, c) = std::floor(numbers.next() * 8) / 8;
            }
            Rows found = half_winograd(kernels, in, conv, packed, shape.in_lines, height, width);
            CAPTURE(channels);
            CAPTURE(shape.in_lines);
            const std::vector<double> transformed = transformed_tiles(in, height, width);
            // One of a line of weights as it is stored, and as it becomes that of a position.
            const auto stored = [&](int line, int k, int channel, int o) {
                const int plane = (line * ((out + 7) / 8) + o / 8) * (shape.in_lines ? 3 : 6) + k;
                const auto place = static_cast<size_t>((plane * units * 8 + channel) * 8 + o % 8);
                return double{float_of_fp16(static_cast<uint16_t>(packed.values[place]))};
            };
            const auto weight = [&](int position, int channel, int o) {
                if (!shape.in_lines) return stored(position / 6, position % 6, channel, o);
                const double points[] = {0, kA, -kA, kB, -kB}, p = points[position % 6 % 5];
                if (position % 6 == 5) return stored(position / 6, 2, channel, o);
                const double even = stored(position / 6, 0, channel, o) + p * p * stored(position / 6, 2, channel, o);
                return nearest_half(nearest_half(even) + p * stored(position / 6, 1, channel, o));
            };
            CHECK(error_of(found, [&](int row, int o) {
                      const int y = row % area / width, x = row % width;
                      double sum = 0;
                      for (int p = 0; p < kWinogradPositions; ++p) {
                          const double* inputs =
                              &transformed[static_cast<size_t>((row / area * kWinogradPositions + p) * channels)];
                          sum += kOutputTransform[y][p / 6] * kOutputTransform[x][p % 6] * kNorms[p % 6] *
                                 half_sum(channels, 8, [&](int k) { return inputs[k] * weight(p, k, o); });
                      }
                      return sum;
                  }) <= kSameRoundings);
        }
    });
}

TEST_CASE("half kernels: attention with shared keys, odd heads and boards") {
    for_each_half_set(&Kernels::half_attention, [](const Kernels& kernels) {
        Numbers numbers(3);
        for (const int edge : {3, 7}) {
            for (const int channels : {4, 12, 32}) {
                const int points = edge * edge, rows = 2 * points;
                Rows q(4 * channels, rows), k(2 * channels, rows), v(2 * channels, rows), found(4 * channels, rows);
                q.fill(numbers), k.fill(numbers), v.fill(numbers);
                AttentionCall call;
                call.q = q.floats.data(), call.k = k.floats.data(), call.v = v.floats.data();
                call.out = found.floats.data(), call.heads = 4, call.kv_heads = 2;
                call.qk_channels = call.v_channels = channels, call.height = call.width = edge, call.batch = 2;
                AlignedFloats scratch(kernels.half_attention_scratch_floats(call));
                call.scratch = scratch.data();
                kernels.half_attention(call);
                CAPTURE(edge);
                CAPTURE(channels);
                CHECK(error_of(found, [&](int row, int channel) {
                          const int board = row / points * points, head = channel / channels;
                          const int kv = head / 2 * channels + channel % channels;
                          double sum = 0, total = 0;
                          for (int p = board; p < board + points; ++p) {
                              double score = 0;
                              for (int c = 0; c < channels; ++c) {
                                  score +=
                                      double{q.at(row, head * channels + c)} * double{k.at(p, head / 2 * channels + c)};
                              }
                              const double weight = std::exp(score / std::sqrt(double(channels)));
                              total += weight, sum += weight * double{v.at(p, kv)};
                          }
                          return sum / total;
                      }) <= kAttention);
            }
        }
    });
}
