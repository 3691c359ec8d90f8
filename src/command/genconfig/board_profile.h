// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace katago {

// Settings that suit a kind of board: configs/<name>.cfg as it was when the engine was built.
struct BoardProfile {
    std::string_view name;
    std::string_view config;
};

std::span<const BoardProfile> board_profiles();

// The profile for a board by the name that its device tree gives it; null: none, also for no name.
const BoardProfile* profile_of_board(std::string_view model);

}  // namespace katago
