// SPDX-License-Identifier: MIT
// Vectors of kWidth floats, and the helpers that keep arrays of them in registers. Like the other .inl files, part of
// kernels.inl: compiled once for each instruction set, in an unnamed namespace. Nothing here may call an inline
// function of a header: the linker keeps one copy of such a function, and it might be one that an older CPU cannot run.

using Vector = float __attribute__((vector_size(kWidth * 4), may_alias));
using VectorBits = uint32_t __attribute__((vector_size(kWidth * 4), may_alias));
using VectorPairs = uint64_t __attribute__((vector_size(kWidth * 4), may_alias));

#define KERNEL_INLINE [[gnu::always_inline]] inline
#define KERNEL_LAMBDA __attribute__((always_inline))

template <int kValue>
struct Constant {
    static constexpr int value = kValue;
};

template <int... kIndex, class Body>
KERNEL_INLINE void unroll_over(std::integer_sequence<int, kIndex...>, Body&& body) {
    (body(Constant<kIndex>{}), ...);
}
// Calls body(Constant<0>{}), body(Constant<1>{})...: constant indices, without which arrays of vectors go to memory.
template <int kCount, class Body>
KERNEL_INLINE void unroll(Body&& body) {
    unroll_over(std::make_integer_sequence<int, kCount>{}, static_cast<Body&&>(body));
}

KERNEL_INLINE Vector load(const float* p) {
    return *reinterpret_cast<const Vector*>(p);
}
KERNEL_INLINE void store(float* p, Vector v) {
    *reinterpret_cast<Vector*>(p) = v;
}

template <int... kIndex>
KERNEL_INLINE Vector fill(float x, std::integer_sequence<int, kIndex...>) {
    return Vector{(static_cast<void>(kIndex), x)...};
}
KERNEL_INLINE Vector all(float x) {
    return fill(x, std::make_integer_sequence<int, kWidth>{});
}

KERNEL_INLINE Vector larger(Vector a, Vector b) {
    return a > b ? a : b;
}
KERNEL_INLINE Vector smaller(Vector a, Vector b) {
    return a < b ? a : b;
}

KERNEL_INLINE float sum_of(Vector v) {
    float sum = 0;
    for (int i = 0; i < kWidth; ++i) sum += v[i];
    return sum;
}
KERNEL_INLINE float largest_of(Vector v) {
    float largest = v[0];
    for (int i = 1; i < kWidth; ++i) largest = v[i] > largest ? v[i] : largest;
    return largest;
}

// Exchanges lanes 2p and 2p + 1, in either byte order.
KERNEL_INLINE Vector swap_pairs(Vector v) {
    const VectorPairs pairs = reinterpret_cast<VectorPairs>(v);
    return reinterpret_cast<Vector>((pairs << 32) | (pairs >> 32));
}

constexpr int min_of(int a, int b) {
    return a < b ? a : b;
}
constexpr size_t blocks_of(size_t channels) {
    return (channels + kWidth - 1) / kWidth;
}
