// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_genconfig(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kGenconfigSubcommand{
    "genconfig", "Ask some questions, measure this machine, write a config for gtp.", run_genconfig};

}  // namespace katago
