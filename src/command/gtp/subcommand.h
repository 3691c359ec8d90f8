// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_gtp(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kGtpSubcommand{
    "gtp", "Runs GTP engine that can be plugged into any standard Go GUI for play/analysis.", run_gtp};

}  // namespace katago
