// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eval/evaluation.h"
#include "game/history.h"

namespace katago {

// An opponent who answers every move by its image across the center. Immutable during a run.
// Source: KataGo's anti-mirror.
struct MirrorGame {
    Player mirrorer = Color::Empty;  // Empty: nobody does
    double advantage = 0;            // in points, of the mirroring side if it goes on to the end
    double center_error = 0;         // how far the stones around the center are from a mirror image, against him

    bool active() const { return mirrorer != Color::Empty; }
    bool operator==(const MirrorGame&) const = default;
};

// The image across the center; a pass stays.
Point mirror_point(Point point, BoardSize size);
// The square of the distance from the center.
double center_distance_sq(Point point, BoardSize size);
// The point in the middle, kNullPoint where a side is even.
Point center_point(BoardSize size);

// Whether the opponent of the player to move mirrors his moves.
MirrorGame detect_mirror_game(const BoardHistory& history);

// What anti-mirror does at one node of a line of play. `root_moves` is the length of the record at the root.
class MirrorLine {
  public:
    MirrorLine(const MirrorGame& game, const BoardHistory& history, const Board& root_board, size_t root_moves);

    // Every second move below the root mirrors the one before it, the last `ignored` moves aside.
    bool mirrored(size_t ignored = 0) const;

    // A prior raised for moves that the mirroring side will choose, or that get out of the mirror.
    double raised_prior(Point move, double prior) const;

    // A child as the search is about to score it.
    struct Candidate {
        Point move;
        double weight;          // with virtual losses
        double self_utility;    // for the player to move
        double total_weight;    // of all children
        double parent_utility;  // White's view
    };
    // The utility, raised for moves that must be looked at.
    double raised_utility(const Candidate& child) const;

    // Whether the network's word is corrected here by whose the center is (on a mirrored line).
    bool corrects_evaluation() const;
    // An evaluation with ownership, its win and loss corrected by the ownership of the center.
    std::shared_ptr<const Evaluation> corrected(const Evaluation& evaluation) const;

  private:
    bool mirrorer_moves() const { return history_.next_player() == game_.mirrorer; }
    Point answer() const;
    bool difficult() const;
    double raised_for_mirrorer(const Candidate& child) const;
    double raised_for_opponent(const Candidate& child) const;

    const MirrorGame& game_;
    const BoardHistory& history_;
    const Board& root_board_;
    const size_t root_moves_;
    const BoardSize size_;
    const Point center_;
};

}  // namespace katago
