// SPDX-License-Identifier: MIT
// FP16 kernels alone, against plain loops over numbers that FP16 holds exactly, so that only sums round: within what
// rounding may cost, and with every rounding where it belongs.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/cpu/ops/pack/pack.h"
#include "backend/cpu/ops/winograd.h"
#include "backend/cpu/plain_loops.h"
#include "backend/cpu/run_kernel.h"
#include "core/fp16.h"
#include "nn/random_net.h"

using namespace test_kernels;
using test_nets::Numbers;

namespace {

// Relative to the largest value. Half a unit in the last place of FP16 is 5e-4 of it; sums of 8 products and the sums
// of those add a few of them, Winograd's transforms a factor more.
constexpr double kGemm = 3e-3, kWinograd = 1e-2, kAttention = 5e-3;

// Of FP16 kernels against the same roundings one by one: what is left is the FP32 of the output's transform.
constexpr double kSameRoundings = 1e-6;

float rounded(float x) {
    return float_of_fp16(fp16_of_float(x));
}

Blocks fp16_blocks(Numbers& numbers, int channels, int rows, int width) {
    Blocks blocks(channels, rows, width);
    blocks.fill([&] { return rounded(numbers.next()); });
    return blocks;
}

std::vector<float> fp16_row(Numbers& numbers, int count) {
    std::vector<float> row = numbers.row(static_cast<size_t>(count));
    for (float& x : row) x = rounded(x);
    return row;
}

// The nearest FP16 number, ties to even, in one step: by way of FP32 it would be rounded twice.
double nearest_fp16(double x) {
    if (x == 0) return 0;
    constexpr int kBits = 10, kLeastExponent = -14;
    const int shift = kBits - std::max(std::ilogb(x), kLeastExponent);
    return std::ldexp(std::nearbyint(std::ldexp(x, shift)), -shift);
}

// The sum of product(k), added up in FP16 as kernels do: sums of `accumulation_depth` products, eight of those in a
// group, then the groups.
template <class Product>
double fp16_sum(int depth, int accumulation_depth, const Product& product) {
    const int sums_of_group = 8, terms = accumulation_depth * sums_of_group;
    double sum = 0;
    for (int group = 0; group < depth; group += terms) {
        const int end = std::min(group + terms, depth);
        double of_group = 0;
        for (int first = group; first < end; first += accumulation_depth) {
            double of_few = 0;
            for (int k = first; k < std::min(first + accumulation_depth, end); ++k)
                of_few = nearest_fp16(of_few + product(k));
            of_group = nearest_fp16(of_group + of_few);
        }
        sum = nearest_fp16(sum + of_group);
    }
    return sum;
}

// Winograd's transforms along one axis, with the points of ops/winograd.h.
constexpr double kA = kWinogradPointA, kB = kWinogradPointB, kA2 = kA * kA, kB2 = kB * kB;
constexpr double kInputTransform[6][6] = {{kA2 * kB2, 0, -kA2 - kB2, 0, 1, 0}, {0, -kB2* kA, -kB2, kA, 1, 0},
                                          {0, kB2* kA, -kB2, -kA, 1, 0},       {0, -kA2* kB, -kA2, kB, 1, 0},
                                          {0, kA2* kB, -kA2, -kB, 1, 0},       {0, kA2* kB2, 0, -kA2 - kB2, 0, 1}};
constexpr double kOutputTransform[4][6] = {{1, 1, 1, 1, 1, 0},
                                           {0, kA, -kA, kB, -kB, 0},
                                           {0, kA2, kA2, kB2, kB2, 0},
                                           {0, kA2* kA, -kA2* kA, kB2* kB, -kB2* kB, 1}};
// What weights along a tile row are not divided by.
constexpr double kNormA = 1 / (2 * kA2 * (kA2 - kB2)), kNormB = 1 / (2 * kB2 * (kB2 - kA2));
constexpr double kNorms[6] = {1 / (kA2 * kB2), kNormA, kNormA, kNormB, kNormB, 1};

// The transformed inputs of boards of one tile, in FP16: [board][position][channel].
std::vector<double> transformed_tiles(const Blocks& in, BoardShape board) {
    std::vector<double> tiles;
    for (int first = 0; first < in.rows; first += board.area()) {
        for (int p = 0; p < kWinogradPositions; ++p) {
            for (int c = 0; c < in.channels; ++c) {
                double sum = 0;
                for (int point = 0; point < board.area(); ++point) {
                    sum += kInputTransform[p / 6][point / board.width + 1] *
                           kInputTransform[p % 6][point % board.width + 1] * double{in.at(first + point, c)};
                }
                tiles.push_back(nearest_fp16(sum));
            }
        }
    }
    return tiles;
}

// Packed FP16 weights of Winograd, as a kernel multiplies with them.
class TileWeights {
  public:
    TileWeights(const PackedWeights& packed, const LayerSize& size)
        : values_(reinterpret_cast<const uint16_t*>(packed.values.data())),
          one_axis_(packed.transform == WeightTransform::OneAxis),
          blocks_((size.in + 7) / 8),
          panels_((size.out + 7) / 8) {}

    double at(int position, int channel, int o) const {
        const int row = position / 6, column = position % 6;
        if (!one_axis_) return stored(row, column, channel, o);
        if (column == 5) return stored(row, 2, channel, o);
        const double points[] = {0, kA, -kA, kB, -kB}, p = points[column];
        const double even = stored(row, 0, channel, o) + p * p * stored(row, 2, channel, o);
        return nearest_fp16(nearest_fp16(even) + p * stored(row, 1, channel, o));
    }

  private:
    // One of a tile row.
    double stored(int row, int k, int channel, int o) const {
        const int plane = (row * panels_ + o / 8) * (one_axis_ ? 3 : 6) + k;
        return double{float_of_fp16(values_[(plane * blocks_ * 8 + channel) * 8 + o % 8])};
    }

    const uint16_t* values_;
    bool one_axis_;
    int blocks_, panels_;
};

// Cores without FP16 arithmetic store FP16 and multiply FP32; their kernels take weights that are wholly transformed.
bool multiplies_fp16(const KernelSet& kernels) {
    return find_linear(kernels, LinearLayer::Gemm, Arithmetic::Fp16) != nullptr;
}

}  // namespace

TEST_CASE("fp16 kernels: gemms and residuals of every number of rows, odd depths and outputs") {
    for_each_kernel(LinearLayer::Gemm, Arithmetic::Fp16, [](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(1);
        for (const int depth : {1, 9, 32, 100, 200}) {
            for (int rows = 1; rows <= 28; rows += 3) {
                const LayerSize size{1, depth, 1 + (rows * 7 + depth) % 45};
                const Blocks in = fp16_blocks(numbers, depth, rows, kernels.width);
                const Blocks residual = fp16_blocks(numbers, size.out, rows, kernels.width);
                const std::vector<float> weights = fp16_row(numbers, depth * size.out);
                const PackedWeights packed =
                    kernel.pack(kernel, {.weights = make_weights(weights), .size = size, .width = kernels.width});
                const Blocks found = LinearRuns(kernel, packed, size, in, one_row_of(rows)).next(&residual);
                Exact wanted = gemm(in, weights, size.out);
                add(wanted, residual);
                CAPTURE(depth);
                CAPTURE(rows);
                CHECK(error_of(found, wanted) <= kGemm);
            }
        }
    });
}

TEST_CASE("fp16 kernels: 3x3 convolutions of odd boards, channels and batches") {
    for_each_kernel(LinearLayer::Conv3x3, Arithmetic::Fp16, [](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(2);
        for (const int edge : {2, 5, 9, 19}) {
            const LayerSize size{9, 3 + edge * 2, 1 + edge * 3};
            const Boards boards{{edge, edge + 1}, edge == 19 ? 1 : 3};
            const Conv2d conv = conv3x3(fp16_row(numbers, 9 * size.in * size.out), size.in, size.out);
            const Blocks in = fp16_blocks(numbers, size.in, boards.rows(), kernels.width);
            const bool one_axis = multiplies_fp16(kernels) && edge % 2 != 0;
            const PackedWeights packed =
                pack_winograd_f16_as(one_axis ? WeightTransform::OneAxis : WeightTransform::Full,
                                     {.weights = conv.weights, .size = size, .width = kernels.width});
            const Blocks found = LinearRuns(kernel, packed, size, in, boards).next();
            CAPTURE(edge);
            CHECK(error_of(found, convolution(in, conv, boards.shape)) <= kWinograd);
        }
    });
}

TEST_CASE("fp16 kernels: gemms round once an addition, as deep in FP16 as asked for") {
    for_each_kernel(LinearLayer::Gemm, Arithmetic::Fp16, [](const KernelSet& kernels, const LinearKernel& kernel) {
        Numbers numbers(4);
        for (const int depth : {8, 33, 100, 300}) {
            const int rows = 15, out = 21;
            const Blocks in = fp16_blocks(numbers, depth, rows, kernels.width);
            const std::vector<float> weights = fp16_row(numbers, depth * out);
            const PackedWeights packed = kernel.pack(
                kernel, {.weights = make_weights(weights), .size = {1, depth, out}, .width = kernels.width});
            for (const int accumulation_depth : {8, 16}) {
                LinearRuns runs(kernel, packed, {1, depth, out}, in, one_row_of(rows));
                runs.set_accumulation_depth(accumulation_depth);
                CAPTURE(depth);
                CAPTURE(accumulation_depth);
                CHECK(error_of(runs.next(), [&](int row, int o) {
                          return fp16_sum(depth, accumulation_depth, [&](int k) {
                              return double{in.at(row, k)} * double{weights[static_cast<size_t>(k * out + o)]};
                          });
                      }) == 0);
            }
        }
    });
}

TEST_CASE("fp16 kernels: gemms of tile positions round once an addition, eight deep") {
    struct Case {
        int height, width, channels;
        WeightTransform transform;
    };
    for_each_kernel(LinearLayer::Conv3x3, Arithmetic::Fp16, [](const KernelSet& kernels, const LinearKernel& kernel) {
        if (!multiplies_fp16(kernels)) return;
        Numbers numbers(5);
        for (const Case& c : {Case{2, 2, 33, WeightTransform::OneAxis}, Case{3, 4, 8, WeightTransform::Full},
                              Case{3, 4, 8, WeightTransform::OneAxis}, Case{4, 4, 77, WeightTransform::Full},
                              Case{4, 4, 77, WeightTransform::OneAxis}}) {
            const Boards boards{{c.height, c.width}, 3};
            const LayerSize size{9, c.channels, 17};
            const Conv2d conv = conv3x3(fp16_row(numbers, 9 * size.in * size.out), size.in, size.out);
            const PackedWeights packed =
                pack_winograd_f16_as(c.transform, {.weights = conv.weights, .size = size, .width = kernels.width});
            Blocks in(c.channels, boards.rows(), kernels.width);
            // With so few bits FP32 transforms them exactly, however it is done.
            in.fill([&] { return std::floor(numbers.next() * 8) / 8; });
            const Blocks found = LinearRuns(kernel, packed, size, in, boards).next();
            const std::vector<double> transformed = transformed_tiles(in, boards.shape);
            const TileWeights weights(packed, size);
            CAPTURE(c.channels);
            CAPTURE(static_cast<int>(c.transform));
            CHECK(error_of(found, [&](int row, int o) {
                      const int board = row / boards.shape.area(), point = row % boards.shape.area();
                      const int y = point / c.width, x = point % c.width;
                      double sum = 0;
                      for (int p = 0; p < kWinogradPositions; ++p) {
                          const double* inputs =
                              &transformed[static_cast<size_t>((board * kWinogradPositions + p) * size.in)];
                          sum += kOutputTransform[y][p / 6] * kOutputTransform[x][p % 6] * kNorms[p % 6] *
                                 fp16_sum(size.in, 8, [&](int k) { return inputs[k] * weights.at(p, k, o); });
                      }
                      return sum;
                  }) <= kSameRoundings);
        }
    });
}

TEST_CASE("fp16 kernels: attention with shared keys, odd heads and boards") {
    for_each_set([](const KernelSet& kernels) {
        const AttentionKernel* const kernel = find_attention(kernels, Arithmetic::Fp16);
        if (kernel == nullptr) return;
        Numbers numbers(3);
        for (const int edge : {3, 7}) {
            for (const int channels : {4, 12, 32}) {
                const int rows = 2 * edge * edge, width = kernels.width;
                const Blocks q = fp16_blocks(numbers, 4 * channels, rows, width);
                const Blocks k = fp16_blocks(numbers, 2 * channels, rows, width);
                const Blocks v = fp16_blocks(numbers, 2 * channels, rows, width);
                Blocks found(4 * channels, rows, width);
                AttentionCall call;
                call.q = q.floats.data(), call.k = k.floats.data(), call.v = v.floats.data();
                call.out = found.floats.data(), call.heads = 4, call.kv_heads = 2;
                call.qk_channels = call.v_channels = channels, call.height = call.width = edge, call.batch = 2;
                AlignedFloats scratch(kernel->scratch_floats(call));
                call.scratch = scratch.data();
                kernel->run(call);
                CAPTURE(edge);
                CAPTURE(channels);
                CHECK(error_of(found, attention(q, k, v, call)) <= kAttention);
            }
        }
    });
}
