// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "game/board.h"
#include "game/history.h"
#include "game/rules.h"
#include "play/game_settings.h"

namespace katago {

// The game that GTP commands set up, play and take back. Knows nothing of searches. A value; one thread at a time.
//
// Two records of the past exist: undo goes back to the last set-up command, while the history, which rules and the
// network see, starts afresh whenever one colour moves twice in a row.
class GtpGame {
  public:
    struct Options {
        bool assume_handicap = true;  // black moves in a row at the start count as handicap
        PhaseAdvance advance = PhaseAdvance::Prevented;
        bool pass_alive_under_suicide = false;

        static Options of(const GameSettings& settings);
    };

    GtpGame(BoardSize size, const Rules& rules, const Options& options);

    const BoardHistory& history() const { return history_; }
    const Board& board() const { return history_.board(); }
    const Rules& rules() const { return history_.rules(); }
    Player next_player() const { return history_.next_player(); }
    BoardSize size() const { return board().size(); }
    const Options& options() const { return options_; }
    bool has_moves() const { return !undoable_.empty(); }

    // A new position without a past; rules and komi stay. Stones on it count as that many moves made.
    void set_up(const Board& board, Player next_player);
    // A recorded game with its rules and komi. Its moves can be undone, and two of one colour in a row do not start the
    // history afresh. False: some move is impossible, and nothing changes.
    bool load(const Board& board, Player next_player, const Rules& rules, std::span<const Move> moves);
    // Plays a move by the tolerant rules; false, and nothing changes, if even they forbid it.
    bool play(Move move);
    // False: there is nothing to take back.
    bool undo();
    // Makes it `player`'s turn; if it was not, the history starts afresh, the moves to undo stay.
    void switch_player(Player player);
    // Replays all moves under other rules; komi stays.
    void set_rules(const Rules& rules);
    void set_komi(float komi) { history_.set_komi(komi); }
    void set_pass_alive_under_suicide(bool on);

  private:
    void restart_from_set_up(const Rules& rules);

    Options options_;
    Board set_up_board_;
    Player set_up_player_ = Color::Black;
    std::vector<Move> undoable_;
    BoardHistory history_;
};

}  // namespace katago
