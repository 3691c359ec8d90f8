// SPDX-License-Identifier: MIT
// Products of IEEE halves, for Armv8.2-A cores with FP16 arithmetic: tiles of rows by one vector of eight outputs.
//
// A sum of many halves in one chain loses accuracy with each addition. So chains are short, and are added up in halves
// again, group by group: of n terms the error grows with the square root of the chain and of n / group, not of n. FP32
// sums of the chains would be as accurate as chains of 16, but conversions take four times as long as additions.
//
// Chains of one unit, for which every eighth addition is one of sums, lose little more than floats that are rounded to
// halves. Calls may ask for long ones: beside products of bytes, which lose ten times as much, they are exact enough.

constexpr int kShortChain = 1, kLongChain = 2;  // units
constexpr int kChainsOfGroup = 8;               // that are added up before they join the sum

using HalfBits [[gnu::may_alias]] = float16x8_t;

struct Half {
    float16x8_t v;
};
KERNEL_INLINE Half operator+(Half a, Half b) {
    return {vaddq_f16(a.v, b.v)};
}
KERNEL_INLINE Half load_half(const int16_t* p) {
    return {*reinterpret_cast<const HalfBits*>(p)};
}
KERNEL_INLINE void store_half(int16_t* p, Half x) {
    *reinterpret_cast<HalfBits*>(p) = x.v;
}
// A pair takes as long as one vector to store, but GCC pairs nothing whose address is a sum.
KERNEL_INLINE void store_halves_pair(int16_t* p, Half first, Half second) {
    struct [[gnu::may_alias]] Pair {
        float16x8_t v[2];
    };
    asm("stp %q1, %q2, %0" : "=Q"(*reinterpret_cast<Pair*>(p)) : "w"(first.v), "w"(second.v));
}
// See start_from() of floats.
KERNEL_INLINE Half start_from(const Half& constant) {
    Half x;
    asm volatile("ldr %q0, %1" : "=w"(x.v) : "m"(constant.v));
    return x;
}
KERNEL_INLINE Half half_of(Vector low, Vector high) {
    return {vcvt_high_f16_f32(vcvt_f16_f32(neon(low)), neon(high))};
}
KERNEL_INLINE Vector low_floats(Half x) {
    return reinterpret_cast<Vector>(vcvt_f32_f16(vget_low_f16(x.v)));
}
KERNEL_INLINE Vector high_floats(Half x) {
    return reinterpret_cast<Vector>(vcvt_high_f32_f16(x.v));
}
// a * b[kLane], and sum + that. In assembly: GCC 12 copies the lane to a whole vector first, as long as a product
// takes. Operands of which one lane is taken must be in the registers 0 to 15 ("x").
template <int kLane>
KERNEL_INLINE Half times_lane(Half a, Half b) {
    Half product;
    asm volatile("fmul %0.8h, %1.8h, %2.h[%3]" : "=w"(product.v) : "w"(a.v), "x"(b.v), "i"(kLane));
    return product;
}
template <int kLane>
KERNEL_INLINE void add_times_lane(Half& sum, Half a, Half b) {
    asm volatile("fmla %0.8h, %1.8h, %2.h[%3]" : "+w"(sum.v) : "w"(a.v), "x"(b.v), "i"(kLane));
}
// chain[kRows] = or, for kGoesOn, += a[kRows, one unit] * b[one unit, 8]
template <int kRows, bool kGoesOn>
KERNEL_INLINE void multiply_half_unit(const int16_t* a, const int16_t* b, Half (&chain)[kRows]) {
    Half x[kRows];
    unroll<kRows>([&](auto r) KERNEL_LAMBDA { x[decltype(r)::value] = load_half(a + decltype(r)::value * kHalves); });
    unroll<kHalves>([&](auto k) KERNEL_LAMBDA {
        constexpr int kLane = decltype(k)::value;
        const Half weights = load_half(b + kLane * kHalves);
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            if constexpr (kLane == 0 && !kGoesOn) {
                chain[kRow] = times_lane<kLane>(weights, x[kRow]);
            } else {
                add_times_lane<kLane>(chain[kRow], weights, x[kRow]);
            }
        });
    });
}

// c[kRows] = a[kRows, units] * b[units, 8], in chains of so many units
//   a   units of [rows][8], a_stride halves apart
//   b   a packed panel, [units * 8][8]
template <int kRows, int kChainUnits>
void multiply_half_tile(const int16_t* a, size_t a_stride, const int16_t* b, int units, int16_t* c) {
    constexpr int kPanel = kHalves * kHalves, kGroup = kChainsOfGroup * kChainUnits;
    static_assert(kChainUnits <= 2);
    // Of the unit that a and b stand at, and one more in a long chain.
    const auto take_chain = [&](Half(&chain)[kRows], int unit) KERNEL_LAMBDA {
        multiply_half_unit<kRows, false>(a, b, chain);
        a += a_stride, b += kPanel;
        if (kChainUnits > 1 && unit + 1 < units) {
            multiply_half_unit<kRows, true>(a, b, chain);
            a += a_stride, b += kPanel;
        }
    };
    for (int first = 0; first < units; first += kGroup) {
        const int end = min_of(first + kGroup, units);
        Half sum[kRows];
        take_chain(sum, first);
        for (int unit = first + kChainUnits; unit < end; unit += kChainUnits) {
            Half chain[kRows];
            take_chain(chain, unit);
            unroll<kRows>([&](auto r) KERNEL_LAMBDA {
                constexpr int kRow = decltype(r)::value;
                sum[kRow] = sum[kRow] + chain[kRow];
            });
        }
        unroll<kRows>([&](auto r) KERNEL_LAMBDA {
            constexpr int kRow = decltype(r)::value;
            store_half(c + kRow * kHalves, first == 0 ? sum[kRow] : sum[kRow] + load_half(c + kRow * kHalves));
        });
    }
}

using HalfTileFunction = void (*)(const int16_t*, size_t, const int16_t*, int, int16_t*);
struct HalfTileTable {
    HalfTileFunction of[2][kMaxHalfRows];  // [long chains][rows - 1]
};
template <int... kIndex>
constexpr HalfTileTable make_half_tile_table(std::integer_sequence<int, kIndex...>) {
    return {{{multiply_half_tile<kIndex + 1, kShortChain>...}, {multiply_half_tile<kIndex + 1, kLongChain>...}}};
}
constexpr HalfTileTable kHalfTiles = make_half_tile_table(std::make_integer_sequence<int, kMaxHalfRows>{});

// c = a * b for all rows of one panel; c: [rows][8]
KERNEL_INLINE void multiply_half_panel(const int16_t* a, size_t a_stride, const int16_t* b, int units, bool long_chains,
                                       int rows, int16_t* c) {
    const int tiles = (rows + kMaxHalfRows - 1) / kMaxHalfRows;
    for (int tile = 0; tile < tiles; ++tile) {
        const int count = rows / tiles + (tile < rows % tiles ? 1 : 0);
        kHalfTiles.of[long_chains ? 1 : 0][count - 1](a, a_stride, b, units, c);
        a += count * kHalves, c += count * kHalves;
    }
}

// Weights of large convolutions are transformed along one axis when they are packed, and along the other whenever they
// are needed: half as many are read from memory, which is what these cores wait for. Of the six positions of a line
// those at 0 and infinity are the first and the last of its three weights; this makes the other four, [4][count][8]
// from [3][count][8]. Their factors are exact in halves, since norms are left to the output's transform.
constexpr int kMadePositions = kTileEdge - 2;
void transform_half_weights(const int16_t* weights, size_t count, int16_t* out) {
    const size_t plane = count * kHalves;
    const auto factor = [](float x) KERNEL_LAMBDA { return Half{vdupq_n_f16(static_cast<float16_t>(x))}; };
    const Half a = factor(kA), a2 = factor(kA2), b = factor(kB), b2 = factor(kB2);
    for (const int16_t* const end = weights + plane; weights < end; weights += 2 * kHalves, out += 2 * kHalves) {
        const int16_t* const next = weights + kHalves;
        const Half g1 = load_half(weights + plane), next_g1 = load_half(next + plane);
        const Half g2 = load_half(weights + 2 * plane), next_g2 = load_half(next + 2 * plane);
        const auto make_pair = [&](Half p, Half p2, int16_t* to) KERNEL_LAMBDA {
            const auto even_of = [&](const int16_t* g0, Half last) KERNEL_LAMBDA {
                return Half{vfmaq_f16(start_from(*reinterpret_cast<const Half*>(g0)).v, last.v, p2.v)};
            };
            const Half even = even_of(weights, g2), next_even = even_of(next, next_g2);
            store_halves_pair(to, {vfmaq_f16(even.v, g1.v, p.v)}, {vfmaq_f16(next_even.v, next_g1.v, p.v)});
            store_halves_pair(to + plane, {vfmsq_f16(even.v, g1.v, p.v)}, {vfmsq_f16(next_even.v, next_g1.v, p.v)});
        };
        make_pair(a, a2, out);
        make_pair(b, b2, out + 2 * plane);
    }
}

// Of each position, inputs stay in the first-level cache while the weights of all panels pass by.
KERNEL_INLINE void multiply_half_line(const HalfLine& line, const int16_t* in, const int16_t* weights,
                                      int16_t* products, float* scratch) {
    const size_t depth = line.units * kHalves, plane = depth * kHalves;
    const int stored = line.weights_in_lines ? 3 : kTileEdge;
    int16_t* const made = reinterpret_cast<int16_t*>(scratch);
    if (line.weights_in_lines) {
        for (size_t panel = 0; panel < line.count; ++panel) {
            transform_half_weights(line.weights(weights, panel, stored), depth, made + panel * kMadePositions * plane);
        }
    }
    for (int column = 0; column < kTileEdge; ++column) {
        for (size_t panel = 0; panel < line.count; ++panel) {
            const int16_t* b =
                line.weights(weights, panel, stored) + (column == kTileEdge - 1 ? stored - 1 : column) * plane;
            if (line.weights_in_lines && column > 0 && column < kTileEdge - 1) {
                b = made + (panel * kMadePositions + column - 1) * plane;
            }
            multiply_half_panel(in + line.input_place(column), line.row_halves(), b, static_cast<int>(line.units),
                                false, line.rows(column).count, products + line.product_place(column, panel));
        }
    }
}
// Products of so many panels are transformed back before the next panels' are made: they stay in the second-level cache
// then, as the inputs do, which are read again.
constexpr size_t panels_together(size_t panels) {
    return panels < 3 ? panels : 3;
}
constexpr size_t half_line_floats(int units, int /* rows */, int panels) {
    return static_cast<size_t>(panels) * kMadePositions * units * kHalves * kHalves / 2;
}
