// SPDX-License-Identifier: MIT
#include "game/ladder.h"

#include <algorithm>

#include "game/undo_log.h"

namespace katago {

namespace {

// The most stones one search may play before the ladder counts as not working.
constexpr int kMaxStones = 25000;

// A depth-first search of one ladder on a scratch board; KataGo's rules for what is captured, its limits and move
// order.
class LadderReader {
  public:
    explicit LadderReader(const Board& board) : board_(board), max_depth_(board.area() * 3 / 2) {}

    const Board& board() const { return board_; }

    // Is the chain at `target`, which has one liberty, captured with its owner to move?
    bool captures_chain_in_atari(Point target) {
        start(target);
        // Passing forgets the ko: the defender is thought to win any.
        board_.play_reversibly(kPass, defender_, log_);
        const bool captured = defender_fails(0);
        board_.undo(log_);
        return captured;
    }

    // Does the attacker capture the chain at `target`, which has two liberties, by playing `point`?
    bool captures_by(Point target, Point point) {
        start(target);
        if (!board_.is_legal(point, attacker_, /*multi_stone_suicide=*/false)) return false;
        board_.play_reversibly(point, attacker_, log_);
        board_.clear_ko_point();
        const bool captured = defender_fails(0);
        board_.undo(log_);
        return captured;
    }

  private:
    void start(Point target) {
        target_ = target;
        defender_ = board_.color(target);
        attacker_ = opponent(defender_);
        stones_played_ = 0;
        aborted_ = false;
    }

    // Runs `search` after a move, if the move is legal; false if not.
    template <class Search>
    bool after_move(Point point, Player player, Search search) {
        if (!board_.is_legal(point, player, /*multi_stone_suicide=*/false)) return false;
        board_.play_reversibly(point, player, log_);
        stones_played_++;
        const bool result = search();
        board_.undo(log_);
        return result;
    }

    // The limits that hold at every node. True: `captured` is the answer.
    bool limit_reached(int depth, bool& captured) {
        captured = depth >= max_depth_;
        if (captured) return true;
        aborted_ = aborted_ || stones_played_ >= kMaxStones;
        return aborted_;
    }

    bool defender_fails(int depth) {
        if (bool captured; limit_reached(depth, captured)) return captured;
        if (board_.chain_liberties(target_) >= 2 || board_.ko_point() != kNullPoint) return false;
        PointList<kMaxBoardArea> moves;
        find_captures(moves);
        Point liberty = kNullPoint;
        board_.find_liberties(target_, &liberty, 1);
        if (!moves.contains(liberty)) moves.push_back(liberty);

        const Bounds bounds = liberties_after_defending(moves.back());
        if (bounds.lower >= 3) return false;
        if (moves.size() == 1 && bounds.upper <= 1) return true;
        for (const Point move : moves) {
            const bool escapes = after_move(move, defender_, [&] { return !attacker_captures(depth + 1) || aborted_; });
            if (escapes) return false;
        }
        return true;
    }

    bool attacker_captures(int depth) {
        if (bool captured; limit_reached(depth, captured)) return captured;
        const int count = board_.chain_liberties(target_);
        if (count <= 1) return true;
        if (count >= 3) return false;
        Point liberties[2];
        board_.find_liberties(target_, liberties, 2);
        auto [first, second] = liberties;
        const int first_empty = board_.empty_neighbors(first);
        const int second_empty = board_.empty_neighbors(second);
        if (first_empty == 0 && second_empty == 0 && is_double_ko_death(first, second)) return true;

        const auto captures_with = [&](Point move) {
            return after_move(move, attacker_, [&] { return defender_fails(depth + 1) && !aborted_; });
        };
        const int step = std::abs(first - second);
        if (step != 1 && step != kStride) {
            // Left a liberty with three empty points around it, the defender gets three liberties.
            if (first_empty >= 3 && second_empty >= 3) return false;
            if (first_empty >= 3) return captures_with(first);
            if (second_empty >= 3) return captures_with(second);
        }
        if (promise(second, second_empty) > promise(first, first_empty)) std::swap(first, second);
        return captures_with(first) || (!aborted_ && captures_with(second));
    }

    // The points where the defender captures stones beside the target.
    template <int capacity>
    void find_captures(PointList<capacity>& moves) const {
        Point stone = target_;
        do {
            for (const Point step : kNeighborSteps) {
                const Point neighbor = static_cast<Point>(stone + step);
                if (board_.color(neighbor) != attacker_ || board_.chain_liberties(neighbor) != 1) continue;
                Point liberty = kNullPoint;
                board_.find_liberties(neighbor, &liberty, 1);
                if (!moves.contains(liberty)) moves.push_back(liberty);
            }
            stone = board_.next_in_chain(stone);
        } while (stone != target_);
    }

    struct Bounds {
        int lower = 0;
        int upper = 0;
    };

    // How many liberties a defender's stone at `point` would have.
    Bounds liberties_after_defending(Point point) const {
        const int empty = board_.empty_neighbors(point);
        int captures = 0;
        int captured_stones = 0;
        int most_joined = 0;
        int all_joined = 0;
        for (const Point step : kNeighborSteps) {
            const Point neighbor = static_cast<Point>(point + step);
            const Color color = board_.color(neighbor);
            if (color == attacker_ && board_.chain_liberties(neighbor) == 1) {
                captures++;
                captured_stones += board_.chain_stones(neighbor);
            } else if (color == defender_) {
                const int joined = board_.chain_liberties(neighbor) - 1;
                most_joined = std::max(most_joined, joined);
                all_joined += joined;
            }
        }
        return {captures + std::max(empty, most_joined), empty + captured_stones + all_joined};
    }

    // Both liberties are kos that the attacker can take in turn.
    bool is_double_ko_death(Point first, Point second) {
        if (board_.ko_mouth(first, attacker_) == kNullPoint || board_.ko_mouth(second, attacker_) == kNullPoint)
            return false;
        if (liberties_after_playing(first) > 2 || liberties_after_playing(second) > 2) return false;
        PointList<kMaxBoardArea> captures;
        find_captures(captures);
        return captures.empty();
    }

    int liberties_after_playing(Point point) {
        board_.play_reversibly(point, defender_, log_);
        const int liberties = board_.color(point) == defender_ ? board_.chain_liberties(point) : 0;
        board_.undo(log_);
        return liberties;
    }

    // The liberty that would help the defender more is tried first.
    int promise(Point point, int empty) const {
        int sum = 2 * empty;
        for (const Point step : kNeighborSteps) {
            const Point neighbor = static_cast<Point>(point + step);
            if (board_.color(neighbor) == defender_ && board_.chain_liberties(neighbor) > 1)
                sum += 2 * board_.chain_liberties(neighbor) - 3;
        }
        return sum;
    }

    Board board_;
    UndoLog log_;
    int max_depth_;
    Point target_ = kNullPoint;
    Player defender_ = Color::Empty;
    Player attacker_ = Color::Empty;
    int stones_played_ = 0;
    bool aborted_ = false;
};

}  // namespace

LadderScan scan_ladders(const Board& board) {
    LadderScan scan;
    LadderReader reader(board);
    PointSet seen;  // chain heads
    for (int y = 0; y < board.height(); y++) {
        for (int x = 0; x < board.width(); x++) {
            const Point point = point_at(x, y);
            if (board.color(point) == Color::Empty || board.chain_liberties(point) > 2) continue;
            if (seen[board.chain_head(point)]) continue;
            seen.set(board.chain_head(point));

            bool captured = false;
            if (board.chain_liberties(point) == 1) {
                captured = reader.captures_chain_in_atari(point);
            } else {
                PointSet& moves =
                    board.color(point) == Color::Black ? scan.moves_against_black : scan.moves_against_white;
                Point liberties[2];
                board.find_liberties(point, liberties, 2);
                for (const Point liberty : liberties) {
                    if (!reader.captures_by(point, liberty)) continue;
                    captured = true;
                    moves.set(liberty);
                }
            }
            if (!captured) continue;
            Point stone = point;
            do {
                scan.captured.set(stone);
                stone = board.next_in_chain(stone);
            } while (stone != point);
        }
    }
    return scan;
}

}  // namespace katago
