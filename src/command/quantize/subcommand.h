// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_quantize(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kQuantizeSubcommand{
    "quantize", "Make a file of a half or a quarter of the size from a network.", run_quantize};

}  // namespace katago
