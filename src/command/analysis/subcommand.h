// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_analysis(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kAnalysisSubcommand{
    "analysis", "Runs an engine designed to analyze entire games in parallel, JSON in and JSON out.", run_analysis};

}  // namespace katago
