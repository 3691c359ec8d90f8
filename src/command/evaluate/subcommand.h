// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_evaluate(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kEvaluateSubcommand{
    "evaluate", "Writes positions of game records and what a network says of them, as JSON lines.", run_evaluate};

}  // namespace katago
