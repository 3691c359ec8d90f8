// SPDX-License-Identifier: MIT
#include "command/gtp_command_names.h"

#include "command/gtp/gtp_commands.h"

namespace katago {

bool is_gtp_command(std::string_view name) {
    return find_gtp_command(name) != nullptr;
}

}  // namespace katago
