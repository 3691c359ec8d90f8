// SPDX-License-Identifier: MIT
#include "core/rng.h"

#include <cmath>

#include "core/digest.h"
#include "core/ensure.h"

namespace katago {

Rng::Rng(uint64_t seed) {
    for (uint64_t& word : state_) {
        word = mix::split(seed);
        seed += 0x9E3779B97F4A7C15u;
    }
}

Rng::Rng(std::string_view seed) : state_{} {
    const Sha256::Digest digest = sha256(seed);
    for (size_t i = 0; i < digest.size(); ++i) state_[i / 8] = state_[i / 8] << 8 | digest[i];
}

uint64_t Rng::below(uint64_t count) {
    ENSURE(count > 0);
    // The first 2^64 mod count values would favour small results.
    const uint64_t first_fair = (0 - count) % count;
    uint64_t value = next();
    while (value < first_fair) value = next();
    return value % count;
}

int64_t Rng::between(int64_t low, int64_t high) {
    ENSURE(low <= high);
    const uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
    const uint64_t offset = span == 0 ? next() : below(span);
    return static_cast<int64_t>(static_cast<uint64_t>(low) + offset);
}

double Rng::gaussian() {
    // Marsaglia's polar method; the second value it yields is dropped, so that the state is the four words alone.
    for (;;) {
        const double x = 2 * uniform() - 1;
        const double y = 2 * uniform() - 1;
        const double square = x * x + y * y;
        if (square > 0 && square < 1) return x * std::sqrt(-2 * std::log(square) / square);
    }
}

double Rng::gamma(double shape) {
    ENSURE(shape > 0);
    // Below 1: Gamma(shape) = Gamma(shape + 1) * U^(1 / shape).
    if (shape < 1) {
        const double larger = gamma(shape + 1);
        return larger * std::pow(1 - uniform(), 1 / shape);
    }
    // Marsaglia and Tsang (2000), "A simple method for generating gamma variables".
    const double d = shape - 1.0 / 3;
    const double c = 1 / std::sqrt(9 * d);
    for (;;) {
        const double x = gaussian();
        const double root = 1 + c * x;
        if (root <= 0) continue;
        const double v = root * root * root;
        if (std::log(1 - uniform()) < 0.5 * x * x + d * (1 - v + std::log(v))) return d * v;
    }
}

Hash128 Rng::hash() {
    const uint64_t h0 = next();
    return {h0, next()};
}

}  // namespace katago
