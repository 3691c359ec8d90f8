// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_sample(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kSampleSubcommand{
    "sample", "Write training rows: positions with a network's answers, to train a smaller network.", run_sample};

}  // namespace katago
