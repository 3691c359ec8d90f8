// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "command/match/match_settings.h"
#include "eval/evaluator.h"
#include "game/history.h"
#include "search/search.h"

namespace katago {

// A bot ready to play: its settings, and a network that it may share. Both are borrowed and outlive every game.
struct MatchBot {
    const BotSettings& settings;
    Evaluator& evaluator;
    std::shared_ptr<const PatternBonuses> avoided_games = nullptr;  // null: none
};

// What a bot has spent on a game.
struct BotEffort {
    int64_t moves = 0;
    int64_t playouts = 0;
    double seconds = 0;
};

// How a game came to its end.
enum class GameEnd { Score, Resignation, MoveLimit, NoResult };

struct PlayedGame {
    BoardHistory history;  // finished
    GameEnd end = GameEnd::Score;
    std::array<BotEffort, 2> efforts;  // by the bot's number
};

struct GameStart {
    BoardHistory history;  // with the opening's moves
    size_t black_bot = 0;
    int max_moves = 1200;
    std::string seed;
};

// Plays a game to its end on the calling thread: two passes, a settled board, a resignation, a repetition, or the move
// limit, where it is scored as it stands. nullopt: `stop` was set before. Throws what a search throws.
std::optional<PlayedGame> play_match_game(const GameStart& start, const std::array<MatchBot, 2>& bots,
                                          const std::atomic<bool>& stop);

}  // namespace katago
