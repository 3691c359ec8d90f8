// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "command/match/match_settings.h"
#include "command/options.h"
#include "core/config.h"

namespace katago {

// Everything that a match is asked to do.
struct MatchOptions {
    Config config;  // what both bots share, and the keys of the match
    MatchSettings settings;
    std::array<BotSettings, 2> bots;
    std::string seed;                   // empty: none was given
    std::filesystem::path output_dir;   // empty: keep nothing
    std::vector<std::string> notes;     // overrides, for the log
    std::vector<std::string> identity;  // "key = value" of all that decides how games go; equal for the same match
};

const CommandLine& match_command_line();

// Reads configuration files and overrides. Throws UsageError, IoError, ConfigError.
MatchOptions read_match_options(const Options& options);

// Marks each key that one of the bots has used as used in the shared configuration, and the shared ones as used in the
// bots', so that what is left unused anywhere is nobody's key.
void settle_used_keys(const MatchOptions& options);

}  // namespace katago
