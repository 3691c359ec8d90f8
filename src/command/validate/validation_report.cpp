// SPDX-License-Identifier: MIT
#include "command/validate/validation_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>

#include "core/text.h"
#include "report/text_table.h"

namespace katago {

namespace {

constexpr size_t kNoisyLayers = 10;  // that the table shows

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

}  // namespace

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
