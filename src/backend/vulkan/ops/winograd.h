// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace katago::vulkan {

// Winograd convolutions, as shaders/winograd.glsl says.
inline constexpr uint32_t kWinogradTile = 4, kWinogradPositions = 36;

// Three weights along an axis become six: row i is (1, p, p^2) / prod_{j != i}(p_i - p_j), p the points, and the last
// one, of infinity, (0, 0, 1).
using WinogradMatrix = std::array<std::array<double, 3>, 6>;
constexpr WinogradMatrix winograd_matrix() {
    constexpr double a = 0.625, b = 1.5;
    constexpr std::array<double, 5> points{0, a, -a, b, -b};
    WinogradMatrix matrix{};
    for (size_t i = 0; i < points.size(); ++i) {
        double norm = 1;
        for (size_t j = 0; j < points.size(); ++j) norm *= j == i ? 1 : points[i] - points[j];
        matrix[i] = {1 / norm, points[i] / norm, points[i] * points[i] / norm};
    }
    matrix[5] = {0, 0, 1};
    return matrix;
}

}  // namespace katago::vulkan
