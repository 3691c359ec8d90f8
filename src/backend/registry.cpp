// SPDX-License-Identifier: MIT
#include "backend/registry.h"

#include <string>

#include "backend/cpu/cpu_backend.h"
#include "backend/reference/reference_backend.h"
#include "core/error.h"

namespace katago {

std::span<const Backend* const> backends() {
    static const CpuBackend cpu;
    static const ReferenceBackend reference;
    static const Backend* const table[] = {&cpu, &reference};
    return table;
}

const Backend& find_backend(std::string_view name) {
    if (name == "eigen") name = "cpu";  // as KataGo calls what computes on the processor
    std::string names;
    for (const Backend* backend : backends()) {
        if (backend->name() == name) return *backend;
        names += (names.empty() ? "" : ", ") + backend->name();
    }
    throw UsageError("no backend is called '" + std::string(name) + "'; there are: " + names);
}

}  // namespace katago
