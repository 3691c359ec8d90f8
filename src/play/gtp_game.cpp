// SPDX-License-Identifier: MIT
#include "play/gtp_game.h"

namespace katago {

GtpGame::Options GtpGame::Options::of(const GameSettings& settings) {
    Options options;
    options.assume_handicap = settings.assume_multiple_starting_black_moves_are_handicap;
    options.advance = settings.prevent_cleanup_phase ? PhaseAdvance::Prevented : PhaseAdvance::Allowed;
    return options;
}

GtpGame::GtpGame(BoardSize size, const Rules& rules, const Options& options)
    : options_(options), set_up_board_(size), history_(set_up_board_, Color::Black, rules) {
    restart_from_set_up(rules);
}

void GtpGame::restart_from_set_up(const Rules& rules) {
    history_ = BoardHistory(set_up_board_, set_up_player_, rules);
    history_.set_assume_handicap(options_.assume_handicap);
    history_.set_pass_alive_under_suicide(options_.pass_alive_under_suicide);
    history_.set_initial_turn_number(set_up_board_.count(Color::Black) + set_up_board_.count(Color::White));
}

void GtpGame::set_up(const Board& board, Player next_player) {
    const Rules rules = history_.rules();
    set_up_board_ = board;
    set_up_player_ = next_player;
    undoable_.clear();
    restart_from_set_up(rules);
}

bool GtpGame::load(const Board& board, Player next_player, const Rules& rules, std::span<const Move> moves) {
    GtpGame loaded = *this;
    loaded.set_up_board_ = board;
    loaded.set_up_player_ = next_player;
    loaded.restart_from_set_up(rules);
    loaded.undoable_.assign(moves.begin(), moves.end());
    for (const Move& move : moves) {
        if (!loaded.history_.is_tolerated(move.point, move.player)) return false;
        loaded.history_.make_move(move.point, move.player, options_.advance);
    }
    *this = std::move(loaded);
    return true;
}

bool GtpGame::play(Move move) {
    if (!history_.is_tolerated(move.point, move.player)) return false;
    switch_player(move.player);
    history_.make_move(move.point, move.player, options_.advance);
    undoable_.push_back(move);
    return true;
}

bool GtpGame::undo() {
    if (undoable_.empty()) return false;
    std::vector<Move> moves = std::move(undoable_);
    moves.pop_back();
    undoable_.clear();
    restart_from_set_up(Rules(history_.rules()));
    for (const Move& move : moves) play(move);
    return true;
}

void GtpGame::switch_player(Player player) {
    if (history_.next_player() != player) history_.restart(player);
}

void GtpGame::set_rules(const Rules& rules) {
    Rules with_komi = rules;
    with_komi.komi = history_.rules().komi;
    const std::vector<Move> moves = std::move(undoable_);
    undoable_.clear();
    restart_from_set_up(with_komi);
    // What is tolerated does not depend on the rules, except for suicide of one stone, which none allows.
    for (const Move& move : moves) play(move);
}

void GtpGame::set_pass_alive_under_suicide(bool on) {
    options_.pass_alive_under_suicide = on;
    history_.set_pass_alive_under_suicide(on);
}

}  // namespace katago
