// SPDX-License-Identifier: MIT
#include "backend/vulkan/shaders/shaders.h"

#include <algorithm>

#include "core/ensure.h"

namespace katago::vulkan {

std::span<const uint32_t> spirv(std::string_view name) {
    const auto variants = spirv_variants();
    const auto found = std::find_if(variants.begin(), variants.end(), [&](const auto& v) { return v.name == name; });
    ENSURE(found != variants.end());
    return found->words;
}

}  // namespace katago::vulkan
