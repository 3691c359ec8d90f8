// SPDX-License-Identifier: MIT
#include "backend/cpu/pack.h"
#include "backend/cpu/winograd_matrix.h"
#include "core/fp16.h"

namespace katago::cpu {

namespace {

constexpr int kPanel = 8;  // outputs of a panel, inputs of a unit

// Panels of [padded depth][8]; zeros beyond the real weights.
struct Panels {
    Panels(int depth, int out) : padded((depth + kPanel - 1) / kPanel * kPanel), count((out + kPanel - 1) / kPanel) {}
    size_t size() const { return static_cast<size_t>(padded * count * kPanel); }
    size_t place(int k, int o) const { return static_cast<size_t>(((o / kPanel) * padded + k) * kPanel + o % kPanel); }
    int padded, count;
};

int16_t bits_of(float x) {
    return static_cast<int16_t>(fp16_of_float(x));
}

}  // namespace

PackedIntegers pack_half_dense(const std::vector<float>& weights, int depth, int out) {
    const Panels panels(depth, out);
    PackedIntegers packed{AlignedInt16s(panels.size()), {}, 0};
    for (int k = 0; k < depth; ++k) {
        for (int o = 0; o < out; ++o) {
            packed.values[panels.place(k, o)] = bits_of(weights[static_cast<size_t>(k * out + o)]);
        }
    }
    return packed;
}

PackedIntegers pack_half_winograd(const Conv2d& conv, bool in_lines) {
    const int in = conv.in_channels, out = conv.out_channels, of_line = in_lines ? 3 : 6;
    const Panels panels(in, out);
    PackedIntegers packed{AlignedInt16s(static_cast<size_t>(6 * of_line) * panels.size()), {}, 0};
    const WinogradMatrix matrix = winograd_matrix();
    WinogradMatrix unnormed = matrix;
    for (int i = 0; i < 5; ++i) unnormed.row(i) /= matrix(i, 0);
    const auto place = [&](int line, int column, int i, int o) {
        const int plane = (line * panels.count + o / kPanel) * of_line + column;
        return static_cast<size_t>((plane * panels.padded + i) * kPanel + o % kPanel);
    };
    const Weights weights = conv.weights.floats();
    for (int i = 0; i < in; ++i) {
        for (int o = 0; o < out; ++o) {
            Eigen::Matrix<float, 3, 3> g;
            for (int tap = 0; tap < 9; ++tap) {
                g(tap / 3, tap % 3) = (*weights)[static_cast<size_t>((tap * in + i) * out + o)];
            }
            const Eigen::Matrix<float, 6, 3> lines = matrix * g;
            Eigen::Matrix<float, 6, 6> u;
            if (in_lines) {
                u.leftCols<3>() = lines;
            } else {
                u = lines * unnormed.transpose();
            }
            for (int line = 0; line < 6; ++line) {
                for (int column = 0; column < of_line; ++column) {
                    packed.values[place(line, column, i, o)] = bits_of(u(line, column));
                }
            }
        }
    }
    return packed;
}

}  // namespace katago::cpu
