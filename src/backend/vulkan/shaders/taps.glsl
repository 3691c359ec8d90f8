// SPDX-License-Identifier: MIT
// An implicit matrix of a convolution's inputs: rows [boards * points], columns [taps * in_channels], read tap by tap
// without being written. Beyond the edges of a board it is zero.

uint taps() { return (push.kernel & 255) * ((push.kernel >> 8) & 255); }

// From a point to the one that a tap reads.
ivec2 tap_offset(uint tap) {
    const ivec2 kernel = ivec2((push.kernel >> 8) & 255, push.kernel & 255);
    const ivec2 dilation = ivec2(push.kernel >> 24, (push.kernel >> 16) & 255);
    return (ivec2(int(tap) % kernel.x, int(tap) / kernel.x) - kernel / 2) * dilation;
}

// The point of a row; one that no tap moves onto a board where there is no such row.
ivec2 row_place(uint row, uint rows) {
    return row < rows ? ivec2(row % push.width, row / push.width % push.height) : ivec2(-(1 << 20));
}

bool is_on_board(ivec2 place) { return uint(place.x) < push.width && uint(place.y) < push.height; }
