// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace katago::vulkan {

// A shader as the driver takes it: one variant of variants.txt, compiled. Words are aligned, in the program's read-only
// memory.
struct SpirvVariant {
    std::string_view name;  // "read_input_f16"
    std::span<const uint32_t> words;
};

// All variants that are in the program, in the order of variants.txt.
std::span<const SpirvVariant> spirv_variants();

// The words of one variant. A name that variants.txt does not have is a bug.
std::span<const uint32_t> spirv(std::string_view name);

}  // namespace katago::vulkan
