// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "game/history.h"

namespace katago {

// `count` positions of a built-in game on a square board of 7 to 19 lines, spread evenly over its moves (repeated where
// there are more than moves). Tromp-Taylor rules. Sizes without a game of their own take the moves of the next bigger
// one that fall on the board. Throws UsageError "getBenchmarkSGFData: unsupported board size: <size>".
std::vector<BoardHistory> benchmark_positions(int board_length, int count);

// The same of a game record, by its own rules where it has any; adds what is to be said about it to `warnings`. Throws
// IoError, ProtocolError.
std::vector<BoardHistory> benchmark_positions_of(const std::filesystem::path& sgf, int count,
                                                 std::vector<std::string>& warnings);

}  // namespace katago
