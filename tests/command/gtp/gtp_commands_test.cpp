// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_commands.h"

#include <doctest/doctest.h>

#include <set>

using namespace katago;

TEST_CASE("gtp_commands: a command has one name and one row, and every listed one exists") {
    std::set<std::string_view> names;
    for (const std::span<const GtpCommand> group : gtp_command_groups())
        for (const GtpCommand& command : group) CHECK_MESSAGE(names.insert(command.name).second, command.name);
    std::set<std::string_view> listed;
    for (const std::string_view name : listed_gtp_commands()) {
        CHECK_MESSAGE(find_gtp_command(name) != nullptr, name);
        CHECK_MESSAGE(listed.insert(name).second, name);
    }
    CHECK(!find_gtp_command("no_such_command"));
}
