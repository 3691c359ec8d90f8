// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "command/subcommand.h"

namespace katago {

// `katago doctor` where the files that tell about the machine are found below `root`, for tests.
int run_doctor_on(std::span<const std::string> arguments, const Streams& streams, const std::filesystem::path& root);

}  // namespace katago
