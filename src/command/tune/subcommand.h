// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_tune(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kTuneSubcommand{
    "tune", "Measure the kernels that a network can use on this machine, and show the choice.", run_tune};

}  // namespace katago
