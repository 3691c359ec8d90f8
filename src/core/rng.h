// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/hash.h"

namespace katago {

// Random numbers from a given seed: xoshiro256++ of Blackman and Vigna (2019). The same seed gives the same numbers on
// every machine. One thread at a time; usable wherever the standard library wants a uniform random bit generator.
class Rng {
  public:
    using result_type = uint64_t;

    explicit Rng(uint64_t seed);
    explicit Rng(std::string_view seed);

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }
    result_type operator()() { return next(); }

    uint64_t next() {
        const uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
        const uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    // Uniform in [0, count), without bias; count > 0.
    uint64_t below(uint64_t count);
    // Uniform in [low, high]; low <= high.
    int64_t between(int64_t low, int64_t high);
    // Uniform in [0, 1), with 53 random bits.
    double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
    // True with this probability.
    bool chance(double probability) { return uniform() < probability; }
    // Normal, mean 0, standard deviation 1.
    double gaussian();
    // Gamma distributed, scale 1; shape > 0.
    double gamma(double shape);
    Hash128 hash();
    // Every order equally likely.
    template <class T>
    void shuffle(std::vector<T>& items) {
        for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
    }

  private:
    std::array<uint64_t, 4> state_;
};

}  // namespace katago
