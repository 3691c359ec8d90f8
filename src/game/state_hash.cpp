// SPDX-License-Identifier: MIT
#include "game/state_hash.h"

#include "game/zobrist.h"

namespace katago {

namespace {

// KataGo's constants, in the order of the enumerations.
constexpr Hash128 kKoHash[] = {{0x3CC7E0BF846820F6u, 0x1FB7FBDE5FC6BA4Eu},
                               {0xCC18F5D47188554Au, 0x3A63152C23E4128Du},
                               {0x3BC55E42B23B35BFu, 0xC75FA1E615621DCDu},
                               {0x5B2096E48241D21Bu, 0x23CC18D4E85CD67Fu}};
constexpr Hash128 kTaxHash[] = {{0x72EECCC72C82A5E7u, 0x0D1265E413623E2Bu},
                                {0x125BFE48A41042D5u, 0x061866B5F2B98A79u},
                                {0xA384ECE9D8EE713Cu, 0xFDC9F3B5D1F3732Bu}};
// Each contains the tax that usually goes with it, so that the two cancel.
constexpr Hash128 kScoringHash[] = {Hash128{0x8B3ED7598F901494u, 0x1DFD47AC77BCE5F8u} ^ kTaxHash[0],
                                    Hash128{0x381345DC357EC982u, 0x03BA55C026026B56u} ^ kTaxHash[1]};
constexpr Hash128 kSuicideHash{0xF9B475B3BBF35E37u, 0xEFA19D8B1E5B3E5Au};
constexpr Hash128 kButtonHash{0xB8B914C9234ECE84u, 0x3D759CDDEBE29C14u};
constexpr Hash128 kFriendlyPassOkHash{0x0113655998EF0A25u, 0x99C9D04ECD964874u};
constexpr Hash128 kPassAliveUnderSuicideHash{0x3094018861134017u, 0x706330A293E266AAu};

Hash128 rules_hash(const BoardHistory& history, bool pass_alive_under_suicide) {
    const Rules& rules = history.rules();
    Hash128 hash = kKoHash[static_cast<int>(rules.ko)] ^ kScoringHash[static_cast<int>(rules.scoring)] ^
                   kTaxHash[static_cast<int>(rules.tax)];
    if (rules.multi_stone_suicide) hash ^= kSuicideHash;
    if (history.has_button()) hash ^= kButtonHash;
    if (rules.friendly_pass_ok) hash ^= kFriendlyPassOkHash;
    if (pass_alive_under_suicide && !rules.multi_stone_suicide) hash ^= kPassAliveUnderSuicideHash;
    return hash;
}

// Points that ko treats specially, and the stones of the beginning of phase 2.
Hash128 bans_hash(const BoardHistory& history) {
    const Zobrist& zobrist = Zobrist::tables();
    const Board& board = history.board();
    const Point ko_point = history.phase() == 0 ? board.ko_point() : kNullPoint;
    Hash128 hash;
    if (ko_point != kNullPoint) hash ^= zobrist.ko_point[Zobrist::index(ko_point, board.width())];
    const PointSet banned = history.banned();
    if (history.phase() == 0 && banned.none()) return hash;
    for (int y = 0; y < board.height(); y++) {
        for (int x = 0; x < board.width(); x++) {
            const Point point = point_at(x, y);
            const int index = Zobrist::index(point, board.width());
            if (banned[point] && point != ko_point) hash ^= zobrist.ko_point[index];
            if (history.phase() == 0) continue;
            const Zobrist::ByColor& marks = zobrist.ko_mark[index];
            if (history.recapture_blocked()[point]) hash ^= marks[Color::Black] ^ marks[Color::White];
            if (history.phase() == 2) hash ^= zobrist.second_encore_start[index][history.second_encore_start()[point]];
        }
    }
    return hash;
}

// Counts the empty points of the regions beside the chain at `start` (or around it, if empty), and its stones, until
// they are more than `bound`.
bool room_exceeds(const Board& board, Point start, int bound) {
    PointSet seen;
    PointList<kMaxBoardArea> points;
    const auto reach = [&](Point point) {
        if (seen[point]) return;
        seen.set(point);
        points.push_back(point);
    };
    reach(start);
    for (int i = 0; i < points.size() && points.size() <= bound; i++) {
        for (const Point step : kNeighborSteps) {
            const Point neighbor = static_cast<Point>(points[i] + step);
            const Color color = board.color(neighbor);
            // From a stone on to its chain and to empty points; from an empty point to empty points only.
            if (color == Color::Empty || (color == board.color(points[i]) && color != Color::Wall)) reach(neighbor);
        }
    }
    return points.size() > bound;
}

Hash128 mixed(const Hash128& previous, const Hash128& state) {
    const uint64_t h0 = mix::split(previous.h0 ^ previous.h1);
    const uint64_t h1 = mix::nasam(previous.h1) + h0;
    return {h0 + state.h0, h1 + state.h1};
}

}  // namespace

Hash128 situation_rules_hash(const BoardHistory& history, double draw_wins, bool pass_alive_under_suicide) {
    const Zobrist& zobrist = Zobrist::tables();
    Hash128 hash = history.board().position_hash() ^ zobrist.player[history.next_player()] ^
                   zobrist.encore[static_cast<size_t>(history.phase())] ^ bans_hash(history) ^
                   rules_hash(history, pass_alive_under_suicide);
    const auto komi = static_cast<int64_t>(history.self_komi(history.next_player(), draw_wins) * 256.0f);
    const uint64_t komi_hash = mix::murmur(static_cast<uint64_t>(komi));
    hash ^= {komi_hash, mix::lc1(komi_hash)};
    return hash;
}

Hash128 graph_state_hash(const BoardHistory& history, double draw_wins) {
    Hash128 hash = situation_rules_hash(history, draw_wins, history.pass_alive_under_suicide());
    if (history.pass_would_end_phase()) hash ^= kPassEndsPhaseHash;
    if (history.finished()) hash ^= kGameIsOverHash;
    const auto passes = static_cast<uint64_t>(history.consecutive_ending_passes());
    hash.h0 += 2862933555777941757u * passes;
    hash.h1 += 3202034522624059733u * passes;
    return hash;
}

Hash128 next_graph_hash(const Hash128& previous, const BoardHistory& history, int repetition_bound, double draw_wins) {
    const Hash128 state = graph_state_hash(history, draw_wins);
    const Point last = history.move_ago(1).point;
    if (last == kNullPoint) return state;
    if (last != kPass && room_exceeds(history.board(), last, repetition_bound)) return state;
    return mixed(previous, state);
}

Hash128 graph_hash_from_start(const BoardHistory& history, int repetition_bound, double draw_wins) {
    BoardHistory replay(history.initial_board(), history.initial_player(), history.rules(), history.initial_phase());
    replay.set_assume_handicap(history.assume_handicap());
    replay.set_handicap_override(history.handicap_override());
    replay.set_pass_alive_under_suicide(history.pass_alive_under_suicide());
    Hash128 hash = next_graph_hash({}, replay, repetition_bound, draw_wins);
    for (const Move& move : history.moves()) {
        replay.make_move(move.point, move.player, move.advance);
        hash = next_graph_hash(hash, replay, repetition_bound, draw_wins);
    }
    return hash;
}

}  // namespace katago
