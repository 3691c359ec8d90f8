// SPDX-License-Identifier: MIT
#include "command/validate/validation_json.h"

#include <cmath>
#include <string>

#include "command/validate/validation_report.h"

namespace katago {

namespace {

using nlohmann::ordered_json;

ordered_json network_json(const ValidatedNetwork& n) {
    return {{"file", n.file},
            {"name", n.name},
            {"precision", n.precision},
            {"computesIn", n.computes_in},
            {"fileBytes", n.file_bytes},
            {"weightBytes", n.weight_bytes},
            {"fp32WeightBytes", n.fp32_bytes},
            {"millisecondsPerEvaluation", n.milliseconds}};
}

std::vector<std::string> board_rows(const Board& board) {
    std::vector<std::string> rows;
    for (int y = 0; y < board.height(); ++y) {
        std::string row;
        for (int x = 0; x < board.width(); ++x) {
            const Color color = board.color(point_at(x, y));
            row += color == Color::Black ? 'B' : color == Color::White ? 'W' : '.';
        }
        rows.push_back(row);
    }
    return rows;
}

ordered_json evaluation_json(const Evaluation& e, BoardSize size) {
    ordered_json policy = ordered_json::array();
    for (const float p : e.policy) policy.push_back(std::round(1e7 * double{p}) / 1e7);
    return {{"bestMove", best_move_text(e, size)},
            {"whiteWinrate", 0.5 * (1 + double{e.white_win} - double{e.white_loss})},
            {"whiteLead", e.white_lead},
            {"policy", policy}};
}

}  // namespace

ordered_json validation_json(const Validation& v, const std::vector<BudgetCheck>& budgets) {
    const Agreement& a = v.agreement;
    ordered_json worst = ordered_json::array(), layers = ordered_json::array(), bounds = ordered_json::array();
    for (const ComparedPosition& p : v.worst) {
        const BoardSize size = p.history.board().size();
        worst.push_back({{"game", p.source.game},
                         {"moves", p.source.moves},
                         {"policyKL", p.difference.kl},
                         {"board", board_rows(p.history.board())},
                         {"nextPlayer", std::string(1, p.history.next_player() == Color::Black ? 'B' : 'W')},
                         {"against", evaluation_json(*p.right, size)},
                         {"model", evaluation_json(*p.found, size)}});
    }
    for (const LayerNoise& layer : v.layers)
        layers.push_back({{"layer", layer.layer}, {"signalToNoiseDb", layer.signal_to_noise_db}});
    for (const BudgetCheck& b : budgets)
        bounds.push_back({{"option", b.option}, {"bound", b.bound}, {"measured", b.measured}, {"kept", b.kept}});
    return {{"model", network_json(v.tested)},
            {"against", network_json(v.against)},
            {"backend", v.backend},
            {"positions", a.positions},
            {"games", v.games},
            {"excludedGames", v.excluded_games},
            {"seed", v.seed},
            {"warnings", v.warnings},
            {"top1Agreement", a.top1},
            {"top5Retention", a.top5},
            {"policyKL", {{"mean", a.mean_kl}, {"p99", a.p99_kl}, {"max", a.max_kl}}},
            {"winrateError", {{"mean", a.mean_winrate_error}, {"p99", a.p99_winrate_error}}},
            {"scoreError", {{"mean", a.mean_score_error}, {"p99", a.p99_score_error}}},
            {"ownershipError", {{"mean", a.mean_ownership_error}, {"p99", a.p99_ownership_error}}},
            {"layers", layers},
            {"worst", worst},
            {"budgets", bounds}};
}

}  // namespace katago
