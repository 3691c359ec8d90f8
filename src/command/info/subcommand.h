// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_info(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kInfoSubcommand{"info", "Show what is in a network file.", run_info};

}  // namespace katago
