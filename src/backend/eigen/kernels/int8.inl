// SPDX-License-Identifier: MIT
// Products with 8-bit weights; see Int8Call. Where sums of products of bytes exist, inputs are bytes with a zero point;
// without, 16-bit integers, since what AVX2 offers for bytes saturates: weights are widened as they are loaded.

#if defined(__AVX512VNNI__) || defined(__AVXVNNI__) || defined(__aarch64__)
#define KERNEL_BYTE_PRODUCTS 1
#else
#define KERNEL_BYTE_PRODUCTS 0
#endif

constexpr size_t kGroupBytes = KERNEL_BYTE_PRODUCTS ? kInt8Group : 2 * kInt8Group;  // of one row

// The zero point of a row, as its kernel takes it: as a word, or in floats, times the scale.
#if defined(__aarch64__)
using RowZero = float;
#else
using RowZero = int32_t;
#endif

// One panel's weights, and where the inputs of a tile of rows lie.
struct Int8Tile {
    const uint8_t* in = nullptr;
    const float* row_scales = nullptr;
    const RowZero* row_zeros = nullptr;
    const int8_t* weights = nullptr;
    const float* scales = nullptr;
    const int32_t* sums = nullptr;
    size_t entries = 0;
    int taps = 1, stride = 0;  // of lines
    int channels = 0, group = 0;
};

#if defined(__aarch64__)
#include "backend/eigen/kernels/int8_neon.inl"
#else
#include "backend/eigen/kernels/int8_x86.inl"
#endif

// How the rows of a call lie in its quantized input: one after the other, or for a 3x3 convolution with a border of
// zeros around each board, so that the neighbours of a line's points are lines too.
struct Int8Rows {
    explicit Int8Rows(const Int8Call& call)
        : conv(call.taps > 1),
          line(conv ? call.width : static_cast<int>(call.out.batch * call.out.points)),
          lines(conv ? static_cast<int>(call.out.batch) * call.height : 1),
          lines_of_board(conv ? call.height : 1),
          stride(conv ? call.width + 2 : line),
          entries(conv ? call.out.batch * (call.height + 2) * stride : line) {}
    bool conv;
    int line, lines, lines_of_board, stride;
    size_t entries;
    // Of the first row of a line.
    size_t entry(int index) const {
        if (!conv) return 0;
        return static_cast<size_t>(index / lines_of_board * (lines_of_board + 2) + index % lines_of_board + 1) *
                   stride +
               1;
    }
};

// The scales of kWidth rows from their extremes: x = scale * (integer - zero).
struct RowScales {
    alignas(sizeof(Vector)) float factors[kWidth], scales[kWidth], zeros[kWidth];
    KERNEL_INLINE void set(Vector highest, Vector lowest) {
        constexpr float kLeast = 1e-30f;  // a row of zeros stays zero
#if KERNEL_BYTE_PRODUCTS
        const Vector high = larger(highest, Vector{}), low = larger(-lowest, Vector{}), range = high + low;
        const Vector factor = 255.0f / larger(range, all(kLeast));
        constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer
        const Vector shifted = low * factor + kRound;
        store(zeros, shifted - kRound + kByteOffset);
        store(scales, range * (1.0f / 255.0f));
#else
        const Vector range = larger(highest, -lowest), factor = 32767.0f / larger(range, all(kLeast));
        store(zeros, Vector{});
        store(scales, range * (1.0f / 32767.0f));
#endif
        store(factors, factor);
    }
};

// Quantizes `count` <= kWidth rows of one group of channels, which are `vectors` blocks.
KERNEL_INLINE void quantize_group(const float* in, size_t block_stride, int vectors, int count, uint8_t* out,
                                  float* scales, RowZero* zeros) {
    Vector high[kWidth], low[kWidth];
    for (int r = 0; r < kWidth; ++r) high[r] = low[r] = Vector{};
    for (int v = 0; v < vectors; ++v) {
        const float* from = in + v * block_stride;
        for (int r = 0; r < count; ++r) {
            const Vector x = load(from + r * kWidth);
            high[r] = larger(high[r], x), low[r] = larger(low[r], -x);
        }
    }
    RowScales rows;
    rows.set(largest_lanes(high), -largest_lanes(low));
    constexpr int kVectorsTogether = 16 / kWidth;  // of 16 channels
    for (int r = 0; r < count; ++r) {
        scales[r] = rows.scales[r];
        zeros[r] = stored_zero(rows.zeros[r], rows.scales[r]);
        for (int v = 0; v < vectors; v += kVectorsTogether) {
            Vector x[kVectorsTogether];
            unroll<kVectorsTogether>([&](auto i) KERNEL_LAMBDA {
                constexpr int kIndex = decltype(i)::value;
                const bool real = kIndex == 0 || v + kIndex < vectors;
                const Vector value = real ? load(in + (v + kIndex) * block_stride + r * kWidth) : Vector{};
#if KERNEL_BYTE_PRODUCTS
                x[kIndex] = value * rows.factors[r] + rows.zeros[r];
#else
                x[kIndex] = value * rows.factors[r];
#endif
            });
            store_bytes(out + r * kGroupBytes + v * kWidth * kGroupBytes / kInt8Group, x);
        }
    }
}

void quantize_int8_rows(const Int8Call& call, const Int8Rows& rows) {
    const int groups = groups_of(call.in_channels, call.weights.group), group_vectors = call.weights.group / kWidth;
    const int blocks = static_cast<int>(blocks_of(call.in_channels));
    const size_t block_stride = call.out.batch * call.out.points * kWidth;
    if (rows.conv) {  // the borders
        __builtin_memset(call.scales, 0, groups * rows.entries * sizeof(float));
        __builtin_memset(call.zeros, 0, groups * rows.entries * sizeof(int32_t));
    }
    for (int group = 0; group < groups; ++group) {
        const int first = group * group_vectors;
        const float* in = call.in + first * block_stride;
        for (int line = 0; line < rows.lines; ++line) {
            for (int row = 0; row < rows.line; row += kWidth) {
                const size_t entry = group * rows.entries + rows.entry(line) + row;
                quantize_group(in + (static_cast<size_t>(line) * rows.line + row) * kWidth, block_stride,
                               min_of(group_vectors, blocks - first), min_of(kWidth, rows.line - row),
                               call.quantized + entry * kGroupBytes, call.scales + entry,
                               reinterpret_cast<RowZero*>(call.zeros) + entry);
            }
        }
    }
}

using Int8TileFunction = void (*)(const Int8Tile&, Vector*);
struct Int8TileTable {
    Int8TileFunction of[kPanelVectors][kMaxIntegerRows];  // [vectors - 1][rows - 1]
};
template <int... kIndex>
constexpr Int8TileTable make_int8_tile_table(std::integer_sequence<int, kIndex...>) {
    return {{{multiply_int8_tile<kIndex + 1, 1>...}, {multiply_int8_tile<kIndex + 1, 2>...}}};
}
constexpr Int8TileTable kInt8Tiles = make_int8_tile_table(std::make_integer_sequence<int, kMaxIntegerRows>{});

// The products of `count` rows of one line, from its row `first` on, with one panel.
KERNEL_INLINE void multiply_int8_rows(const Int8Call& call, const Int8Rows& rows, Int8Tile tile, int line, int first,
                                      int count, int vector, int vectors) {
    const int tiles = (count + kMaxIntegerRows - 1) / kMaxIntegerRows;
    const size_t entry = rows.entry(line) + first;
    tile.in += entry * kGroupBytes, tile.row_scales += entry, tile.row_zeros += entry;
    size_t row = static_cast<size_t>(line) * rows.line + first;
    for (int i = 0; i < tiles; ++i) {
        const int tile_rows = count / tiles + (i < count % tiles ? 1 : 0);
        Vector results[kPanelVectors * kMaxIntegerRows];
        kInt8Tiles.of[vectors - 1][tile_rows - 1](tile, results);
        for (int v = 0; v < vectors; ++v) finish_rows(call.out, vector + v, row, tile_rows, results + v * tile_rows);
        tile.in += tile_rows * kGroupBytes, tile.row_scales += tile_rows, tile.row_zeros += tile_rows;
        row += tile_rows;
    }
}

void int8_product(const Int8Call& call) {
    const Int8Rows rows(call);
    if (!call.input_ready) quantize_int8_rows(call, rows);
    const size_t units = static_cast<size_t>((call.in_channels + kChannelUnit - 1) / kChannelUnit) * call.taps;
    const size_t groups = static_cast<size_t>(groups_of(call.in_channels, call.weights.group));
    Int8Tile tile;
    tile.in = call.quantized, tile.row_scales = call.scales,
    tile.row_zeros = reinterpret_cast<const RowZero*>(call.zeros);
    tile.entries = rows.entries, tile.taps = call.taps, tile.stride = rows.stride;
    tile.channels = call.in_channels, tile.group = call.weights.group;
    // The rows of a line that meet all panels before the next ones do. A convolution's lines are read by their
    // neighbours too.
    const int part = rows.conv ? rows.line : rows_in_cache(groups * kGroupBytes, kMaxIntegerRows);
    for (int first = 0; first < rows.line; first += part) {
        const int count = min_of(part, rows.line - first);
        for (int vector = 0; vector < call.out_vectors; vector += kPanelVectors) {
            const size_t column = static_cast<size_t>(vector) * kWidth;
            tile.weights = call.weights.values + column * units * kChannelUnit;
            tile.scales = call.weights.scales + column * groups * call.taps;
            tile.sums = call.weights.sums + column * groups * call.taps;
            const int vectors = min_of(kPanelVectors, call.out_vectors - vector);
            for (int line = 0; line < rows.lines; ++line)
                multiply_int8_rows(call, rows, tile, line, first, count, vector, vectors);
        }
    }
}

size_t int8_input_entries(const Int8Call& call) {
    return Int8Rows(call).entries;
}
