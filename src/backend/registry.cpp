// SPDX-License-Identifier: MIT
#include "backend/registry.h"

#include <string>

#include "backend/cpu/cpu_backend.h"
#include "backend/reference/reference_backend.h"
#ifdef KATAGO_VULKAN
#include "backend/vulkan/vulkan_backend.h"
#endif
#include "core/error.h"

namespace katago {

namespace {

// The only backend of its class: stateless, made when it is first asked for.
template <class B>
const Backend* only() {
    static const B backend;
    return &backend;
}

}  // namespace

std::span<const Backend* const> backends() {
    static const Backend* const table[] = {
        only<CpuBackend>(),
#ifdef KATAGO_VULKAN
        only<VulkanBackend>(),
#endif
        only<ReferenceBackend>(),
    };
    return table;
}

const Backend& find_backend(std::string_view name, std::span<const Backend* const> table) {
    if (name == "eigen") name = "cpu";  // as KataGo calls what computes on the processor
    std::string names = "auto";
    for (const Backend* backend : table) {
        if (backend->name() == name) return *backend;
        names += ", " + backend->name();
    }
    throw UsageError("no backend is called '" + std::string(name) + "'; there are: " + names);
}

}  // namespace katago
