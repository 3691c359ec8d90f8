// SPDX-License-Identifier: MIT
#include "command/validate/validation_page.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.h"
#include "report/svg_board.h"
#include "report/svg_plot.h"

namespace katago {

namespace {

constexpr size_t kMostPoints = 3000;  // of a scatter plot; beyond, every n-th is drawn
constexpr size_t kMarkedLayers = 5;   // the noisiest

std::string percent(double share, int decimals) {
    return fixed_number(100 * share, decimals) + " %";
}

std::string tile(const std::string& value, const std::string& words) {
    return "<div class=\"card\"><b>" + escaped(value) + "</b><span>" + escaped(words) + "</span></div>\n";
}

std::string row(const std::vector<std::string>& cells, const char* element = "td") {
    std::string text = "<tr>";
    for (const std::string& cell : cells)
        text += "<" + std::string(element) + ">" + escaped(cell) + "</" + element + ">";
    return text + "</tr>\n";
}

std::string table(const std::vector<std::string>& heading, const std::string& rows) {
    return "<div class=\"card scroll\"><table>\n" + row(heading, "th") + rows + "</table></div>\n";
}

std::string figure(const std::string& title, const std::string& content, const std::string& caption) {
    return "<figure>" + (title.empty() ? "" : "<h3>" + escaped(title) + "</h3>") + content + "<figcaption>" +
           escaped(caption) + "</figcaption></figure>\n";
}

std::string with_precision(const ValidatedNetwork& network) {
    return short_file_name(network.file) + " (" + network.precision + ")";
}

std::string origin(const PositionSource& source) {
    return short_file_name(source.game) + ", after " + std::to_string(source.moves) + " moves";
}

std::string introduction(const Validation& v) {
    const auto describe_network = [](const ValidatedNetwork& n) {
        return with_precision(n) + (n.computes_in.empty() ? "" : ", computing in " + n.computes_in);
    };
    std::string positions = std::to_string(v.agreement.positions) + " of " + std::to_string(v.games) + " games";
    if (v.excluded_games > 0) positions += ", " + std::to_string(v.excluded_games) + " more excluded";
    positions += "; " + board_sizes_text(v);
    return "<h1>How far " + escaped(short_file_name(v.tested.file)) + " is from " +
           (v.tested.file == v.against.file ? "itself in " + escaped(v.against.precision)
                                            : escaped(short_file_name(v.against.file))) +
           "</h1>\n<dl><dt>Model</dt><dd>" + escaped(describe_network(v.tested)) + "</dd><dt>Against</dt><dd>" +
           escaped(describe_network(v.against)) + "</dd><dt>Positions</dt><dd>" + escaped(positions) +
           "</dd><dt>Backend</dt><dd>" + escaped(v.backend) + "</dd></dl>\n";
}

std::string tiles(const Validation& v) {
    const Agreement& a = v.agreement;
    const auto share =
        static_cast<double>(v.tested.file_bytes) / static_cast<double>(std::max<int64_t>(1, v.tested.fp32_bytes));
    return "<div class=\"tiles\">" + tile(percent(a.top1, 2), "the same best move") +
           tile(kl_text(a.mean_kl), "policy KL divergence, mean (nats)") +
           tile(percent(a.mean_winrate_error, 3),
                "error of the win rate, mean (99 %: " + percent(a.p99_winrate_error, 2) + ")") +
           tile(fixed_number(a.mean_score_error, 3),
                "points of error in the lead, mean (99 %: " + fixed_number(a.p99_score_error, 2) + ")") +
           tile(bytes_text(static_cast<double>(v.tested.file_bytes)),
                "file, " + percent(share, 1) + " of FP32 weights") +
           tile(fixed_number(v.tested.milliseconds, 2) + " ms",
                "an evaluation (against: " + fixed_number(v.against.milliseconds, 2) + " ms)") +
           "</div>\n";
}

std::string figures_table(const Validation& v) {
    const Agreement& a = v.agreement;
    Difference most;
    double winrate = 0, score = 0;
    for (const Difference& d : v.differences) {
        winrate = std::max(winrate, d.winrate_error()), score = std::max(score, d.score_error());
        most.ownership_error = std::max(most.ownership_error, d.ownership_error);
    }
    std::string rows = row({"Policy KL divergence, nats", kl_text(a.mean_kl), kl_text(a.p99_kl), kl_text(a.max_kl)});
    rows += row({"Win rate, percentage points", fixed_number(100 * a.mean_winrate_error, 4),
                 fixed_number(100 * a.p99_winrate_error, 3), fixed_number(100 * winrate, 3)});
    rows += row({"Lead, points", fixed_number(a.mean_score_error, 4), fixed_number(a.p99_score_error, 3),
                 fixed_number(score, 3)});
    rows += row({"Ownership, of −1 to 1", fixed_number(a.mean_ownership_error, 5),
                 fixed_number(a.p99_ownership_error, 4), fixed_number(most.ownership_error, 4)});
    return "<h2>Figures</h2>\n" + table({"Absolute error", "mean", "99 %", "largest"}, rows) +
           "<p class=\"note\">Best move among the first five: " + percent(a.top5, 2) + ".</p>\n";
}

std::string networks_table(const Validation& v) {
    std::string rows;
    for (const auto& [title, n] : {std::pair("Model", &v.tested), std::pair("Against", &v.against)})
        rows += row({title + (", " + n->precision), bytes_text(static_cast<double>(n->file_bytes)),
                     bytes_text(static_cast<double>(n->weight_bytes)), bytes_text(static_cast<double>(n->fp32_bytes)),
                     fixed_number(n->milliseconds, 2)});
    return "<h2>Size and speed</h2>\n" + table({"", "file", "weights", "as FP32", "ms"}, rows) +
           "<p class=\"note\">Milliseconds of an evaluation: 19x19, one thread, one position at a time, median.</p>\n";
}

std::string budgets_table(const std::vector<BudgetCheck>& budgets) {
    if (budgets.empty()) return "";
    std::string rows;
    for (const BudgetCheck& b : budgets)
        rows += "<tr><td>-" + escaped(b.option) + "</td><td>" + default_number(b.bound) + "</td><td>" +
                measured_text(b.measured) + "</td><td class=\"" + (b.kept ? "kept\">kept" : "exceeded\">exceeded") +
                "</td></tr>\n";
    return "<h2>Budgets</h2>\n" + table({"Bound", "stated", "measured", ""}, rows);
}

std::string histograms(const Validation& v) {
    const Agreement& a = v.agreement;
    const auto plot = [&](const char* title, double unit, double mean, double p99,
                          double (*measure)(const Difference&)) {
        ErrorHistogram histogram{title, {}, unit * mean, unit * p99};
        for (const Difference& d : v.differences) histogram.values.push_back(unit * measure(d));
        return figure("", histogram_svg(histogram), "");
    };
    return "<h2>How errors are spread</h2>\n<p class=\"note\">Logarithmic axes; touch a bar for its count.</p>\n"
           "<div class=\"grid2\">" +
           plot("policy KL divergence, nats", 1, a.mean_kl, a.p99_kl, [](const Difference& d) { return d.kl; }) +
           plot("error of the win rate, percentage points", 100, a.mean_winrate_error, a.p99_winrate_error,
                [](const Difference& d) { return d.winrate_error(); }) +
           plot("error of the lead, points", 1, a.mean_score_error, a.p99_score_error,
                [](const Difference& d) { return d.score_error(); }) +
           plot("error of the ownership, mean of a board", 1, a.mean_ownership_error, a.p99_ownership_error,
                [](const Difference& d) { return d.ownership_error; }) +
           "</div>\n";
}

std::string winrates(const Validation& v) {
    Scatter both{"White's win rate, against (%)", "White's win rate, model (%)", 0, 100, 0, 100, true, {}};
    Scatter errors{"White's win rate, against (%)", "model minus against, percentage points", 0, 100, 0, 0, false, {}};
    double most = 1e-4;
    const size_t stride = (v.differences.size() + kMostPoints - 1) / kMostPoints;
    for (size_t i = 0; i < v.differences.size(); i += std::max<size_t>(1, stride)) {
        const Difference& d = v.differences[i];
        const double right = 100 * d.right_winrate, found = 100 * d.found_winrate;
        const std::string tip =
            origin(v.sources[i]) + ": " + fixed_number(right, 2) + " %, now " + fixed_number(found, 2) + " %";
        both.points.push_back({right, found, tip});
        errors.points.push_back({right, found - right, tip});
        most = std::max(most, std::abs(found - right));
    }
    errors.y_low = -1.05 * most, errors.y_high = 1.05 * most;
    return "<h2>Win rates</h2>\n<div class=\"grid2\">" + figure("", scatter_svg(both), "Each point is a position.") +
           figure("", scatter_svg(errors), "The same, the difference alone.") + "</div>\n";
}

std::string layers(const Validation& v) {
    std::string text = "<h2>Signal to noise, layer by layer</h2>\n";
    if (v.layers.empty())
        return text +
               "<p class=\"note\">The two networks have different layers, or the backend does not show them.</p>\n";
    std::vector<double> sorted;
    for (const LayerNoise& layer : v.layers) sorted.push_back(layer.signal_to_noise_db);
    std::sort(sorted.begin(), sorted.end());
    const double limit = sorted[std::min(sorted.size(), kMarkedLayers) - 1];
    std::vector<Bar> bars;
    std::string rows;
    for (const LayerNoise& layer : v.layers) {
        const double db = layer.signal_to_noise_db;
        const std::string shown = db >= kExactDb ? "exact" : fixed_number(db, 1) + " dB";
        const Bar::Kind kind = db >= kExactDb ? Bar::Kind::Beyond : db <= limit ? Bar::Kind::Marked : Bar::Kind::Plain;
        bars.push_back({db, layer.layer + ": " + shown, kind});
        rows += row({layer.layer, shown});
    }
    return text +
           figure("", bars_svg("layers, from the input to the outputs", "signal to noise, dB", bars),
                  "Values of each layer against their error, that of earlier layers included; " +
                      std::to_string(v.layer_positions) +
                      " positions. 20 dB: a tenth; 60 dB: a thousandth. Orange: the lowest; pale: exact.") +
           "<details><summary>All " + std::to_string(v.layers.size()) + " layers</summary>" +
           table({"Layer", "signal to noise"}, rows) + "</details>\n";
}

std::string board_figure(const ComparedPosition& p, const Evaluation& e, const std::string& who) {
    const double winrate = 0.5 * (1 + double{e.white_win} - double{e.white_loss});
    std::string caption = "White wins " + percent(winrate, 2) + ", lead " + lead_text(double{e.white_lead});
    const double pass = double{e.policy.back()};
    if (pass >= 0.005) caption += ", pass " + percent(pass, 1);
    return figure(who + ": " + best_move_text(e, p.history.board().size()), board_svg(p.history, e), caption);
}

std::string worst_positions(const Validation& v) {
    std::string text =
        "<h2>The " + std::to_string(v.worst.size()) +
        " worst positions</h2>\n<p class=\"note\">By policy KL. Blue: likely moves, with percentages of the "
        "first five.</p>\n";
    int rank = 0;
    for (const ComparedPosition& p : v.worst) {
        const char* player = p.history.next_player() == Color::Black ? "Black" : "White";
        text += "<section class=\"worst\"><h3>" + std::to_string(++rank) + ". " + escaped(origin(p.source)) + ", " +
                player + " to move: KL " + kl_text(p.difference.kl) + "</h3><div class=\"pair\">" +
                board_figure(p, *p.right, "Against") + board_figure(p, *p.found, "Model") + "</div></section>\n";
    }
    return text;
}

}  // namespace

std::string validation_page(const Validation& v, const std::vector<BudgetCheck>& budgets) {
    // The policy forbids everything that does not stand in the page itself.
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
           "script-src 'unsafe-inline'; img-src data:\">\n<link rel=\"icon\" href=\"data:,\">\n<title>" +
           escaped("Validation of " + with_precision(v.tested)) + "</title>\n<style>" + kPageStyle +
           "</style></head>\n<body><main>\n" + introduction(v) + tiles(v) + budgets_table(budgets) + figures_table(v) +
           networks_table(v) + histograms(v) + winrates(v) + layers(v) + worst_positions(v) + "</main>\n<script>" +
           kPageScript + "</script>\n</body></html>\n";
}

}  // namespace katago
