// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace katago {

// A 128-bit hash. Immutable use from any thread; combine with ^. Ordered by h1, then h0.
struct Hash128 {
    uint64_t h0 = 0;
    uint64_t h1 = 0;

    constexpr bool operator==(const Hash128&) const = default;
    constexpr std::strong_ordering operator<=>(const Hash128& other) const {
        return h1 != other.h1 ? h1 <=> other.h1 : h0 <=> other.h0;
    }
    constexpr Hash128& operator^=(const Hash128& other) {
        h0 ^= other.h0;
        h1 ^= other.h1;
        return *this;
    }
    friend constexpr Hash128 operator^(Hash128 a, const Hash128& b) { return a ^= b; }
};

// Sixteen upper-case hex digits of h1, then sixteen of h0: the form showboard and the analysis engine print.
std::string to_string(const Hash128& hash);

// For unordered containers; h0 is already well mixed.
struct Hash128Hasher {
    size_t operator()(const Hash128& hash) const { return static_cast<size_t>(hash.h0); }
};

// The mixing functions KataGo's hashes are made of. Visible hashes depend on their exact values.
namespace mix {

// Two linear congruential steps.
constexpr uint64_t lc1(uint64_t x) {
    return 2862933555777941757u * x + 3037000493u;
}
constexpr uint64_t lc2(uint64_t x) {
    return 6364136223846793005u * x + 1442695040888963407u;
}

// Finaliser of MurmurHash3, 64 bit.
constexpr uint64_t murmur(uint64_t x) {
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCDu;
    x ^= x >> 33;
    x *= 0xC4CEB9FE1A85EC53u;
    return x ^ (x >> 33);
}

// SplitMix64.
constexpr uint64_t split(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

constexpr uint64_t rrmxmx(uint64_t x) {
    x ^= std::rotr(x, 49) ^ std::rotr(x, 24);
    x *= 0x9FB21C651E98DF25u;
    x ^= x >> 28;
    x *= 0x9FB21C651E98DF25u;
    return x ^ (x >> 28);
}

constexpr uint64_t nasam(uint64_t x) {
    x ^= std::rotr(x, 25) ^ std::rotr(x, 47);
    x *= 0x9E6C63D0676A9A99u;
    x ^= (x >> 23) ^ (x >> 51);
    x *= 0x9E6D62D06F6A9A9Bu;
    return x ^ (x >> 23) ^ (x >> 51);
}

}  // namespace mix

}  // namespace katago
