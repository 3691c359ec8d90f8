// SPDX-License-Identifier: MIT
#include "backend/cpu/rope_table.h"

#include <cmath>

#include "backend/cpu/pack.h"

namespace katago::cpu {

AlignedFloats make_rope_table(const Attention& layer, BoardShape board, int width) {
    const int padded = vectors_of(layer.qk_channels, width) * width, pairs = layer.qk_channels / 2;
    const int lines = board.width + board.height;
    AlignedFloats table(static_cast<size_t>(layer.kv_heads * lines * 2 * padded));
    float* entry = table.data();
    for (int head = 0; head < layer.kv_heads; ++head) {
        for (int line = 0; line < lines; ++line, entry += 2 * padded) {
            const bool is_column = line < board.width;
            const int coordinate = is_column ? line : line - board.width;
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
