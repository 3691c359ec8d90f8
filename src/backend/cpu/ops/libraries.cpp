// SPDX-License-Identifier: MIT
#include "backend/cpu/ops/libraries.h"

#include <Eigen/Core>

#if defined(KATAGO_XNNPACK)
#include "backend/cpu/ops/xnnpack/xnn_library.h"
#endif
#include "core/error.h"

namespace katago::cpu {

std::string library_versions() {
    std::string text = "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) +
                       "." + std::to_string(EIGEN_MINOR_VERSION);
#if defined(KATAGO_XNNPACK)
#if defined(KATAGO_XNNPACK_STATIC)
    text += ", XNNPACK (built in, interface of ";
#else
    text += ", XNNPACK (" KATAGO_XNNPACK_SONAME ", interface of ";
#endif
#if defined(KATAGO_XNNPACK_RESHAPES)
    text += "November 2024)";
#else
    text += "February 2022)";
#endif
#endif
    return text;
}

std::string why_not_available(KernelProvider provider) {
    if (provider != KernelProvider::Xnnpack) return "this build has none";
#if defined(KATAGO_XNNPACK)
    try {
        xnn_library();
    } catch (const BackendError& error) {
        return error.what();
    }
    return "XNNPACK has none for this processor";
#else
    return "this build is without XNNPACK";
#endif
}

}  // namespace katago::cpu
