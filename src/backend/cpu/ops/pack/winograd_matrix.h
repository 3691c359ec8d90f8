// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

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

}  // namespace katago::cpu
