// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_benchmark(std::span<const std::string> arguments, const Streams& streams);
int run_benchmarknn(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kBenchmarkSubcommand{"benchmark", "Test speed with different numbers of search threads.",
                                                 run_benchmark};
inline constexpr Subcommand kBenchmarkNnSubcommand{
    "benchmarknn", "Test the speed of neural net evaluations alone, without search.", run_benchmarknn};

}  // namespace katago
