// SPDX-License-Identifier: MIT
// Flags: x86_64: -mavx2 -mfma
#include "backend/fma_peak_loop.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace katago {

int run_fma_loop_avx2(int64_t steps) {
    // Ten chains: two units with a latency of four cycles need eight. The empty asm keeps every value in a register and
    // hides the loop from the optimiser.
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a;
    const __m256 x = _mm256_set1_ps(0.5f);
    for (int64_t step = 0; step < steps; ++step) {
        a = _mm256_fmadd_ps(a, x, x);
        b = _mm256_fmadd_ps(b, x, x);
        c = _mm256_fmadd_ps(c, x, x);
        d = _mm256_fmadd_ps(d, x, x);
        e = _mm256_fmadd_ps(e, x, x);
        f = _mm256_fmadd_ps(f, x, x);
        g = _mm256_fmadd_ps(g, x, x);
        h = _mm256_fmadd_ps(h, x, x);
        i = _mm256_fmadd_ps(i, x, x);
        j = _mm256_fmadd_ps(j, x, x);
        asm volatile("" : "+x"(a), "+x"(b), "+x"(c), "+x"(d), "+x"(e), "+x"(f), "+x"(g), "+x"(h), "+x"(i), "+x"(j));
    }
    return 10 * 8 * 2;
}

}  // namespace katago
#endif
