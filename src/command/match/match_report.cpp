// SPDX-License-Identifier: MIT
#include "command/match/match_report.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "game/rules.h"
#include "report/progress_bar.h"

namespace katago {

namespace {

constexpr size_t kLabelWidth = 16;

std::string label(std::string text) {
    text.resize(std::max(text.size() + 1, kLabelWidth), ' ');
    return text;
}

std::string percent(double share) {
    return fixed_number(100 * share, 1) + " %";
}

std::string counts(const MatchScore& score) {
    return "+" + std::to_string(score.wins) + " =" + std::to_string(score.draws) + " -" + std::to_string(score.losses);
}

std::string interval_text(const ScoreEstimate& estimate) {
    return "[" + elo_text(elo_of_score(estimate.low)) + ", " + elo_text(elo_of_score(estimate.high)) + "]";
}

std::string ratio_text(const SprtOptions& sprt, const MatchScore& score) {
    return "LLR " + fixed_number(log_likelihood_ratio(score, sprt.elo0, sprt.elo1), 2) + " (" +
           fixed_number(sprt.lower_bound(), 2) + ", " + fixed_number(sprt.upper_bound(), 2) + ")";
}

std::string verdict_text(const MatchStatus& status, const MatchScore& score) {
    const SprtOptions& sprt = *status.sprt;
    const std::string h0 = "H0 (" + elo_text(sprt.elo0) + " Elo)";
    const std::string h1 = "H1 (" + elo_text(sprt.elo1) + " Elo)";
    switch (sprt_verdict(sprt, log_likelihood_ratio(score, sprt.elo0, sprt.elo1))) {
        case SprtVerdict::AcceptH1:
            return h1 + " accepted, " + h0 + " rejected";
        case SprtVerdict::AcceptH0:
            return h0 + " accepted, " + h1 + " rejected";
        case SprtVerdict::Undecided:
            break;
    }
    return "undecided between " + h0 + " and " + h1;
}

// A line of the games that bot 0 played with one colour.
std::string color_line(const MatchStatus& status, size_t black_bot) {
    MatchScore score;
    for (const GameRecord& record : status.records)
        if (record.black_bot == black_bot) score.add(record.outcome);
    const std::string title = status.names[0] + (black_bot == 0 ? " as Black" : " as White");
    if (score.games() == 0) return label(title) + "no games\n";
    const ScoreEstimate estimate = estimate_score(score);
    return label(title) + counts(score) + ", " + percent(estimate.mean) + " +- " +
           fixed_number(100 * estimate.standard_error, 1) + "\n";
}

std::string ends_line(const MatchStatus& status) {
    const auto count = [&](GameEnd end) {
        return std::count_if(status.records.begin(), status.records.end(),
                             [&](const GameRecord& record) { return record.end == end; });
    };
    int64_t moves = 0;
    int64_t black_wins = 0;
    for (const GameRecord& record : status.records) {
        moves += record.moves;
        black_wins += record.result.starts_with("B+") ? 1 : 0;
    }
    const auto games = static_cast<double>(status.records.size());
    return label("Games") + std::to_string(count(GameEnd::Score)) + " scored, " +
           std::to_string(count(GameEnd::Resignation)) + " resigned, " + std::to_string(count(GameEnd::MoveLimit)) +
           " stopped at the move limit, " + std::to_string(count(GameEnd::NoResult)) + " without result; " +
           fixed_number(static_cast<double>(moves) / games, 1) + " moves each; Black won " +
           percent(static_cast<double>(black_wins) / games) + "\n";
}

std::string effort_line(const MatchStatus& status, size_t bot) {
    BotEffort total;
    for (const GameRecord& record : status.records) {
        total.moves += record.efforts[bot].moves;
        total.playouts += record.efforts[bot].playouts;
        total.seconds += record.efforts[bot].seconds;
    }
    const auto moves = static_cast<double>(std::max<int64_t>(1, total.moves));
    return label("A move of " + status.names[bot]) + fixed_number(static_cast<double>(total.playouts) / moves, 1) +
           " playouts, " + fixed_number(total.seconds / moves, 3) + " s\n";
}

}  // namespace

MatchScore score_of(std::span<const GameRecord> records) {
    MatchScore score;
    for (const GameRecord& record : records) score.add(record.outcome);
    return score;
}

std::string elo_text(double elo) {
    if (std::isinf(elo)) return elo > 0 ? "+inf" : "-inf";
    return (std::round(elo) < 0 ? "-" : "+") + fixed_number(std::abs(elo), 0);
}

std::string progress_text(const MatchStatus& status) {
    const MatchScore score = score_of(status.records);
    const ScoreEstimate estimate = estimate_score(score);
    std::string text = "Game " + std::to_string(score.games()) + "/" + std::to_string(status.num_games) + "  " +
                       status.names[0] + " " + default_number(score.points()) + " - " +
                       default_number(static_cast<double>(score.games()) - score.points()) + " " + status.names[1] +
                       " (" + counts(score) + ")";
    if (score.games() > 0) text += "  Elo " + elo_text(elo_of_score(estimate.mean)) + " " + interval_text(estimate);
    if (status.sprt) text += "  " + ratio_text(*status.sprt, score);
    if (status.seconds_left)
        text += "  " + std::string(status.sprt ? "at most " : "") + duration_text(*status.seconds_left) + " left";
    return text;
}

std::string report_text(const MatchStatus& status) {
    if (status.records.empty()) return "No game was finished.\n";
    const MatchScore score = score_of(status.records);
    const ScoreEstimate estimate = estimate_score(score);
    std::string text = label("Played") + std::to_string(score.games()) + " of " + std::to_string(status.num_games) +
                       " games: " + status.names[0] + " " + default_number(score.points()) + " - " +
                       default_number(static_cast<double>(score.games()) - score.points()) + " " + status.names[1] +
                       "\n";
    text += label("Score of " + status.names[0]) + counts(score) + ", " + percent(estimate.mean) + " +- " +
            fixed_number(100 * estimate.standard_error, 1) + " (one standard error)\n";
    text += label("Elo of " + status.names[0]) + elo_text(elo_of_score(estimate.mean)) + ", 95 % interval " +
            interval_text(estimate) + "\n";
    text += color_line(status, 0) + color_line(status, 1) + ends_line(status);
    text += effort_line(status, 0) + effort_line(status, 1);
    if (status.sprt)
        text += label("Sequential test") + ratio_text(*status.sprt, score) + ": " + verdict_text(status, score) + "\n";
    return text;
}

}  // namespace katago
