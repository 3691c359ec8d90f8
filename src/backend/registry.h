// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "backend/backend.h"

namespace katago {

// All backends of this build, the default first.
std::span<const Backend* const> backends();

// Throws UsageError listing the names that exist.
const Backend& find_backend(std::string_view name);

}  // namespace katago
