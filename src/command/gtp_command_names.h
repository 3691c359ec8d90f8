// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace katago {

// Whether `katago gtp` has a command of that name.
bool is_gtp_command(std::string_view name);

}  // namespace katago
