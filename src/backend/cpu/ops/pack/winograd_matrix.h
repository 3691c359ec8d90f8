// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>

#include "backend/cpu/ops/winograd.h"

namespace katago::cpu {

using WinogradMatrix = Eigen::Matrix<float, 6, 3>;

// The six weights of a tile row from three: row i is (1, p, p^2) / prod_{j != i}(p_i - p_j), the last (0, 0, 1).
inline WinogradMatrix winograd_matrix() {
    const double a = kWinogradPointA, b = kWinogradPointB;
    const double points[] = {0, a, -a, b, -b};
    Eigen::Matrix<double, 6, 3> matrix = Eigen::Matrix<double, 6, 3>::Zero();
    for (int i = 0; i < 5; ++i) {
        double norm = 1;
        for (int j = 0; j < 5; ++j) norm *= j == i ? 1 : points[i] - points[j];
        matrix.row(i) << 1 / norm, points[i] / norm, points[i] * points[i] / norm;
    }
    matrix(5, 2) = 1;
    return matrix.cast<float>();
}

// What the rows of winograd_matrix() are divided by, to have 1 as their largest number.
using WinogradNorms = std::array<double, 6>;
inline WinogradNorms winograd_norms() {
    const WinogradMatrix matrix = winograd_matrix();
    WinogradNorms norms;
    for (int i = 0; i < 6; ++i) {
        Eigen::Index at = 0;
        matrix.row(i).cwiseAbs().maxCoeff(&at);
        norms[static_cast<size_t>(i)] = double{matrix(i, at)};
    }
    return norms;
}
inline WinogradMatrix unnormed_winograd_matrix() {
    WinogradMatrix matrix = winograd_matrix();
    const WinogradNorms norms = winograd_norms();
    for (int i = 0; i < 6; ++i) matrix.row(i) /= static_cast<float>(norms[static_cast<size_t>(i)]);
    return matrix;
}

}  // namespace katago::cpu
