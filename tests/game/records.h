// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "game/sgf.h"

namespace records {

// The main line of a text that errors and warnings call test.sgf.
inline katago::SgfGame parse(std::string_view text) {
    return katago::parse_sgf_game(text, "test.sgf");
}

}  // namespace records
