// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/hash.h"
#include "game/board.h"
#include "game/ko_history.h"
#include "game/point.h"
#include "game/rules.h"

namespace katago {

// Whether the passes that end a phase of territory scoring open the next one, or only mark the position as past the end
// of its phase.
enum class PhaseAdvance : uint8_t { Allowed, Prevented };

struct Move {
    Point point = kNullPoint;
    Player player = Color::Empty;
    // As it was when the move was made.
    PhaseAdvance advance = PhaseAdvance::Allowed;

    bool operator==(const Move& other) const { return point == other.point && player == other.player; }
};

// A score and whose points it rests on.
struct Score {
    float white_score = 0;         // White's points minus Black's, komi and bonuses included
    Player winner = Color::Empty;  // Empty: a draw
    PointColors owner{};
};

// A game from a first position on: the current board, the moves, and all that rules need of the past (ko, passes,
// phases, bonuses, result). A value, one thread at a time. Made to be copied for every playout: assigning to an object
// that has held as long a game before allocates nothing; playing a move allocates only when the record outgrows its
// capacity.
class BoardHistory {
  public:
    // An empty 19x19 board, Black to move, Tromp-Taylor.
    BoardHistory();
    // A new game from `board`. Phases: 0 the main one; 1, 2 the cleanup phases of territory scoring.
    BoardHistory(const Board& board, Player next_player, const Rules& rules, int phase = 0);

    // Forgets the past: a new game from the current board with its ko point cleared, in the same phase. Keeps the
    // handicap assumption and the pass-alive mode.
    void restart(Player next_player);

    // --- Position ---

    const Board& board() const { return recent_boards_[current_]; }
    // The board 0 to 2 moves ago; the initial board where fewer moves were made.
    const Board& board_ago(int moves) const {
        return recent_boards_[(current_ + kRecentBoards - static_cast<size_t>(moves)) % kRecentBoards];
    }
    const Rules& rules() const { return rules_; }
    // Whose turn it is: the opponent of the last mover.
    Player next_player() const { return next_player_; }
    int phase() const { return phase_; }
    const Board& initial_board() const { return *initial_board_; }
    Player initial_player() const { return initial_player_; }
    int initial_phase() const { return initial_phase_; }
    const std::vector<Move>& moves() const { return moves_; }
    // The k-th last move, k from 1; a null point where there were fewer.
    Move move_ago(int k) const {
        return k <= static_cast<int>(moves_.size()) ? moves_[moves_.size() - static_cast<size_t>(k)] : Move{};
    }
    // Moves made before the first position, for judging how far a game has got; never below 0.
    int initial_turn_number() const { return initial_turn_number_; }
    void set_initial_turn_number(int turns) { initial_turn_number_ = turns; }
    int turn_number() const { return initial_turn_number_ + static_cast<int>(moves_.size()); }

    // --- Legality ---

    // Strictly legal for the player to move; false for the other player, and for kNullPoint.
    bool is_legal(Point point, Player player) const;
    // What GTP `play`, the analysis engine and SGF files may play: anything but an occupied point or the suicide of one
    // stone. Ko, superko and the turn do not matter.
    bool is_tolerated(Point point, Player player) const;
    // In the cleanup phases: a move that lifts the block of a ko instead of putting a stone.
    bool is_pass_for_ko(Point point, Player player) const;
    // Points forbidden to the player to move by superko, or, in the cleanup phases, because he took that ko in this
    // very position before. Not the simple ko point. Found anew in every call: most positions are only passed through.
    PointSet banned() const;
    // Stones that took a ko in a cleanup phase and may not be retaken yet.
    const PointSet& recapture_blocked() const { return recapture_blocked_; }

    // --- Playing ---

    // Makes a move that is_tolerated(), and also for the player not to move: then the record simply has two moves of
    // one colour. Play goes on where the game had ended.
    void make_move(Point point, Player player, PhaseAdvance advance = PhaseAdvance::Allowed);

    // --- Passes and phases ---

    int consecutive_ending_passes() const { return consecutive_ending_passes_; }
    // If the player to move passed now.
    bool pass_would_end_phase() const;
    bool pass_would_end_game() const;
    // A second pass that friendly-pass rules ask to be looked at as if it did not end the game.
    bool friendly_pass_suppressed() const;
    int turns_this_phase() const { return turns_this_phase_; }
    // How many of the last moves a network may be shown.
    int valid_turns_this_phase() const { return valid_turns_this_phase_; }
    // Moves since the last one that was not strictly legal.
    int consecutive_valid_turns() const { return consecutive_valid_turns_; }
    // Colours when phase 2 began; all Empty before.
    const PointColors& second_encore_start() const { return second_encore_start_; }
    // The button has not been taken.
    bool has_button() const { return has_button_; }

    // --- Result ---

    bool finished() const { return finished_; }
    // Finished by repetition.
    bool no_result() const { return no_result_; }
    bool resigned() const { return resigned_; }
    // Finished with a score.
    bool scored() const { return scored_; }
    // The passes that end a phase were made with PhaseAdvance::Prevented.
    bool past_phase_end() const { return past_phase_end_; }
    // Of a finished game; Empty for a draw or no result.
    Player winner() const { return winner_; }
    // Of a finished, scored game; White's points minus Black's with komi and bonuses.
    float white_score() const { return white_score_; }

    // The score if the game were stopped here. The button, if not taken, goes to the player to move.
    Score score_now() const;
    // Ends the game here with that score.
    void finish_now();
    // Every point is pass-alive area of a colour: nothing can change any more.
    bool is_settled() const;
    // Ends a settled game here, area by pass-alive area.
    void finish_settled();
    void finish_by_resignation(Player winner);

    // --- Komi and bonuses ---

    // Changes komi; shifts the score of a finished game.
    void set_komi(float komi);
    // Points owed to White so far: button, and under territory scoring stones put down.
    float white_bonus() const { return white_bonus_; }
    float white_handicap_bonus() const { return white_handicap_bonus_; }
    // Stones that count for the handicap bonus.
    int handicap_stones() const { return count_handicap_stones(assume_handicap_); }
    // The same, counting black moves in a row at the start, whatever the setting: SGF's HA.
    int handicap_stones_for_record() const { return count_handicap_stones(true); }
    // Whether black moves in a row at the start count as handicap stones.
    bool assume_handicap() const { return assume_handicap_; }
    void set_assume_handicap(bool assume);
    // The number of handicap stones, if known otherwise; negative: count them.
    int handicap_override() const { return handicap_override_; }
    void set_handicap_override(int stones);
    // Draws weighed: half a point less or more where the result can be a draw. `draw_wins` is what a draw counts for
    // White, 0 to 1.
    float draw_adjustment(double draw_wins) const;
    // All that is added to `player`'s points: bonuses, komi and draw adjustment, with his sign.
    float self_komi(Player player, double draw_wins) const;

    // --- Modes and hashes ---

    // Pass-alive areas are computed as if suicide of several stones were legal, whatever the rules say.
    bool pass_alive_under_suicide() const { return pass_alive_under_suicide_; }
    void set_pass_alive_under_suicide(bool on) { pass_alive_under_suicide_ = on; }
    // The suicide rule in force for pass-alive areas.
    bool area_suicide() const { return rules_.multi_stone_suicide || pass_alive_under_suicide_; }

    // What repetition is judged by; also contains the player to move where the rules ask for it.
    Hash128 ko_hash() const { return ko_hash_of(board().position_hash(), next_player_); }

  private:
    static constexpr size_t kRecentBoards = 3;
    struct KoCapture {
        Hash128 position_before;
        Point point;
        Player player;
    };
    void reset(Player next_player);
    void forget_phase();
    void note_second_encore_start();
    void clear_result();
    void restart_ko_history();
    bool note_pass(Player player);
    bool play_on_next_board(Point point, Player player);
    bool play_in_cleanup(Board& board, Point point, Player player);
    PointSet& taken_stones(Player player) { return was_taken_[player == Color::Black ? 0 : 1]; }
    const PointSet& taken_stones(Player player) const { return was_taken_[player == Color::Black ? 0 : 1]; }
    bool is_banned(Point point) const;
    bool repeats_position(Point point) const;
    void end_phase(PhaseAdvance advance);
    void check_no_result();
    Hash128 ko_hash_of(const Hash128& position, Player to_move) const;
    bool passes_clear_ko_history() const;
    bool pass_repeats(const Hash128& hash, Player player) const;
    int ending_passes_after_pass() const;

    float board_score(PointColors& owner) const;
    void count_other_stones(PointColors& owner) const;
    void find_pass_alive_area(PointColors& owner) const;
    void take_left_button();
    void finish_with(float white_board_score);
    int count_handicap_stones(bool assume) const;
    void update_handicap_bonus();

    std::array<Board, kRecentBoards> recent_boards_;
    size_t current_ = 0;
    Rules rules_;
    Player next_player_ = Color::Black;
    int phase_ = 0;
    std::shared_ptr<const Board> initial_board_;
    Player initial_player_ = Color::Black;
    int initial_phase_ = 0;
    int initial_turn_number_ = 0;
    std::vector<Move> moves_;

    // The states a repetition of which counts; ends with the current one.
    KoHistory ko_history_;
    // States from which each player passed, as far as that matters.
    std::vector<Hash128> black_pass_hashes_;
    std::vector<Hash128> white_pass_hashes_;
    // Where stones of each colour have been taken off since the start: only there can a stone restore an old position.
    std::array<PointSet, 2> was_taken_;  // Black's, White's
    PointSet recapture_blocked_;
    std::vector<KoCapture> cleanup_captures_;
    PointColors second_encore_start_{};
    int consecutive_ending_passes_ = 0;
    int turns_this_phase_ = 0;
    int valid_turns_this_phase_ = 0;
    int consecutive_valid_turns_ = 0;

    float white_bonus_ = 0;
    float white_handicap_bonus_ = 0;
    int handicap_override_ = -1;
    bool has_button_ = false;
    bool assume_handicap_ = false;
    bool white_has_moved_ = false;
    bool pass_alive_under_suicide_ = false;

    bool finished_ = false;
    bool past_phase_end_ = false;
    bool scored_ = false;
    bool no_result_ = false;
    bool resigned_ = false;
    Player winner_ = Color::Empty;
    float white_score_ = 0;
};

}  // namespace katago
