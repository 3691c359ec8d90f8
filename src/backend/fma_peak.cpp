// SPDX-License-Identifier: MIT
#include "backend/fma_peak.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "backend/fma_peak_loop.h"

namespace katago {

namespace {

#if defined(__aarch64__)
#define KATAGO_KEEP_VECTOR(value) asm volatile("" : "+w"(value))
#elif defined(__x86_64__)
#define KATAGO_KEEP_VECTOR(value) asm volatile("" : "+x"(value))
#else
#define KATAGO_KEEP_VECTOR(value) asm volatile("" : "+m"(value))
#endif

int run_fma_loop_128(int64_t steps) {
    using Vector = float __attribute__((vector_size(16)));
    constexpr int kChains = 10;
    Vector a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{}, i{}, j{};
    const Vector x = {0.5f, 0.5f, 0.5f, 0.5f};
    for (int64_t step = 0; step < steps; ++step) {
        a = a * x + x, b = b * x + x, c = c * x + x, d = d * x + x, e = e * x + x;
        f = f * x + x, g = g * x + x, h = h * x + x, i = i * x + x, j = j * x + x;
        KATAGO_KEEP_VECTOR(a);
        KATAGO_KEEP_VECTOR(b);
        KATAGO_KEEP_VECTOR(c);
        KATAGO_KEEP_VECTOR(d);
        KATAGO_KEEP_VECTOR(e);
        KATAGO_KEEP_VECTOR(f);
        KATAGO_KEEP_VECTOR(g);
        KATAGO_KEEP_VECTOR(h);
        KATAGO_KEEP_VECTOR(i);
        KATAGO_KEEP_VECTOR(j);
    }
    return kChains * 4 * 2;
}

FmaLoop best_fma_loop() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return run_fma_loop_avx2;
#endif
    return run_fma_loop_128;
}

}  // namespace

double measure_fma_peak(double seconds) {
    const FmaLoop loop = best_fma_loop();
    const auto time = [&](int64_t steps) {
        const auto start = std::chrono::steady_clock::now();
        const int flops = loop(steps);
        const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::pair(elapsed, static_cast<double>(flops));
    };
    std::array<double, 7> rates{};
    constexpr int64_t kProbe = 100'000;
    const double probe_seconds = std::max(time(kProbe).first, 1e-6);
    const auto steps = std::max<int64_t>(
        kProbe, static_cast<int64_t>(kProbe * seconds / static_cast<double>(rates.size()) / probe_seconds));
    for (double& rate : rates) {
        const auto [elapsed, flops] = time(steps);
        rate = flops * static_cast<double>(steps) / elapsed / 1e9;
    }
    std::nth_element(rates.begin(), rates.begin() + rates.size() / 2, rates.end());
    return rates[rates.size() / 2];
}

}  // namespace katago
