// SPDX-License-Identifier: MIT
#include "backend/cpu/ops/pack/rope_table.h"

#include <cmath>

#include "backend/cpu/ops/layout.h"

namespace katago::cpu {

AlignedFloats make_rope_table(const Attention& layer, BoardShape board, int width) {
    const int padded = vectors_of(layer.qk_channels, width) * width, pairs = layer.qk_channels / 2;
    const int positions = board.width + board.height;
    AlignedFloats table(static_cast<size_t>(layer.kv_heads * positions * 2 * padded));
    float* entry = table.data();
    for (int head = 0; head < layer.kv_heads; ++head) {
        for (int position = 0; position < positions; ++position, entry += 2 * padded) {
            const bool is_column = position < board.width;
            const int coordinate = is_column ? position : position - board.width;
            for (int pair = 0; pair < pairs; ++pair) {
                const size_t at = static_cast<size_t>((head * pairs + pair) * 2 + (is_column ? 0 : 1));
                const double angle = coordinate * static_cast<double>((*layer.rope.frequencies)[at]);
                entry[2 * pair] = entry[2 * pair + 1] = static_cast<float>(std::cos(angle));
                entry[padded + 2 * pair] = static_cast<float>(-std::sin(angle));
                entry[padded + 2 * pair + 1] = static_cast<float>(std::sin(angle));
            }
        }
    }
    return table;
}

}  // namespace katago::cpu
