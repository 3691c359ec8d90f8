// SPDX-License-Identifier: MIT
// The kernels in halves alone, against plain loops over numbers that halves hold exactly, so that only sums round.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/arena.h"
#include "backend/backend.h"
#include "backend/eigen/kernels.h"
#include "backend/eigen/pack.h"
#include "backend/random_net.h"
#include "core/half.h"

using namespace katago;
using namespace katago::eigen;
using test_nets::Numbers;

namespace {

// Relative to the largest value. Half a unit in the last place of a half is 5e-4 of it; chains of up to 32 terms and
// their sums add a few of those, Winograd's transforms a factor more.
constexpr double kDense = 3e-3, kWinograd = 1e-2, kAttention = 5e-3;

float rounded(float x) {
    return float_of_half(half_of_float(x));
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

}  // namespace

TEST_CASE("half kernels: products and residuals of every number of rows, odd depths and outputs") {
    for_each_half_set(&Kernels::half_dense, [](const Kernels& kernels) {
        Numbers numbers(1);
        for (const int depth : {1, 9, 32, 100, 200}) {
            for (int rows = 1; rows <= 28; rows += 3) {
                const int out = 1 + (rows * 7 + depth) % 45;
                Rows in(depth, rows), found(out, rows), residual(out, rows);
                in.fill(numbers), residual.fill(numbers);
                const std::vector<float> weights = halves_row(numbers, depth * out);
                const PackedIntegers packed = pack_half_dense(weights, depth, out);
                AlignedInt16s halves(static_cast<size_t>((depth + 7) / 8 * 8 * rows));
                IntegerDenseCall call;
                call.in = in.floats.data(), call.weights = packed.pointers(), call.quantized = halves.data();
                call.rows = rows, call.depth = depth, call.vectors = vectors_of(out, 4);
                call.out.raw = found.floats.data(), call.out.residual = residual.floats.data();
                call.out.points = static_cast<size_t>(rows);
                kernels.half_dense(call);
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
            const PackedIntegers packed = pack_half_winograd(conv);
            Rows in(channels, batch * area), found(out, batch * area);
            in.fill(numbers);
            const auto samples = static_cast<size_t>(batch);
            AlignedInt16s tiles(kernels.winograd_input_floats(edge, edge + 1, samples, (channels + 7) / 8 * 8));
            AlignedFloats scratch(kernels.half_winograd_scratch_floats(edge, edge + 1, samples, channels, out));
            IntegerWinogradCall call;
            call.in = in.floats.data(), call.weights = packed.pointers();
            call.height = edge, call.width = edge + 1, call.in_channels = channels;
            call.out_vectors = vectors_of(out, 4);
            call.tiles_in = tiles.data(), call.scratch = scratch.data(), call.out.raw = found.floats.data();
            call.out.batch = samples, call.out.points = static_cast<size_t>(area);
            kernels.half_winograd(call);
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
