// SPDX-License-Identifier: MIT
#include "command/validate/budgets.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/text.h"

namespace katago {

namespace {

// A bound that can be stated: its option, and the mean or percentile that it is compared with.
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

}  // namespace katago
