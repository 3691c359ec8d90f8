// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "game/history.h"

// Positions of the reference data: a JSON recipe (size, rules, komi, stones, moves) made into a game.
namespace recipe {

inline katago::BoardSize size_of(const nlohmann::json& row) {
    return {row.at("size").at(0).get<int>(), row.at("size").at(1).get<int>()};
}

inline katago::Rules rules_of(const nlohmann::json& row) {
    std::vector<katago::RuleField> fields;
    for (const auto& [key, value] : row.at("rules").items())
        fields.emplace_back(key, value.is_boolean() ? katago::RuleValue(value.get<bool>())
                                                    : katago::RuleValue(value.get<std::string>()));
    katago::Rules rules = katago::rules_of_fields(fields, row.at("rules").dump(), katago::KomiInText::Forbidden);
    rules.komi = row.at("komi").get<float>();
    return rules;
}

inline katago::Point point_of(const std::string& vertex, katago::BoardSize size) {
    const auto point = katago::parse_vertex(vertex, size);
    if (!point) throw std::runtime_error("recipe: not a vertex: " + vertex);
    return *point;
}

inline katago::Player player_of(const nlohmann::json& name) {
    const auto player = katago::parse_player(name.get<std::string>());
    if (!player) throw std::runtime_error("recipe: not a player: " + name.dump());
    return *player;
}

// The game before the first move.
inline katago::BoardHistory start_of(const nlohmann::json& row) {
    katago::Board board(size_of(row));
    std::vector<katago::Stone> stones;
    for (const auto& stone : row.at("initialStones"))
        stones.push_back({point_of(stone.at(1).get<std::string>(), board.size()), player_of(stone.at(0))});
    if (!board.set_strictly(stones)) throw std::runtime_error("recipe: bad initial stones: " + row.at("id").dump());
    katago::BoardHistory history(board, player_of(row.at("initialPlayer")), rules_of(row));
    history.set_assume_handicap(row.at("handicapMoves").get<bool>());
    history.set_pass_alive_under_suicide(row.at("passAliveUnderSuicide").get<bool>());
    return history;
}

// Makes move `i` of the recipe.
inline void play_move(katago::BoardHistory& history, const nlohmann::json& row, size_t i) {
    const auto& move = row.at("moves").at(i);
    const bool prevented = row.at("preventEncore").get<bool>();
    history.make_move(point_of(move.at(1).get<std::string>(), history.board().size()), player_of(move.at(0)),
                      prevented ? katago::PhaseAdvance::Prevented : katago::PhaseAdvance::Allowed);
}

// The game after all its moves.
inline katago::BoardHistory game_of(const nlohmann::json& row) {
    katago::BoardHistory history = start_of(row);
    for (size_t i = 0; i < row.at("moves").size(); i++) play_move(history, row, i);
    return history;
}

}  // namespace recipe
