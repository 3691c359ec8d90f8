// SPDX-License-Identifier: MIT
// Products with 8-bit weights; see Int8Call. Where sums of products of bytes exist, inputs are bytes with a zero point;
// without, 16-bit integers, since what AVX2 offers for bytes saturates: weights are widened as they are loaded.

#if defined(__AVX512VNNI__) || defined(__AVXVNNI__) || defined(__aarch64__)
#define KERNEL_BYTE_PRODUCTS 1
#else
#define KERNEL_BYTE_PRODUCTS 0
#endif

constexpr size_t kLineBytes = KERNEL_BYTE_PRODUCTS ? kInt8Line : 2 * kInt8Line;  // of one row

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
#include "backend/cpu/kernels/int8_neon.inl"
#else
#include "backend/cpu/kernels/int8_x86.inl"
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

// Mixes the lanes of a vector that turning mixes.
#if defined(__AVX2__)
// Lanes so many apart: `exchanged` has them in each other's place.
template <int kApart, int... kLane>
KERNEL_INLINE Vector sums_and_differences(Vector x, Vector exchanged, std::integer_sequence<int, kLane...>) {
    const Vector signs{(kLane & kApart ? -1.0f : 1.0f)...};
    return exchanged + x * signs;
}
KERNEL_INLINE Vector turn_lanes(Vector x) {
    constexpr auto kLanes = std::make_integer_sequence<int, kWidth>{};
#if defined(__AVX512F__)
    __m512 v = reinterpret_cast<__m512>(x);
    x = sums_and_differences<4>(x, reinterpret_cast<Vector>(_mm512_shuffle_f32x4(v, v, 0xb1)), kLanes);
    v = reinterpret_cast<__m512>(x);
    return sums_and_differences<8>(x, reinterpret_cast<Vector>(_mm512_shuffle_f32x4(v, v, 0x4e)), kLanes);
#else
    const __m256 v = reinterpret_cast<__m256>(x);
    return sums_and_differences<4>(x, reinterpret_cast<Vector>(_mm256_permute2f128_ps(v, v, 1)), kLanes);
#endif
}
#else
KERNEL_INLINE Vector turn_lanes(Vector x) {
    return x;
}
#endif
// And the vectors of a unit.
template <int kVectors>
KERNEL_INLINE void turn_vectors(Vector (&x)[kVectors]) {
    constexpr int kStages = kVectors == 16 ? 4 : kVectors == 8 ? 3 : kVectors == 4 ? 2 : kVectors == 2 ? 1 : 0;
    unroll<kStages>([&](auto stage) KERNEL_LAMBDA {
        unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
            constexpr int kVector = decltype(v)::value, kApart = 1 << decltype(stage)::value;
            if constexpr ((kVector & kApart) == 0) {
                const Vector a = x[kVector], b = x[kVector + kApart];
                x[kVector] = a + b, x[kVector + kApart] = a - b;
            }
        });
    });
}

// The scales of kWidth rows from their extremes: x = scale * (integer - zero).
struct RowScales {
    alignas(sizeof(Vector)) float factors[kWidth], scales[kWidth], zeros[kWidth];
    KERNEL_INLINE void set(Vector highest, Vector lowest) {
        constexpr float kLeast = 1e-30f;  // a row of zeros stays zero
#if KERNEL_BYTE_PRODUCTS
        const Vector high = larger(highest, Vector{}), low = larger(-lowest, Vector{}), range = high + low;
        const Vector factor = 255.0f / larger(range, all(kLeast));
        const Vector shifted = low * factor + kRoundToLowBits;
        store(zeros, shifted - kRoundToLowBits + kByteOffset);
        store(scales, range * (1.0f / 255.0f));
#else
        const Vector range = larger(highest, -lowest), factor = 32767.0f / larger(range, all(kLeast));
        store(zeros, Vector{});
        store(scales, range * (1.0f / 32767.0f));
#endif
        store(factors, factor);
    }
};

// Rows of one group of channels before they are quantized.
struct GroupRows {
    const float* in = nullptr;  // [vectors][rows][width]
    size_t block_stride = 0;    // floats
    int vectors = 0;
    int count = 0;  // <= kWidth
};

// The largest and the smallest value of each lane, and zero.
struct Extremes {
    Vector high{}, low{};
    template <int kCount>
    KERNEL_INLINE void take(const Vector (&x)[kCount]) {
        Vector largest = x[0], smallest = x[0];
        unroll<kCount - 1>([&](auto i) KERNEL_LAMBDA {
            largest = larger(largest, x[decltype(i)::value + 1]),
            smallest = smaller(smallest, x[decltype(i)::value + 1]);
        });
        high = larger(high, largest), low = smaller(low, smallest);
    }
};

// ParallelRange one unit of a row's channels.
//   out        vectors kWidth * kWidth floats apart
//   extremes   null: what is made will be mirrored
template <int kUnit>
KERNEL_INLINE void rotation_block(const float* in, size_t block_stride, float* out, Extremes* extremes) {
    constexpr int kVectors = kUnit / kWidth;
    Vector x[kVectors];
    unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
        x[decltype(v)::value] = turn_lanes(load(in + decltype(v)::value * block_stride));
    });
    turn_vectors(x);
    unroll<kVectors>([&](auto v)
                         KERNEL_LAMBDA { store(out + decltype(v)::value * kWidth * kWidth, x[decltype(v)::value]); });
    if (extremes != nullptr) extremes->take(x);
}

// Mirrors three turned units of a row, in place.
KERNEL_INLINE void mirror_units(float* row, int unit, Extremes& extremes) {
    for (int at = 0; at < unit; at += kWidth, row += kWidth * kWidth) {
        Vector x[3];
        unroll<3>([&](auto i)
                      KERNEL_LAMBDA { x[decltype(i)::value] = load(row + decltype(i)::value * unit * kWidth); });
        const Vector part = (x[0] + x[1] + x[2]) * (2.0f / 3);
        unroll<3>([&](auto i) KERNEL_LAMBDA {
            x[decltype(i)::value] -= part;
            store(row + decltype(i)::value * unit * kWidth, x[decltype(i)::value]);
        });
        extremes.take(x);
    }
}

// A row of a group, turned, as [vectors] that are kWidth * kWidth floats apart.
KERNEL_INLINE Extremes turn_row(const GroupRows& rows, int row, int rotated, float* out) {
    const bool threes = rotated % 3 == 0;
    const int unit = threes ? rotated / 3 : rotated, channels = rows.vectors * kWidth;
    const float* in = rows.in + row * kWidth;
    Extremes extremes;
    Extremes* const measured = threes ? nullptr : &extremes;
    for (int at = 0; at < channels; at += unit, in += unit / kWidth * rows.block_stride) {
        float* to = out + at * kWidth;
        if (unit == 64) rotation_block<64>(in, rows.block_stride, to, measured);
        if (unit == 32) rotation_block<32>(in, rows.block_stride, to, measured);
        if (unit == 16) rotation_block<16>(in, rows.block_stride, to, measured);
    }
    if (threes) {
        for (int at = 0; at < channels; at += rotated) mirror_units(out + at * kWidth, unit, extremes);
    }
    return extremes;
}

// Quantizes rows of one group into lines that are line_stride bytes apart.
[[gnu::noinline]] void quantize_group(const GroupRows& given, int rotated, uint8_t* out, size_t line_stride,
                                      float* scales, RowZero* zeros) {
    GroupRows group = given;
    const int count = group.count;
    alignas(sizeof(Vector)) float turned_rows[kInt8TurnedGroup * kWidth];
    Vector high[kWidth] = {}, negative_low[kWidth] = {};
    if (rotated != 0) {
        for (int r = 0; r < count; ++r) {
            const Extremes extremes = turn_row(given, r, rotated, turned_rows + r * kWidth);
            high[r] = extremes.high, negative_low[r] = -extremes.low;
        }
        group.in = turned_rows, group.block_stride = static_cast<size_t>(kWidth) * kWidth;
    } else {
        for (int v = 0; v < group.vectors; ++v) {
            const float* from = group.in + v * group.block_stride;
            for (int r = 0; r < count; ++r) {
                const Vector x = load(from + r * kWidth);
                high[r] = larger(high[r], x), negative_low[r] = larger(negative_low[r], -x);
            }
        }
    }
    RowScales rows;
    rows.set(largest_lanes(high), -largest_lanes(negative_low));
    constexpr int kTogether = 16 / kWidth, kVectorsOfLine = kInt8Line / kWidth;  // of 16 channels, of a line
    // 16 channels of one row, of which `real` vectors exist.
    const auto quantize_16 = [&](const float* in, int r, int real, uint8_t* to) KERNEL_LAMBDA {
        Vector x[kTogether];
        unroll<kTogether>([&](auto i) KERNEL_LAMBDA {
            constexpr int kIndex = decltype(i)::value;
            const Vector value = kIndex < real ? load(in + kIndex * group.block_stride) : Vector{};
#if KERNEL_BYTE_PRODUCTS
            x[kIndex] = value * rows.factors[r] + (rows.zeros[r] + kByteShift);
#else
            x[kIndex] = value * rows.factors[r];
#endif
        });
        store_bytes(to, x);
    };
    for (int r = 0; r < count; ++r) {
        scales[r] = rows.scales[r];
        zeros[r] = stored_zero(rows.zeros[r], rows.scales[r]);
        const float* in = group.in + r * kWidth;
        uint8_t* line = out + r * kLineBytes;
        for (int left = group.vectors; left > 0; left -= kVectorsOfLine, line += line_stride) {
            uint8_t* to = line;
            int of_line = min_of(left, kVectorsOfLine);
            for (; of_line >= kTogether; of_line -= kTogether) {
                quantize_16(in, r, kTogether, to);
                in += kTogether * group.block_stride, to += kLineBytes / (kInt8Line / 16);
            }
            if (of_line > 0) quantize_16(in, r, of_line, to);
        }
    }
}

void quantize_int8_rows(const Int8Call& call, const Int8Rows& rows) {
    const int groups = groups_of(call.in_channels, call.weights.group), group_vectors = call.weights.group / kWidth;
    const int blocks = static_cast<int>(blocks_of(call.in_channels)), lines = lines_of_group(call.weights.group);
    GroupRows part;
    part.block_stride = call.out.batch * call.out.points * kWidth;
    if (rows.conv) {  // the borders
        __builtin_memset(call.scales, 0, groups * rows.entries * sizeof(float));
        __builtin_memset(call.zeros, 0, groups * rows.entries * sizeof(int32_t));
    }
    for (int group = 0; group < groups; ++group) {
        const int first = group * group_vectors;
        part.vectors = min_of(group_vectors, blocks - first);
        for (int line = 0; line < rows.lines; ++line) {
            for (int row = 0; row < rows.line; row += kWidth) {
                part.in = call.in + first * part.block_stride + (static_cast<size_t>(line) * rows.line + row) * kWidth;
                part.count = min_of(kWidth, rows.line - row);
                const size_t entry = rows.entry(line) + row, scale = group * rows.entries + entry;
                quantize_group(
                    part, call.weights.rotated, call.quantized + (group * lines * rows.entries + entry) * kLineBytes,
                    rows.entries * kLineBytes, call.scales + scale, reinterpret_cast<RowZero*>(call.zeros) + scale);
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
    tile.in += entry * kLineBytes, tile.row_scales += entry, tile.row_zeros += entry;
    size_t row = static_cast<size_t>(line) * rows.line + first;
    for (int i = 0; i < tiles; ++i) {
        const int tile_rows = count / tiles + (i < count % tiles ? 1 : 0);
        Vector results[kPanelVectors * kMaxIntegerRows];
        kInt8Tiles.of[vectors - 1][tile_rows - 1](tile, results);
        for (int v = 0; v < vectors; ++v) finish_rows(call.out, vector + v, row, tile_rows, results + v * tile_rows);
        tile.in += tile_rows * kLineBytes, tile.row_scales += tile_rows, tile.row_zeros += tile_rows;
        row += tile_rows;
    }
}

// A tile of the first rows, still without weights.
KERNEL_INLINE Int8Tile tile_of(const Int8Call& call, const Int8Rows& rows) {
    Int8Tile tile;
    tile.in = call.quantized, tile.row_scales = call.scales,
    tile.row_zeros = reinterpret_cast<const RowZero*>(call.zeros);
    tile.entries = rows.entries, tile.taps = call.taps, tile.stride = rows.stride;
    tile.channels = call.in_channels, tile.group = call.weights.group;
    return tile;
}

// The weights of the panel that begins with this vector.
KERNEL_INLINE void take_panel(Int8Tile& tile, const Int8Weights& weights, int vector) {
    const size_t units = static_cast<size_t>((tile.channels + kChannelUnit - 1) / kChannelUnit) * tile.taps;
    const size_t column = static_cast<size_t>(vector) * kWidth;
    const size_t scales = column * groups_of(tile.channels, tile.group) * tile.taps;
    tile.weights = weights.values + column * units * kChannelUnit;
    tile.scales = weights.scales + scales, tile.sums = weights.sums + scales;
}

void int8_product(const Int8Call& call) {
    const Int8Rows rows(call);
    if (!call.input_ready) quantize_int8_rows(call, rows);
    Int8Tile tile = tile_of(call, rows);
    // The rows of a line that meet all panels before the next ones do. A convolution's lines are read by their
    // neighbours too.
    const int group = call.weights.group;
    const size_t row_bytes = groups_of(call.in_channels, group) * lines_of_group(group) * kLineBytes;
    const int part = rows.conv ? rows.line : rows_in_cache(row_bytes, kMaxIntegerRows);
    for (int first = 0; first < rows.line; first += part) {
        const int count = min_of(part, rows.line - first);
        for (int vector = 0; vector < call.out_vectors; vector += kPanelVectors) {
            take_panel(tile, call.weights, vector);
            const int vectors = min_of(kPanelVectors, call.out_vectors - vector);
            for (int line = 0; line < rows.lines; ++line)
                multiply_int8_rows(call, rows, tile, line, first, count, vector, vectors);
        }
    }
}

template <ActivationKind kKind>
KERNEL_INLINE void gate_results_of(const EpilogueCall& out, size_t block, int count, Vector* linear,
                                   const Vector* gate) {
    const Vector scale = load(out.scale + block * kWidth);
    const float* const shift = out.shift + block * kWidth;
    const Activation<kKind, true> activation;
    const auto gate_few = [&](auto few, int first) KERNEL_LAMBDA {
        constexpr int kCount = decltype(few)::value;
        Vector y[kCount];
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            y[decltype(i)::value] = linear[first + decltype(i)::value] * scale + start_from(shift);
        });
        activation.apply(y);
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            linear[first + decltype(i)::value] = y[decltype(i)::value] * gate[first + decltype(i)::value];
        });
    };
    int i = 0;
    for (; i + kLineResults <= count; i += kLineResults) gate_few(Constant<kLineResults>{}, i);
    for (; i < count; ++i) gate_few(Constant<1>{}, i);
}
// linear[count] = activation(linear) * gate, of one block, for bytes
[[gnu::noinline]] void gate_results(const EpilogueCall& out, size_t block, int count, Vector* linear,
                                    const Vector* gate) {
    switch (out.kind) {
        case ActivationKind::Identity:
            return gate_results_of<ActivationKind::Identity>(out, block, count, linear, gate);
        case ActivationKind::Relu:
            return gate_results_of<ActivationKind::Relu>(out, block, count, linear, gate);
        case ActivationKind::Mish:
            return gate_results_of<ActivationKind::Mish>(out, block, count, linear, gate);
        case ActivationKind::Silu:
            return gate_results_of<ActivationKind::Silu>(out, block, count, linear, gate);
    }
}

void quantize_normed_rows(const Int8GatedCall& call, const Int8Rows& rows) {
    const Int8Call& linear = call.linear;
    RmsNormCall norm;
    norm.in = linear.in, norm.epsilon = call.epsilon, norm.channels = linear.in_channels;
    norm.points = static_cast<size_t>(rows.line);
    const int blocks = static_cast<int>(blocks_of(linear.in_channels)), group = linear.weights.group / kWidth;
    const int lines = lines_of_group(linear.weights.group);
    constexpr size_t kBlockFloats = static_cast<size_t>(kWidth) * kWidth;
    for (int row = 0; row < rows.line; row += kWidth) {
        const int count = min_of(kWidth, rows.line - row);
        for (int r = 0; r < count; ++r) {
            const float factor = norm_factor(norm, sum_of_squares(norm, row + r) / norm.channels);
            const float* in = linear.in + (row + r) * kWidth;
            float* out = call.scratch + r * kWidth;
            for (int block = 0; block < blocks; ++block, in += rows.entries * kWidth, out += kBlockFloats)
                store(out, load(in) * factor * load(call.gamma + block * kWidth));
        }
        size_t entry = row, scale = row;
        for (int first = 0; first < blocks; first += group, entry += lines * rows.entries, scale += rows.entries) {
            quantize_group({call.scratch + first * kBlockFloats, kBlockFloats, min_of(group, blocks - first), count},
                           linear.weights.rotated, linear.quantized + entry * kLineBytes, rows.entries * kLineBytes,
                           linear.scales + scale, reinterpret_cast<RowZero*>(linear.zeros) + scale);
        }
    }
}

// A few rows at a time meet the weights of one group of outputs, which stay in the first-level cache.
void int8_gated(const Int8GatedCall& call) {
    const Int8Rows rows(call.linear);
    if (call.gamma != nullptr) {
        quantize_normed_rows(call, rows);
    } else if (!call.linear.input_ready) {
        quantize_int8_rows(call.linear, rows);
    }
    const int all_vectors = call.linear.out_vectors, tiles = (rows.line + kMaxIntegerRows - 1) / kMaxIntegerRows;
    uint8_t* quantized = call.quantized;
    float* scales = call.scales;
    RowZero* zeros = reinterpret_cast<RowZero*>(call.zeros);
    for (int first = 0; first < all_vectors; first += call.out_group / kWidth) {
        const int vectors = min_of(call.out_group / kWidth, all_vectors - first);
        Int8Tile tile = tile_of(call.linear, rows);
        for (int t = 0; t < tiles; ++t) {
            const int count = rows.line / tiles + (t < rows.line % tiles ? 1 : 0);
            Vector results[kInt8Line / kWidth * kMaxIntegerRows], gate[kPanelVectors * kMaxIntegerRows];
            for (int vector = 0; vector < vectors; vector += kPanelVectors) {
                const int in_panel = min_of(kPanelVectors, vectors - vector);
                const Int8TileFunction multiply = kInt8Tiles.of[in_panel - 1][count - 1];
                Vector* const linear = results + vector * count;
                take_panel(tile, call.linear.weights, first + vector);
                multiply(tile, linear);
                take_panel(tile, call.gate, first + vector);
                multiply(tile, gate);
                for (int v = 0; v < in_panel; ++v)
                    gate_results(call.linear.out, first + vector + v, count, linear + v * count, gate + v * count);
            }
            const float* values = reinterpret_cast<const float*>(results);
            for (int row = 0; row < count; row += kWidth) {
                const GroupRows part{values + row * kWidth, static_cast<size_t>(count) * kWidth, vectors,
                                     min_of(kWidth, count - row)};
                quantize_group(part, call.out_turned, quantized + row * kLineBytes, 0, scales + row, zeros + row);
            }
            quantized += count * kLineBytes, scales += count, zeros += count;
            tile.in += count * kLineBytes, tile.row_scales += count, tile.row_zeros += count;
        }
    }
}

size_t int8_input_entries(const Int8Call& call) {
    return Int8Rows(call).entries;
}
