// SPDX-License-Identifier: MIT
#include "backend/cpu/plain_loops.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace test_kernels {

double error_of(const Blocks& found, const std::function<double(int row, int channel)>& wanted) {
    double largest = 1e-30, error = 0;
    for (int row = 0; row < found.rows; ++row) {
        for (int c = 0; c < found.padded(); ++c) {
            const double exact = c < found.channels ? wanted(row, c) : 0;
            largest = std::max(largest, std::abs(exact));
            error = std::max(error, std::abs(double{found.at(row, c)} - exact));
        }
    }
    return error / largest;
}

double error_of(const Blocks& found, const Exact& wanted) {
    return error_of(
        found, [&](int row, int channel) { return wanted[static_cast<size_t>(row)][static_cast<size_t>(channel)]; });
}

Exact gemm(const Blocks& in, const std::vector<float>& weights, int out) {
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

void add(Exact& values, const Blocks& residual) {
    for (int row = 0; row < residual.rows; ++row) {
        for (int c = 0; c < residual.channels; ++c)
            values[static_cast<size_t>(row)][static_cast<size_t>(c)] += double{residual.at(row, c)};
    }
}

Exact convolution(const Blocks& in, const Conv2d& conv, BoardShape board) {
    const Weights weights = conv.weights.floats();
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
                        double{(*weights)[static_cast<size_t>((tap * in.channels + i) * conv.out_channels + o)]};
                }
            }
        }
    }
    return result;
}

Exact attention(const Blocks& q, const Blocks& k, const Blocks& v, const AttentionCall& call) {
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

Conv2d conv3x3(std::vector<float> weights, int in, int out) {
    return {3, 3, in, out, 1, 1, make_weights(std::move(weights))};
}

Conv2d random_conv(test_nets::Numbers& numbers, int in, int out) {
    return conv3x3(numbers.row(static_cast<size_t>(9 * in * out)), in, out);
}

}  // namespace test_kernels
