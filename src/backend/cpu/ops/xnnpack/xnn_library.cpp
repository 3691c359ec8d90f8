// SPDX-License-Identifier: MIT
#if defined(KATAGO_XNNPACK)
#include "backend/cpu/ops/xnnpack/xnn_library.h"

#include <variant>

#include "backend/cpu/ops/xnnpack/xnn_operator.h"
#include "core/error.h"

#if !defined(KATAGO_XNNPACK_STATIC)
#include <dlfcn.h>
#endif

namespace katago::cpu {

namespace {

#if defined(KATAGO_XNNPACK_STATIC)

XnnLibrary open_library() {
    XnnLibrary library;
#define KATAGO_XNN_TAKE(name) library.name = &xnn_##name;
    KATAGO_XNN_FUNCTIONS(KATAGO_XNN_TAKE)
#undef KATAGO_XNN_TAKE
    return library;
}

#else

// Stays open until the process ends.
XnnLibrary open_library() {
    void* const file = ::dlopen(KATAGO_XNNPACK_SONAME, RTLD_NOW | RTLD_LOCAL);
    if (file == nullptr)
        throw BackendError("XNNPACK: cannot open " KATAGO_XNNPACK_SONAME ": " + std::string(::dlerror()));
    XnnLibrary library;
#define KATAGO_XNN_FIND(name)                                                              \
    library.name = reinterpret_cast<decltype(library.name)>(::dlsym(file, "xnn_" #name));  \
    if (library.name == nullptr)                                                           \
        throw BackendError("XNNPACK: " KATAGO_XNNPACK_SONAME " has no function xnn_" #name \
                           ": it is of another version");
    KATAGO_XNN_FUNCTIONS(KATAGO_XNN_FIND)
#undef KATAGO_XNN_FIND
    return library;
}

#endif

// The library, or why there is none.
using Opened = std::variant<XnnLibrary, std::string>;

Opened open_once() {
    try {
        const XnnLibrary library = open_library();
        const xnn_status status = library.initialize(nullptr);
        if (status == xnn_status_success) return library;
        return "XNNPACK: it does not know this processor (status " + std::to_string(status) + ")";
    } catch (const BackendError& error) {
        return error.what();
    }
}

const Opened& opened() {
    static const Opened once = open_once();
    return once;
}

}  // namespace

const XnnLibrary& xnn_library() {
    if (const auto* failure = std::get_if<std::string>(&opened())) throw BackendError(*failure);
    return std::get<XnnLibrary>(opened());
}

bool has_xnn_library() {
    return std::holds_alternative<XnnLibrary>(opened());
}

void check(xnn_status status, const char* what) {
    if (status == xnn_status_success) return;
    const char* const reason = status == xnn_status_unsupported_hardware ? "this processor lacks what it takes"
                               : status == xnn_status_out_of_memory      ? "out of memory"
                                                                         : "it refused";
    throw BackendError(std::string("XNNPACK: ") + what + ": " + reason + " (status " + std::to_string(status) + ")");
}

}  // namespace katago::cpu
#endif
