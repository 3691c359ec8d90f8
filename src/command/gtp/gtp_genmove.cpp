// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_genmove.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "command/gtp/gtp_passing.h"
#include "command/gtp/move_timer.h"
#include "core/error.h"
#include "core/text.h"

namespace katago {

namespace {

// --- Playout doubling advantage: how much stronger than the opponent to think oneself. Source: KataGo. ---

constexpr double kPdaStep = 0.125;
constexpr double kPdaMax = 2.75;

double size_scale(const BoardHistory& history) {
    return std::pow(361.0 / history.board().area(), 0.75);
}

Player disadvantaged_player(const BoardHistory& history) {
    return initial_black_advantage(history) >= 0 ? Color::White : Color::Black;
}

// Points of advantage that make a game uneven.
double uneven_advantage(const BoardHistory& history) {
    return std::max(4 / size_scale(history), 2.0);
}

double pda_cap(const BoardHistory& history, double cap_per_point) {
    const double scale = size_scale(history);
    const double start = uneven_advantage(history);
    const double advantage = std::abs(initial_black_advantage(history));
    if (advantage < start || std::min(history.board().width(), history.board().height()) <= 7) return 0;
    return std::round(std::min(kPdaMax, cap_per_point * (advantage - start) * scale) / kPdaStep) * kPdaStep;
}

// Of the weaker side, from what it was at the last move.
double next_dynamic_pda(GtpSession& session, double current) {
    const BoardHistory& history = session.game().history();
    const double cap = pda_cap(history, session.settings().dynamic_pda_cap_per_opp_lead);
    const std::vector<double>& record = session.win_loss_record();
    if (record.empty() || history.board().count(Color::White) == 0) return cap;
    const double value = disadvantaged_player(history) == Color::White ? record.back() : -record.back();
    if (value < -0.9) current += kPdaStep;
    if (value > -0.5) current -= kPdaStep;
    return std::clamp(current, 0.0, cap);
}

// In handicap games the weaker side plays less alike, unless people look on.
constexpr double kHandicapPatternUtility = 0.005;

void vary_against_handicap(const BoardHistory& history, Player player, SearchParams& params) {
    const double black_advantage = initial_black_advantage(history);
    const double advantage = player == Color::White ? black_advantage : -black_advantage;
    if (advantage > uneven_advantage(history) && !params.avoid_repeated_pattern_utility)
        params.avoid_repeated_pattern_utility = kHandicapPatternUtility;
}

SearchParams params_for_move(GtpSession& session, Player player, bool analyzing) {
    SearchParams params = session.settings().genmove.at_strength();
    if (!analyzing) vary_against_handicap(session.game().history(), player, params);
    if (session.settings().static_pda) return params;
    session.dynamic_pda() = next_dynamic_pda(session, session.dynamic_pda());
    const Player advised = parse_player(params.playout_doubling_advantage_pla).value_or(player);
    const bool weaker = advised == disadvantaged_player(session.game().history());
    params.playout_doubling_advantage = weaker ? session.dynamic_pda() : -session.dynamic_pda();
    return params;
}

// --- Limits ---

constexpr size_t kWinningTurns = 3;

double search_factor(GtpSession& session, Player player) {
    const GtpSettings& settings = session.settings();
    const std::vector<double>& record = session.win_loss_record();
    const double most = settings.genmove.win_loss_utility_factor;
    const double threshold = settings.search_factor_when_winning_threshold;
    if (record.size() < kWinningTurns || most - threshold <= 1e-10) return 1;
    double worst = 1;
    for (size_t i = record.size() - kWinningTurns; i < record.size(); ++i)
        worst = std::min(worst, player == Color::White ? record[i] : -record[i]);
    if (worst <= threshold) return 1;
    return 1 + (worst - threshold) / (most - threshold) * (settings.search_factor_when_winning - 1);
}

// --- Resigning ---

bool wants_to_resign(GtpSession& session, Player player, double white_lead) {
    const GtpSettings& settings = session.settings();
    const std::vector<double>& record = session.win_loss_record();
    const size_t turns = static_cast<size_t>(settings.resign_consec_turns);
    if (!settings.allow_resignation || record.size() < turns) return false;

    const BoardHistory& history = session.game().history();
    const int area = history.board().area();
    const int moves = static_cast<int>(history.moves().size());
    const double advantage = initial_black_advantage(history);
    double min_moves = 0;
    double worst_lead = area;  // White plays on with a better one
    if (player == Color::White && advantage > 0.9) {
        // A handicap takes most of the game to catch up.
        min_moves = 1 + area / 5;
        const double needed = std::max(1.0, 0.60 * area - min_moves);
        const double done = std::clamp(moves - min_moves, 0.0, needed);
        worst_lead = -advantage * (needed - done) / needed - 5 - 0.15 * advantage;
    }
    min_moves = std::max(min_moves, std::floor(settings.resign_min_moves_per_board_area * area));
    if (moves < min_moves || (player == Color::White && white_lead > worst_lead)) return false;

    const double sign = player == Color::White ? 1 : -1;
    if (white_lead * sign > -settings.resign_min_score_difference) return false;
    for (size_t i = record.size() - turns; i < record.size(); ++i)
        if (record[i] * sign >= settings.resign_threshold) return false;
    return true;
}

// --- After the search ---

bool is_cancelled(const GenmoveOptions& options) {
    return options.cancelled && *options.cancelled;
}

// Never beyond the clock.
void delay_like_a_human(GtpSession& session, Point move, const GenmoveOptions& options, const MoveTimer& timer) {
    const GtpSettings& settings = session.settings();
    if (settings.delay_move_scale <= 0 || settings.delay_move_max <= 0) return;
    const auto evaluation = session.search().root_evaluation();
    const BoardSize size = session.game().size();
    const float policy = evaluation ? evaluation->policy[static_cast<size_t>(policy_index(move, size))] : 0;
    const double mean = 0.5 * settings.delay_move_scale / (std::max(0.0, static_cast<double>(policy)) + 0.10);
    const double seconds = std::clamp(session.rng().gamma(2) * mean / 2, 1e-4, settings.delay_move_max);
    const double end_s = timer.used_s() + std::min(seconds, timer.left_s());
    while (!is_cancelled(options) && timer.used_s() < end_s) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// The line that gtp2ogs looks for on stderr.
void chat(GtpSession& session, const NodeValues& values, Player player) {
    const Perspective perspective = *parse_perspective(session.settings().report_winrates_as);
    const bool for_white =
        perspective == Perspective::SideToMove ? player == Color::White : perspective == Perspective::White;
    const double pda = session.search().params().playout_doubling_advantage;
    ReportOptions options;
    options.pv_length = session.settings().analysis_pv_length;
    const Report report = session.search().report(options);
    std::string text = "MALKOVICH:Visits " + std::to_string(values.visits);
    text += " Winrate " + fixed_number(100 * (for_white ? values.winrate() : 1 - values.winrate()), 2) + "%";
    text += " ScoreLead " + fixed_number(for_white ? values.lead : -values.lead, 1);
    text += " ScoreStdev " + fixed_number(values.score_stdev, 1);
    if (pda != 0) text += " (PDA " + fixed_number(pda, 2) + ")";
    text += " PV";
    if (!report.moves.empty())
        for (const Point point : report.moves[0].pv) text += " " + vertex_text(point, session.game().size());
    session.err() << text << std::endl;
}

}  // namespace

double initial_black_advantage(const BoardHistory& history) {
    const Rules& rules = history.rules();
    const double without = 7 - static_cast<double>(rules.komi);
    const int stones = history.handicap_stones();
    if (stones <= 1) return without;
    const double stone_value = rules.scoring == ScoringRule::Area ? 15 : 14;
    return stone_value * (stones - 1) + without - static_cast<double>(history.white_handicap_bonus());
}

std::optional<GeneratedMove> generate_move(GtpSession& session, Player player, const GenmoveOptions& options) {
    const MoveTimer timer(session, player);
    session.switch_player(player);
    Search& search = session.search();
    const SearchParams params = params_for_move(session, player, static_cast<bool>(options.events.on_report));
    session.use_params(params);

    SearchLimits limits;
    limits.search_factor = session.last_search_factor() = search_factor(session, player);
    limits.clock = session.clock(player);
    if (may_pass_friendly(session)) limits.time_share = kTimeShareBeforePassing;
    SearchResult searched;
    if (!is_cancelled(options)) searched = search.run(limits, options.events);
    if (is_cancelled(options)) return std::nullopt;
    GeneratedMove result{search.choose_move()};
    const std::optional<NodeValues> values = search.root_values();
    if (!values || !session.game().history().is_legal(result.move, player))
        throw ProtocolError("genmove returned null location or illegal move");
    if (session.settings().ogs_chat_to_stderr) chat(session, *values, player);
    if (session.settings().log_search_info) session.log().write(search_dump(session, result.move, searched));
    if (session.settings().log_search_info_for_chosen_move) session.log().write(move_dump(session, result.move));
    if (options.on_searched) options.on_searched(result.move, searched);
    delay_like_a_human(session, result.move, options, timer);

    session.win_loss_record().push_back(values->win_loss);
    result.resigns = wants_to_resign(session, player, values->lead);
    // The root's evaluation took its time as well.
    const double seconds_per_visit = searched.seconds / static_cast<double>(searched.playouts + 1);
    if (passes_friendly(session, result.move, player, {timer, seconds_per_visit})) result.move = kPass;
    if (!is_cancelled(options)) result.move = cleanup_move(session, result.move, player).value_or(result.move);
    session.thinking_seconds() += timer.used_s();
    if (is_cancelled(options)) return std::nullopt;
    return result;
}

}  // namespace katago
