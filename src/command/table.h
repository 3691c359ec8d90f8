// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "command/subcommand.h"

namespace katago {

std::span<const Subcommand> subcommands();
// nullptr: there is none of that name.
const Subcommand* find_subcommand(std::string_view name);
// What `katago help` prints.
std::string general_help(std::string_view program);

}  // namespace katago
