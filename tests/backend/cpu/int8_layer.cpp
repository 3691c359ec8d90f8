// SPDX-License-Identifier: MIT
#include "backend/cpu/int8_layer.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "backend/cpu/ops/int8.h"
#include "nn/rotation.h"

namespace test_kernels {

int Int8Layer::neighbour(int row, int tap) const {
    if (size.taps == 1) return row;
    const BoardShape& board = boards.shape;
    const int y = row % board.area() / board.width + tap / 3 - 1, x = row % board.width + tap % 3 - 1;
    if (y < 0 || y >= board.height || x < 0 || x >= board.width) return -1;
    return row + (tap / 3 - 1) * board.width + tap % 3 - 1;
}

Blocks Int8Layer::blocks(int width) const {
    Blocks blocks(size.in, boards.rows(), width);
    for (int row = 0; row < blocks.rows; ++row) {
        for (int c = 0; c < size.in; ++c) blocks.at(row, c) = rows[static_cast<size_t>(row)][static_cast<size_t>(c)];
    }
    return blocks;
}

Int8Layer random_layer(test_nets::Numbers& numbers, const LayerSize& size, const Boards& boards) {
    Int8Layer layer{size, boards, {}};
    for (int row = 0; row < boards.rows(); ++row) {
        // Rows of different sizes, offsets and signs; some of zeros.
        const double scale = row % 7 == 6 ? 0 : std::pow(4, row % 5), offset = scale * (row % 3 - 1);
        layer.rows.push_back(numbers.row(static_cast<size_t>(size.in), scale, offset));
    }
    return layer;
}

Int8Layer rotated(Int8Layer layer, int together) {
    for (std::vector<float>& row : layer.rows) rotate_rows(row.data(), layer.size.in, 1, together);
    return layer;
}

LinearWeights not_rotated_back(const LinearWeights& weights) {
    BlockInt8 as_stored = *weights.int8();
    as_stored.rotated = 0;
    return LinearWeights(as_stored, std::make_shared<LinearWeights>(weights));
}

PackedWeights pack_int8(const LinearKernel& kernel, const LinearWeights& weights, const LayerSize& size, int width,
                        bool whole_rows) {
    return kernel.pack(kernel, {.weights = weights, .size = size, .width = width, .whole_rows = whole_rows});
}

Blocks run(const LinearKernel& kernel, const Int8Layer& layer, const PackedWeights& packed, int width,
           const Blocks* residual) {
    const Blocks in = layer.blocks(width);
    return LinearRuns(kernel, packed, layer.size, in, layer.boards).next(residual);
}

double worst_error(const LinearKernel& kernel, const Int8Layer& layer, const PackedWeights& packed,
                   const std::vector<float>& weights, const Blocks& found) {
    const bool bytes = kernel.int8.block_bytes == kInt8Block;
    const int channels = layer.size.in, out = layer.size.out;
    double worst = 0;
    for (int row = 0; row < found.rows; ++row) {
        for (int o = 0; o < out; ++o) {
            double exact = 0, bound = 1e-9, terms = 0;
            for (int tap = 0; tap < layer.size.taps; ++tap) {
                const int from = layer.neighbour(row, tap);
                if (from < 0) continue;
                const std::vector<float>& in = layer.rows[static_cast<size_t>(from)];
                for (int first = 0; first < channels; first += packed.group) {
                    double high = 0, low = 0, weight = 0;
                    for (int c = first; c < std::min(first + packed.group, channels); ++c) {
                        const double x = double{in[static_cast<size_t>(c)]};
                        const double w = double{weights[static_cast<size_t>((tap * channels + c) * out + o)]};
                        exact += x * w, weight += std::abs(w), terms += std::abs(x * w);
                        high = std::max(high, x), low = std::min(low, x);
                    }
                    bound += 0.51 * weight * (bytes ? (high - low) / 255 : std::max(high, -low) / 32767);
                }
            }
            const double error = std::abs(double{found.at(row, o)} - exact);
            worst = std::max(worst, error / (bound + 1e-6 * terms));
        }
    }
    return worst;
}

}  // namespace test_kernels
