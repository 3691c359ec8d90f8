// SPDX-License-Identifier: MIT
#include "command/validate/validation_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "core/text.h"
#include "report/text_table.h"

namespace katago {

namespace {

using nlohmann::ordered_json;

constexpr size_t kNoisyLayers = 10;  // that the table shows

struct Budget {
    const char* option;
    const char* quantity;
    const char* help;
    bool at_least;
    double unit;  // of the option, in that of the member
    double Agreement::*member;
};

constexpr std::array kBudgets = {
    Budget{"max-kl", "policy KL, mean", "Most mean policy KL divergence, in nats: 1e-4.", false, 1,
           &Agreement::mean_kl},
    Budget{"max-kl-p99", "policy KL, 99th percentile", "Most policy KL divergence at the 99th percentile.", false, 1,
           &Agreement::p99_kl},
    Budget{"min-agreement", "top-1 agreement", "Least share of positions with the same best move, in percent: 98.5.",
           true, 0.01, &Agreement::top1},
    Budget{"min-top5", "top-5 retention",
           "Least share of positions whose best move is among the first five, in percent.", true, 0.01,
           &Agreement::top5},
    Budget{"max-winrate-error", "win rate error, mean", "Most mean error of the win rate, in percentage points: 0.05.",
           false, 0.01, &Agreement::mean_winrate_error},
    Budget{"max-winrate-error-p99", "win rate error, 99th percentile", "The same at the 99th percentile.", false, 0.01,
           &Agreement::p99_winrate_error},
    Budget{"max-score-error", "score error, mean", "Most mean error of the lead, in points.", false, 1,
           &Agreement::mean_score_error},
    Budget{"max-score-error-p99", "score error, 99th percentile", "The same at the 99th percentile.", false, 1,
           &Agreement::p99_score_error},
    Budget{"max-ownership-error", "ownership error, mean", "Most mean error of the ownership, of -1 to 1.", false, 1,
           &Agreement::mean_ownership_error},
};

const Budget& budget_named(const std::string& option) {
    return *std::find_if(kBudgets.begin(), kBudgets.end(), [&](const Budget& b) { return option == b.option; });
}

double largest(const Validation& v, double (*measure)(const Difference&)) {
    double most = 0;
    for (const Difference& d : v.differences) most = std::max(most, measure(d));
    return most;
}

std::string percent(double share, int decimals) {
    return fixed_number(100 * share, decimals) + " %";
}

std::string network_line(const ValidatedNetwork& network) {
    std::string text = network.file + " (" + network.precision;
    if (!network.computes_in.empty()) text += ": " + network.computes_in;
    return text + ")\n";
}

std::string error_table(const Validation& v) {
    const Agreement& a = v.agreement;
    TextTable table({"", "mean", "99 %", "largest", ""}, 4);
    table.add({"policy KL", kl_text(a.mean_kl), kl_text(a.p99_kl), kl_text(a.max_kl), "nats"});
    table.add({"win rate error", fixed_number(100 * a.mean_winrate_error, 4),
               fixed_number(100 * a.p99_winrate_error, 3),
               fixed_number(100 * largest(v, [](const Difference& d) { return d.winrate_error(); }), 3),
               "percentage points"});
    table.add({"score error", fixed_number(a.mean_score_error, 4), fixed_number(a.p99_score_error, 3),
               fixed_number(largest(v, [](const Difference& d) { return d.score_error(); }), 3), "points"});
    table.add({"ownership error", fixed_number(a.mean_ownership_error, 5), fixed_number(a.p99_ownership_error, 4),
               fixed_number(largest(v, [](const Difference& d) { return d.ownership_error; }), 4), "of -1 to 1"});
    return table.text();
}

std::string size_table(const Validation& v) {
    const auto share = [](double bytes, const ValidatedNetwork& n) {
        return fixed_number(100 * bytes / static_cast<double>(n.fp32_bytes), 1) + " %";
    };
    TextTable table({"", "file", "of FP32 weights", "weights", "ms / evaluation, 19x19"});
    for (const auto& [title, network] : {std::pair("model", &v.tested), std::pair("against", &v.against)}) {
        const auto file = static_cast<double>(network->file_bytes),
                   weights = static_cast<double>(network->weight_bytes);
        table.add({title, bytes_text(file), share(file, *network), bytes_text(weights),
                   fixed_number(network->milliseconds, 2)});
    }
    return table.text();
}

std::string worst_table(const Validation& v) {
    TextTable table({"KL", "best", "was", "win rate", "was", "lead", "was", "moves", "game"}, 8);
    for (const ComparedPosition& p : v.worst) {
        const BoardSize size = p.history.board().size();
        table.add({kl_text(p.difference.kl), best_move_text(*p.found, size), best_move_text(*p.right, size),
                   percent(p.difference.found_winrate, 2), percent(p.difference.right_winrate, 2),
                   lead_text(p.difference.found_score), lead_text(p.difference.right_score),
                   std::to_string(p.source.moves), short_file_name(p.source.game)});
    }
    return table.text();
}

std::string noise_table(const Validation& v) {
    std::vector<LayerNoise> layers = v.layers;
    std::stable_sort(layers.begin(), layers.end(), [](const LayerNoise& a, const LayerNoise& b) {
        return a.signal_to_noise_db < b.signal_to_noise_db;
    });
    layers.resize(std::min(layers.size(), kNoisyLayers));
    TextTable table({"dB", "layer"}, 1);
    for (const LayerNoise& layer : layers)
        table.add(
            {layer.signal_to_noise_db >= kExactDb ? "exact" : fixed_number(layer.signal_to_noise_db, 1), layer.layer});
    return table.text();
}

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

std::vector<OptionSpec> budget_options() {
    std::vector<OptionSpec> options;
    for (const Budget& b : kBudgets)
        options.push_back({b.option, "", b.at_least ? "PERCENT" : "NUMBER",
                           std::string(b.help) + (b.at_least ? " Below" : " Above") + " it the exit status is 1.",
                           false});
    return options;
}

std::vector<std::pair<std::string, double>> read_budgets(const Options& options) {
    std::vector<std::pair<std::string, double>> budgets;
    for (const Budget& b : kBudgets) {
        const auto text = options.value(b.option);
        if (!text) continue;
        const std::string name = "-" + std::string(b.option);
        const double bound = parse_number_option(*text, name, 0, b.at_least ? 100 : 1e9);
        // Nobody asks for less than one position in a hundred, but many write shares.
        if (b.at_least && bound > 0 && bound <= 1)
            throw UsageError(name + ": " + *text + " is in percent: " + default_number(100 * bound) + " is meant?");
        budgets.emplace_back(b.option, bound);
    }
    return budgets;
}

std::vector<BudgetCheck> check_budgets(const std::vector<std::pair<std::string, double>>& budgets,
                                       const Agreement& agreement) {
    std::vector<BudgetCheck> checks;
    for (const auto& [option, bound] : budgets) {
        const Budget& b = budget_named(option);
        const double measured = agreement.*b.member / b.unit;
        checks.push_back({option, b.quantity, bound, measured, b.at_least ? measured >= bound : measured <= bound});
    }
    return checks;
}

std::string validation_text(const Validation& v, const std::vector<BudgetCheck>& budgets) {
    const Agreement& a = v.agreement;
    std::string text = "Model:     " + network_line(v.tested) + "Against:   " + network_line(v.against);
    text += "Positions: " + std::to_string(a.positions) + " of " + std::to_string(v.games) + " games";
    if (v.excluded_games > 0) text += " (" + std::to_string(v.excluded_games) + " excluded)";
    text += ", " + board_sizes_text(v) + "\n\n";
    const auto other = [&](bool Difference::*same) {
        return std::to_string(
            std::count_if(v.differences.begin(), v.differences.end(), [&](const Difference& d) { return !(d.*same); }));
    };
    text += "top-1 agreement  " + percent(a.top1, 2) + "  (" + other(&Difference::same_best) + " other best moves)\n";
    text += "top-5 retention  " + percent(a.top5, 2) + "  (" + other(&Difference::best_in_five) + " lost)\n\n";
    text += error_table(v) + "\n" + size_table(v) + "\nWorst positions, by policy KL:\n" + worst_table(v);
    if (v.layers.empty())
        text += "\nNo signal-to-noise ratios: the two have different layers, or the backend does not show them.\n";
    else
        text += "\nLowest signal-to-noise of " + std::to_string(v.layers.size()) + " layers, " +
                std::to_string(v.layer_positions) + " positions:\n" + noise_table(v);
    for (const BudgetCheck& b : budgets)
        text += "\n" + std::string(b.kept ? "kept      " : "EXCEEDED  ") + "-" + b.option + " " +
                default_number(b.bound) + ": " + b.quantity + " " + measured_text(b.measured);
    return budgets.empty() ? text : text + "\n";
}

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

std::string kl_text(double kl) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2e", kl);
    return text.data();
}

std::string measured_text(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4g", value);
    return text.data();
}

std::string bytes_text(double bytes) {
    return bytes >= 1e6 ? fixed_number(bytes / 1e6, 1) + " MB" : fixed_number(bytes / 1e3, 1) + " kB";
}

std::string board_sizes_text(const Validation& v) {
    std::map<std::pair<int, int>, int> counts;  // by area, then width
    for (const PositionSource& source : v.sources) ++counts[{-source.board.area(), source.board.width}];
    std::string text;
    for (const auto& [shape, count] : counts) {
        const int height = -shape.first / shape.second;
        text += (text.empty() ? "" : ", ") + std::to_string(shape.second) + "x" + std::to_string(height) + ": " +
                std::to_string(count);
    }
    return text;
}

std::string best_move_text(const Evaluation& evaluation, BoardSize size) {
    const auto& policy = evaluation.policy;
    const auto best = static_cast<int>(std::max_element(policy.begin(), policy.end()) - policy.begin());
    return vertex_text(point_of_policy_index(best, size, size), size);
}

std::string lead_text(double white_lead) {
    return (white_lead < 0 ? "B+" : "W+") + fixed_number(std::abs(white_lead), 1);
}

std::string short_file_name(const std::string& file) {
    return std::filesystem::path(file).filename().string();
}

}  // namespace katago
