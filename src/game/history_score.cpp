// SPDX-License-Identifier: MIT
#include <algorithm>

#include "game/areas.h"
#include "game/history.h"

namespace katago {

namespace {

Player winner_by(float white_score) {
    return white_score > 0 ? Color::White : white_score < 0 ? Color::Black : Color::Empty;
}

// The half point of a button that nobody took goes to the player to move.
float button_for(Player player) {
    return player == Color::White ? 0.5f : -0.5f;
}

}  // namespace

float BoardHistory::board_score(PointColors& owner) const {
    AreaOptions area;
    LifeOptions life;
    area.suicide = life.suicide = area_suicide();
    if (rules_.scoring == ScoringRule::Area && rules_.tax == TaxRule::None) {
        area.non_pass_alive_stones = area.safe_big_regions = area.unsafe_big_regions = true;
        find_area(board(), area, owner);
        return static_cast<float>(white_minus_black(owner));
    }
    life.keep_stones = rules_.scoring == ScoringRule::Area;
    life.keep_territories = rules_.scoring == ScoringRule::Territory && rules_.tax == TaxRule::None;
    const int white_minus_black_regions = find_independent_life(board(), life, owner);
    if (rules_.scoring == ScoringRule::Territory) count_other_stones(owner);
    const int group_tax = rules_.tax == TaxRule::All ? 2 * white_minus_black_regions : 0;
    return static_cast<float>(white_minus_black(owner) - group_tax);
}

// Stones outside the area count under territory scoring, since putting them down was paid for; in phase 2, where it is
// free, only those that stood there when it began.
void BoardHistory::count_other_stones(PointColors& owner) const {
    for (Point point = 0; point < kBoardCells; point++) {
        const Color color = board().color(point);
        if (owner[point] != Color::Empty || (color != Color::Black && color != Color::White)) continue;
        if (phase_ < 2 || second_encore_start_[point] == color) owner[point] = color;
    }
}

Score BoardHistory::score_now() const {
    Score score;
    const float button = has_button_ ? button_for(next_player_) : 0.0f;
    score.white_score = board_score(score.owner) + (white_bonus_ + button) + white_handicap_bonus_ + rules_.komi;
    score.winner = winner_by(score.white_score);
    return score;
}

void BoardHistory::finish_now() {
    take_left_button();
    PointColors owner;
    finish_with(board_score(owner));
}

bool BoardHistory::is_settled() const {
    PointColors owner;
    find_pass_alive_area(owner);
    return std::count(owner.begin(), owner.end(), Color::Empty) == kBoardCells - board().area();
}

void BoardHistory::finish_settled() {
    if (rules_.tax == TaxRule::All) {
        finish_now();
        return;
    }
    take_left_button();
    PointColors owner;
    find_pass_alive_area(owner);
    finish_with(static_cast<float>(white_minus_black(owner)));
}

void BoardHistory::find_pass_alive_area(PointColors& owner) const {
    AreaOptions options;
    options.suicide = area_suicide();
    find_area(board(), options, owner);
}

void BoardHistory::take_left_button() {
    if (has_button_) white_bonus_ += button_for(next_player_);
    has_button_ = false;
}

void BoardHistory::finish_with(float white_board_score) {
    clear_result();
    finished_ = true;
    scored_ = true;
    white_score_ = white_board_score + white_bonus_ + white_handicap_bonus_ + rules_.komi;
    winner_ = winner_by(white_score_);
}

void BoardHistory::finish_by_resignation(Player winner) {
    clear_result();
    finished_ = true;
    resigned_ = true;
    winner_ = winner;
}

void BoardHistory::set_komi(float komi) {
    if (scored_) {
        white_score_ += komi - rules_.komi;
        winner_ = winner_by(white_score_);
    }
    rules_.komi = komi;
}

void BoardHistory::set_assume_handicap(bool assume) {
    assume_handicap_ = assume;
    update_handicap_bonus();
}

void BoardHistory::set_handicap_override(int stones) {
    handicap_override_ = stones;
    update_handicap_bonus();
}

int BoardHistory::count_handicap_stones(bool assume) const {
    if (handicap_override_ >= 0) return handicap_override_;
    int stones_played = 0;
    for (size_t i = 0; assume && i < moves_.size(); i++) {
        const Move& move = moves_[i];
        if (move.player == Color::Black) {
            if (move.point != kPass) stones_played++;
            continue;
        }
        if (i + 1 < moves_.size() && moves_[i + 1].player != Color::Black) {
            stones_played = 0;
            break;
        }
        if (move.point != kPass) break;
    }
    if (initial_board_->count(Color::White) > 0) return 0;
    const int stones = initial_board_->count(Color::Black) + stones_played;
    return stones <= 1 ? 0 : stones;
}

void BoardHistory::update_handicap_bonus() {
    const int stones = rules_.white_handicap_bonus == HandicapBonusRule::Zero ? 0 : handicap_stones();
    const int bonus = rules_.white_handicap_bonus == HandicapBonusRule::NMinusOne ? std::max(stones - 1, 0) : stones;
    white_handicap_bonus_ = static_cast<float>(bonus);
}

float BoardHistory::draw_adjustment(double draw_wins) const {
    return rules_.result_is_integer() ? static_cast<float>(draw_wins - 0.5) : 0.0f;
}

float BoardHistory::self_komi(Player player, double draw_wins) const {
    const float white_komi = white_bonus_ + white_handicap_bonus_ + rules_.komi + draw_adjustment(draw_wins);
    return player == Color::White ? white_komi : -white_komi;
}

}  // namespace katago
