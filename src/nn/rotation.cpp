// SPDX-License-Identifier: MIT
#include "nn/rotation.h"

namespace katago {

void rotate_rows(float* rows, int channels, size_t columns, int rotated) {
    if (rotated == 0) return;
    const int block = hadamard_block(rotated);
    const auto row = [&](int channel) { return rows + static_cast<size_t>(channel) * columns; };
    for (int apart = 4; apart < block; apart *= 2) {
        for (int channel = 0; channel < channels; ++channel) {
            if ((channel % block & apart) != 0) continue;
            float *a = row(channel), *b = row(channel + apart);
            for (size_t i = 0; i < columns; ++i) {
                const float x = a[i], y = b[i];
                a[i] = x + y, b[i] = x - y;
            }
        }
    }
    if (!has_reflection(rotated)) return;
    for (int channel = 0; channel < channels; ++channel) {
        if (channel % rotated >= block) continue;
        float *a = row(channel), *b = row(channel + block), *c = row(channel + 2 * block);
        for (size_t i = 0; i < columns; ++i) {
            const float part = (a[i] + b[i] + c[i]) * (2.0f / 3);
            a[i] -= part, b[i] -= part, c[i] -= part;
        }
    }
}

}  // namespace katago
