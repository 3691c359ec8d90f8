// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "command/options.h"
#include "eval/agreement.h"

namespace katago {

// A bound that the user stated, beside what was measured, both in the option's unit.
struct BudgetCheck {
    std::string option;    // "max-kl"
    std::string quantity;  // "policy KL, mean"
    double bound = 0, measured = 0;
    bool kept = true;
};

// The options that state bounds: -max-kl, -min-agreement and so on.
std::vector<OptionSpec> budget_options();
// The bounds among `options`, by their names. Throws UsageError.
std::vector<std::pair<std::string, double>> read_budgets(const Options& options);
std::vector<BudgetCheck> check_budgets(const std::vector<std::pair<std::string, double>>& budgets,
                                       const Agreement& agreement);

}  // namespace katago
