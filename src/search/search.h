// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "eval/evaluator.h"
#include "game/board.h"
#include "game/history.h"
#include "search/params.h"
#include "search/report.h"
#include "search/run/limits.h"

namespace katago {

class Logger;
class PatternBonuses;
class Search;
class ValueMemory;

// What a run calls back, from the thread that drives it. A callback may ask the search anything that is safe during a
// run, and call request_stop(); not stop(), wait() or a setter.
struct SearchEvents {
    double first_report_after_s = 0;               // then
    double report_every_s = 0;                     // 0: no reports
    std::function<void(const Search&)> on_report;  // only once the root has values
    std::function<void(const Search&)> on_done;    // the last thing a run does
};

struct SearchResult {
    int64_t playouts = 0;  // of this run; the visits are root_values().visits
    double seconds = 0;
};

// For each point (by policy index of the board, pass last) the depth below the root up to which a new move there is
// left out of the search: 1 the root only; 0 not at all. Empty: none.
using AvoidDepths = std::vector<int>;

// A Monte-Carlo tree search from one position, with the threads that carry it out. Driven by one thread; functions
// marked (any time) may be called from other threads and during a run. All others need a search that is not running.
// Values are White's view.
class Search {
  public:
    // The evaluator outlives the search. Equal seeds, positions, parameters and calls give equal trees with one thread.
    Search(Evaluator& evaluator, const SearchParams& params, uint64_t seed);
    ~Search();  // stops
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;

    // --- Position and settings. What changes the meaning of the tree clears it. ---

    // The history's current board with its next player to move.
    void set_position(const BoardHistory& history);
    const BoardHistory& history() const;
    const Board& board() const { return history().board(); }
    Player player() const { return history().next_player(); }
    // Plays a move and keeps what was searched below it. False, and nothing changes, where the history does not
    // tolerate the move. A move out of turn forgets tree and history.
    bool make_move(Point point, Player player, PhaseAdvance advance = PhaseAdvance::Allowed);
    // Where it is not `player`'s turn, makes it so: forgets tree and history.
    void set_player_if_new(Player player);
    void set_komi_if_new(float komi);

    const SearchParams& params() const;
    // Clears unless equal. Both throw ConfigError, changing nothing, where the human profile is unknown.
    void set_params(const SearchParams& params);
    // For settings that change nothing in the tree: limits, threads, time, choice of the move.
    void set_params_keeping_tree(const SearchParams& params);
    // A network that imitates people, for the humanSL parameters; outlives the search. Null: none.
    void set_human_evaluator(Evaluator* human);
    // Where values are remembered with useEvalCache; each search has one of its own until it is given one.
    void share_value_memory(std::shared_ptr<ValueMemory> memory);
    void clear_value_memory();
    // Moves of earlier games that each side is to avoid; null: none.
    void avoid_earlier_games(std::shared_ptr<const PatternBonuses> bonuses);
    // Where to say what a user should know; outlives the search. Null: nowhere.
    void set_log(Logger* log);
    // Moves not to be searched for one colour; forgotten when a move is made or a position set.
    void set_avoid_moves(Player player, AvoidDepths depths);
    // Allow only these: every other move, the pass included unless listed, is avoided until `until_depth`.
    void set_allow_moves(Player player, std::span<const Point> moves, int until_depth);
    void clear_avoid_moves();
    // A move to look at first; kNullPoint: none.
    void set_root_hint(Point point);
    // Evaluate with ownership, which the tree averages need.
    void set_ownership_wanted(bool wanted);
    void clear();

    // --- Running ---

    // Searches until a limit is reached or request_stop(). Throws what a worker threw.
    SearchResult run(const SearchLimits& limits, const SearchEvents& events = {});
    // The same on a thread of its own; returns at once.
    void begin(const SearchLimits& limits, SearchEvents events = {});
    // Ends a run started by begin() and waits for it; rethrows what it threw. Nothing to do where none runs.
    SearchResult stop();
    // The same, but lets the run come to its own end.
    SearchResult wait();
    void request_stop();   // (any time) run() and begin() reset it at their start
    void abandon();        // (any time) ends this run, and every later one as soon as it begins
    bool running() const;  // (any time) begin() was called and its run has not ended

    // --- Results ---

    // The move to play, drawn with the temperature that the parameters ask for; kNullPoint where nothing was evaluated.
    // Throws nothing; uses the search's own random numbers.
    Point choose_move();

    // (any time) Plain averages of the root: what resignation goes by. nullopt: nothing evaluated yet.
    std::optional<NodeValues> root_values() const;
    // (any time) The same without moves that turned out bad: what is shown to users.
    std::optional<NodeValues> pruned_root_values() const;
    // (any time) What each move is worth as a choice, with LCB, in the order of the tree; empty where nothing was
    // evaluated.
    struct SelectionValue {
        Point move = kNullPoint;
        double value = 0;
    };
    std::vector<SelectionValue> play_selection_values() const;
    // (any time)
    Report report(const ReportOptions& options) const;
    // (any time) Needs ownership wanted; averaged over the tree below the root.
    Ownership tree_ownership() const;
    // (any time) The root's evaluation by the network, without noise; null where there is none yet.
    std::shared_ptr<const Evaluation> root_evaluation() const;
    // (any time) Nodes in the tree, and what they and their evaluations take.
    int64_t tree_nodes() const;
    int64_t tree_bytes() const;
    // A number that changes with anything in the tree: moves, visits and rounded averages.
    uint64_t tree_checksum() const;
    // Points that are pass-alive, or surrounded by pass-alive stones only, at the root.
    const PointColors& root_safe_area() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace katago
