// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "command/subcommand.h"
#include "engine/choice/backend_setting.h"

namespace katago {

// The machine that `katago doctor` looks at.
struct ExaminedMachine {
    std::filesystem::path root = "/";    // below which files tell about it
    std::vector<BackendDevice> devices;  // what it can compute on besides the processor
};

// `katago doctor` on a machine that may be made up, for tests.
int run_doctor_on(std::span<const std::string> arguments, const Streams& streams, const ExaminedMachine& machine);

}  // namespace katago
