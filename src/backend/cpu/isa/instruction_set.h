// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "backend/cpu/isa/kernel_set.h"

namespace katago::cpu {

// An instruction set that the kernels are compiled for: a row of the table in instruction_set.cpp, and a file beside it
// which says with what flags. A value.
struct InstructionSet {
    std::string_view key;           // as KATAGO_CPU_FEATURES calls it
    std::string_view name;          // for a person
    bool (*supported)();            // by this CPU and operating system
    const KernelSet& (*kernels)();  // which must be supported
};

inline std::string_view name_of(const InstructionSet& set) {
    return set.name;
}
inline const KernelSet& kernels_for(const InstructionSet& set) {
    return set.kernels();
}

// Those that this CPU and operating system can run, the best first; never empty. The environment variable
// KATAGO_CPU_FEATURES names the best to be used ("avx512vnni", "avx512", "avxvnni", "avx2", "sse41", "neon-dot",
// "neon-fp16", "neon", "portable"), for tests and measurements. Throws UsageError where it is none of these.
std::vector<InstructionSet> available_instruction_sets();

}  // namespace katago::cpu
