// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "core/rng.h"
#include "game/history.h"
#include "play/move_timer.h"
#include "play/player_settings.h"
#include "play/quiet_search.h"
#include "play/win_loss_record.h"
#include "search/run/time_control.h"
#include "search/search.h"

namespace katago {

// What a move is generated with besides the settings.
struct MoveRequest {
    // People look at the search: it is not varied to surprise an opponent in handicap games.
    bool watched = false;
    SearchEvents events;
    // Called after the search, while its tree is there.
    std::function<void(Point move, const SearchResult& result)> on_searched;
    // Set by another thread to give up.
    const std::atomic<bool>* cancelled = nullptr;

    bool is_cancelled() const { return cancelled && *cancelled; }
};

struct GeneratedMove {
    Point move = kNullPoint;  // kNullPoint: the search found no legal move
    bool resigns = false;
};

// The engine as a player of one side of a game, or of both: searches for moves, and decides with what parameters and
// for how long, when to resign, to pass and to capture before a pass. Keeps what it remembers of its moves and the
// clocks. One thread at a time.
class EnginePlayer {
  public:
    // Borrowed, all outlive the player.
    struct Setup {
        Search& search;
        const PlayerSettings& settings;  // may change between moves
        Rng& rng;
        std::shared_ptr<const PatternBonuses> avoided_games;  // null: none
        PhaseAdvance advance = PhaseAdvance::Prevented;       // of passes, in the game as it will be played
    };

    explicit EnginePlayer(const Setup& setup);

    // Searches for the player to move and decides what to answer; the game does not change. The search stands at the
    // history's position, perhaps with the other player to move. nullopt: cancelled. Throws what a search throws.
    std::optional<GeneratedMove> generate_move(const BoardHistory& history, const MoveRequest& request);

    // The game was set up anew or went back: what earlier moves were worth says no more of it.
    void forget_moves() { record_.clear(); }
    // Limits for searching on while the opponent thinks.
    SearchLimits pondering_limits() const;
    // Calls `use` with this player's search for something else than a move of the game, whose position is given. See
    // QuietSearch::with().
    void search_quietly(const BoardHistory& history, const std::function<void(QuietSearch&)>& use);
    double thinking_seconds() const { return thinking_seconds_; }

    // --- Clocks; unlimited at first ---

    void set_clocks(const TimeControl& clock) { clocks_.fill(clock); }
    const TimeControl& clock(Player player) const { return clocks_[player == Color::Black ? 0 : 1]; }
    // See TimeControl.
    bool set_time_left(Player player, double time, int stones);

  private:
    SearchParams params_for_move(const BoardHistory& history, bool watched);
    SearchLimits limits_for_move(const BoardHistory& history);
    void delay_like_a_human(const BoardHistory& history, Point move, const MoveRequest& request,
                            const MoveTimer& timer);
    bool passes_friendly(const BoardHistory& history, Point move, const MoveTimer& timer, double seconds_per_visit);

    Setup setup_;
    std::array<TimeControl, 2> clocks_;
    WinLossRecord record_;
    double thinking_seconds_ = 0;
    double dynamic_pda_ = 0;  // what the last move for the weaker side was generated with
    double last_search_factor_ = 1;
};

}  // namespace katago
