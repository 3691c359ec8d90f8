// SPDX-License-Identifier: MIT
#pragma once

namespace katago::cpu {

// Winograd convolutions, F(4x4, 3x3): a 3x3 convolution as 36 gemms of [tiles, in_channels] and
// [in_channels, out_channels], one for each position of the transformed tiles of 6x6 points.
inline constexpr int kWinogradPositions = 36;
inline constexpr int kWinogradTile = 4;
// The interpolation points of the transforms are 0, +-A, +-B and infinity.
inline constexpr float kWinogradPointA = 0.625f, kWinogradPointB = 1.5f;

}  // namespace katago::cpu
