// SPDX-License-Identifier: MIT
#include "search/tree/pattern.h"

#include "game/symmetry.h"

namespace katago {

namespace {

constexpr int kBonusRadius = 4;

uint64_t key_under(const Board& before, Point move, Player player, bool exchanged) {
    if (move == kPass || before.ko_mouth(move, player) != kNullPoint) return 0;
    Mixer mixer;
    mixer.add(static_cast<uint64_t>(exchanged ? opponent(player) : player));
    mixer.add(static_cast<uint64_t>(move));
    mixer.add(static_cast<uint64_t>(before.width() * kBoardCells + before.height()));
    add_neighborhood(before, move, kBonusRadius, exchanged, mixer);
    return mixer.hash().h0 | 1;
}

}  // namespace

void add_neighborhood(const Board& board, Point center, int radius, bool exchanged, Mixer& mixer) {
    const int x0 = x_of(center);
    const int y0 = y_of(center);
    for (int y = y0 - radius; y <= y0 + radius; ++y) {
        uint64_t row = 0;
        for (int x = x0 - radius; x <= x0 + radius; ++x) {
            uint64_t cell = static_cast<uint64_t>(Color::Wall);
            if (board.size().contains(x, y)) {
                const Point point = point_at(x, y);
                const Color color = board.color(point);
                cell = static_cast<uint64_t>(color);
                if (color != Color::Empty) {
                    if (exchanged) cell = static_cast<uint64_t>(opponent(color));
                    if (board.chain_liberties(point) == 1) cell |= 4;
                }
            }
            row = row << 3 | cell;
        }
        mixer.add(row);
    }
}

uint64_t PatternBonuses::key_of(const Board& before, Point move, Player player) {
    return key_under(before, move, player, false);
}

void PatternBonuses::avoid_move(const Board& before, const Move& move, double utility,
                                std::unordered_set<uint64_t>& counted) {
    if (move.point == kPass) return;
    for (int s = 0; s < symmetry::kCount; ++s) {
        const Board image = symmetry::map_board(before, s);
        const Point point = symmetry::map_point(move.point, before.size(), s);
        for (const bool exchanged : {false, true}) {
            const uint64_t key = key_under(image, point, move.player, exchanged);
            if (key == 0 || !counted.insert(key).second) continue;
            const Player mover = exchanged ? opponent(move.player) : move.player;
            white_utilities_[key] += mover == Color::White ? -utility : utility;
        }
    }
}

void PatternBonuses::avoid_moves_of(const BoardHistory& game, Player player, double utility) {
    BoardHistory replay(game.initial_board(), game.initial_player(), game.rules(), game.initial_phase());
    std::unordered_set<uint64_t> counted;
    for (const Move& move : game.moves()) {
        if (move.player == player) avoid_move(replay.board(), move, utility, counted);
        replay.make_move(move.point, move.player, move.advance);
    }
}

}  // namespace katago
