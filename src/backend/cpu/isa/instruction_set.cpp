// SPDX-License-Identifier: MIT
#include "backend/cpu/isa/instruction_set.h"

#include <cstdlib>
#include <iterator>
#include <span>
#include <string>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if (defined(__aarch64__) || defined(__arm__)) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include "core/error.h"

namespace katago::cpu {

const KernelSet& portable_kernels();
const KernelSet& sse41_kernels();
const KernelSet& avx2_kernels();
const KernelSet& avxvnni_kernels();
const KernelSet& avx512_kernels();
const KernelSet& avx512vnni_kernels();
const KernelSet& neonfp16_kernels();
const KernelSet& neondot_kernels();
const KernelSet& neonv7_kernels();

namespace {

#if defined(__x86_64__)
bool has_sse41() {
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1");
}
bool has_avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
// Bit 4 of EAX of CPUID's leaf 7.1, for which not all compilers have a name.
bool has_avxvnni() {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return has_avx2() && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax >> 4 & 1) != 0;
}
bool has_avx512() {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
bool has_avx512vnni() {
    return has_avx512() && __builtin_cpu_supports("avx512vnni");
}
constexpr std::string_view kPortableKey = "portable", kPortableName = "SSE2";
#elif defined(__aarch64__)
#if defined(__linux__)
bool has_fp16() {
    constexpr unsigned long kFp16 = HWCAP_FPHP | HWCAP_ASIMDHP;
    return (getauxval(AT_HWCAP) & kFp16) == kFp16;
}
bool has_dot() {
    return has_fp16() && (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
}
#endif
constexpr std::string_view kPortableKey = "neon", kPortableName = "NEON";
#else
#if defined(__arm__) && defined(__linux__)
bool has_neonv7() {
    constexpr unsigned long kNeonWithMultiplyAdd = HWCAP_NEON | HWCAP_VFPv4;
    return (getauxval(AT_HWCAP) & kNeonWithMultiplyAdd) == kNeonWithMultiplyAdd;
}
#endif
constexpr std::string_view kPortableKey = "portable", kPortableName = "portable";
#endif

bool always() {
    return true;
}

// The best first. The last has what every CPU of the architecture has.
constexpr InstructionSet kInstructionSets[] = {
#if defined(__x86_64__)
    {"avx512vnni", "AVX-512 VNNI", has_avx512vnni, avx512vnni_kernels},  // AVX-512 and a dot product of 16-bit pairs
    {"avx512", "AVX-512", has_avx512, avx512_kernels},
    {"avxvnni", "AVX-VNNI", has_avxvnni, avxvnni_kernels},  // AVX2 and such a dot product
    {"avx2", "AVX2", has_avx2, avx2_kernels},
    {"sse41", "SSE4.1", has_sse41, sse41_kernels},
#elif defined(__aarch64__) && defined(__linux__)
    {"neon-dot", "NEON FP16 and dot product", has_dot, neondot_kernels},  // and a dot product of bytes
    {"neon-fp16", "NEON FP16", has_fp16, neonfp16_kernels},               // FP16 arithmetic: Armv8.2-A
#elif defined(__arm__) && defined(__linux__)
    {"neon", "NEON", has_neonv7, neonv7_kernels},  // of 32 bits, with a multiply-add: from the Cortex-A7 on
#endif
    {kPortableKey, kPortableName, always, portable_kernels},
};

// What KATAGO_CPU_FEATURES may say besides, so that one script serves all processors: how many rows of the table are
// left out then.
constexpr struct {
    std::string_view key;
    size_t rows;
} kForeignKeys[] = {
#if defined(__x86_64__)
    {"neon-dot", std::size(kInstructionSets) - 1},
    {"neon-fp16", std::size(kInstructionSets) - 1},
    {"neon", std::size(kInstructionSets) - 1},
#elif defined(__arm__)
    {"avx512vnni", 0}, {"avx512", 0}, {"avxvnni", 0}, {"avx2", 0}, {"sse41", 0}, {"neon-dot", 0}, {"neon-fp16", 0},
#else
    {"avx512vnni", 0}, {"avx512", 0}, {"avxvnni", 0},
    {"avx2", 0},       {"sse41", 0},  {"portable", std::size(kInstructionSets) - 1},
#endif
};

// The best set that the environment allows, and those after it.
std::span<const InstructionSet> allowed_sets() {
    const std::span<const InstructionSet> all = kInstructionSets;
    const char* text = std::getenv("KATAGO_CPU_FEATURES");
    if (text == nullptr || *text == '\0') return all;
    std::string known;
    for (size_t i = 0; i < all.size(); ++i) {
        if (all[i].key == text) return all.subspan(i);
        known += std::string(all[i].key) + ", ";
    }
    for (const auto& [key, rows] : kForeignKeys) {
        if (key == text) return all.subspan(rows);
        known += std::string(key) + (&key == &std::end(kForeignKeys)[-1].key ? "" : ", ");
    }
    throw UsageError("KATAGO_CPU_FEATURES is '" + std::string(text) + "', must be one of " + known);
}

}  // namespace

std::vector<InstructionSet> available_instruction_sets() {
    std::vector<InstructionSet> sets;
    for (const InstructionSet& set : allowed_sets())
        if (set.supported()) sets.push_back(set);
    return sets;
}

}  // namespace katago::cpu
