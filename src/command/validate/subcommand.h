// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_validate(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kValidateSubcommand{
    "validate", "Measure how far a network is from another: a quantized file from its source, or from FP32.",
    run_validate};

}  // namespace katago
