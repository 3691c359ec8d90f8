// SPDX-License-Identifier: MIT
#pragma once

namespace katago::cpu {

// 3x3 convolutions by F(4x4, 3x3): 36 gemms of [tiles, in_channels] and [in_channels, out_channels], one a position of
// the transformed tiles of 6x6 points.
inline constexpr int kWinogradPositions = 36;
inline constexpr int kWinogradTile = 4;
// Its points are 0, +-A, +-B and infinity.
inline constexpr float kWinogradPointA = 0.625f, kWinogradPointB = 1.5f;

}  // namespace katago::cpu
