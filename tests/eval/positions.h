// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "game/history.h"

// Positions written as text, and planes as sets of vertices.
namespace positions {

using katago::BoardHistory;
using katago::BoardSize;
using katago::Color;
using katago::PhaseAdvance;
using katago::Player;
using katago::Point;
using katago::Rules;

inline std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> list;
    for (std::string word; in >> word;) list.push_back(word);
    return list;
}

// Stones as vertices divided by spaces.
inline BoardHistory set_up(BoardSize size, const Rules& rules, const std::string& black, const std::string& white,
                           Player next = Color::Black, int phase = 0) {
    katago::Board board(size);
    std::vector<katago::Stone> stones;
    for (const auto& vertex : words(black)) stones.push_back({*katago::parse_vertex(vertex, size), Color::Black});
    for (const auto& vertex : words(white)) stones.push_back({*katago::parse_vertex(vertex, size), Color::White});
    if (!board.set_strictly(stones)) throw std::runtime_error("bad set-up");
    return BoardHistory(board, next, rules, phase);
}

// The players alternate.
inline void play(BoardHistory& history, const std::string& vertices, PhaseAdvance advance = PhaseAdvance::Allowed) {
    for (const auto& vertex : words(vertices))
        history.make_move(*katago::parse_vertex(vertex, history.board().size()), history.next_player(), advance);
}

inline BoardHistory empty(BoardSize size, const Rules& rules) {
    return BoardHistory(katago::Board(size), Color::Black, rules);
}

inline Rules rules(const std::string& name, float komi) {
    Rules rules = *katago::rules_of_name(name);
    rules.komi = komi;
    return rules;
}

}  // namespace positions
