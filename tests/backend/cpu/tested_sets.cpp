// SPDX-License-Identifier: MIT
#include "backend/cpu/tested_sets.h"

#include <algorithm>
#include <string_view>

namespace katago::cpu {
const KernelSet& avxvnni_twin_kernels();
}  // namespace katago::cpu

std::vector<katago::cpu::InstructionSet> tested_instruction_sets() {
    using namespace katago::cpu;
    std::vector<InstructionSet> sets = available_instruction_sets();
#if defined(KATAGO_EVEX_VNNI)
    const auto at = [&](std::string_view key) { return std::ranges::find(sets, key, &InstructionSet::key); };
    if (at("avx512vnni") != sets.end() && at("avxvnni") == sets.end())
        sets.insert(at("avx2"), {"avxvnni", "AVX-VNNI", [] { return true; }, avxvnni_twin_kernels});
#endif
    return sets;
}
