// SPDX-License-Identifier: MIT
#include "backend/kernel_provider.h"

#include <string>

#include "core/error.h"

namespace katago {

namespace {

constexpr struct {
    std::string_view name;
    std::optional<KernelProvider> provider;
} kProviders[] = {{"auto", std::nullopt},
                  {"own", KernelProvider::Own},
                  {"xnnpack", KernelProvider::Xnnpack},
                  {"eigen", KernelProvider::Eigen}};

}  // namespace

std::string_view name_of(KernelProvider provider) {
    for (const auto& row : kProviders)
        if (row.provider == provider) return row.name;
    return "";
}

std::optional<KernelProvider> parse_kernel_provider(std::string_view text, std::string_view key) {
    std::string known;
    for (const auto& row : kProviders) {
        if (row.name == text) return row.provider;
        known += (known.empty() ? "" : ", ") + std::string(row.name);
    }
    throw ConfigError(std::string(key) + ": '" + std::string(text) + "', must be one of " + known);
}

}  // namespace katago
