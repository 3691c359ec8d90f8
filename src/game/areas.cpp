// SPDX-License-Identifier: MIT
#include "game/areas.h"

#include <array>

namespace katago {

namespace {

bool is_player(Color color) {
    return color == Color::Black || color == Color::White;
}

// A maximal connected set of points that hold no stone of the player in question.
struct Region {
    PointList<4> vital_to;  // heads of the chains to which the region is vital
    bool has_candidates = false;
    bool borders_killed_chain = false;
    bool has_opponent_stone = false;
    int internal_points = 0;  // not beside a stone of the player
    int first_point = 0;      // in Benson::points_
    int end_point = 0;
};

// Benson's algorithm for one player.
class Benson {
  public:
    Benson(const Board& board, Player player, bool suicide) : board_(board), player_(player), suicide_(suicide) {
        region_of_.fill(kNoRegion);
        vital_regions_.fill(0);
        for (Point start = 0; start < kBoardCells; start++) {
            const Color color = board.color(start);
            if (color == Color::Wall || color == player || region_of_[start] != kNoRegion) continue;
            grow_region(start);
        }
        for (int i = 0; i < region_count_; i++)
            for (const Point head : regions_[i].vital_to) vital_regions_[head]++;
        kill_chains();
    }

    // Adds this player's area to what `owner` holds already.
    void mark(AreaOptions options, PointColors& owner) const {
        bool has_stones = false;
        for (Point point = 0; point < kBoardCells; point++) {
            if (board_.color(point) != player_) continue;
            has_stones = true;
            if (!killed_[board_.chain_head(point)]) owner[point] = player_;
        }
        if (!has_stones) return;
        for (int i = 0; i < region_count_; i++) {
            const Region& region = regions_[i];
            const bool pass_alive = !region.borders_killed_chain && region.internal_points <= 1;
            const bool safe = options.safe_big_regions && !region.has_opponent_stone && !region.borders_killed_chain;
            const bool unsafe = options.unsafe_big_regions && !region.has_opponent_stone;
            if (!pass_alive && !safe && !unsafe) continue;
            for (int k = region.first_point; k < region.end_point; k++) {
                Color& point_owner = owner[points_[k]];
                if (pass_alive || safe || point_owner == Color::Empty) point_owner = player_;
            }
        }
    }

  private:
    static constexpr int16_t kNoRegion = -1;

    void grow_region(Point start) {
        Region& region = regions_[region_count_];
        region.first_point = points_.size();
        const auto reach = [&](Point point) {
            region_of_[point] = static_cast<int16_t>(region_count_);
            points_.push_back(point);
        };
        reach(start);
        for (int i = region.first_point; i < points_.size(); i++) {
            const Point point = points_[i];
            PointList<4> beside;
            for (const Point step : kNeighborSteps) {
                const Point neighbor = static_cast<Point>(point + step);
                const Color color = board_.color(neighbor);
                if (color == player_) {
                    beside.push_back(board_.chain_head(neighbor));
                } else if (color != Color::Wall && region_of_[neighbor] == kNoRegion) {
                    reach(neighbor);
                }
            }
            if (beside.empty()) region.internal_points++;
            const bool empty = board_.color(point) == Color::Empty;
            if (!empty) region.has_opponent_stone = true;
            // Without suicide the opponent cannot fill the points under his own stones: only empty ones must be
            // liberties.
            if (empty || suicide_) narrow(region, beside);
        }
        region.end_point = points_.size();
        region_count_++;
    }

    // The region stays vital only to chains beside this point, too.
    static void narrow(Region& region, const PointList<4>& beside) {
        PointList<4> still;
        const PointList<4>& candidates = region.has_candidates ? region.vital_to : beside;
        for (const Point head : candidates)
            if (beside.contains(head) && !still.contains(head)) still.push_back(head);
        region.vital_to = still;
        region.has_candidates = true;
    }

    void kill_chains() {
        PointList<kMaxBoardArea> doomed;
        for (Point point = 0; point < kBoardCells; point++) {
            if (board_.color(point) != player_ || board_.chain_head(point) != point) continue;
            if (vital_regions_[point] < 2) {
                killed_.set(point);
                doomed.push_back(point);
            }
        }
        for (int i = 0; i < doomed.size(); i++) {
            Point stone = doomed[i];
            do {
                for (const Point step : kNeighborSteps) {
                    const int16_t index = region_of_[stone + step];
                    if (index == kNoRegion || regions_[index].borders_killed_chain) continue;
                    regions_[index].borders_killed_chain = true;
                    for (const Point head : regions_[index].vital_to) {
                        if (--vital_regions_[head] >= 2 || killed_[head]) continue;
                        killed_.set(head);
                        doomed.push_back(head);
                    }
                }
                stone = board_.next_in_chain(stone);
            } while (stone != doomed[i]);
        }
    }

    const Board& board_;
    Player player_;
    bool suicide_;
    std::array<int16_t, kBoardCells> region_of_;
    std::array<Region, kMaxBoardArea> regions_;
    int region_count_ = 0;
    PointList<kMaxBoardArea> points_;                 // of all regions, one after the other
    std::array<int16_t, kBoardCells> vital_regions_;  // by chain head
    PointSet killed_;                                 // by chain head
};

// Connected points of one owner.
class OwnedSets {
  public:
    OwnedSets(const Board& board, const PointColors& basic) : board_(board), basic_(basic) {}

    // Calls `use(points, owner, in_seki)` for each of them.
    template <class Use>
    void for_each(Use use) {
        PointSet done;
        for (Point start = 0; start < kBoardCells; start++) {
            const Color owner = basic_[start];
            if (owner == Color::Empty || done[start]) continue;
            PointList<kMaxBoardArea> points;
            points.push_back(start);
            done.set(start);
            bool in_seki = false;
            for (int i = 0; i < points.size(); i++) {
                in_seki = in_seki || shows_seki(points[i]);
                for (const Point step : kNeighborSteps) {
                    const Point neighbor = static_cast<Point>(points[i] + step);
                    if (basic_[neighbor] != owner || done[neighbor]) continue;
                    done.set(neighbor);
                    points.push_back(neighbor);
                }
            }
            use(points, owner, in_seki);
        }
    }

  private:
    // The owner's stones in atari, or a dame beside the point.
    bool shows_seki(Point point) const {
        if (board_.color(point) == basic_[point] && board_.chain_liberties(point) == 1) return true;
        for (const Point step : kNeighborSteps) {
            const Point neighbor = static_cast<Point>(point + step);
            if (board_.color(neighbor) == Color::Empty && basic_[neighbor] == Color::Empty) return true;
        }
        return false;
    }

    const Board& board_;
    const PointColors& basic_;
};

}  // namespace

void find_area(const Board& board, AreaOptions options, PointColors& owner) {
    owner.fill(Color::Empty);
    // White second: his pass-alive area overrides what Black's unsafe regions claimed.
    Benson(board, Color::Black, options.suicide).mark(options, owner);
    Benson(board, Color::White, options.suicide).mark(options, owner);
    if (!options.non_pass_alive_stones) return;
    for (Point point = 0; point < kBoardCells; point++)
        if (owner[point] == Color::Empty && is_player(board.color(point))) owner[point] = board.color(point);
}

int find_independent_life(const Board& board, LifeOptions options, PointColors& owner) {
    PointColors basic;
    AreaOptions everything;
    everything.non_pass_alive_stones = true;
    everything.safe_big_regions = true;
    everything.unsafe_big_regions = true;
    everything.suicide = options.suicide;
    find_area(board, everything, basic);

    owner.fill(Color::Empty);
    int white_minus_black_regions = 0;
    OwnedSets(board, basic).for_each([&](const auto& points, Color color, bool in_seki) {
        if (in_seki) return;
        white_minus_black_regions += color == Color::White ? 1 : -1;
        for (const Point point : points) owner[point] = color;
    });
    for (Point point = 0; point < kBoardCells; point++) {
        if (basic[point] == Color::Empty) continue;
        const bool own_stone = board.color(point) == basic[point];
        if (own_stone ? options.keep_stones : options.keep_territories) owner[point] = basic[point];
    }
    return white_minus_black_regions;
}

int white_minus_black(const PointColors& owner) {
    int difference = 0;
    for (const Color color : owner) difference += (color == Color::White) - (color == Color::Black);
    return difference;
}

}  // namespace katago
