// SPDX-License-Identifier: MIT
// GTP commands that count a finished or settled game.
#include <algorithm>

#include "command/gtp/gtp_commands.h"
#include "core/error.h"
#include "core/text.h"
#include "play/score_estimate.h"

namespace katago::gtp {

namespace {

constexpr int64_t kStatusVisits = 100;
constexpr int64_t kStatusVisitsPerThread = 20;

std::string score_text(double white_score) {
    if (white_score == 0) return "0";
    return white_score > 0 ? "W+" + fixed_number(white_score, 1) : "B+" + fixed_number(-white_score, 1);
}

double white_score_of(GtpSession& session) {
    const BoardHistory& history = session.game().history();
    if (has_exact_result(history)) return history.scored() ? static_cast<double>(history.white_score()) : 0;
    double score = 0;
    session.player().search_quietly(history,
                                    [&](QuietSearch& search) { score = estimate_white_score(search, history); });
    return score;
}

std::vector<Point> exactly_dead_stones(const BoardHistory& history) {
    const Score score = history.score_now();
    std::vector<Point> dead;
    for (const Stone& stone : history.board().stones())
        if (score.owner[static_cast<size_t>(stone.point)] == opponent(stone.color)) dead.push_back(stone.point);
    return dead;
}

std::vector<Point> find_dead_stones(GtpSession& session) {
    const BoardHistory& history = session.game().history();
    if (has_exact_result(history)) return exactly_dead_stones(history);
    Ownership ownership;
    session.player().search_quietly(history, [&](QuietSearch& search) {
        const int64_t visits = std::max(kStatusVisits, kStatusVisitsPerThread * search.threads());
        ownership = search.run(history, visits).ownership;
    });
    return dead_stones(history.board(), ownership);
}

GtpReply final_score(GtpSession& session, const GtpRequest&) {
    return score_text(white_score_of(session));
}

GtpReply final_status_list(GtpSession& session, const GtpRequest& request) {
    expect_arguments(request, 1, "Expected one argument for final_status_list");
    const std::string& status = request.arguments[0];
    if (status != "alive" && status != "dead" && status != "seki")
        throw ProtocolError("Argument to final_status_list must be 'alive' or 'seki' or 'dead'");
    if (status == "seki") return "";  // stones in a seki are alive
    const std::vector<Point> dead = find_dead_stones(session);
    std::vector<std::string> vertices;
    for (const Stone& stone : session.game().board().stones()) {
        const bool is_dead = std::find(dead.begin(), dead.end(), stone.point) != dead.end();
        if (is_dead == (status == "dead")) vertices.push_back(vertex_text(stone.point, session.game().size()));
    }
    return join(vertices, " ");
}

}  // namespace

std::span<const GtpCommand> score_commands() {
    static constexpr GtpCommand kRows[] = {
        {"final_score", final_score},
        {"final_status_list", final_status_list},
    };
    return kRows;
}

}  // namespace katago::gtp
