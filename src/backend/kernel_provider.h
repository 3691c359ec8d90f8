// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace katago {

// Whose kernels compute a layer on the CPU.
enum class KernelProvider : uint8_t { Own, Xnnpack, Eigen };

// "own", "xnnpack", "eigen": as nnKernels spells them.
std::string_view name_of(KernelProvider provider);
// The same and "auto", which is none: the fastest of all. Throws ConfigError otherwise, naming `key`.
std::optional<KernelProvider> parse_kernel_provider(std::string_view text, std::string_view key);

}  // namespace katago
