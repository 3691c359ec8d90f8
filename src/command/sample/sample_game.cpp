// SPDX-License-Identifier: MIT
#include "command/sample/sample_game.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "core/error.h"
#include "search/policy/choice.h"

namespace katago {

namespace {

// Moves of a game that still teach something, as a multiple of the board's points.
constexpr int kMovesPerPoint = 2;
// Moves in a row that say that a game is decided.
constexpr int kDecidedMoves = 5;
constexpr float kDecidedChance = 0.97f;

// How one game is played.
struct GameStyle {
    int handicap;     // stones
    bool gives_komi;  // that makes the game even
    int opening_moves;
    double opening_randomness;  // share of the opening's moves that are any legal move
    double opening_temperature;
    double temperature;
    double blunders;  // per move
    double komi_error;
    bool stops_when_decided;

    static GameStyle draw(BoardSize size, Rng& rng) {
        constexpr std::array kTemperatures = {0.3, 0.7, 1.0, 1.0, 1.3};
        constexpr std::array kBlunders = {0.0, 0.0, 0.02, 0.05, 0.15};
        const double mean_opening = 0.04 * size.area();
        const bool uneven = rng.chance(0.15);
        const int handicap = draw_handicap(size, rng);
        return {.handicap = handicap,
                .gives_komi = handicap == 0 || rng.chance(0.5),
                .opening_moves = static_cast<int>(-std::log(1 - rng.uniform()) * mean_opening),
                .opening_randomness = rng.chance(0.5) ? 0.0 : 0.3 * rng.uniform(),
                .opening_temperature = 1 + rng.uniform(),
                .temperature = kTemperatures[rng.below(kTemperatures.size())],
                .blunders = kBlunders[rng.below(kBlunders.size())],
                .komi_error = rng.gaussian() * (uneven ? 0.7 : 0.12) * std::sqrt(size.area()),
                .stops_when_decided = rng.chance(0.75)};
    }

    // In one game of ten, on boards that are big enough: two stones or more.
    static int draw_handicap(BoardSize size, Rng& rng) {
        constexpr int kFewest = 2, kMost = 9, kPointsPerStone = 40, kSmallestArea = 49;
        if (size.area() < kSmallestArea || !rng.chance(0.1)) return 0;
        return static_cast<int>(rng.between(kFewest, std::clamp(size.area() / kPointsPerStone, kFewest, kMost)));
    }
};

// The index of a move drawn from the policy; hot draws never pass.
size_t draw_move(const Evaluation& teacher, double temperature, Rng& rng) {
    std::vector<double> weights(teacher.policy.begin(), teacher.policy.end());
    for (double& weight : weights) weight = std::max(weight, 0.0);
    const double best = *std::max_element(weights.begin(), weights.end() - 1);
    if (temperature > 1 && best > 0) weights.back() = 0;
    return draw_index(weights, temperature, /*only_below=*/1, rng);
}

// The index of any legal move but the pass; the pass where there is no other.
size_t draw_any_move(const Evaluation& teacher, Rng& rng) {
    std::vector<size_t> legal;
    for (size_t i = 0; i + 1 < teacher.policy.size(); ++i)
        if (teacher.policy[i] >= 0) legal.push_back(i);
    return legal.empty() ? teacher.policy.size() - 1 : legal[rng.below(legal.size())];
}

// A pass now and then, so that the student sees what follows one that comes too early.
size_t draw_blunder(const Evaluation& teacher, Rng& rng) {
    constexpr double kBlunderTemperature = 2.5;
    if (rng.chance(0.1)) return teacher.policy.size() - 1;
    return rng.chance(0.3) ? draw_any_move(teacher, rng) : draw_move(teacher, kBlunderTemperature, rng);
}

void play_index(BoardHistory& history, size_t index) {
    const BoardSize size = history.board().size();
    history.make_move(point_of_policy_index(static_cast<int>(index), size, size), history.next_player());
}

// Komi that makes the game even by what the teacher says, but for `error` points.
void even_out(BoardHistory& history, const Evaluation& teacher, double error) {
    const double komi = static_cast<double>(history.rules().komi - teacher.white_lead) + error;
    const auto limit = static_cast<double>(2 * history.board().width() * history.board().height());
    history.set_komi(static_cast<float>(std::clamp(std::round(2 * komi) / 2, -limit, limit)));
}

// Watches for games that are decided.
class Decision {
  public:
    bool is_made(const Evaluation& teacher) {
        const bool clear = std::max(teacher.white_win, teacher.white_loss) > kDecidedChance;
        in_a_row_ = clear ? in_a_row_ + 1 : 0;
        return in_a_row_ >= kDecidedMoves;
    }

  private:
    int in_a_row_ = 0;
};

// Komi of a handicap game that is not evened out.
constexpr float kHandicapKomi = 0.5f;

// The start of a game, Black's handicap stones drawn from the policy one by one. Nothing: there is nothing to play on
// with.
std::optional<BoardHistory> begin_game(BoardSize size, const GameStyle& style, Rng& rng, const LookAt& look) {
    Rules rules = draw_rules(rng);
    if (!style.gives_komi) rules.komi = kHandicapKomi;
    Board board(size);
    for (int i = 0; i < style.handicap; ++i) {
        const auto teacher = look(BoardHistory(board, Color::Black, rules));
        if (!teacher) return std::nullopt;
        const size_t index = draw_move(*teacher, style.opening_temperature, rng);
        board.play(point_of_policy_index(static_cast<int>(index), size, size), Color::Black);
    }
    return BoardHistory(board, style.handicap == 0 ? Color::Black : Color::White, rules);
}

// False: there is nothing to play on with.
bool play_opening(BoardHistory& history, const GameStyle& style, Rng& rng, const LookAt& look) {
    for (int i = 0; i < style.opening_moves; ++i) {
        const auto teacher = look(history);
        if (!teacher) return false;
        const bool any = rng.chance(style.opening_randomness);
        play_index(history, any ? draw_any_move(*teacher, rng) : draw_move(*teacher, style.opening_temperature, rng));
        if (history.finished()) return false;
    }
    return true;
}

}  // namespace

Rules draw_rules(Rng& rng) {
    constexpr std::array kKo = {KoRule::Positional, KoRule::Positional,  KoRule::Simple,
                                KoRule::Simple,     KoRule::Situational, KoRule::Spight};
    Rules rules;
    rules.ko = kKo[rng.below(kKo.size())];
    rules.scoring = rng.chance(0.65) ? ScoringRule::Area : ScoringRule::Territory;
    rules.tax = default_tax(rules.scoring);
    if (rng.chance(0.15)) rules.tax = rng.chance(0.5) ? TaxRule::Seki : TaxRule::All;
    rules.multi_stone_suicide = rng.chance(0.5);
    rules.has_button = rules.scoring == ScoringRule::Area && rng.chance(0.1);
    rules.komi = default_komi(rules.scoring, rules.has_button);
    return rules;
}

void play_sample_game(BoardSize size, Rng& rng, const LookAt& look) {
    const GameStyle style = GameStyle::draw(size, rng);
    std::optional<BoardHistory> begun = begin_game(size, style, rng, look);
    if (!begun) return;
    BoardHistory& history = *begun;
    if (!play_opening(history, style, rng, look)) return;
    if (style.gives_komi) {
        const auto teacher = look(history);
        if (!teacher) return;
        even_out(history, *teacher, style.komi_error);
    }
    Decision decision;
    while (!history.finished() && static_cast<int>(history.moves().size()) < kMovesPerPoint * size.area()) {
        const auto teacher = look(history);
        if (!teacher || (style.stops_when_decided && decision.is_made(*teacher))) return;
        const bool blunder = rng.chance(style.blunders);
        play_index(history, blunder ? draw_blunder(*teacher, rng) : draw_move(*teacher, style.temperature, rng));
    }
}

void replay_sample_game(const SgfGame& record, Rng& rng, const std::function<bool(const BoardHistory&)>& look) {
    const Rules rules = record.rules_or(record.rules ? *record.rules : draw_rules(rng));
    BoardHistory history = replay(record, rules, 0);
    for (const Move& move : record.moves) {
        if (history.finished() || history.past_phase_end()) return;
        if (!history.is_tolerated(move.point, move.player))
            throw ProtocolError(record.name + ": impossible move " + vertex_text(move.point, record.size));
        if (history.next_player() == move.player && !look(history)) return;
        history.make_move(move.point, move.player);
    }
}

}  // namespace katago
