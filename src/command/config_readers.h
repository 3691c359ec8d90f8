// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "core/config.h"

namespace katago {

// What a command reads of a configuration before it loads a network: for whoever checks one without running the
// command.
struct ConfigReader {
    std::string_view command;  // "gtp"
    // Throws ConfigError.
    void (*read)(const Config& config, bool has_human_network);
};

// The reader of the command that the configuration is for: `analysis` where it has keys that only this command has,
// else `gtp`.
const ConfigReader& config_reader_for(const Config& config);

}  // namespace katago
