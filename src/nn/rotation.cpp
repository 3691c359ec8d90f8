// SPDX-License-Identifier: MIT
#include "nn/rotation.h"

namespace katago {

void rotate_rows(float* rows, int channels, size_t columns, int rotated) {
    if (rotated == 0) return;
    const int unit = hadamard_block(rotated);
    const auto row = [&](int channel) { return rows + static_cast<size_t>(channel) * columns; };
    for (int apart = 4; apart < unit; apart *= 2) {
        for (int channel = 0; channel < channels; ++channel) {
            if ((channel % unit & apart) != 0) continue;
            float *a = row(channel), *b = row(channel + apart);
            for (size_t i = 0; i < columns; ++i) {
                const float x = a[i], y = b[i];
                a[i] = x + y, b[i] = x - y;
            }
        }
    }
    if (!has_reflection(rotated)) return;
    for (int channel = 0; channel < channels; ++channel) {
        if (channel % rotated >= unit) continue;
        float *a = row(channel), *b = row(channel + unit), *c = row(channel + 2 * unit);
        for (size_t i = 0; i < columns; ++i) {
            const float part = (a[i] + b[i] + c[i]) * (2.0f / 3);
            a[i] -= part, b[i] -= part, c[i] -= part;
        }
    }
}

}  // namespace katago
