// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "command/subcommand.h"

namespace katago {

// `katago genconfig` where the files that tell about the board are found below `root`, for tests.
int run_genconfig_on(std::span<const std::string> arguments, const Streams& streams, const std::filesystem::path& root);

}  // namespace katago
