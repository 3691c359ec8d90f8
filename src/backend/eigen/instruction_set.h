// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace katago::eigen {

// The instruction sets that the kernels are compiled for. Portable is what every CPU of the architecture has: SSE2 or
// NEON.
enum class InstructionSet { Portable, Avx2, Avx512 };

std::string_view name_of(InstructionSet set);

// Those that this CPU and operating system can run, the best first; never empty.
std::vector<InstructionSet> available_instruction_sets();

}  // namespace katago::eigen
