// SPDX-License-Identifier: MIT
#include "game/history.h"

#include <algorithm>

#include "core/ensure.h"
#include "game/zobrist.h"

namespace katago {

BoardHistory::BoardHistory() : BoardHistory(Board(), Color::Black, Rules()) {}

BoardHistory::BoardHistory(const Board& board, Player next_player, const Rules& rules, int phase)
    : recent_boards_{board, board, board}, rules_(rules), phase_(phase) {
    ENSURE(phase >= 0 && phase <= 2 && (phase == 0 || rules.scoring == ScoringRule::Territory));
    reset(next_player);
}

void BoardHistory::restart(Player next_player) {
    recent_boards_[current_].clear_ko_point();
    handicap_override_ = -1;
    reset(next_player);
}

void BoardHistory::reset(Player next_player) {
    const Board start = board();
    recent_boards_.fill(start);
    current_ = 0;
    next_player_ = next_player;
    initial_board_ = std::make_shared<const Board>(start);
    initial_player_ = next_player;
    initial_phase_ = phase_;
    initial_turn_number_ = 0;
    moves_.clear();
    was_taken_ = {};
    forget_phase();
    restart_ko_history();
    turns_this_phase_ = 0;
    valid_turns_this_phase_ = 0;
    consecutive_valid_turns_ = 0;
    second_encore_start_.fill(Color::Empty);
    if (phase_ == 2) note_second_encore_start();
    white_bonus_ = 0;
    if (rules_.scoring == ScoringRule::Territory) {
        const int stones = start.count(Color::Black) - start.count(Color::White);
        const int taken = start.captured(Color::White) - start.captured(Color::Black);
        white_bonus_ = static_cast<float>(stones - taken);
    }
    has_button_ = rules_.has_button && phase_ == 0;
    white_has_moved_ = false;
    update_handicap_bonus();
    clear_result();
}

// What a phase change ends. The lists of ko hashes and of turns are the caller's.
void BoardHistory::forget_phase() {
    consecutive_ending_passes_ = 0;
    black_pass_hashes_.clear();
    white_pass_hashes_.clear();
    recapture_blocked_.reset();
    cleanup_captures_.clear();
}

void BoardHistory::note_second_encore_start() {
    for (Point point = 0; point < kBoardCells; point++) {
        const Color color = board().color(point);
        second_encore_start_[point] = color == Color::Wall ? Color::Empty : color;
    }
}

bool BoardHistory::is_legal(Point point, Player player) const {
    if (player != next_player_) return false;
    if (is_pass_for_ko(point, player)) return true;
    if (point == kPass) return true;
    if (!board().on_board(point) || board().color(point) != Color::Empty) return false;
    if (phase_ == 0 && point == board().ko_point()) return false;
    return !is_banned(point) && !board().is_illegal_suicide(point, player, rules_.multi_stone_suicide);
}

bool BoardHistory::is_tolerated(Point point, Player player) const {
    if (point == kPass || is_pass_for_ko(point, player)) return true;
    return board().on_board(point) && board().color(point) == Color::Empty &&
           !board().is_illegal_suicide(point, player, /*multi_stone_suicide=*/true);
}

bool BoardHistory::is_pass_for_ko(Point point, Player player) const {
    if (phase_ == 0 || recapture_blocked_.none() || !board().on_board(point)) return false;
    if (board().color(point) == opponent(player)) {
        return recapture_blocked_[point] && board().chain_stones(point) == 1 && board().chain_liberties(point) == 1;
    }
    return recapture_blocked_[board().ko_mouth(point, player)];
}

void BoardHistory::make_move(Point point, Player player, PhaseAdvance advance) {
    if (finished_ || past_phase_end_) {
        valid_turns_this_phase_ = std::min(valid_turns_this_phase_, 1);
        consecutive_valid_turns_ = std::min(consecutive_valid_turns_, 1);
    }
    const bool strictly_legal = is_legal(point, player);
    clear_result();
    bool repeated_pass = false;
    if (point == kPass) {
        repeated_pass = note_pass(player);
    } else {
        consecutive_ending_passes_ = 0;
    }
    const bool puts_stone = play_on_next_board(point, player);

    next_player_ = opponent(player);
    ko_history_.add(ko_hash());
    moves_.push_back({point, player, advance});
    turns_this_phase_++;
    valid_turns_this_phase_++;
    consecutive_valid_turns_ = strictly_legal ? consecutive_valid_turns_ + 1 : 0;

    if (puts_stone && rules_.scoring == ScoringRule::Territory && phase_ <= 1)
        white_bonus_ += player == Color::Black ? 1.0f : -1.0f;
    if (player == Color::White && point != kPass) white_has_moved_ = true;
    if (assume_handicap_ && !white_has_moved_ && player == Color::Black) update_handicap_bonus();

    if (consecutive_ending_passes_ >= 2 || repeated_pass) end_phase(advance);
    if (point != kPass) check_no_result();
}

void BoardHistory::restart_ko_history() {
    ko_history_.clear();
    ko_history_.add(ko_hash());
}

void BoardHistory::clear_result() {
    finished_ = false;
    past_phase_end_ = false;
    scored_ = false;
    no_result_ = false;
    resigned_ = false;
    winner_ = Color::Empty;
    white_score_ = 0;
}

// Books a pass; true if the player had passed in the same state before, which ends the phase.
bool BoardHistory::note_pass(Player player) {
    if (has_button_) {
        has_button_ = false;
        white_bonus_ += player == Color::White ? 0.5f : -0.5f;
        consecutive_ending_passes_ = 0;
        black_pass_hashes_.clear();
        white_pass_hashes_.clear();
        ko_history_.clear();
        return false;
    }
    const Hash128 hash = ko_hash_of(board().position_hash(), player);
    if (passes_clear_ko_history()) ko_history_.clear();
    consecutive_ending_passes_ = ending_passes_after_pass();
    const bool repeated = pass_repeats(hash, player);
    (player == Color::Black ? black_pass_hashes_ : white_pass_hashes_).push_back(hash);
    return repeated;
}

// Makes the next board the current one and moves on it. True if that put down a stone.
bool BoardHistory::play_on_next_board(Point point, Player player) {
    const Board& before = board();
    current_ = (current_ + 1) % kRecentBoards;
    Board& after = recent_boards_[current_];
    after = before;
    if (phase_ > 0 && point != kPass) return play_in_cleanup(after, point, player);

    after.play(point, player);
    for (const Color color : {Color::Black, Color::White}) {
        if (after.captured(color) == before.captured(color)) continue;
        PointSet& taken = taken_stones(color);
        for (Point p = 0; p < kBoardCells; p++)
            if (before.color(p) == color && after.color(p) == Color::Empty) taken.set(p);
    }
    return point != kPass;
}

bool BoardHistory::play_in_cleanup(Board& board, Point point, Player player) {
    const bool on_blocked_stone = board.color(point) == opponent(player) && recapture_blocked_[point];
    const Point blocked = on_blocked_stone ? point : board.ko_mouth(point, player);
    if (recapture_blocked_[blocked]) {
        recapture_blocked_.reset(blocked);
        board.clear_ko_point();
        return false;
    }
    const Hash128 position_before = board.position_hash();
    board.play(point, player);
    if (board.ko_point() != kNullPoint) {
        recapture_blocked_.set(point);
        cleanup_captures_.push_back({position_before, point, player});
        board.clear_ko_point();
    }
    for (Point p = 0; p < kBoardCells && recapture_blocked_.any(); p++)
        if (board.color(p) == Color::Empty) recapture_blocked_.reset(p);
    return true;
}

PointSet BoardHistory::banned() const {
    PointSet points;
    if (phase_ > 0) {
        for (const KoCapture& capture : cleanup_captures_)
            if (is_banned(capture.point)) points.set(capture.point);
    } else if (rules_.ko != KoRule::Simple) {
        const PointSet& was_taken = taken_stones(next_player_);
        if (was_taken.any())
            for (Point point = 0; point < kBoardCells; point++)
                if (was_taken[point] && repeats_position(point)) points.set(point);
        if (rules_.multi_stone_suicide)
            for (const Point point : board().enclosed_points())
                if (repeats_position(point)) points.set(point);
    }
    return points;
}

bool BoardHistory::is_banned(Point point) const {
    if (phase_ > 0) {
        return std::any_of(cleanup_captures_.begin(), cleanup_captures_.end(), [&](const KoCapture& capture) {
            return capture.point == point && capture.player == next_player_ &&
                   capture.position_before == board().position_hash();
        });
    }
    if (rules_.ko == KoRule::Simple) return false;
    // An earlier position held a stone where the new one goes, so one was taken there since; unless the new stone dies.
    const bool may_repeat =
        taken_stones(next_player_)[point] || (rules_.multi_stone_suicide && !board().touches(point, Color::Empty));
    return may_repeat && repeats_position(point);
}

// Under superko: the stone would be put down and make a position that was there before.
bool BoardHistory::repeats_position(Point point) const {
    const Board& now = board();
    const Player player = next_player_;
    if (now.color(point) != Color::Empty || point == now.ko_point()) return false;
    if (now.is_illegal_suicide(point, player, rules_.multi_stone_suicide)) return false;
    return ko_history_.contains(ko_hash_of(now.hash_after(point, player), opponent(player)));
}

void BoardHistory::end_phase(PhaseAdvance advance) {
    if (rules_.scoring == ScoringRule::Area || phase_ == 2) {
        finish_now();
    } else if (advance == PhaseAdvance::Prevented) {
        past_phase_end_ = true;
        valid_turns_this_phase_ = std::min(valid_turns_this_phase_, 1);
        consecutive_valid_turns_ = std::min(consecutive_valid_turns_, 1);
    } else {
        phase_++;
        turns_this_phase_ = 0;
        valid_turns_this_phase_ = 0;
        if (phase_ == 2) note_second_encore_start();
        forget_phase();
        restart_ko_history();
    }
}

// After a move that was no pass: a state that occurs for the third time ends the game.
void BoardHistory::check_no_result() {
    if (phase_ == 0 && rules_.ko != KoRule::Simple) return;
    if (ko_history_.times_of_last() < 3) return;
    clear_result();
    finished_ = true;
    no_result_ = true;
}

Hash128 BoardHistory::ko_hash_of(const Hash128& position, Player to_move) const {
    const Zobrist& zobrist = Zobrist::tables();
    Hash128 hash = position;
    if (phase_ > 0 || rules_.ko == KoRule::Simple || rules_.ko == KoRule::Situational) hash ^= zobrist.player[to_move];
    if (recapture_blocked_.none()) return hash;
    for (Point point = 0; point < kBoardCells; point++) {
        if (!recapture_blocked_[point]) continue;
        const Zobrist::ByColor& marks = zobrist.ko_mark[Zobrist::index(point, board().width())];
        hash ^= marks[Color::Black] ^ marks[Color::White];
    }
    return hash;
}

bool BoardHistory::passes_clear_ko_history() const {
    return phase_ > 0 || rules_.ko == KoRule::Simple || rules_.ko == KoRule::Spight;
}

bool BoardHistory::pass_repeats(const Hash128& hash, Player player) const {
    const auto& hashes = player == Color::Black ? black_pass_hashes_ : white_pass_hashes_;
    return passes_clear_ko_history() && std::find(hashes.begin(), hashes.end(), hash) != hashes.end();
}

int BoardHistory::ending_passes_after_pass() const {
    return phase_ == 0 && rules_.ko == KoRule::Spight ? 0 : consecutive_ending_passes_ + 1;
}

bool BoardHistory::pass_would_end_phase() const {
    return ending_passes_after_pass() >= 2 || pass_repeats(ko_hash(), next_player_);
}

bool BoardHistory::pass_would_end_game() const {
    return (rules_.scoring == ScoringRule::Area || phase_ == 2) && pass_would_end_phase();
}

bool BoardHistory::friendly_pass_suppressed() const {
    return rules_.friendly_pass_ok && rules_.scoring == ScoringRule::Area && ending_passes_after_pass() == 2 &&
           !pass_repeats(ko_hash(), next_player_);
}

}  // namespace katago
