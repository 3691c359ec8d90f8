// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "command/validate/budgets.h"
#include "command/validate/validation.h"

namespace katago {

std::string validation_text(const Validation& validation, const std::vector<BudgetCheck>& budgets);

// --- Words and numbers that the table and the page share ---

// "1.2e-05": of policy divergence.
std::string kl_text(double kl);
// Four digits: enough to compare with a bound.
std::string measured_text(double value);
// "7.9 MB".
std::string bytes_text(double bytes);
// "19x19: 450, 13x13: 200", big boards first.
std::string board_sizes_text(const Validation& validation);
// "D4", "pass": the most likely move of an evaluation.
std::string best_move_text(const Evaluation& evaluation, BoardSize size);
// "W+3.2": White's lead.
std::string lead_text(double white_lead);
// The file's name without its folder.
std::string short_file_name(const std::string& file);

}  // namespace katago
