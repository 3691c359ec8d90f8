// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string_view>

#include "game/board.h"

// Boards drawn as text.
namespace boards {

// Rows from the top: X is black, O is white, anything else is empty.
inline katago::Board of_rows(std::initializer_list<std::string_view> rows) {
    katago::Board board({static_cast<int>(rows.begin()->size()), static_cast<int>(rows.size())});
    int y = 0;
    for (const std::string_view row : rows) {
        for (int x = 0; x < board.width(); ++x) {
            const char c = row[static_cast<size_t>(x)];
            if (c == 'X') board.set_resolving({katago::point_at(x, y), katago::Color::Black});
            if (c == 'O') board.set_resolving({katago::point_at(x, y), katago::Color::White});
        }
        ++y;
    }
    return board;
}

}  // namespace boards
