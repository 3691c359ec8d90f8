// SPDX-License-Identifier: MIT
// Products with 8-bit weights; see Int8Call. With VNNI inputs are bytes with a zero point, four of them multiplied at
// once; without, 16-bit integers, since what AVX2 offers for bytes saturates: weights are widened as they are loaded.

#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
#define KERNEL_BYTE_PRODUCTS 1
#else
#define KERNEL_BYTE_PRODUCTS 0
#endif

constexpr int kInputsTogether = KERNEL_BYTE_PRODUCTS ? 4 : 2;
constexpr size_t kGroupBytes = kInt8Group * 4 / kInputsTogether;  // of one row, four bytes a step

#if KERNEL_BYTE_PRODUCTS
#if defined(__AVX512F__)
KERNEL_INLINE Integers load_weight_bytes(const int8_t* p) {
    return reinterpret_cast<Integers>(_mm512_load_si512(p));
}
KERNEL_INLINE Integers add_group_products(Integers sum, Integers x, Integers weights) {
    return reinterpret_cast<Integers>(_mm512_dpbusd_epi32(reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(x),
                                                          reinterpret_cast<__m512i>(weights)));
}
// Products of words, without a register that holds zeros.
KERNEL_INLINE Integers products_of(Integers a, Integers b) {
    return reinterpret_cast<Integers>(_mm512_madd_epi16(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
// 16 channels as bytes. The inputs are not negative.
KERNEL_INLINE void store_bytes(uint8_t* out, const Vector* v) {
    const __m512i integers = _mm512_cvtps_epi32(reinterpret_cast<__m512>(v[0]));
    _mm_store_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtusepi32_epi8(integers));
}
#else
KERNEL_INLINE Integers products_of(Integers a, Integers b) {
    return reinterpret_cast<Integers>(_mm256_madd_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
KERNEL_INLINE Integers load_weight_bytes(const int8_t* p) {
    return reinterpret_cast<Integers>(_mm256_load_si256(reinterpret_cast<const __m256i*>(p)));
}
KERNEL_INLINE Integers add_group_products(Integers sum, Integers x, Integers weights) {
    return reinterpret_cast<Integers>(_mm256_dpbusd_avx_epi32(
        reinterpret_cast<__m256i>(sum), reinterpret_cast<__m256i>(x), reinterpret_cast<__m256i>(weights)));
}
KERNEL_INLINE void store_bytes(uint8_t* out, const Vector* v) {
    const __m256i low = _mm256_cvtps_epi32(reinterpret_cast<__m256>(v[0]));
    const __m256i high = _mm256_cvtps_epi32(reinterpret_cast<__m256>(v[1]));
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
    _mm_store_si128(reinterpret_cast<__m128i*>(out),
                    _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}
#endif
#else
KERNEL_INLINE Integers add_group_products(Integers sum, Integers x, Integers weights) {
    return add_products(sum, x, weights);
}
#if defined(__AVX512F__)
KERNEL_INLINE Integers load_weight_bytes(const int8_t* p) {
    return reinterpret_cast<Integers>(_mm512_cvtepi8_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(p))));
}
// 16 channels as words.
KERNEL_INLINE void store_bytes(uint8_t* out, const Vector* v) {
    const __m512i integers = _mm512_cvtps_epi32(reinterpret_cast<__m512>(v[0]));
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtsepi32_epi16(integers));
}
#else
KERNEL_INLINE Integers load_weight_bytes(const int8_t* p) {
    return reinterpret_cast<Integers>(_mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(p))));
}
KERNEL_INLINE void store_bytes(uint8_t* out, const Vector* v) {
    const __m256i words = reinterpret_cast<__m256i>(unit_of(v[0], v[1]));
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), _mm256_permute4x64_epi64(words, 0xd8));
}
#endif
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
        store(zeros, shifted - kRound);
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
                                  float* scales, int32_t* zeros) {
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
        zeros[r] = -static_cast<int32_t>(rows.zeros[r]) & 0xffff;
        for (int v = 0; v < vectors; v += kVectorsTogether) {
            Vector x[kVectorsTogether];
            unroll<kVectorsTogether>([&](auto i) KERNEL_LAMBDA {
                constexpr int kIndex = decltype(i)::value;
                const bool real = kIndex == 0 || v + kIndex < vectors;
                const Vector value = real ? load(in + (v + kIndex) * block_stride + r * kWidth) : Vector{};
#if KERNEL_BYTE_PRODUCTS
                x[kIndex] = larger(value * rows.factors[r] + rows.zeros[r], Vector{});
#else
                x[kIndex] = value * rows.factors[r];
#endif
            });
            store_bytes(out + r * kGroupBytes + v * kWidth * 4 / kInputsTogether, x);
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
                               call.quantized + entry * kGroupBytes, call.scales + entry, call.zeros + entry);
            }
        }
    }
}

// One panel's weights, and where the inputs of a tile of rows lie.
struct Int8Tile {
    const uint8_t* in = nullptr;
    const float* row_scales = nullptr;
    const int32_t* row_zeros = nullptr;
    const int8_t* weights = nullptr;
    const float* scales = nullptr;
    const int32_t* sums = nullptr;
    size_t entries = 0;
    int taps = 1, stride = 0;  // of lines
    int channels = 0, group = 0;
};

// results[kVectors][kRows]: sums of integers of one tap and group at a time, made floats with both scales.
template <int kRows, int kVectors>
void multiply_int8_tile(const Int8Tile& tile, Vector* results) {
    constexpr size_t kStepBytes = static_cast<size_t>(kVectors) * kWidth * kInputsTogether;
    const int8_t* weights = tile.weights;
    const float* scales = tile.scales;
    [[maybe_unused]] const int32_t* sums = tile.sums;
    for (int i = 0; i < kRows * kVectors; ++i) results[i] = Vector{};
    for (int tap = 0; tap < tile.taps; ++tap) {
        const ptrdiff_t shift = tile.taps == 1 ? 0 : (tap / 3 - 1) * tile.stride + tap % 3 - 1;
        size_t entry = 0;
        for (int channel = 0; channel < tile.channels; channel += tile.group, entry += tile.entries) {
            const ptrdiff_t at = static_cast<ptrdiff_t>(entry) + shift;
            const uint8_t* in = tile.in + at * static_cast<ptrdiff_t>(kGroupBytes);
            Integers sum[kRows][kVectors];
            unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                constexpr int kVector = decltype(v)::value;
#if KERNEL_BYTE_PRODUCTS
                const Integers column_sum = *reinterpret_cast<const Integers*>(sums + kVector * kWidth);
#endif
                unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                    constexpr int kRow = decltype(r)::value;
#if KERNEL_BYTE_PRODUCTS
                    const auto zero = reinterpret_cast<const int16_t*>(tile.row_zeros + at + kRow);
                    sum[kRow][kVector] = products_of(repeat_pair(zero), column_sum);
#else
                    sum[kRow][kVector] = Integers{};
#endif
                });
            });
            const int steps = (min_of(tile.group, tile.channels - channel) + kInputsTogether - 1) / kInputsTogether;
            for (int step = 0; step < steps; ++step) {
                Integers columns[kVectors];
                unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                    columns[decltype(v)::value] =
                        load_weight_bytes(weights + decltype(v)::value * kWidth * kInputsTogether);
                });
                unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                    constexpr int kRow = decltype(r)::value;
                    const Integers x =
                        repeat_pair(reinterpret_cast<const int16_t*>(in + kRow * kGroupBytes + step * 4));
                    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                        constexpr int kVector = decltype(v)::value;
                        sum[kRow][kVector] = add_group_products(sum[kRow][kVector], x, columns[kVector]);
                    });
                });
                weights += kStepBytes;
            }
            unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                constexpr int kVector = decltype(v)::value;
                const Vector scale = load(scales + kVector * kWidth);
                unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                    constexpr int kRow = decltype(r)::value;
                    results[kVector * kRows + kRow] +=
                        __builtin_convertvector(sum[kRow][kVector], Vector) * scale * tile.row_scales[at + kRow];
                });
            });
            scales += kVectors * kWidth;
            sums += kVectors * kWidth;
            asm volatile("" : : : "memory");  // the results stay in memory: registers are for the sums
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

// The products of one line of rows with one panel.
KERNEL_INLINE void multiply_int8_line(const Int8Call& call, const Int8Rows& rows, Int8Tile tile, int line, int vector,
                                      int vectors) {
    const int tiles = (rows.line + kMaxIntegerRows - 1) / kMaxIntegerRows;
    const size_t first = rows.entry(line);
    tile.in += first * kGroupBytes, tile.row_scales += first, tile.row_zeros += first;
    size_t row = static_cast<size_t>(line) * rows.line;
    for (int i = 0; i < tiles; ++i) {
        const int count = rows.line / tiles + (i < rows.line % tiles ? 1 : 0);
        Vector results[kPanelVectors * kMaxIntegerRows];
        kInt8Tiles.of[vectors - 1][count - 1](tile, results);
        for (int v = 0; v < vectors; ++v) finish_rows(call.out, vector + v, row, count, results + v * count);
        tile.in += count * kGroupBytes, tile.row_scales += count, tile.row_zeros += count;
        row += count;
    }
}

void int8_product(const Int8Call& call) {
    const Int8Rows rows(call);
    if (!call.input_ready) quantize_int8_rows(call, rows);
    const size_t steps = static_cast<size_t>((call.in_channels + kInputsTogether - 1) / kInputsTogether) * call.taps;
    const size_t scales = static_cast<size_t>(groups_of(call.in_channels, call.weights.group)) * call.taps;
    Int8Tile tile;
    tile.in = call.quantized, tile.row_scales = call.scales, tile.row_zeros = call.zeros;
    tile.entries = rows.entries, tile.taps = call.taps, tile.stride = rows.stride;
    tile.channels = call.in_channels, tile.group = call.weights.group;
    for (int vector = 0; vector < call.out_vectors; vector += kPanelVectors) {
        const size_t column = static_cast<size_t>(vector) * kWidth;
        tile.weights = call.weights.values + column * steps * kInputsTogether;
        tile.scales = call.weights.scales + column * scales;
        tile.sums = call.weights.sums + column * scales;
        const int vectors = min_of(kPanelVectors, call.out_vectors - vector);
        for (int line = 0; line < rows.lines; ++line) multiply_int8_line(call, rows, tile, line, vector, vectors);
    }
}

size_t int8_input_entries(const Int8Call& call) {
    return Int8Rows(call).entries;
}
