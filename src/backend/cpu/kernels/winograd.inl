// SPDX-License-Identifier: MIT
// F(4x4, 3x3) with the points 0, +-5/8, +-3/2 and infinity, whose rounding errors are half those of 0, +-1, +-2.
// Along one axis, with p the points: inputs d become the coefficients of d at the polynomials prod_{j != i}(x - p_j),
// weights g become g(p_i) / prod_{j != i}(p_i - p_j), and outputs are the sums of products times p_i^k.

constexpr float kA = kWinogradPointA, kB = kWinogradPointB, kA2 = kA * kA, kB2 = kB * kB;
constexpr int kTileEdge = kWinogradTile + 2;

// kInMemory: d lies there, so what sums start from can be loaded again: see start_from().
template <bool kInMemory>
KERNEL_INLINE void transform_input_line(const Vector* d, int step, Vector* out, int out_step) {
    const auto start = [&](int i) KERNEL_LAMBDA {
        if constexpr (kInMemory) return start_from(d[i * step]);
        return d[i * step];
    };
    const Vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
    const Vector even_a = start(4) - d2 * kB2, odd_a = start(3) - d1 * kB2;
    const Vector even_b = start(4) - d2 * kA2, odd_b = start(3) - d1 * kA2;
    out[0] = start(4) - d2 * (kA2 + kB2) + d0 * (kA2 * kB2);
    out[out_step] = even_a + odd_a * kA;
    out[2 * out_step] = even_a - odd_a * kA;
    out[3 * out_step] = even_b + odd_b * kB;
    out[4 * out_step] = even_b - odd_b * kB;
    out[5 * out_step] = start(5) - d3 * (kA2 + kB2) + d1 * (kA2 * kB2);
}

constexpr float kNorm0 = 1 / (kA2 * kB2), kNormA = 1 / (2 * kA2 * (kA2 - kB2)), kNormB = 1 / (2 * kB2 * (kB2 - kA2));

// kUnnormed: of products of weights that were not divided by the norms.
template <bool kUnnormed>
KERNEL_INLINE void transform_output_line(const Vector* m, int step, Vector* out, int out_step) {
    constexpr float k0 = kUnnormed ? kNorm0 : 1, kOfA = kUnnormed ? kNormA : 1, kOfB = kUnnormed ? kNormB : 1;
    const Vector m0 = m[0], m1 = m[step], m2 = m[2 * step], m3 = m[3 * step], m4 = m[4 * step], m5 = m[5 * step];
    const Vector sum_a = m1 + m2, difference_a = m1 - m2, sum_b = m3 + m4, difference_b = m3 - m4;
    out[0] = m0 * k0 + sum_a * kOfA + sum_b * kOfB;
    out[out_step] = difference_a * (kA * kOfA) + difference_b * (kB * kOfB);
    out[2 * out_step] = sum_a * (kA2 * kOfA) + sum_b * (kB2 * kOfB);
    out[3 * out_step] = m5 + difference_a * (kA2 * kA * kOfA) + difference_b * (kB2 * kB * kOfB);
}

KERNEL_INLINE void transform_weight_line(Vector g0, Vector g1, Vector g2, Vector* out, int out_step) {
    const Vector even_a = g0 * kNormA + g2 * (kA2 * kNormA), even_b = g0 * kNormB + g2 * (kB2 * kNormB);
    out[0] = g0 * kNorm0;
    out[out_step] = even_a + g1 * (kA * kNormA);
    out[2 * out_step] = even_a - g1 * (kA * kNormA);
    out[3 * out_step] = even_b + g1 * (kB * kNormB);
    out[4 * out_step] = even_b - g1 * (kB * kNormB);
    out[5 * out_step] = g2;
}

struct RowRange {
    int first, count;
};

// The tiles of one board, and of those samples that are multiplied together. The products at infinity count only for
// the last row or column of a tile, and tiles at the edge, where the board is not a multiple of a tile, need none: of
// 19x19 that is one product in fifteen. So tiles come in the order of kGroups, in which those that need a position
// follow each other.
struct TileGrid {
    // More rows than this gain nothing, and the transformed inputs would leave the cache.
    static constexpr int kEnoughRows = 100;

    TileGrid(int board_height, int board_width, size_t batch, int enough_rows = kEnoughRows)
        : height(board_height),
          width(board_width),
          down((height + kWinogradTile - 1) / kWinogradTile),
          across((width + kWinogradTile - 1) / kWinogradTile),
          per_board(down * across) {
        const size_t wanted = enough_rows > per_board ? enough_rows / per_board : 1;
        samples = wanted < batch ? wanted : batch;
    }
    int height, width, down, across, per_board;
    size_t samples;
    int rows() const { return static_cast<int>(samples) * per_board; }

    // Calls body(sample, tile_y, tile_x) for the tiles of `count` samples in the order of their rows.
    template <class Body>
    KERNEL_INLINE void for_each_tile(size_t first_sample, size_t count, const Body& body) const {
        for (const Group& group : kGroups) {
            for (size_t sample = first_sample; sample < first_sample + count; ++sample) {
                for (int y = group.cut_y ? whole_down() : 0; y < (group.cut_y ? down : whole_down()); ++y) {
                    for (int x = group.cut_x ? whole_across() : 0; x < (group.cut_x ? across : whole_across()); ++x) {
                        body(sample, y, x);
                    }
                }
            }
        }
    }
    // Whether the last column of such a tile is off the board.
    bool is_cut(int tile_x) const { return tile_x >= whole_across(); }
    // The rows that need this position.
    KERNEL_INLINE RowRange rows_of(int position, size_t count) const {
        const bool last_y = position / kTileEdge == kTileEdge - 1, last_x = position % kTileEdge == kTileEdge - 1;
        const int boards = static_cast<int>(count), above = whole_down() * across, left = down * whole_across();
        const int whole = whole_down() * whole_across();
        const int first = last_y ? boards * (left - whole) : 0;
        return {first, boards * (last_y ? (last_x ? whole : above) : (last_x ? left : per_board))};
    }

  private:
    struct Group {
        bool cut_y, cut_x;  // tiles whose last row, or column, is off the board
    };
    static constexpr Group kGroups[] = {{true, false}, {false, false}, {false, true}, {true, true}};
    int whole_down() const { return height / kWinogradTile; }
    int whole_across() const { return width / kWinogradTile; }
};

// One tile of one block: transforms 6x6 points, of which those off the board count as zero.
//   board            the block's [points][width] of the sample
//   store_position   of (position, Vector): takes a result
template <class Store>
KERNEL_INLINE void transform_input_tile(const float* board, const TileGrid& grid, int tile_y, int tile_x,
                                        const Store& store_position) {
    const int y0 = tile_y * kWinogradTile - 1, x0 = tile_x * kWinogradTile - 1;
    const bool inside = x0 >= 0 && x0 + kTileEdge <= grid.width;
    Vector columns[kTileEdge][kTileEdge];
    for (int i = 0; i < kTileEdge; ++i) {
        const int y = y0 + i;
        if (y < 0 || y >= grid.height) {
            unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA { columns[i][decltype(j)::value] = Vector{}; });
            continue;
        }
        const float* row = board + (y * grid.width + x0) * kWidth;
        if (inside) {
            transform_input_line<true>(reinterpret_cast<const Vector*>(row), 1, columns[i], 1);
            continue;
        }
        Vector line[kTileEdge];
        unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA {
            constexpr int kColumn = decltype(j)::value;
            const int x = x0 + kColumn;
            line[kColumn] = x >= 0 && x < grid.width ? load(row + kColumn * kWidth) : Vector{};
        });
        transform_input_line<false>(line, 1, columns[i], 1);
    }
    unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA {
        constexpr int kColumn = decltype(j)::value;
        if (kColumn == kTileEdge - 1 && grid.is_cut(tile_x)) return;
        Vector transformed[kTileEdge];
        transform_input_line<true>(columns[0] + kColumn, kTileEdge, transformed, 1);
        unroll<kTileEdge>([&](auto i) KERNEL_LAMBDA {
            constexpr int kRow = decltype(i)::value;
            store_position(kRow * kTileEdge + kColumn, transformed[kRow]);
        });
    });
}

// tiles_in: [position][block][samples * tiles][width]
void transform_inputs(const WinogradCall& call, const TileGrid& grid, size_t first_sample, size_t samples) {
    const size_t blocks = blocks_of(call.in_channels), rows = samples * grid.per_board;
    const size_t points = static_cast<size_t>(grid.height) * grid.width, position_stride = blocks * rows * kWidth;
    for (size_t block = 0; block < blocks; ++block) {
        float* out = call.tiles_in + block * rows * kWidth;
        grid.for_each_tile(first_sample, samples, [&](size_t sample, int y, int x) KERNEL_LAMBDA {
            transform_input_tile(call.in + (block * call.out.batch + sample) * points * kWidth, grid, y, x,
                                 [&](int position, Vector v)
                                     KERNEL_LAMBDA { store(out + position * position_stride, v); });
            out += kWidth;
        });
    }
}

// One tile of one block of outputs, with its epilogue. load_position(p): the product of position p, a Vector. For
// kUnnormed, of weights without norms along lines.
template <bool kUnnormed = false, class Load>
KERNEL_INLINE void transform_output_tile(const EpilogueCall& out, const TileGrid& grid, const Load& load_position,
                                         size_t block, size_t sample, int tile_y, int tile_x) {
    Vector columns[kWinogradTile][kTileEdge];
    unroll<kTileEdge>([&](auto j) KERNEL_LAMBDA {
        constexpr int kColumn = decltype(j)::value;
        if (kColumn == kTileEdge - 1 && grid.is_cut(tile_x)) {
            unroll<kWinogradTile>([&](auto i) KERNEL_LAMBDA { columns[decltype(i)::value][kColumn] = Vector{}; });
            return;
        }
        Vector line[kTileEdge];
        unroll<kTileEdge>([&](auto i) KERNEL_LAMBDA {
            constexpr int kRow = decltype(i)::value;
            line[kRow] = load_position(kRow * kTileEdge + kColumn);
        });
        transform_output_line<false>(line, 1, columns[0] + kColumn, kTileEdge);
    });
    const int y0 = tile_y * kWinogradTile, x0 = tile_x * kWinogradTile;
    const int rows = min_of(kWinogradTile, grid.height - y0), count = min_of(kWinogradTile, grid.width - x0);
    const size_t first = (sample * grid.height + y0) * grid.width + x0;
    Vector results[kWinogradTile * kLineResults];
    unroll<kWinogradTile>([&](auto i) KERNEL_LAMBDA {
        constexpr int kRow = decltype(i)::value;
        transform_output_line<kUnnormed>(columns[kRow], 1, results + kRow * kLineResults, 1);
    });
    finish_lines(out, block, {first, count, rows, static_cast<size_t>(grid.width)}, results);
}

// The outputs of one panel. products: [position][vector][rows][width]
void transform_outputs(const EpilogueCall& out, const TileGrid& grid, const float* products, size_t position_stride,
                       int first_vector, int vectors, size_t first_sample, size_t samples) {
    for (int v = 0; v < vectors; ++v) {
        grid.for_each_tile(first_sample, samples, [&](size_t sample, int y, int x) KERNEL_LAMBDA {
            transform_output_tile(
                out, grid, [&](int position) KERNEL_LAMBDA { return load(products + position * position_stride); },
                first_vector + v, sample, y, x);
            products += kWidth;
        });
    }
}

// Where weights are transformed in every evaluation, this is done for two lines of positions at a time, 0 and infinity,
// +-A or +-B, which share most of their work, and for so many input channels: the result stays in the second-level
// cache.
constexpr int kWeightDepth = 96;
constexpr int kLinesAtOnce = 2, kLinePairs = kTileEdge / kLinesAtOnce;
constexpr int kPositionsAtOnce = kLinesAtOnce * kTileEdge;
constexpr int kLinePair[kLinePairs][kLinesAtOnce] = {{0, 5}, {1, 2}, {3, 4}};

// Floats from one position's transformed weights to the next: not a power of two, or all would share a cache set.
constexpr size_t weight_stride(size_t depth, size_t columns) {
    return depth * columns + 48;
}

// Two of the six results of transform_weight_line.
template <int kPair>
KERNEL_INLINE void transform_weight_pair(Vector g0, Vector g1, Vector g2, Vector* first, Vector* second) {
    Vector all_six[kTileEdge];
    transform_weight_line(g0, g1, g2, all_six, 1);  // the compiler drops what is not used
    *first = all_six[kLinePair[kPair][0]];
    *second = all_six[kLinePair[kPair][1]];
}

// [depth][9][columns] -> the positions of one pair of lines, each [depth][columns]
template <int kPair>
void transform_weights(const float* weights, size_t depth, size_t columns, float* out) {
    const size_t stride = weight_stride(depth, columns);
    for (size_t channel = 0; channel < depth; ++channel) {
        for (size_t column = 0; column < columns; column += kWidth, out += kWidth) {
            const float* g = weights + channel * 9 * columns + column;
            Vector first[3], second[3];
            unroll<3>([&](auto j) KERNEL_LAMBDA {
                constexpr int kColumn = decltype(j)::value;
                transform_weight_pair<kPair>(load(g + kColumn * columns), load(g + (3 + kColumn) * columns),
                                             load(g + (6 + kColumn) * columns), first + kColumn, second + kColumn);
            });
            Vector line[kPositionsAtOnce];
            transform_weight_line(first[0], first[1], first[2], line, 1);
            transform_weight_line(second[0], second[1], second[2], line + kTileEdge, 1);
            unroll<kPositionsAtOnce>(
                [&](auto p) KERNEL_LAMBDA { store(out + decltype(p)::value * stride, line[decltype(p)::value]); });
        }
    }
}

// The sizes of one panel's products.
struct PanelShape {
    PanelShape(const WinogradCall& call, int panel_vectors, int rows)
        : vectors(panel_vectors),
          columns(static_cast<size_t>(vectors) * kWidth),
          block_stride(static_cast<size_t>(rows) * kWidth),
          in_stride(blocks_of(call.in_channels) * block_stride),
          out_stride(vectors * block_stride) {}
    int vectors;
    size_t columns;
    size_t block_stride, in_stride, out_stride;  // from block to block, and from position to position
};

// Products of one panel: [position][vector][rows][width].
void multiply_transformed(const WinogradCall& call, const TileGrid& grid, size_t samples, const PanelShape& shape,
                          const float* weights, float* products) {
    for (int position = 0; position < kWinogradPositions; ++position) {
        const RowRange rows = grid.rows_of(position, samples);
        multiply_panel(call.tiles_in + position * shape.in_stride + rows.first * kWidth, shape.block_stride,
                       weights + position * call.in_channels * shape.columns, call.in_channels, shape.vectors,
                       rows.count, products + position * shape.out_stride + rows.first * kWidth, shape.block_stride,
                       false);
    }
}

template <int kPair>
void multiply_pair(const WinogradCall& call, const TileGrid& grid, size_t samples, const PanelShape& shape,
                   const float* weights, float* products, float* transformed) {
    for (int first = 0; first < call.in_channels; first += kWeightDepth) {
        const int depth = min_of(kWeightDepth, call.in_channels - first);
        transform_weights<kPair>(weights + first * 9 * shape.columns, depth, shape.columns, transformed);
        for (int p = 0; p < kPositionsAtOnce; ++p) {
            const int position = kLinePair[kPair][p / kTileEdge] * kTileEdge + p % kTileEdge;
            const RowRange rows = grid.rows_of(position, samples);
            const float* in = call.tiles_in + position * shape.in_stride + first / kWidth * shape.block_stride;
            multiply_panel(in + rows.first * kWidth, shape.block_stride,
                           transformed + p * weight_stride(depth, shape.columns), depth, shape.vectors, rows.count,
                           products + position * shape.out_stride + rows.first * kWidth, shape.block_stride, first > 0);
        }
    }
}

void winograd(const WinogradCall& call) {
    const TileGrid grid(call.height, call.width, call.out.batch);
    const size_t weights_per_vector =
        static_cast<size_t>(call.weights_transformed ? kWinogradPositions : 9) * call.in_channels * kWidth;
    float* products = call.scratch;
    float* transformed = products + static_cast<size_t>(kWinogradPositions) * kPanelVectors * grid.rows() * kWidth;
    for (size_t first = 0; first < call.out.batch; first += grid.samples) {
        const size_t samples = first + grid.samples <= call.out.batch ? grid.samples : call.out.batch - first;
        const int rows = static_cast<int>(samples) * grid.per_board;
        if (!call.input_transformed || grid.samples < call.out.batch) transform_inputs(call, grid, first, samples);
        for (int vector = 0; vector < call.out_vectors; vector += kPanelVectors) {
            const int vectors = min_of(kPanelVectors, call.out_vectors - vector);
            const PanelShape shape(call, vectors, rows);
            const float* weights = call.weights + vector * weights_per_vector;
            if (call.weights_transformed) {
                multiply_transformed(call, grid, samples, shape, weights, products);
            } else {
                unroll<kLinePairs>([&](auto pair) KERNEL_LAMBDA {
                    multiply_pair<decltype(pair)::value>(call, grid, samples, shape, weights, products, transformed);
                });
            }
            transform_outputs(call.out, grid, products, shape.out_stride, vector, vectors, first, samples);
        }
    }
}

size_t winograd_input_floats(int height, int width, size_t batch, int in_channels) {
    return kWinogradPositions * blocks_of(in_channels) * TileGrid(height, width, batch).rows() * kWidth;
}

size_t winograd_scratch_floats(int height, int width, size_t batch) {
    const size_t rows = TileGrid(height, width, batch).rows();
    return kWinogradPositions * kPanelVectors * kWidth * rows +
           kPositionsAtOnce * weight_stride(kWeightDepth, kPanelVectors * kWidth);
}
