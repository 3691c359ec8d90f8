// SPDX-License-Identifier: MIT
#pragma once

#include "command/subcommand.h"

namespace katago {

int run_doctor(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kDoctorSubcommand{
    "doctor", "Say why the engine does not work or is slow here, and what to do.", run_doctor};

}  // namespace katago
