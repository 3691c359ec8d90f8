// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace katago::cpu {

// The instruction sets that the kernels are compiled for. Portable is what every CPU of the architecture has: SSE2 or
// NEON. Avx512Vnni is Avx512 with a dot product of 16-bit pairs; NeonFp16 is NEON with FP16 arithmetic (Armv8.2-A),
// NeonDot that with a dot product of bytes.
enum class InstructionSet { Portable, NeonFp16, NeonDot, Avx2, Avx512, Avx512Vnni };

std::string_view name_of(InstructionSet set);

// Those that this CPU and operating system can run, the best first; never empty. The environment variable
// KATAGO_CPU_FEATURES names the best to be used ("avx512vnni", "avx512", "avx2", "neon-dot", "neon-fp16", "neon",
// "portable"), for tests and measurements. Throws UsageError where it is none of these.
std::vector<InstructionSet> available_instruction_sets();

}  // namespace katago::cpu
