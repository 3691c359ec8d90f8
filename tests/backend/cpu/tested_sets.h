// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "backend/cpu/isa/instruction_set.h"

// The instruction sets that tests of kernels run on: those of this machine and, where it has AVX-512 VNNI but not
// AVX-VNNI, the kernels of the latter in the encoding of the former (avxvnni_twin.cpp).
std::vector<katago::cpu::InstructionSet> tested_instruction_sets();
