// SPDX-License-Identifier: MIT
#include "backend/cpu/instruction_set.h"

#include <cstdlib>
#include <string>

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include "core/error.h"

namespace katago::cpu {

namespace {

// The last row is what KATAGO_CPU_FEATURES may always ask for.
constexpr struct {
    std::string_view key;
    InstructionSet set;
} kKeys[] = {{"avx512vnni", InstructionSet::Avx512Vnni},
             {"avx512", InstructionSet::Avx512},
             {"avx2", InstructionSet::Avx2},
             {"neon-dot", InstructionSet::NeonDot},
             {"neon-fp16", InstructionSet::NeonFp16},
             {"neon", InstructionSet::Portable},
             {"portable", InstructionSet::Portable}};

// The best set that the environment allows.
InstructionSet cap_from_environment() {
    const char* text = std::getenv("KATAGO_CPU_FEATURES");
    if (text == nullptr || *text == '\0') return kKeys[0].set;
    std::string known;
    for (const auto& [key, set] : kKeys) {
        if (key == text) return set;
        known += (known.empty() ? "" : ", ") + std::string(key);
    }
    throw UsageError("KATAGO_CPU_FEATURES is '" + std::string(text) + "', must be one of " + known);
}

}  // namespace

std::string_view name_of(InstructionSet set) {
    switch (set) {
        case InstructionSet::Avx512Vnni:
            return "AVX-512 VNNI";
        case InstructionSet::Avx512:
            return "AVX-512";
        case InstructionSet::Avx2:
            return "AVX2";
        case InstructionSet::NeonDot:
            return "NEON FP16 and dot product";
        case InstructionSet::NeonFp16:
            return "NEON FP16";
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
    const InstructionSet cap = cap_from_environment();
    std::vector<InstructionSet> sets;
    const auto add = [&](InstructionSet set) {
        if (set <= cap) sets.push_back(set);
    };
#if defined(__x86_64__)
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (avx512 && __builtin_cpu_supports("avx512vnni")) add(InstructionSet::Avx512Vnni);
    if (avx512) add(InstructionSet::Avx512);
    if (avx2) add(InstructionSet::Avx2);
#elif defined(__aarch64__) && defined(__linux__)
    constexpr unsigned long kFp16 = HWCAP_FPHP | HWCAP_ASIMDHP;
    const unsigned long has = getauxval(AT_HWCAP);
    if ((has & kFp16) == kFp16 && (has & HWCAP_ASIMDDP) != 0) add(InstructionSet::NeonDot);
    if ((has & kFp16) == kFp16) add(InstructionSet::NeonFp16);
#endif
    add(InstructionSet::Portable);
    return sets;
}

}  // namespace katago::cpu
