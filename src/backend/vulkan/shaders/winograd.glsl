// SPDX-License-Identifier: MIT
// Winograd convolutions F(4x4, 3x3): 36 products of [boards * tiles, in_channels] with [in_channels, out_channels], one
// for each position of the transformed tiles of 6x6 points. The points of interpolation are 0, +-5/8, +-3/2 and infinity,
// as on the CPU: their rounding errors are half those of 0, +-1, +-2. Weights are divided by the norms when packed.
const uint kTile = 4, kEdge = 6;
const float kA = 0.625, kB = 1.5, kA2 = kA * kA, kB2 = kB * kB;

uint tiles_across() { return (push.width + kTile - 1) / kTile; }
uint tiles_down() { return (push.height + kTile - 1) / kTile; }
uint all_tiles() { return push.boards * tiles_down() * tiles_across(); }

// The board of a tile, and the first point that it computes.
uint tile_board(uint tile) { return tile / (tiles_down() * tiles_across()); }
ivec2 tile_place(uint tile) {
    return ivec2(tile % tiles_across(), tile / tiles_across() % tiles_down()) * int(kTile);
}
