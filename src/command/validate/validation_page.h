// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "command/validate/validation.h"
#include "command/validate/validation_report.h"

namespace katago {

// The report as one HTML page that needs nothing from elsewhere: figures, histograms, win rates, layers and the worst
// positions with both policies. Follows the reader's choice of light or dark and fits a phone.
std::string validation_page(const Validation& validation, const std::vector<BudgetCheck>& budgets);

// Its style sheet and script.
extern const char* const kPageStyle;
extern const char* const kPageScript;

}  // namespace katago
