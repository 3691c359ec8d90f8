// SPDX-License-Identifier: MIT
#include "command/table.h"

#include <array>

namespace katago {

namespace {

constexpr std::array kSubcommands = {
    Subcommand{"gtp", "Runs GTP engine that can be plugged into any standard Go GUI for play/analysis.", run_gtp},
    Subcommand{"analysis", "Runs an engine designed to analyze entire games in parallel, JSON in and JSON out.",
               run_analysis},
    Subcommand{"benchmark", "Test speed with different numbers of search threads.", run_benchmark},
    Subcommand{"benchmarknn", "Test the speed of neural net evaluations alone, without search.", run_benchmarknn},
    Subcommand{"evaluate", "Writes positions of game records and what a network says of them, as JSON lines.",
               run_evaluate},
    Subcommand{"genconfig", "Ask some questions, measure this machine, write a config for gtp.", run_genconfig},
    Subcommand{"info", "Show what is in a network file.", run_info},
    Subcommand{"match", "Play games between two networks or configurations and measure which is stronger.", run_match},
    Subcommand{"quantize", "Make a file of a half or a quarter of the size from a network.", run_quantize},
    Subcommand{"sample", "Write training rows: positions with a network's answers, to train a smaller network.",
               run_sample},
    Subcommand{"tune", "Measure the kernels that a network can use on this machine, and show the choice.", run_tune},
    Subcommand{"validate", "Measure how far a network is from another: a quantized file from its source, or from FP32.",
               run_validate},
    Subcommand{"version", "Print version and exit.", run_version},
};

}  // namespace

std::span<const Subcommand> subcommands() {
    return kSubcommands;
}

const Subcommand* find_subcommand(std::string_view name) {
    for (const Subcommand& subcommand : kSubcommands)
        if (subcommand.name == name) return &subcommand;
    return nullptr;
}

std::string general_help(std::string_view program) {
    std::string text =
        "\nUsage: " + std::string(program) + " SUBCOMMAND \n\n---Common subcommands------------------\n\n";
    for (const Subcommand& subcommand : kSubcommands)
        text += std::string(subcommand.name) + " : " + std::string(subcommand.summary) + "\n";
    text += "\nFor the flags of a subcommand: " + std::string(program) + " SUBCOMMAND -help\n";
    return text;
}

}  // namespace katago
