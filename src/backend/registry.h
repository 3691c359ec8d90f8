// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "backend/backend.h"

namespace katago {

// All backends of this build, the default first.
std::span<const Backend* const> backends();

// The one of that name. Throws UsageError listing the names that nnBackend may have.
const Backend& find_backend(std::string_view name, std::span<const Backend* const> table = backends());

}  // namespace katago
