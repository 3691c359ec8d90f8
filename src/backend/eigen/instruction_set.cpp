// SPDX-License-Identifier: MIT
#include "backend/eigen/instruction_set.h"

namespace katago::eigen {

std::string_view name_of(InstructionSet set) {
    switch (set) {
        case InstructionSet::Avx512:
            return "AVX-512";
        case InstructionSet::Avx2:
            return "AVX2";
        case InstructionSet::Portable:
            break;
    }
#if defined(__x86_64__)
    return "SSE2";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "portable";
#endif
}

std::vector<InstructionSet> available_instruction_sets() {
    std::vector<InstructionSet> sets;
#if defined(__x86_64__)
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (avx512) sets.push_back(InstructionSet::Avx512);
    if (avx2) sets.push_back(InstructionSet::Avx2);
#endif
    sets.push_back(InstructionSet::Portable);
    return sets;
}

}  // namespace katago::eigen
