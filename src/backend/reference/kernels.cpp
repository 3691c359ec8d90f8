// SPDX-License-Identifier: MIT
#include "backend/reference/kernels.h"

#include <algorithm>
#include <cmath>

namespace katago::reference {

namespace {

// out[row] += in[row] * weights, for `rows` rows; weights [in_channels, out_channels]. The outputs of one row of
// the board stay in the nearest cache while every weight is read once.
void add_product(int rows, int in_channels, int out_channels, const double* in, const float* weights, double* out,
                 Scratch& scratch) {
    scratch.wide.resize(static_cast<size_t>(out_channels));
    double* const wide = scratch.wide.data();
    for (int i = 0; i < in_channels; i++) {
        const float* from = weights + static_cast<size_t>(i) * static_cast<size_t>(out_channels);
        std::copy(from, from + out_channels, wide);
        for (int row = 0; row < rows; row++) {
            const double x = in[row * in_channels + i];
            double* const sums = out + row * out_channels;
            for (int o = 0; o < out_channels; o++) sums[o] += x * wide[o];
        }
    }
}

}  // namespace

void conv(const Conv2d& layer, BoardShape board, const double* in, double* out, Scratch& scratch) {
    const int in_channels = layer.in_channels, out_channels = layer.out_channels;
    const Weights weights = layer.weights.floats();
    std::fill(out, out + board.area() * out_channels, 0.0);
    for (int y = 0; y < board.height; y++)
        for (int a = 0; a < layer.kernel_y; a++) {
            const int from_y = y + (a - layer.kernel_y / 2) * layer.dilation_y;
            if (from_y < 0 || from_y >= board.height) continue;
            for (int b = 0; b < layer.kernel_x; b++) {
                const int shift = (b - layer.kernel_x / 2) * layer.dilation_x;
                const int begin = std::max(0, -shift), end = std::min(board.width, board.width - shift);
                if (begin >= end) continue;
                const size_t tap = static_cast<size_t>(a * layer.kernel_x + b);
                add_product(end - begin, in_channels, out_channels,
                            in + (from_y * board.width + begin + shift) * in_channels,
                            weights->data() + tap * static_cast<size_t>(in_channels * out_channels),
                            out + (y * board.width + begin) * out_channels, scratch);
            }
        }
}

void matmul(const MatMul& layer, int points, const double* in, double* out, Scratch& scratch) {
    constexpr int kRows = 16;
    const Weights weights = layer.weights.floats();
    std::fill(out, out + points * layer.out_channels, 0.0);
    for (int first = 0; first < points; first += kRows)
        add_product(std::min(kRows, points - first), layer.in_channels, layer.out_channels,
                    in + first * layer.in_channels, weights->data(), out + first * layer.out_channels, scratch);
}

void bias(const Bias& layer, int points, const double* in, double* out) {
    const std::vector<float>& values = *layer.bias;
    for (int point = 0; point < points; point++)
        for (float value : values) *out++ = *in++ + double{value};
}

void batch_norm(const BatchNorm& layer, int points, const double* in, double* out) {
    const size_t channels = layer.mean->size();
    for (size_t c = 0; c < channels; c++) {
        const double scale =
            (layer.scale ? double{(*layer.scale)[c]} : 1.0) / std::sqrt(double{(*layer.variance)[c]} + layer.epsilon);
        const double offset = (layer.bias ? double{(*layer.bias)[c]} : 0.0) - scale * double{(*layer.mean)[c]};
        for (size_t at = c; at < channels * static_cast<size_t>(points); at += channels)
            out[at] = scale * in[at] + offset;
    }
}

void rms_norm(const RmsNorm& layer, int points, const double* in, double* out) {
    const int channels = static_cast<int>(layer.gamma->size());
    const int group = layer.over_board ? points : 1;  // points that share a statistic
    for (int first = 0; first < points; first += group) {
        const int begin = first * channels, end = begin + group * channels;
        double squares = 0;
        for (int at = begin; at < end; at++) squares += in[at] * in[at];
        const double factor = 1 / std::sqrt(squares / (end - begin) + layer.epsilon);
        for (int at = begin; at < end; at++) {
            const size_t c = static_cast<size_t>(at % channels);
            out[at] = in[at] * (*layer.gamma)[c] * factor + (layer.beta ? (*layer.beta)[c] : 0.0);
        }
    }
}

double activate(ActivationKind kind, double x) {
    switch (kind) {
        case ActivationKind::Identity:
            return x;
        case ActivationKind::Relu:
            return std::max(x, 0.0);
        case ActivationKind::Mish:
            // softplus, without overflow for large x
            return x * std::tanh(std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))));
        case ActivationKind::Silu:
            break;
    }
    return x / (1 + std::exp(-x));
}

void global_pool(const GlobalPool& layer, int points, int channels, const double* in, double* out) {
    const double edge = std::sqrt(static_cast<double>(points)) - 14;
    for (int c = 0; c < channels; c++) {
        double sum = 0, maximum = -1;
        for (int point = 0; point < points; point++) {
            sum += in[point * channels + c];
            maximum = std::max(maximum, in[point * channels + c]);
        }
        const double mean = sum / points;
        out[c] = mean;
        out[channels + c] = mean * edge * 0.1;
        out[2 * channels + c] = layer.kind == GlobalPool::Kind::Max ? maximum : mean * (edge * edge * 0.01 - 0.1);
    }
}

namespace {

// Copies one head to [points, channels] and rotates its pairs by the angles of `frequencies` ([channels / 2, 2]; null:
// no rotation).
void rotate_head(BoardShape board, const double* in, int stride, int channels, const float* frequencies, double* out) {
    for (int y = 0; y < board.height; y++)
        for (int x = 0; x < board.width; x++, in += stride, out += channels) {
            std::copy(in, in + channels, out);
            if (!frequencies) continue;
            for (int c = 0; c < channels; c += 2) {
                const double angle = x * double{frequencies[c]} + y * double{frequencies[c + 1]};
                out[c] = in[c] * std::cos(angle) - in[c + 1] * std::sin(angle);
                out[c + 1] = in[c] * std::sin(angle) + in[c + 1] * std::cos(angle);
            }
        }
}

void softmax(double* values, int count) {
    const double maximum = *std::max_element(values, values + count);
    double sum = 0;
    for (int i = 0; i < count; i++) sum += values[i] = std::exp(values[i] - maximum);
    for (int i = 0; i < count; i++) values[i] /= sum;
}

// [rows, columns] -> [columns, rows]
void transpose(int rows, int columns, const double* in, double* out) {
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++) out[column * rows + row] = in[row * columns + column];
}

}  // namespace

void attention(const Attention& layer, BoardShape board, const double* q, const double* k, const double* v, double* out,
               Scratch& scratch) {
    const int points = board.area();
    const int qk = layer.qk_channels, vc = layer.v_channels;
    const double scale = 1 / std::sqrt(static_cast<double>(qk));
    for (Doubles* values : {&scratch.q, &scratch.k, &scratch.wide}) values->resize(static_cast<size_t>(points * qk));
    scratch.scores.resize(static_cast<size_t>(points));
    for (int head = 0; head < layer.heads; head++) {
        const int kv_head = head / (layer.heads / layer.kv_heads);
        const float* frequencies = layer.rope.frequencies ? layer.rope.frequencies->data() + kv_head * qk : nullptr;
        rotate_head(board, q + head * qk, layer.heads * qk, qk, frequencies, scratch.q.data());
        rotate_head(board, k + kv_head * qk, layer.kv_heads * qk, qk, frequencies, scratch.wide.data());
        transpose(points, qk, scratch.wide.data(), scratch.k.data());
        double* const scores = scratch.scores.data();
        for (int i = 0; i < points; i++) {
            std::fill(scores, scores + points, 0.0);
            for (int c = 0; c < qk; c++) {
                const double x = scratch.q[static_cast<size_t>(i * qk + c)] * scale;
                const double* const keys = scratch.k.data() + c * points;
                for (int j = 0; j < points; j++) scores[j] += x * keys[j];
            }
            softmax(scores, points);
            double* const to = out + (i * layer.heads + head) * vc;
            std::fill(to, to + vc, 0.0);
            for (int j = 0; j < points; j++) {
                const double* const values = v + (j * layer.kv_heads + kv_head) * vc;
                for (int c = 0; c < vc; c++) to[c] += scores[j] * values[c];
            }
        }
    }
}

}  // namespace katago::reference
