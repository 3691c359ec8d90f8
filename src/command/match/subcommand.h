// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_match(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kMatchSubcommand{
    "match", "Play games between two networks or configurations and measure which is stronger.", run_match};

}  // namespace katago
