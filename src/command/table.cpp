// SPDX-License-Identifier: MIT
#include "command/table.h"

#include <array>

#include "command/analysis/subcommand.h"
#include "command/benchmark/subcommand.h"
#include "command/doctor/subcommand.h"
#include "command/evaluate/subcommand.h"
#include "command/genconfig/subcommand.h"
#include "command/gtp/subcommand.h"
#include "command/info/subcommand.h"
#include "command/match/subcommand.h"
#include "command/quantize/subcommand.h"
#include "command/sample/subcommand.h"
#include "command/tune/subcommand.h"
#include "command/validate/subcommand.h"
#include "command/version.h"

namespace katago {

namespace {

// A row each, in the order in which help lists them.
// clang-format off
constexpr std::array kSubcommands = {
    kGtpSubcommand,
    kAnalysisSubcommand,
    kBenchmarkSubcommand,
    kBenchmarkNnSubcommand,
    kDoctorSubcommand,
    kEvaluateSubcommand,
    kGenconfigSubcommand,
    kInfoSubcommand,
    kMatchSubcommand,
    kQuantizeSubcommand,
    kSampleSubcommand,
    kTuneSubcommand,
    kValidateSubcommand,
    kVersionSubcommand,
};
// clang-format on

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
