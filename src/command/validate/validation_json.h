// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "command/validate/budgets.h"
#include "command/validate/validation.h"

namespace katago {

// What -json prints.
nlohmann::ordered_json validation_json(const Validation& validation, const std::vector<BudgetCheck>& budgets);

}  // namespace katago
